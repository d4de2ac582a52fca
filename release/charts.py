"""Charts and rows of figures for the pages, read from the reports in ``benchmarks/reports``.

A page marks a chart with ``<!-- chart: polling -->``; ``release.hooks`` inserts it as SVG when the site is built.
Colors come from the site's style sheet, so a chart follows the color scheme.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from functools import partial
from html import escape
from typing import NamedTuple

from .tree import ROOT

PLACE = re.compile(r"<!-- chart: (\w+) -->")
OFFICIAL = r"official|published|groupdocs-translation-cloud"  # how the reports name the official SDK
WIDTH, BAR, GAP = 480, 26, 12


class Row(NamedTuple):
    """A row of a table in a report: its section, and its cells by column."""

    section: str
    cells: dict[str, str]


def rows(report: str) -> Iterator[Row]:
    """Yield all rows of all tables of a report."""
    section, header = "", list[str]()
    for line in (ROOT / "benchmarks" / "reports" / f"{report}.md").read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            section, header = line[3:], []
        elif not line.startswith("|"):
            header = []
        elif not header:
            header = [cell.strip() for cell in line.strip("|").split("|")]
        elif not re.match(r"\|[\s:|-]+$", line):
            yield Row(section, dict(zip(header, (cell.strip() for cell in line.strip("|").split("|")), strict=True)))


def cell(report: str, column: str, *patterns: str) -> str:
    """Return a cell of the first row in which each pattern is found; ``column`` is a pattern too.

    Raises:
        LookupError: no row matches; the report has changed, so adapt the call.
    """
    for row in rows(report):
        text = " | ".join((row.section, *row.cells.values()))
        if all(re.search(pattern, text) for pattern in patterns):
            for name, value in row.cells.items():
                if re.search(column, name):
                    return value
    raise LookupError(f"benchmarks/reports/{report}.md has no {column!r} in a row with {patterns}")


def number(text: str) -> float:
    """Return the first number in a text."""
    found = re.search(r"\d[\d,]*\.?\d*", text)
    if found is None:
        raise LookupError(f"no number in {text!r}")
    return float(found[0].replace(",", ""))


def _svg(height: int, label: str, parts: list[str]) -> str:
    body = "".join(parts)
    return f'<svg class="chart" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">{body}</svg>'


def bars(title: str, unit: str, values: list[tuple[str, str, str]]) -> str:
    """Return horizontal bars; a value is a name, the text of the number, and the class of the bar."""
    most = max(number(text) for _, text, _ in values)
    parts = [f'<text class="title" x="0" y="16">{escape(title)}</text>']
    for index, (name, text, kind) in enumerate(values):
        top = 30 + index * (2 * BAR + GAP)
        long = max(2.0, number(text) / most * (WIDTH - 110))
        parts.append(f'<text x="0" y="{top + 14}">{escape(name)}</text>')
        parts.append(f'<rect class="{kind}" x="0" y="{top + 20}" width="{long:.0f}" height="{BAR}" rx="3"/>')
        parts.append(f'<text class="value" x="{long + 8:.0f}" y="{top + 38}">{escape(f"{text} {unit}".strip())}</text>')
    label = f"{title}: " + ", ".join(f"{name} {text} {unit}" for name, text, _ in values)
    return _svg(30 + len(values) * (2 * BAR + GAP), label, parts)


def comparison(title: str, unit: str, report: str, column: str, contenders: list[tuple[str, str, str]]) -> str:
    """Return bars for figures of one report; a contender has a name, a pattern of its row, and a class."""
    return bars(title, unit, [(name, cell(report, column, pattern), kind) for name, pattern, kind in contenders])


def _logarithmic(low: float, high: float, start: int, end: int) -> Callable[[float], float]:
    """Return an axis: the position of a value, ``low`` at ``start`` and ``high`` at ``end``."""
    return lambda value: start + math.log(value / low) / math.log(high / low) * (end - start)


def polling() -> str:
    """Calls against lateness of each schedule, for documents of 5 seconds to 10 minutes; both axes are logarithmic."""
    left, right, top, bottom = 50, WIDTH - 20, 34, 314
    height = 360
    x, y = _logarithmic(0.7, 80.0, left, right), _logarithmic(1.0, 500.0, bottom, top)
    parts = ['<text class="title" x="0" y="16">Calls and lateness for documents of 5 s to 10 min</text>']
    for calls in (1, 3, 10, 30, 100, 300):
        parts.append(f'<path class="grid" d="M{left} {y(calls):.0f}H{right}"/>')
        parts.append(f'<text class="tick end" x="{left - 8}" y="{y(calls) + 4:.0f}">{calls}</text>')
    for late in (1, 3, 10, 30):
        parts.append(f'<path class="grid" d="M{x(late):.0f} {top}V{bottom}"/>')
        parts.append(f'<text class="tick middle" x="{x(late):.0f}" y="{bottom + 18}">{late} s</text>')
    parts.append(f'<text class="tick middle" x="{(left + right) // 2}" y="{height - 8}">mean lateness</text>')
    parts.append(f'<text class="tick" x="0" y="{top - 2}">calls per job</text>')
    for name, kind, dx, anchor in (
        ("fixed 2 s", "other", 8, ""),
        ("responsive", "third", 6, ""),
        ("balanced", "ours", 6, ""),
        ("economy", "second", 10, "end"),
    ):
        found = [row.cells for row in rows("polling") if re.match(r"document, median (?!ms)", row.section)]
        points = [
            (x(number(cells["late, mean s"])), y(number(cells["calls a job"])))
            for cells in found
            if cells.get("schedule") == name
        ]
        line = "L".join(f"{across:.1f} {up:.1f}" for across, up in points)
        parts.append(f'<path class="line {kind}" d="M{line}"/>')
        parts += [f'<circle class="{kind}" cx="{across:.1f}" cy="{up:.1f}" r="4"/>' for across, up in points]
        across, up = points[-1]
        label = "every 2 s" if kind == "other" else name
        shift = 38 if kind == "second" else 4 if kind == "other" else -8
        parts.append(f'<text class="value {anchor}" x="{across + dx:.0f}" y="{up + shift:.0f}">{label}</text>')
    return _svg(height, "Calls a job against mean lateness; a fixed loop of 2 s needs up to 359 calls", parts)


CHARTS: dict[str, Callable[[], str]] = {
    "tokens": partial(
        comparison, "Token requests when all start together", "", "auth", "token requests",
        [("groupdocs-translation, 1,000 tasks", "1000 tasks", "ours"),
         ("groupdocs-translation, 200 threads", "ClientCredentials, 200 threads", "ours"),
         ("official SDK, 200 threads", rf"({OFFICIAL}).*200 threads", "other")],
    ),
    "memory": partial(
        comparison, "Memory for an upload of 1 GiB", "MiB", "memory", "growth",
        [("groupdocs-translation, sync", r"translation, sync.*\bup\b", "ours"),
         ("groupdocs-translation, async", r"translation, async.*\bup\b", "ours"),
         ("official SDK", rf"({OFFICIAL}).*\bup\b", "other")],
    ),
    "polling": polling,
}  # fmt: skip


def filled(page: str) -> str:
    """Return a page's Markdown with its charts."""
    return PLACE.sub(lambda place: f'<div class="figure">{CHARTS[place[1]]()}</div>', page)


def measured_table() -> str:
    """Return the rows of "Why this and not the official SDK", as the reports have them."""
    official, batch, faults = OFFICIAL, r"\| batch \|", r"\| 5% faults \|"
    lost, calls, up = "billed and lost", "calls per file", ("translation, sync", r"\bup\b")
    figures = (
        ("calls per file: 2,000 files, no faults", "batch", calls, (official, "no faults"), (batch, "no faults")),
        ("files done of 2,000: 5% of the requests fail, one run", "batch", "files",
         (official, faults), (batch, faults)),
        ("the same, no token revoked (official SDK) or with retries (this package)", "batch", "files",
         (official, "no token revoked"), ("retry", faults)),
        ("jobs billed and lost in the first of these runs", "batch", lost, (official, faults), (batch, faults)),
        ("token requests of 200 threads that start together", "auth", "token requests",
         (official,), ("ClientCredentials, 200 threads",)),
        ("memory for an upload of 1 GiB, MiB", "memory", "growth", (official,), up),
        ("import and a client, ms", "imports", "ms", (official,), ("and a client",)),
        ("CPU to submit and poll a text, µs", "requests", "CPU", (official,), (r"\| groupdocs-translation \|",)),
    )  # fmt: skip
    lines = ["| measured | official SDK | this package | report |", "|---|---:|---:|---|"]
    for what, report, column, *sides in figures:
        theirs, ours = (cell(report, column, *patterns) for patterns in sides)
        if column == "files":  # by state
            theirs, ours = (" ".join(re.findall(r"([\d,]+) done", states)) or "0" for states in (theirs, ours))
        lines.append(f"| {what} | {theirs} | {ours} | [{report}](measurements/{report}.md) |")
    return "\n".join(lines)
