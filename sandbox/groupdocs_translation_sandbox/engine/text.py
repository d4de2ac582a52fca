"""Line-based formats: plain text, tables (CSV, TSV) and subtitles (SRT); and the encodings of all text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .protocol import EngineError
from .pseudo import TEMPLATE_TAG, Pseudo

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
# template tags may span lines
_TXT_LINE = re.compile(rf"(?:{TEMPLATE_TAG} | [^\r\n])*+ (?:\r\n|\r|\n) | .+\Z", re.VERBOSE | re.DOTALL)
_CUE = re.compile(
    r"^([ \t]*\d+:\d\d:\d\d[,.]\d+[ \t]*-->[^\r\n]*\r?\n)((?:[^\r\n]*\S[^\r\n]*(?:\r?\n|\Z))+)", re.MULTILINE
)
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose BOM it starts with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_FORMULA = re.compile(r"\s*(?:=|[+\-@]\s*(?:[A-Za-z]+[\d(]|'[^']+'!))")
_SEPARATORS = {"Csv": ",", "Tsv": "\t"}


def bom_encoding(content: bytes) -> str | None:
    return next((name for bom, name in _BOMS.items() if content.startswith(bom)), None)


def decode(content: bytes, *, declared: str | None = None) -> tuple[str, Callable[[str], bytes]]:
    """Return the text, and a function that encodes another text the same way.

    The encoding is that of the byte order mark, UTF-8 if valid, or ``declared``.

    Raises:
        EngineError: the text is not UTF-8 and declares no encoding.
        UnicodeDecodeError: the text does not have the declared encoding.
    """
    marked = bom_encoding(content)
    encoding = marked or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if marked:
            raise
        if declared is None:
            raise EngineError("the text is not UTF-8, and declares no other encoding") from error
        encoding = declared
        text = content.decode(encoding)
    if not marked and "\0" in text:  # ASCII text in UTF-16 is also valid UTF-8, with zeros
        raise EngineError("the text has zero bytes, or is UTF-16 without a byte order mark: save it as UTF-8")
    bom = "\ufeff" if marked else ""
    return text.removeprefix(bom), lambda new: (bom + new).encode(encoding, "xmlcharrefreplace")


def check_numbers(noun: str, numbers: Iterable[int], count: int) -> None:
    """Raise ``EngineError`` if one of these pages, slides or worksheets does not exist."""
    for number in numbers:
        if not 1 <= number <= count:
            raise EngineError(f"{noun} {number} does not exist: the file has {count}, counted from 1")


def translate_txt(text: str, pseudo: Pseudo, options: Mapping[str, Any]) -> str:
    """Translate each line as a separate text; form feeds separate pages."""
    pages = text.split("\f")
    chosen = options.get("pages") or options.get("elements") or range(1, len(pages) + 1)
    check_numbers("page", chosen, len(pages))
    for number in set(chosen):
        pages[number - 1] = _TXT_LINE.sub(lambda line: pseudo(line[0]), pages[number - 1])
    return "\f".join(pages)


def translate_srt(text: str, pseudo: Pseudo, _options: Mapping[str, Any]) -> str:
    """Translate the lines after each timing, up to a blank line, as one text."""
    return _CUE.sub(lambda match: match[1] + pseudo(match[2]), text)


def translate_table(text: str, pseudo: Pseudo, options: Mapping[str, Any], *, source: str, output: str) -> str:
    """Translate each cell except formulas. The option ``separator`` overrides the one of the source's format.

    Cells are rewritten in place: quotes, line ends and Excel's line ``sep=…`` stay.
    """
    hint = re.match(r"sep=(.)(?:\r\n?|\n)", text)
    given = options.get("separator") or (hint[1] if hint else _SEPARATORS[source])
    if len(given) != 1 or given in '"\r\n':
        raise EngineError("separator must be one character, not a quotation mark or a line end")
    separator = given if source == output else _SEPARATORS[output]
    ends = rf"[{re.escape(given)}\r\n]"
    cells = re.compile(  # separators inside the parentheses of an unquoted formula do not end the cell
        rf"""
        (?: "(?P<quoted>(?:[^"]|"")*+)" (?={ends}|\Z)
          | (?P<plain> \s*=\s*[\w.]+\((?:[^()\r\n]|\([^()\r\n]*\))*\)(?={ends}|\Z) | [^{ends[1:-1]}]* ) )
        (?P<end> \r\n | {ends} | \Z)
        """,
        re.VERBOSE,
    )

    def rewrite(cell: re.Match[str]) -> str:
        value = cell["plain"] if cell["quoted"] is None else cell["quoted"].replace('""', '"')
        if value.startswith('"') and value.count('"') == 1 and cell["quoted"] is None:
            raise ValueError("the quotation mark at the beginning of a cell is never closed")
        new = value if _FORMULA.match(value) else pseudo(value)
        is_changed = new != value or separator != given
        is_quoted = (cell["quoted"] is not None and separator == given) or (
            is_changed and any(it in new for it in f'"{separator}\r\n')
        )
        end = separator if cell["end"] == given else cell["end"]
        return (f'"{new.replace(chr(34), chr(34) * 2)}"' if is_quoted else new) + end

    start = hint.end() if hint else 0
    return ("" if source != output else text[:start]) + cells.sub(rewrite, text[start:])
