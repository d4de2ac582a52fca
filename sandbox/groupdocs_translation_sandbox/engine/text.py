"""Formats that are made of lines: plain text, tables (CSV, TSV) and subtitles (SRT); and encodings of all text."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Mapping
from typing import Any

from .protocol import EngineError
from .pseudo import Pseudo

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
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
_FORMULA = re.compile(r"\s*(?:=|[+\-@]\s*[A-Za-z]+[\d(])")
_SEPARATORS = {"Csv": ",", "Tsv": "\t"}


def bom_encoding(content: bytes) -> str | None:
    """Return the encoding that a byte order mark at the beginning names."""
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


def translate_txt(text: str, pseudo: Pseudo, _options: Mapping[str, Any]) -> str:
    """Translate each line as a text of its own."""
    return "".join(map(pseudo, LINE.findall(text)))


def translate_srt(text: str, pseudo: Pseudo, _options: Mapping[str, Any]) -> str:
    """Translate the lines after each timing, up to a blank one, as one text."""
    return _CUE.sub(lambda match: match[1] + pseudo(match[2]), text)


def translate_table(text: str, pseudo: Pseudo, options: Mapping[str, Any], *, source: str, output: str) -> str:
    """Translate each cell but formulas; the option ``separator`` replaces the one of the source's format."""
    given = options.get("separator") or _SEPARATORS[source]
    if len(given) != 1:
        raise EngineError(f"a separator is one character, not {len(given)}")
    out = io.StringIO(newline="")
    separator = given if source == output else _SEPARATORS[output]
    rows = csv.writer(out, delimiter=separator, lineterminator="\r\n" if "\r\n" in text else "\n")
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=given):
        rows.writerow([cell if _FORMULA.match(cell) else pseudo(cell) for cell in row])
    return out.getvalue()
