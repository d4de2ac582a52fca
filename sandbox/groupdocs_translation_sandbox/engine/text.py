"""Formats that are made of lines: plain text, tables (CSV, TSV) and subtitles (SRT); and encodings of all text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .protocol import EngineError
from .pseudo import TEMPLATE_TAG, Pseudo

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
# template tags go on over lines
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
    """Return the text, and what encodes another one alike: by the byte order mark, as UTF-8 if valid, or ``declared``.

    Raises:
        EngineError: it declares no encoding and is not UTF-8.
        UnicodeDecodeError: it is not what it says.
    """
    marked = bom_encoding(content)
    encoding = marked or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if marked:
            raise
        if declared is None:
            raise EngineError("the text is not UTF-8 and declares no other encoding") from error
        encoding = declared
        text = content.decode(encoding)
    if not marked and "\0" in text:  # ASCII in UTF-16 is UTF-8 with zeros
        raise EngineError("the text is UTF-16 without a byte order mark, or none: save it as UTF-8")
    bom = "\ufeff" if marked else ""
    return text.removeprefix(bom), lambda new: (bom + new).encode(encoding, "xmlcharrefreplace")


def check_numbers(noun: str, numbers: Iterable[int], count: int) -> None:
    """Raise ``EngineError`` unless the file has all these pages, slides or worksheets."""
    for number in numbers:
        if not 1 <= number <= count:
            raise EngineError(f"there is no {noun} {number}: the file has {count}, counted from 1")


def translate_txt(text: str, pseudo: Pseudo, options: Mapping[str, Any]) -> str:
    """Translate each line as a text of its own; form feeds part pages."""
    pages = text.split("\f")
    chosen = options.get("pages") or options.get("elements") or range(1, len(pages) + 1)
    check_numbers("page", chosen, len(pages))
    for number in set(chosen):
        pages[number - 1] = _TXT_LINE.sub(lambda line: pseudo(line[0]), pages[number - 1])
    return "\f".join(pages)


def translate_srt(text: str, pseudo: Pseudo, _options: Mapping[str, Any]) -> str:
    """Translate the lines after each timing, up to a blank one, as one text."""
    return _CUE.sub(lambda match: match[1] + pseudo(match[2]), text)


def translate_table(text: str, pseudo: Pseudo, options: Mapping[str, Any], *, source: str, output: str) -> str:
    """Translate each cell but formulas; the option ``separator`` replaces the one of the source's format.

    Cells are rewritten in place: quotes, line ends and the line ``sep=…`` of Excel stay.
    """
    hint = re.match(r"sep=(.)(?:\r\n?|\n)", text)
    given = options.get("separator") or (hint[1] if hint else _SEPARATORS[source])
    if len(given) != 1 or given in '"\r\n':
        raise EngineError("a separator is one character, and no quotation mark or line end")
    separator = given if source == output else _SEPARATORS[output]
    ends = rf"[{re.escape(given)}\r\n]"
    cells = re.compile(  # an unquoted formula keeps the separators in its brackets
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
