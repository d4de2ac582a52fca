"""The kinds of source, with their formats, output formats and options.

One table for the clients, the command line and the documentation, from the service's pages on supported formats and the
request models of its document.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from typing import Any, NamedTuple, TypedDict

from .._errors import ConfigurationError, UnsupportedFormat
from .derived import FILE_FORMATS, OcrFormat, SavingMode

CellRange = tuple[str, str]


class WorksheetPart(TypedDict, total=False):
    """The part of a worksheet to translate: row and column numbers from 1, and cell ranges such as ``("A1", "C9")``."""

    rows: Sequence[int]
    columns: Sequence[int]
    ranges: Sequence[CellRange]


class GeneralOptions(TypedDict, total=False):
    """The options of the general operation (``kind="auto"``)."""

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
    """Options of a file translation; ``KINDS`` has those of each kind. All numbers count from 1.

    Attributes:
        glossary: source words and their translations.
        alignment: align the segments of source and translation; costs more.
        saving_mode: how the service stores results: as files, as an archive, or both.
        pages: the pages to translate.
        slides: the slides to translate.
        worksheets: the worksheets to translate.
        ranges: the part to translate of each worksheet, by its number.
        separator: the character between the cells of a line.
        masters: translate slide masters too.
        preserve_formatting: keep the layout.
        front_matter: the key paths of the front matter whose values are translated.
        shortcodes: the parameters to translate of each Hugo shortcode.
        ignore_list: names of elements that are not translated.
        is_white_list: translate only the listed elements.
        ocr_format: the format to which an image is converted first.
        rotation_angle: degrees by which an image is rotated before text recognition.
        handwritten: the image shows handwriting.
        fragments: time ranges of a recording, such as ``"00:00:10-00:01:00"``.
        interval: the interval of subtitles, in seconds.
    """

    ocr_format: OcrFormat | None
    rotation_angle: int | None
    handwritten: bool | None
    fragments: Sequence[str] | None
    interval: int | None


class Kind(NamedTuple):
    """One kind of source.

    ``formats`` are its source formats, ``outputs`` its output formats (empty if only the service knows). ``options``
    maps option names to members of the request of ``operation``. ``default_output`` is the default output format,
    ``None`` for that of the source.
    """

    name: str
    operation: str
    formats: tuple[str, ...]
    outputs: tuple[str, ...]
    options: Mapping[str, str]
    default_output: str | None = None
    summary: str | None = "summarizeDocument"
    to_text: str | None = None
    text_options: Mapping[str, str] = {}
    trial: str | None = None

    @property
    def auto_options(self) -> dict[str, str]:
        """Those of ``options`` that the general operation supports, with the members of its request."""
        return {name: _AUTO[name] for name in self.options if name in _AUTO}


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


_KINDS = (
    Kind(
        "document",
        "translateDocument",
        ("Doc", "Docx", "Docm", "Txt", "Rtf", "Odt"),
        _WORD,
        {**_COMMON, "pages": "pages", "preserve_formatting": "preserve_formatting"},
        trial="translateDocumentTrial",
    ),
    Kind(
        "pdf",
        "translatePdf",
        ("Pdf",),
        ("Pdf", "Docx", "Pptx", "Html", "Svg", "Xps"),
        {**_COMMON, "pages": "pages", "preserve_formatting": "preserve_formatting"},
        trial="translatePdfTrial",
    ),
    Kind(
        "spreadsheet",
        "translateSpreadsheet",
        ("Xls", "Xlsx", "Xlsm", "Ods"),
        _SHEET,
        {**_COMMON, "worksheets": "worksheets", "ranges": "ranges"},
    ),
    Kind(
        "presentation",
        "translatePresentation",
        ("Ppt", "Pptx", "Pptm", "Odp"),
        ("Pptx", "Pdf", "Tiff", "Html", "Xps", "Odp"),
        {**_COMMON, "slides": "slides", "masters": "masters"},
    ),
    Kind("csv", "translateCsv", ("Csv", "Tsv"), ("Csv", "Tsv"), {**_COMMON, "separator": "separator"}),
    Kind(
        "html",
        "translateHtml",
        ("Html",),
        ("Html", "Md", "Pdf", "Docx", "Tiff", "Xps"),
        _COMMON,
    ),
    Kind(
        "markdown",
        "translateMarkdown",
        ("Md",),
        ("Md", "Html", "Pdf", "Docx", "Tiff", "Xps"),
        {**_COMMON, "front_matter": "front_matter_list", "shortcodes": "short_code_list"},
    ),
    Kind(
        "xml",
        "translateXml",
        ("Xml",),
        ("Xml",),
        {**_COMMON, "ignore_list": "ignore_list", "is_white_list": "is_white_list"},
        summary=None,
    ),
    Kind("resx", "translateResx", ("Resx",), ("Resx",), _COMMON),
    Kind("srt", "translateSrt", ("Srt",), ("Srt",), _COMMON),
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
        default_output="Txt",
        summary="summarizeMedia",
        to_text="translateMediaToText",
        text_options={**_COMMON, "fragments": "fragments"},
    ),
    Kind("auto", "translateFile", (), (), _AUTO),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}

# Only these are supported by the general operations.
AUTO_FORMATS = FILE_FORMATS & {format_ for kind in _KINDS for format_ in kind.formats}

_ALIASES = {"jpeg": "Jpg", "htm": "Html", "markdown": "Md", "mpeg": "Mpg", "text": "Txt"}
_NAMES = {
    name.lower(): name for kind in _KINDS for name in (*kind.formats, *kind.outputs, "Xlsb", "Tiff", "Xps", "Epub")
} | _ALIASES
# The first kind that lists a format is its default: a .pdf is text unless kind="image" marks it as a scan.
_OWNERS: dict[str, Kind] = {}
for _kind in _KINDS:
    for _format in _kind.formats:
        _OWNERS.setdefault(_format, _kind)


def one_of(value: Any, allowed: Iterable[str], parameter: str) -> str:
    """Return the value if it is one of the allowed ones."""
    choices = list(allowed)
    if not isinstance(value, str) or value not in choices:
        raise ConfigurationError(
            f"{parameter} must be one of {', '.join(map(repr, choices))}, got {value!r:.60}",
            parameter=parameter,
            allowed=choices,
        )
    return value


def format_name(given: str, parameter: str = "format") -> str:
    """Return the service's spelling of a format: ``Docx`` for ``docx``, ``.docx`` and ``DOCX``.

    Raises:
        UnsupportedFormat: the service does not know the format.
    """
    name = _NAMES.get(given.lower().lstrip(".")) if isinstance(given, str) else None
    if name is None:
        raise UnsupportedFormat(
            f"{parameter} must be one of {in_words(_NAMES.values())}, got {given!r:.60}",
            parameter=parameter,
            allowed=in_words(_NAMES.values()).split(", "),
        )
    return name


def in_words(formats: Iterable[str]) -> str:
    """Return formats as a sorted list in lower case, for messages."""
    return ", ".join(sorted({name.lower() for name in formats}))


def recognize(file_name: str, *, format: str | None = None, kind: str | None = None) -> tuple[Kind, str]:
    """Return the kind and format of a source, from its extension unless ``format`` or ``kind`` is given.

    Raises:
        UnsupportedFormat: the extension or format is unknown or missing, or not supported by ``kind``.
        ConfigurationError: ``kind`` is unknown.
    """
    extension = PurePath(file_name).suffix if isinstance(file_name, str | PurePath) else ""
    if format is None and not extension:
        raise UnsupportedFormat(
            f"{file_name!r} has no extension", parameter="format", hint="pass its format, for example format='docx'"
        )
    given = extension if format is None else format
    try:
        name = format_name(given)
        owner = _OWNERS[name]
    except (UnsupportedFormat, KeyError):
        raise UnsupportedFormat(
            f"{given!r:.60} cannot be translated; known source formats: {in_words(_OWNERS)}",
            parameter="format",
            allowed=in_words(_OWNERS).split(", "),
        ) from None
    if kind is None:
        return owner, name
    chosen = KINDS[one_of(kind, KINDS, "kind")]
    allowed = AUTO_FORMATS if kind == "auto" else chosen.formats
    if name not in allowed:
        raise UnsupportedFormat(
            f"kind {kind!r} does not support {name.lower()}; it supports {in_words(allowed)}",
            parameter="kind",
            allowed=in_words(allowed).split(", "),
        )
    return chosen, name


def check_output(kind: Kind, source: str, wanted: str | None) -> str:
    """Return the requested output format, or the default of the kind.

    Raises:
        UnsupportedFormat: the kind cannot be converted to it.
    """
    if wanted is None:
        return kind.default_output or source
    name = format_name(wanted, "output_format")
    if kind.outputs and name != source and name not in kind.outputs:
        made = ", ".join(dict.fromkeys((source, *kind.outputs))).lower()
        raise UnsupportedFormat(
            f"{source.lower()} cannot be converted to {name.lower()}; the kind {kind.name!r} supports {made}",
            parameter="output_format",
        )
    return name
