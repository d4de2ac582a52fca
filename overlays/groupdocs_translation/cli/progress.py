"""Progress on stderr: bars on a terminal, lines elsewhere, nothing with ``--quiet`` and ``--json``."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .output import human_count, human_size, human_time, is_terminal, say, strip_controls

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import Console
    from rich.table import Table

    from .._results import Progress
    from ..batch import BatchProgress

_VERBS = {"upload": "uploading", "wait": "waiting", "download": "downloading"}
_BAD = {"failed", "uncertain"}
_STOPPING = "stopping when the steps under way are finished; Ctrl-C again stops at once"
BAR_WIDTH = 24
NAME_WIDTH = 28
LINE_EVERY_S = 10.0  # in a log, a batch of hours must not be longer than a person reads


@contextmanager
def progress_display(*, is_quiet: bool) -> Generator[Callable[[Progress], None]]:
    """What to call with each step of a translation."""
    if is_quiet:
        yield lambda _: None
    elif is_terminal(sys.stderr):
        with bars() as show:
            yield show
    else:
        yield Lines().show


@contextmanager
def batch_display(*, is_quiet: bool) -> Generator[Callable[[BatchProgress], None]]:
    """What to call with each step of a batch."""
    if is_quiet:
        yield lambda _: None
    elif is_terminal(sys.stderr):
        with batch_bar() as show:
            yield show
    else:
        yield BatchLines().show


class Lines:
    """One line when something begins, none while it goes on."""

    def __init__(self) -> None:
        self._begun: set[tuple[str, str]] = set()

    def show(self, step: Progress) -> None:
        """Print the line of this step, if it is the first of its kind."""
        text = line_of(step)
        key = (step.stage, step.name if step.job is None else str(step.job.id))
        if text is not None and key not in self._begun:
            self._begun.add(key)
            say(text)


def line_of(step: Progress) -> str | None:
    """Return a step in words, ``None`` where there is nothing to say."""
    name = "" if _is_text(step) else f"{step.name}: "
    size = "" if step.total is None else f" ({human_size(step.total)})"
    if step.stage == "submitted":
        return f"{name}submitted as job {step.job.id}"
    if step.stage == "wait":
        return f"{name}waiting{_expected(step.total)}"
    return f"{name}{_VERBS[step.stage]}{size}" if step.stage in _VERBS else None


def _is_text(step: Progress) -> bool:
    """A job of texts has no name but its id."""
    job: Any = step.job
    return job is not None and step.name == job.id


def _expected(total: float | None) -> str:
    return "" if total is None else f", usually {human_time(total)}"


@contextmanager
def bars(console: Console | None = None) -> Generator[Callable[[Progress], None]]:
    """A bar for what goes on; gone after the block, so that the result stands alone."""
    from rich.console import Console as NewConsole  # noqa: PLC0415  (100 ms that only a terminal needs)
    from rich.live import Live  # noqa: PLC0415

    current: list[tuple[Progress, float]] = []  # the step that is shown, and when it came

    def draw() -> Table | str:
        return _drawn(*current[0]) if current else ""

    console = console or NewConsole(stderr=True)
    with Live(console=console, get_renderable=draw, transient=True, refresh_per_second=10) as live:

        def show(step: Progress) -> None:
            if step.stage not in _VERBS:
                return
            is_new = not current or (current[0][0].stage, current[0][0].name) != (step.stage, step.name)
            current[:] = [(step, time.monotonic())]
            if is_new:
                live.refresh()

        yield show


def _drawn(step: Progress, since: float) -> Table:
    """Bytes while something is transferred; the expected time while a job is waited for, pulsing where unknown."""
    from rich.progress_bar import ProgressBar  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    is_waiting = step.stage == "wait"
    done = step.done + (time.monotonic() - since if is_waiting else 0)
    is_known = step.total is not None and (not is_waiting or done < step.total)
    bar = ProgressBar(step.total if is_known else None, done if is_known else 0, BAR_WIDTH, pulse=not is_known)
    if is_waiting:
        amount = Text(f"{done:.0f} s{_expected(step.total)}", style="progress.remaining")
    else:
        whole = "" if step.total is None else f" of {human_size(step.total)}"
        amount = Text(f"{human_size(done)}{whole}", style="progress.download")
    table = Table.grid(padding=(0, 1))
    table.add_column(max_width=NAME_WIDTH, no_wrap=True, overflow="ellipsis")
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_row(Text("text" if _is_text(step) else step.name), _VERBS[step.stage], bar, amount)
    return table


class BatchLines:
    """A line for each file that failed, and one every ``LINE_EVERY_S`` seconds of the batch."""

    def __init__(self) -> None:
        self._last = 0.0

    def show(self, step: BatchProgress) -> None:
        """Print what this step is worth."""
        if step.step == "start":
            say(f"{step.total - step.finished} of {human_count(step.total, 'file')} to do")
        elif step.step in _BAD:
            say(_failure(step))
        elif step.step == "stopping":
            say(_STOPPING)
        elif step.step == "done" and step.seconds - self._last >= LINE_EVERY_S:
            self._last = step.seconds
            say(_summary(step))


def _failure(step: BatchProgress) -> str:
    return f"{step.path}: {step.step}: {step.reason or ''}"


def _summary(step: BatchProgress) -> str:
    failed = f", {step.failed} failed" if step.failed else ""
    left = "" if step.remaining_s is None else f", about {human_time(step.remaining_s)} left"
    return f"{step.finished} of {human_count(step.total, 'file')}{failed}, {human_count(step.calls, 'call')}{left}"


@contextmanager
def batch_bar(console: Console | None = None) -> Generator[Callable[[BatchProgress], None]]:
    """A bar for as long as the block runs, failures above it; gone after it, so that the report stands alone."""
    from rich.console import Console as NewConsole  # noqa: PLC0415  (100 ms that only a terminal needs)
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    columns = (BarColumn(BAR_WIDTH), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console or NewConsole(stderr=True), transient=True) as display:
        bar = display.add_task("looking for files", total=None)

        def show(step: BatchProgress) -> None:
            if step.step == "planning":
                display.update(bar, description=f"{human_count(step.total, 'file')} found")
                return
            if step.step in _BAD:
                display.print(Text(strip_controls(_failure(step), sys.stderr)), soft_wrap=True)
            if step.step == "stopping":
                display.print(Text(_STOPPING))
            display.update(bar, description=_summary(step), total=step.total or None, completed=step.finished)

        yield show
