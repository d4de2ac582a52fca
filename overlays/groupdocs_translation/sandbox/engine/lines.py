"""Formats that are read line by line, in constant memory: plain text, tables (CSV, TSV) and subtitles (SRT)."""

from __future__ import annotations

import csv
import re
from html import escape
from typing import TYPE_CHECKING

from .charset import open_text, read_lines
from .contract import EngineError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .contract import EngineOptions
    from .pseudo import Pseudo

_TIMING = re.compile(r"\s*\d+:\d\d:\d\d[,.]\d+\s*-->")
_MARKDOWN_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&])|^(\s*)([-+=]|\d+[.)](?=\s))")


def translate_txt(source: Path, destination: Path, pseudo: Pseudo, options: EngineOptions) -> None:
    """Each line is a text of its own."""
    reader, encoding = open_text(source)
    with reader, destination.open("w", encoding=encoding, newline="") as writer:
        writer.writelines(map(pseudo, read_lines(reader)))


def txt_to_html(source: Path, destination: Path, pseudo: Pseudo, options: EngineOptions) -> None:
    """A paragraph for each block of lines between blank ones."""
    reader, _ = open_text(source)
    with reader, destination.open("w", encoding="utf-8", newline="\n") as writer:
        writer.write('<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title></title></head>\n<body>\n')
        inside = False
        for line in read_lines(reader):
            if line.strip():
                writer.write(("<br>\n" if inside else "<p>") + escape(pseudo(line).strip(), quote=False))
                inside = True
            elif inside:
                writer.write("</p>\n")
                inside = False
        writer.write(("</p>\n" if inside else "") + "</body>\n</html>\n")


def txt_to_markdown(source: Path, destination: Path, pseudo: Pseudo, options: EngineOptions) -> None:
    """The same lines, with what would be markup escaped, and line breaks that stay."""
    reader, encoding = open_text(source)
    with reader, destination.open("w", encoding=encoding, newline="\n") as writer:
        for line in read_lines(reader):
            text = _MARKDOWN_SPECIAL.sub(_escaped, pseudo(line).strip())
            writer.write(text + "  \n" if text else "\n")


def _escaped(match: re.Match[str]) -> str:
    special, indent, start = match.groups()
    if special:
        return f"\\{special}"
    return f"{indent}{start[:-1]}\\{start[-1]}"


def table(separator: str, output_separator: str) -> Callable[[Path, Path, Pseudo, EngineOptions], None]:
    """A rewriter of tables whose cells are texts; ``options.separator`` takes the place of the source's separator."""

    def rewrite(source: Path, destination: Path, pseudo: Pseudo, options: EngineOptions) -> None:
        given = options.separator or separator
        if len(given) != 1:
            raise EngineError(f"A separator is one character, not {len(given)}.")
        wanted = given if separator == output_separator else output_separator
        reader, encoding = open_text(source)
        with reader, destination.open("w", encoding=encoding, newline="") as writer:
            line_end = "\r\n" if reader.readline(1 << 16).endswith("\r\n") else "\n"
            reader.seek(0)
            rows = csv.writer(writer, delimiter=wanted, lineterminator=line_end)
            rows.writerows([pseudo(cell) for cell in row] for row in csv.reader(reader, delimiter=given))

    return rewrite


def translate_srt(source: Path, destination: Path, pseudo: Pseudo, options: EngineOptions) -> None:
    """The lines after each timing, up to a blank one, are one text."""
    reader, encoding = open_text(source)
    with reader, destination.open("w", encoding=encoding, newline="") as writer:
        translate: Callable[[str], str] | None = None
        for line in read_lines(reader):
            if _TIMING.match(line):
                translate = pseudo
            elif not line.strip():
                translate = None
            elif translate:
                writer.write(translate(line))
                translate = pseudo.unmarked
                continue
            writer.write(line)
