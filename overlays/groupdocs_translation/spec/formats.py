"""What can be translated: kinds of source, their formats, what they can be turned into, and the options each takes.

One table for the clients, the command line and the documentation. Facts: the service's pages on supported formats and
the request models of its document. Public: ``KINDS``, ``Kind``, ``FileOptions``, ``recognize``, ``format_name``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import NamedTuple, TypedDict

from .._errors import ConfigurationError, UnsupportedFormat
from .derived import FILE_FORMATS, OcrFormat, SavingMode

CellRange = tuple[str, str]


class WorksheetPart(TypedDict, total=False):
    """What of one worksheet is translated: row and column numbers from 1, and cell ranges such as ``("A1", "C9")``."""

    rows: Sequence[int]
    columns: Sequence[int]
    ranges: Sequence[CellRange]


class GeneralOptions(TypedDict, total=False):
    """Those of ``FileOptions`` that the general operation (``kind="auto"``) takes."""

    glossary: Mapping[str, str] | None
    alignment: bool | None
    saving_mode: SavingMode | None
    pages: Sequence[int] | None
    slides: Sequence[int] | None
    worksheets: Sequence[int] | None
    ranges: Mapping[int, WorksheetPart] | None
    separator: str | None
    masters: bool | None
    preserve_formatting: bool | None
    front_matter: Sequence[Sequence[str]] | None
    shortcodes: Mapping[str, Sequence[str]] | None
    ignore_list: Sequence[str] | None
    is_white_list: bool | None


class FileOptions(GeneralOptions, total=False):
    """Options of a file translation; ``KINDS`` says which kind takes which. All numbers count from 1.

    Attributes:
        glossary: a source word to the translation that is wanted.
        alignment: align the segments of source and translation; costs more.
        saving_mode: how the service stores results: as files, as an archive, or both.
        pages: translate only these.
        slides: translate only these.
        worksheets: translate only these.
        ranges: a worksheet's number to the part of it that is translated.
        separator: the character between the cells of a line.
        masters: translate slide masters too.
        preserve_formatting: keep the layout.
        front_matter: the key paths of the front matter whose values are translated.
        shortcodes: a Hugo short code to those of its parameters that are translated.
        ignore_list: names of elements that are left alone.
        is_white_list: read ``ignore_list`` as the only elements that are translated.
        ocr_format: what an image is first turned into.
        rotation_angle: by how many degrees an image is turned before it is read.
        handwritten: an image shows handwriting.
        fragments: time ranges of a recording, such as ``"00:00:10-00:01:00"``.
        interval: of subtitles, in seconds.
    """

    ocr_format: OcrFormat | None
    rotation_angle: int | None
    handwritten: bool | None
    fragments: Sequence[str] | None
    interval: int | None


class Kind(NamedTuple):
    """One kind of source.

    ``formats`` are its source formats, ``outputs`` what it can be turned into (empty: the service decides);
    ``options`` maps our option names to members of the request of ``operation``, ``auto_options`` to those of the
    general request (used for styles and summaries). ``default_output`` is taken when none is given; ``None`` means the
    source's own format.
    """

    name: str
    operation: str
    formats: tuple[str, ...]
    outputs: tuple[str, ...]
    options: Mapping[str, str]
    auto_options: Mapping[str, str] = {}
    default_output: str | None = None
    has_format: bool = True
    has_output: bool = True
    summary: str | None = "summarizeDocument"
    to_text: str | None = None
    text_options: Mapping[str, str] = {}
    trial: str | None = None


_COMMON = {"glossary": "translation_dictionary", "alignment": "is_need_alignment", "saving_mode": "saving_mode"}
_WORD = ("Docx", "Rtf", "Html", "Odt", "Txt", "Md", "Pdf", "Tiff", "Svg", "Xps")
_SHEET = ("Xls", "Xlsx", "Xlsm", "Xlsb", "Html", "Pdf", "Xps", "Ods", "Md", "Docx", "Pptx", "Tiff")
_MEDIA = ("Mp3", "Wav", "Flac", "M4a", "Aac", "Wma", "Flv", "Mkv", "Webm", "Avi", "Mov", "Wmv", "Rm", "Mpg")
_AUTO = {
    **_COMMON,
    "pages": "elements",
    "slides": "elements",
    "worksheets": "elements",
    "ranges": "ranges",
    "separator": "separator",
    "masters": "masters",
    "preserve_formatting": "formatting",
    "front_matter": "front_matter_list",
    "shortcodes": "shortcodedict",
    "ignore_list": "ignore_list",
    "is_white_list": "is_white_list",
}


def _auto(*names: str) -> dict[str, str]:
    return {name: _AUTO[name] for name in (*_COMMON, *names)}


_KINDS = (
    Kind(
        "document",
        "translateDocument",
        ("Doc", "Docx", "Docm", "Txt", "Rtf", "Odt"),
        _WORD,
        {**_COMMON, "pages": "pages", "preserve_formatting": "preserve_formatting"},
        _auto("pages", "preserve_formatting"),
        trial="translateDocumentTrial",
    ),
    Kind(
        "pdf",
        "translatePdf",
        ("Pdf",),
        ("Pdf", "Docx", "Pptx", "Html", "Svg", "Xps"),
        {**_COMMON, "pages": "pages", "preserve_formatting": "preserve_formatting"},
        _auto("pages", "preserve_formatting"),
        has_format=False,
        trial="translatePdfTrial",
    ),
    Kind(
        "spreadsheet",
        "translateSpreadsheet",
        ("Xls", "Xlsx", "Xlsm", "Ods"),
        _SHEET,
        {**_COMMON, "worksheets": "worksheets", "ranges": "ranges"},
        _auto("worksheets", "ranges"),
    ),
    Kind(
        "presentation",
        "translatePresentation",
        ("Ppt", "Pptx", "Pptm", "Odp"),
        ("Pptx", "Pdf", "Tiff", "Html", "Xps", "Odp"),
        {**_COMMON, "slides": "slides", "masters": "masters"},
        _auto("slides", "masters"),
    ),
    Kind(
        "csv", "translateCsv", ("Csv", "Tsv"), ("Csv", "Tsv"), {**_COMMON, "separator": "separator"}, _auto("separator")
    ),
    Kind(
        "html",
        "translateHtml",
        ("Html",),
        ("Html", "Md", "Pdf", "Docx", "Tiff", "Xps"),
        _COMMON,
        _auto(),
        has_format=False,
    ),
    Kind(
        "markdown",
        "translateMarkdown",
        ("Md",),
        ("Md", "Html", "Pdf", "Docx", "Tiff", "Xps"),
        {**_COMMON, "front_matter": "front_matter_list", "shortcodes": "short_code_list"},
        _auto("front_matter", "shortcodes"),
        has_format=False,
    ),
    Kind(
        "xml",
        "translateXml",
        ("Xml",),
        ("Xml",),
        {**_COMMON, "ignore_list": "ignore_list", "is_white_list": "is_white_list"},
        has_format=False,
        has_output=False,
        summary=None,
    ),
    Kind("resx", "translateResx", ("Resx",), ("Resx",), _COMMON, _auto(), has_format=False, has_output=False),
    Kind("srt", "translateSrt", ("Srt",), ("Srt",), _COMMON, _auto(), has_format=False, has_output=False),
    Kind(
        "image",
        "translateImageToFile",
        ("Bmp", "Jpg", "Png", "Svg", "Gif", "Pdf"),
        (),
        {
            **_COMMON,
            "ocr_format": "ocrformat",
            "rotation_angle": "rotation_angle",
            "preserve_formatting": "formatting",
            "pages": "pages",
        },
        default_output="Pdf",
        summary="summarizeImage",
        to_text="translateImageToText",
        text_options={"rotation_angle": "rotate", "handwritten": "ishandwritten"},
    ),
    Kind(
        "media",
        "translateMediaToFile",
        _MEDIA,
        (),
        {**_COMMON, "fragments": "fragments", "interval": "interval"},
        _auto(),
        default_output="Txt",
        summary="summarizeMedia",
        to_text="translateMediaToText",
        text_options={**_COMMON, "fragments": "fragments"},
    ),
    Kind("auto", "translateFile", (), (), _AUTO, _AUTO),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}

# Only these go through the general operations.
AUTO_FORMATS = FILE_FORMATS & {format_ for kind in _KINDS for format_ in kind.formats}

_ALIASES = {"jpeg": "Jpg", "htm": "Html", "markdown": "Md", "mpeg": "Mpg", "text": "Txt"}
_NAMES = {
    name.lower(): name for kind in _KINDS for name in (*kind.formats, *kind.outputs, "Xlsb", "Tiff", "Xps", "Epub")
} | _ALIASES
# The first kind that lists a format owns its extension: a .pdf is text unless kind="image" says that it is a scan.
_OWNERS: dict[str, Kind] = {}
for _kind in _KINDS:
    for _format in _kind.formats:
        _OWNERS.setdefault(_format, _kind)


def format_name(given: str) -> str:
    """The service's spelling of a format: ``docx``, ``.docx`` and ``DOCX`` are ``Docx``.

    Raises:
        UnsupportedFormat: not a format that the service knows, with those it knows.
    """
    name = _NAMES.get(given.lower().lstrip(".")) if isinstance(given, str) else None
    if name is None:
        raise UnsupportedFormat(
            f"{given!r} is not a known format; known: {in_words(_NAMES.values())}",
            parameter="format",
            allowed=in_words(_NAMES.values()).split(", "),
        )
    return name


def in_words(formats: Iterable[str]) -> str:
    """Formats in a message: as people write them, not as the service does."""
    return ", ".join(sorted({name.lower() for name in formats}))


def recognize(file_name: str, *, format: str | None = None, kind: str | None = None) -> tuple[Kind, str]:
    """Kind and format of a source, by its extension unless ``format`` or ``kind`` say otherwise.

    Raises:
        UnsupportedFormat: no such extension, format, or no such format in the kind that is asked for.
        ConfigurationError: no such kind.
    """
    extension = PurePath(file_name).suffix
    if format is None and not extension:
        raise UnsupportedFormat(
            f"{file_name!r} has no extension", parameter="format", hint="give its format, for example format='docx'"
        )
    try:
        name = format_name(format if format is not None else extension)
        owner = _OWNERS[name]
    except (UnsupportedFormat, KeyError):
        raise UnsupportedFormat(
            f"{format or extension!r} cannot be translated; known source formats: {in_words(_OWNERS)}",
            parameter="format",
            allowed=in_words(_OWNERS).split(", "),
        ) from None
    if kind is None:
        return owner, name
    if not isinstance(kind, str) or kind not in KINDS:
        raise ConfigurationError(
            f"kind {kind!r} is unknown; known: {', '.join(KINDS)}", parameter="kind", allowed=KINDS
        )
    chosen = KINDS[kind]
    allowed = AUTO_FORMATS if kind == "auto" else chosen.formats
    if name not in allowed:
        raise UnsupportedFormat(
            f"kind {kind!r} does not take {name.lower()}; it takes {in_words(allowed)}",
            parameter="kind",
            allowed=in_words(allowed).split(", "),
        )
    return chosen, name


def check_output(kind: Kind, source: str, wanted: str | None) -> str:
    """The output format: the one asked for, or the kind's default."""
    if wanted is None:
        return kind.default_output or source
    name = format_name(wanted)
    if kind.outputs and name != source and name not in kind.outputs:
        made = ", ".join(dict.fromkeys((source, *kind.outputs))).lower()
        raise UnsupportedFormat(
            f"{source.lower()} cannot be turned into {name.lower()}; a {kind.name} can become {made}",
            parameter="output_format",
        )
    return name
