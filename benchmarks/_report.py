"""Writes a measurement down: what was measured, on what, the table, and whether each target was met."""

from __future__ import annotations

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent / "reports"


class Target(NamedTuple):
    """One promise: what, how much was measured, how much is allowed."""

    what: str
    measured: float
    limit: float
    is_least: bool = False

    @property
    def is_met(self) -> bool:
        """Whether the measured value keeps the limit."""
        return self.measured >= self.limit if self.is_least else self.measured <= self.limit

    def line(self) -> str:
        """As a row of Markdown."""
        sign = "≥" if self.is_least else "≤"
        verdict = "met" if self.is_met else "**missed**"
        return f"| {self.what} | {_number(self.measured)} | {sign} {self.limit:g} | {verdict} |"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A Markdown table; numbers with three digits that count."""
    cells = [[_number(cell) if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    lines = [list(head), ["---", *["---:"] * (len(head) - 1)], *cells]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _number(value: float) -> str:
    """Three digits that count; thousands in full, for ``2.39e+03`` is hard to compare with ``976``."""
    rounded = float(f"{value:.3g}")
    return f"{rounded:,.0f}" if abs(rounded) >= 1000 else f"{rounded:g}"


def machine(*packages: str) -> str:
    """One line about where this ran."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    return f"{system}{', ' if versions else ''}{versions}"


def write(name: str, title: str, parts: Sequence[str], targets: Sequence[Target]) -> int:
    """Print the report, write it to ``reports/NAME.md``, and return 0 if every target was met, else 1."""
    rows = ["| target | measured | limit | |", "|---|---:|---:|---|", *(target.line() for target in targets)]
    text = "\n\n".join([f"# {title}", f"Written by `nox -s bench -- {name}`.", *parts, "## Targets", "\n".join(rows)])
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.md").write_text(text + "\n", encoding="utf-8")
    print(text)
    return 0 if all(target.is_met for target in targets) else 1
