"""Formats that are made of lines: plain text, tables (CSV, TSV) and subtitles (SRT)."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from .contract import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .pseudo import Pseudo

LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$")
_CUE = re.compile(
    r"^([ \t]*\d+:\d\d:\d\d[,.]\d+[ \t]*-->[^\r\n]*\r?\n)((?:[^\r\n]*\S[^\r\n]*(?:\r?\n|\Z))+)", re.MULTILINE
)


def translate_txt(text: str, pseudo: Pseudo, _options: Mapping[str, Any]) -> str:
    """Each line is a text of its own."""
    return "".join(map(pseudo, LINE.findall(text)))


def translate_srt(text: str, pseudo: Pseudo, _options: Mapping[str, Any]) -> str:
    """The lines after each timing, up to a blank one, are one text."""
    return _CUE.sub(lambda match: match[1] + pseudo(match[2]), text)


def table(separator: str, output_separator: str) -> Callable[[str, Pseudo, Mapping[str, Any]], str]:
    """A rewriter of tables whose cells are texts; the option ``separator`` takes the place of the source's."""

    def rewrite(text: str, pseudo: Pseudo, options: Mapping[str, Any]) -> str:
        given = options.get("separator") or separator
        if len(given) != 1:
            raise EngineError(f"a separator is one character, not {len(given)}")
        out = io.StringIO(newline="")
        line_end = "\r\n" if "\r\n" in text else "\n"
        rows = csv.writer(
            out, delimiter=given if separator == output_separator else output_separator, lineterminator=line_end
        )
        rows.writerows(map(pseudo, row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=given))
        return out.getvalue()

    return rewrite
