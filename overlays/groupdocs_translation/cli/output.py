"""Results on stdout, messages on stderr: plain lines without a terminal, escapes for characters it cannot encode."""

from __future__ import annotations

import json
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from .._progress import hide_bar, print_above_bar, strip_controls

MIN_WRAPPED = 10  # columns: less is unreadable
PADDING = 3  # columns between two cells


def prepare_streams() -> None:
    """Write characters that the encoding of a stream lacks as escapes instead of raising an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(message: str) -> None:
    message = strip_controls(message, sys.stderr)
    if not print_above_bar(message):
        click.echo(message, err=True)


def write(line: str) -> None:
    hide_bar()
    click.echo(strip_controls(line, sys.stdout))


def text_lines(by_language: Mapping[str, str | Sequence[str]]) -> Iterator[str]:
    """Yield the lines of translated texts, each after its language and a tab if there are several languages."""
    for language, given in by_language.items():
        for text in [given] if isinstance(given, str) else given:
            for line in text.split("\n"):
                yield line if len(by_language) == 1 else f"{language}\t{line}"


def write_file(path: Path) -> None:
    hide_bar()
    with path.open("rb") as content:
        shutil.copyfileobj(content, sys.stdout.buffer)
    sys.stdout.buffer.flush()


def write_json(value: Any) -> None:
    """Print the result as one JSON document, in ASCII unless stdout is UTF-8."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    click.echo(json.dumps(value, indent=2, ensure_ascii=encoding != "utf8"))


def write_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, wrapped: int | None = None, is_headed: bool = True
) -> None:
    """Print a table: drawn on a terminal that is wide enough, otherwise tab-separated lines without headings.

    ``wrapped`` is the column to wrap on a narrow terminal; the others stay whole.
    """
    rows = [[strip_controls(cell, sys.stdout) for cell in row] for row in rows]
    size = shutil.get_terminal_size()  # rich assumes 80 columns for a dumb terminal
    if not sys.stdout.isatty() or _narrowest(rows, wrapped) > size.columns:
        for row in rows:
            write("\t".join(re.sub(r"\s", " ", cell) for cell in row))
        return
    from rich import box  # 60 ms that only a terminal needs
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=is_headed)
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=wrapped is not None and number != wrapped, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))  # Text: square brackets in a name are not markup
    console = Console(highlight=False, width=size.columns, height=size.lines)
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())


def _narrowest(rows: Iterable[Sequence[str]], wrapped: int | None) -> int:
    """Return the width of the narrowest table that cuts no ID and no word of a column that is not ``wrapped``."""
    from rich.cells import cell_len

    widths = [
        min(MIN_WRAPPED, max(map(cell_len, cells)))
        if number == wrapped
        else max(cell_len(word) for cell in cells for word in (cell.split() if wrapped is None else [cell]) or [""])
        for number, cells in enumerate(zip(*rows, strict=True))
    ]
    return sum(widths) + PADDING * (len(widths) - 1)
