"""How far a batch is, on stderr: one bar for all files on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from .exits import in_words
from .output import harmless, human_count, human_time, is_terminal, say

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import Console

    from ..batch import BatchProgress

    Show = Callable[[BatchProgress], None]

LINE_EVERY_S = 10.0  # in a log, a batch of hours must not be longer than a person reads
_BAD = {"failed", "uncertain"}


@contextmanager
def batch_shown(*, is_quiet: bool) -> Generator[Show]:
    """What to call with each step."""
    if is_quiet:
        yield _nothing
    elif is_terminal(sys.stderr):
        with batch_bar() as show:
            yield show
    else:
        yield BatchLines().show


def _nothing(_: BatchProgress) -> None:
    return


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
            say("stopping when the steps under way are finished; Ctrl-C again stops at once")
        elif step.step == "done" and step.seconds - self._last >= LINE_EVERY_S:
            self._last = step.seconds
            say(summary(step))


def _failure(step: BatchProgress) -> str:
    return f"{step.path}: {step.step}: {in_words(step.reason or '')}"


def summary(step: BatchProgress) -> str:
    """Where the batch is, in one line."""
    failed = f", {step.failed} failed" if step.failed else ""
    left = "" if step.remaining_s is None else f", about {human_time(step.remaining_s)} left"
    return f"{step.finished} of {human_count(step.total, 'file')}{failed}, {human_count(step.calls, 'call')}{left}"


@contextmanager
def batch_bar(console: Console | None = None) -> Generator[Show]:
    """A bar for as long as the block runs, failures above it; gone after it, so that the report stands alone."""
    from rich.console import Console as NewConsole  # noqa: PLC0415  (100 ms that only a terminal needs)
    from rich.progress import BarColumn, Progress, TextColumn  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    columns = (BarColumn(bar_width=24), TextColumn("{task.description}", markup=False))
    with Progress(*columns, console=console or NewConsole(stderr=True), transient=True) as shown:
        bar = shown.add_task("looking for files", total=None)

        def show(step: BatchProgress) -> None:
            if step.step == "planning":
                shown.update(bar, description=f"{human_count(step.total, 'file')} found")
                return
            if step.step in _BAD:
                shown.print(Text(harmless(_failure(step), sys.stderr)), soft_wrap=True)
            if step.step == "stopping":
                shown.print(Text("stopping when the steps under way are finished; Ctrl-C again stops at once"))
            shown.update(bar, description=summary(step), total=step.total or None, completed=step.finished)

        yield show
