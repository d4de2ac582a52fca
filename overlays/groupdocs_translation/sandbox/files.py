"""Files in a language that does not exist: the text is replaced, everything around it stays, and the file opens.

Text formats are rewritten line by line; office formats are ZIP archives whose text elements are replaced in place, so
that namespaces, styles and relations stay to the byte. Other formats come back unchanged.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from html import escape, unescape
from typing import TYPE_CHECKING

from .pseudo import translate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Translate = Callable[[str], str]

MAX_UNPACKED_BYTES = 512 * 2**20  # an archive that grows beyond is a bomb

# Parts with text, the element that is translated as one, and the elements that hold its pieces.
_OFFICE = {
    "Docx": (re.compile(r"word/(document|header\d*|footer\d*|footnotes|endnotes)\.xml"), "w:p", "w:t"),
    "Pptx": (re.compile(r"ppt/(slides/slide|notesSlides/notesSlide)\d+\.xml"), "a:p", "a:t"),
    "Xlsx": (re.compile(r"xl/(sharedStrings|worksheets/sheet\d+)\.xml"), "(?:si|is)", "t"),
}
_TEXT = {"Txt", "Md", "Html", "Csv", "Tsv", "Srt"}
UNCHANGED = "the sandbox does not read this format: the file came back unchanged"


class BrokenFileError(Exception):
    """The source is not what its format says."""


def translate_file(
    data: bytes, source_format: str, language: str, glossary: Mapping[str, str], separator: str | None
) -> tuple[bytes, str | None]:
    """The translated file, and a message if it came back unchanged.

    Raises:
        BrokenFileError: it cannot be read.
    """

    def words(text: str) -> str:
        return translate(text, language, glossary)

    if source_format in _OFFICE:
        return _office(data, source_format, words), None
    if source_format not in _TEXT:
        return data, UNCHANGED
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BrokenFileError(f"the file is not UTF-8 text: {error.reason}") from error
    if source_format in {"Csv", "Tsv"}:
        return _table(text, separator or ("\t" if source_format == "Tsv" else ","), words).encode(), None
    rewrite = {"Txt": _lines, "Md": _markdown, "Html": _html, "Srt": _subtitles}[source_format]
    return rewrite(text, words).encode(), None


def _lines(text: str, words: Translate) -> str:
    return "\n".join(map(words, text.split("\n")))


def _markdown(text: str, words: Translate) -> str:
    """Front matter: titles, descriptions and summaries; body: all but code, short codes and link targets."""
    out: list[str] = []
    in_front = in_code = False
    for number, line in enumerate(text.split("\n")):
        if line.strip() == "---" and (number == 0 or in_front):
            in_front = not in_front
            out.append(line)
        elif line.lstrip().startswith("```"):
            in_code = not in_code
            out.append(line)
        elif in_front:
            found = re.match(r'(title|description|summary): *"?(.*?)"?$', line)
            out.append(f'{found[1]}: "{words(found[2])}"' if found else line)
        elif in_code:
            out.append(line)
        else:
            out.append(_markdown_line(line, words))
    return "\n".join(out)


_MARKS = re.compile(r"^(\s*(?:#{1,6} |[-*+] |\d+\. |> )?)(.*)$")
_INLINE = re.compile(r"(\{\{[<%].*?[%>]\}\}|\]\([^)]*\))")


def _markdown_line(line: str, words: Translate) -> str:
    mark, rest = _MARKS.match(line).groups()  # type: ignore[union-attr]  # the pattern matches every line
    if not rest.strip() or set(rest.strip()) <= set("|-: "):
        return line
    pieces = _INLINE.split(rest)
    return mark + "".join(piece if index % 2 else words(piece) for index, piece in enumerate(pieces))


_TAGS = re.compile(r"(<!--.*?-->|<(script|style)\b.*?</\2\s*>|<[^>]*>)", re.DOTALL | re.IGNORECASE)


def _html(text: str, words: Translate) -> str:
    """Text between tags; scripts, styles, comments and attributes stay."""
    out: list[str] = []
    end = 0
    for match in _TAGS.finditer(text):
        out += [words(text[end : match.start()]), match.group()]
        end = match.end()
    return "".join([*out, words(text[end:])])


def _subtitles(text: str, words: Translate) -> str:
    return "\n".join(line if line.strip().isdigit() or "-->" in line else words(line) for line in text.split("\n"))


def _table(text: str, separator: str, words: Translate) -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\n")
    for row in csv.reader(io.StringIO(text), delimiter=separator):
        writer.writerow([words(cell) if re.search(r"[^\W\d_]", cell) else cell for cell in row])
    return out.getvalue()


def _office(data: bytes, source_format: str, words: Translate) -> bytes:
    parts, block, piece = _OFFICE[source_format]
    out = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            if sum(entry.file_size for entry in source.infolist()) > MAX_UNPACKED_BYTES:
                raise BrokenFileError("the file unpacks to too much")
            for entry in source.infolist():
                content = source.read(entry)
                if parts.fullmatch(entry.filename):
                    content = _blocks(content.decode(), block, piece, words).encode()
                target.writestr(entry, content)
    except (zipfile.BadZipFile, UnicodeDecodeError, EOFError) as error:
        raise BrokenFileError(f"the file is no {source_format}: {error}") from error
    return out.getvalue()


def _blocks(xml: str, block: str, piece: str, words: Translate) -> str:
    """Translate each paragraph as one text; it goes into the first of its runs, the others are emptied."""
    pieces = re.compile(rf"(<{piece}(?: [^>]*)?>)(.*?)(</{piece}>)", re.DOTALL)

    def one_block(found: re.Match[str]) -> str:
        text = unescape("".join(match[2] for match in pieces.finditer(found.group())))
        if not text.strip():
            return found.group()
        rest = iter([escape(words(text), quote=False)])
        return pieces.sub(lambda match: f"{match[1]}{next(rest, '')}{match[3]}", found.group())

    return re.sub(rf"<{block}[ >].*?</{block}>", one_block, xml, flags=re.DOTALL)
