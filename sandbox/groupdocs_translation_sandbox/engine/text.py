"""Line-based formats: plain text, tables (CSV, TSV) and subtitles (SRT); and the encodings of all text."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from typing import Any

from .protocol import EngineError
from .pseudo import MULTILINE, Pseudo

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_TXT_LINE = re.compile(rf"(?:{MULTILINE} | [^\r\n])*+ (?:\r\n|\r|\n) | .+\Z", re.VERBOSE | re.DOTALL)
_END = r"(?:\r\n?|\n)"
_TIMING = r"[ \t]*(?:\d+:)?\d+:\d+[,.]\d+[ \t]*-->[^\r\n]*"
_CUE = re.compile(  # some files lack the blank line between cues
    rf"(?<![^\r\n])({_TIMING}{_END})((?:(?!(?:[ \t]*\d+[ \t]*{_END})?{_TIMING})[^\r\n]*\S[^\r\n]*(?:{_END}|\Z))*)"
)
_FRONT_MATTER = re.compile(
    rf"\s*(?P<fence>---|\+\+\+|;;;)(?P<language>[a-z]*)[ \t]*{_END}(?P<content>(?:.*?{_END})??)"
    rf"(?:(?P=fence)|\.\.\.)[ \t]*(?:{_END}|\Z)",
    re.DOTALL,
)
_BOMS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose BOM it starts with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# formulas, and constants of spreadsheets
_FORMULA = re.compile(
    r"\s*(?:=|[+\-@]\s*(?:\$?[A-Za-z]+\$?[\d(]|'[^']+'!)|(?:TRUE|FALSE|#(?:N/A|[A-Z]+[!?]|DIV/0!))\s*\Z)"
)
_SEPARATORS = {"Csv": ",", "Tsv": "\t"}


def bom_encoding(content: bytes) -> str | None:
    return next((name for bom, name in _BOMS.items() if content.startswith(bom)), None)


def decode(content: bytes, *, declared: str | None = None) -> tuple[str, Callable[[str], bytes]]:
    """Return the text, and a function that encodes another text the same way.

    The encoding is that of the byte order mark, UTF-8 if valid, or ``declared``.

    Raises:
        EngineError: the text is not UTF-8 and declares no encoding.
        UnicodeDecodeError: the text does not have the encoding of its byte order mark, or the declared one.
    """
    encoding = bom_encoding(content)
    bom = "\ufeff" if encoding else ""
    if encoding is None:
        encoding = "utf-8" if _is_utf8(content) else declared
    if encoding is None:
        raise EngineError("the text is not UTF-8, and declares no other encoding")
    text = content.decode(encoding)
    return text.removeprefix(bom), lambda new: (bom + new).encode(encoding, "xmlcharrefreplace")


def _is_utf8(content: bytes) -> bool:
    if b"\0" in content or b"\x1b" in content:  # UTF-16 of ASCII text, or ISO 2022: they are also valid UTF-8
        return False
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def split_front_matter(text: str) -> tuple[str, str, re.Match[str] | None]:
    """Return the front matter (may be empty), the rest, and the match of the fences if it is not JSON."""
    start, end = len(text) - len(text.lstrip()), 0
    if match := _FRONT_MATTER.match(text):
        end = match.end()
    elif text.startswith("{", start) and not text.startswith(("{{", "{%"), start):
        with suppress(ValueError):
            end = json.JSONDecoder().raw_decode(text, start)[1]
    return text[:end], text[end:], match


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
    result, count = _CUE.subn(lambda match: match[1] + pseudo(match[2]), text)
    if text.strip() and not count:
        raise EngineError("the file is not a valid Srt: it has no line such as 00:00:01,000 --> 00:00:02,000")
    return result


def translate_table(text: str, pseudo: Pseudo, options: Mapping[str, Any], *, source: str, output: str) -> str:
    """Translate each cell except formulas. The separator is the option's, or the one that the first line uses.

    Cells are rewritten in place: quotes, line ends and Excel's line ``sep=…`` stay.
    """
    hint = re.match(r"sep=(.)(?:\r\n?|\n)", text)
    given = options.get("separator") or (hint[1] if hint else _separator(text, _SEPARATORS[source]))
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


def _separator(text: str, usual: str) -> str:
    """Return the separator that the first line has most of, for example semicolons where commas are in numbers."""
    first = re.split(r"[\r\n]", re.sub(r'"[^"]*"', "", text), maxsplit=1)[0]
    return max((usual, ",", ";", "\t", "|"), key=first.count)
