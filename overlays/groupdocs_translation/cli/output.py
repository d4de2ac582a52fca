"""Results on stdout, messages on stderr: plain lines where there is no terminal, escapes where letters are missing."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import click

from .._progress import strip_controls


def prepare_streams() -> None:
    """Let no character crash us: what the encoding of a stream lacks is written as an escape."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def say(message: str) -> None:
    """A message for the person, on stderr."""
    click.echo(strip_controls(message, sys.stderr), err=True)


def write(line: str) -> None:
    """A line of the result."""
    click.echo(strip_controls(line, sys.stdout))


def write_json(value: Any) -> None:
    """The result as one JSON document; ASCII only where the stream is not UTF-8."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "")
    click.echo(json.dumps(value, indent=2, ensure_ascii=encoding != "utf8"))


def write_table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], *, wrapped: int | None = None, is_headed: bool = True
) -> None:
    """A table: drawn on a terminal, else tab-separated lines without headings.

    ``wrapped`` is the column that may be broken into lines where the terminal is narrow; the others stay whole as long
    as there is room.
    """
    if not sys.stdout.isatty():
        for row in rows:
            write("\t".join(row))
        return
    from rich import box  # noqa: PLC0415  (60 ms that only a terminal needs)
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, show_header=is_headed)
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=wrapped is not None and number != wrapped, overflow="fold")
    for row in rows:
        cells = (
            Text(strip_controls(cell, sys.stdout)) for cell in row
        )  # Text: square brackets in a name are no markup
        table.add_row(*cells)
    size = shutil.get_terminal_size()  # rich takes the width of a dumb terminal for 80
    console = Console(highlight=False, width=size.columns, height=size.lines)
    with console.capture() as drawn:
        console.print(table)
    for line in drawn.get().splitlines():
        click.echo(line.rstrip())
