"""Progress of translations and batches: below a notebook cell, as a bar on a terminal, as lines elsewhere."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from html import escape
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TextIO

from ._later import Later
from ._results import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

    from . import batch
    from .batch import BatchProgress
else:  # loaded when an annotation that names it is read
    batch = Later(".batch", __package__)

_VERBS = {"upload": "uploading", "wait": "waiting", "download": "downloading"}
_FAILURES = {"failed", "uncertain"}
_STOPPING = "stopping when the current steps are finished; a second Ctrl-C stops immediately"
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # all but tab and newline
BAR_WIDTH = 24
NAME_WIDTH = 28
LINE_EVERY_S = 10.0  # keeps the log of a batch that takes hours readable
DRAW_EVERY_S = 0.2  # in a notebook, each change is a message to the browser


@contextmanager
def show_progress() -> Generator[Callable[[Progress | batch.BatchProgress], None]]:
    """Show what a translation or a batch is doing while the block runs, wherever the program runs.

    ::

        with show_progress() as progress:
            client.translate_file("report.docx", target="de", progress=progress)

    In a notebook: below the cell. On a terminal: bars, if ``rich`` is installed (extra ``cli``). Elsewhere: lines on
    standard error. Give what it yields to any ``progress=``.
    """
    shown: list[Callable[[Any], None]] = []
    with ExitStack() as stack:

        def show(step: Progress | batch.BatchProgress) -> None:
            if not shown:
                shown.append(stack.enter_context(_display(is_batch=hasattr(step, "step"))))
            shown[0](step)

        yield show


@contextmanager
def _display(*, is_batch: bool) -> Generator[Callable[[Any], None]]:
    if _is_notebook():
        cell = _Cell()
        try:
            yield cell.show_batch if is_batch else cell.show
        finally:
            cell.end()
    elif is_terminal(sys.stderr) and find_spec("rich") is not None:
        with batch_bar() if is_batch else bars() as show:
            yield show
    else:
        yield BatchLines().show if is_batch else Lines().show


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None


class _Cell:
    """The output below a notebook cell: the current step, the failures of a batch, and its last line."""

    def __init__(self) -> None:
        self._lines: list[str] = []  # lines that stay
        self._current, self._bar = "", ""
        self._drawn_at = 0.0
        self._handle: Any = import_module("IPython.display").display(self, display_id=True)

    def show(self, step: Progress) -> None:
        """Show a step of a translation."""
        line = line_of(step)
        if line is not None:
            is_known = step.total is not None and step.stage != "wait"  # a bar would not move between polls
            self._draw(line, f' value="{step.done}" max="{step.total}"' if is_known else "")

    def show_batch(self, step: BatchProgress) -> None:
        """Show a step of a batch."""
        if step.step in _FAILURES:
            self._lines.append(_failure(step))
        if step.step in {"stopping", "planning"}:
            self._draw(_STOPPING if step.step == "stopping" else f"{human_count(step.total, 'file')} found", "")
        else:
            bar = f' value="{step.finished}" max="{step.total}"'
            self._draw(_summary(step), bar, is_last=step.step == "end")
        if step.step == "end":
            self._lines.append(_summary(step))

    def _draw(self, line: str, bar: str, *, is_last: bool = False) -> None:
        is_new = is_last or self._bar == "" or bar == ""  # a new step, not more bytes or files of the same one
        self._current, self._bar = line, bar
        if is_new or time.monotonic() - self._drawn_at >= DRAW_EVERY_S:
            self._drawn_at = time.monotonic()
            self._handle.update(self)

    def end(self) -> None:
        """Remove the current step."""
        self._current = ""
        self._handle.update(self)

    def _repr_html_(self) -> str:
        current = f"{escape(self._current)} <progress{self._bar}></progress>" if self._current else ""
        return "<br>".join([*map(escape, self._lines), current])

    def __repr__(self) -> str:
        return "\n".join([*self._lines, self._current])


def is_terminal(stream: TextIO) -> bool:
    """Return whether a stream is a terminal that can move its cursor."""
    return stream.isatty() and os.environ.get("TERM") not in {"dumb", "unknown"}


def strip_controls(text: str, stream: TextIO) -> str:
    """Replace control characters, which a translation or a file name could contain, on a terminal."""
    return _CONTROL.sub("\ufffd", text) if stream.isatty() else text


def human_count(count: int, noun: str) -> str:
    """Like ``1 file`` and ``2 files``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def human_size(size: float) -> str:
    """Bytes as people read them."""
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def human_time(seconds: float) -> str:
    """Return a duration in a readable unit."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02} min"


def _print_line(line: str) -> None:
    print(strip_controls(line, sys.stderr), file=sys.stderr, flush=True)  # noqa: T201  (asked for)


class Lines:
    """One line at the start of each step."""

    def __init__(self) -> None:
        self._begun: set[tuple[str, str]] = set()

    def show(self, step: Progress) -> None:
        """Print the line of this step, if it is the first of its kind."""
        text = line_of(step)
        key = (step.stage, step.name if step.job is None else str(step.job.id))
        if text is not None and key not in self._begun:
            self._begun.add(key)
            _print_line(text)


def line_of(step: Progress) -> str | None:
    """Return a step in words, or ``None`` if it is not shown."""
    name = "" if _is_text(step) else f"{step.name}: "
    size = "" if step.total is None else f" ({human_size(step.total)})"
    if step.stage == "submitted":
        return f"{name}submitted as job {step.job.id}"
    if step.stage == "wait":
        return f"{name}waiting{_expected(step.total)}"
    return f"{name}{_VERBS[step.stage]}{size}" if step.stage in _VERBS else None


def _is_text(step: Progress) -> bool:
    """Return whether a step belongs to a job of texts, whose name is its ID."""
    job: Any = step.job
    return job is not None and step.name == job.id


def _expected(total: float | None) -> str:
    return "" if total is None else f", usually {human_time(total)}"


_bars: list[Live] = []  # on the terminal; whatever else is printed there would end up in its line


def hide_bar() -> None:
    """Erase the bar until the next step, for a result on standard output."""
    for live in _bars:
        live.stop()


def print_above_bar(message: str) -> bool:
    """Print a message above the bar, from any thread. Return whether there is a bar."""
    for live in _bars:
        from rich.text import Text

        live.console.print(Text(message), soft_wrap=True)
    return bool(_bars)


@contextmanager
def _live(live: Live) -> Generator[None]:
    _bars.append(live)
    try:
        with live:
            yield
    finally:
        _bars.remove(live)


@contextmanager
def bars(console: Console | None = None) -> Generator[Callable[[Progress], None]]:
    """Show a bar while the block runs; it disappears afterwards."""
    from rich.console import Console as NewConsole  # 100 ms, needed on a terminal only
    from rich.live import Live

    current: list[tuple[Progress, float]] = []  # the current step and when it was reported

    def draw() -> Table | str:
        return _drawn(*current[0]) if current else ""

    console = console or NewConsole(stderr=True)
    live = Live(
        console=console,
        get_renderable=draw,
        transient=True,
        refresh_per_second=10,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with _live(live):

        def show(step: Progress) -> None:
            if step.stage not in _VERBS:
                return
            live.start()
            is_new = not current or (current[0][0].stage, current[0][0].name) != (step.stage, step.name)
            current[:] = [(step, time.monotonic())]
            if is_new:
                live.refresh()

        yield show


def _drawn(step: Progress, since: float) -> Table:
    """Return a bar of bytes during a transfer, and of the usual duration, if known, during a wait."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    is_waiting = step.stage == "wait"
    done = step.done + (time.monotonic() - since if is_waiting else 0)
    is_known = step.total is not None and (not is_waiting or done < step.total)
    bar = ProgressBar(step.total if is_known else None, done if is_known else 0, pulse=not is_known)
    if is_waiting:
        amount = Text(f"{done:.0f} s{_expected(step.total)}", style="progress.remaining")
    else:
        whole = "" if step.total is None else f" of {human_size(step.total)}"
        amount = Text(f"{human_size(done)}{whole}", style="progress.download")
    table = Table.grid(padding=(0, 1))
    table.add_column(max_width=NAME_WIDTH, no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True)
    table.add_column(max_width=BAR_WIDTH)  # the only one that may wrap, so it is the first to shrink
    table.add_column(no_wrap=True)
    table.add_row(Text("text" if _is_text(step) else step.name), _VERBS[step.stage], bar, amount)
    return table


class BatchLines:
    """A line for each file that failed, and one every ``LINE_EVERY_S`` seconds of the batch."""

    def __init__(self) -> None:
        self._last = 0.0

    def show(self, step: BatchProgress) -> None:
        """Print the line of this step, if it has one."""
        if step.step == "start":
            _print_line(f"{step.total - step.finished} of {human_count(step.total, 'file')} to do")
        elif step.step in _FAILURES:
            _print_line(_failure(step))
        elif step.step == "stopping":
            _print_line(_STOPPING)
        elif step.step == "done" and step.seconds - self._last >= LINE_EVERY_S:
            self._last = step.seconds
            _print_line(_summary(step))


def _failure(step: BatchProgress) -> str:
    return f"{step.path}: {step.step}: {step.reason or ''}"


def _summary(step: BatchProgress) -> str:
    failed = f", {step.failed} failed" if step.failed else ""
    left = "" if step.remaining_s is None else f", about {human_time(step.remaining_s)} left"
    return f"{step.finished} of {human_count(step.total, 'file')}{failed}, {human_count(step.calls, 'call')}{left}"


@contextmanager
def batch_bar(console: Console | None = None) -> Generator[Callable[[BatchProgress], None]]:
    """Show a bar, with failures above it, while the block runs; it disappears afterwards."""
    from rich.console import Console as NewConsole  # 100 ms, needed on a terminal only
    from rich.progress import BarColumn, Progress, TextColumn
    from rich.text import Text

    columns = (BarColumn(BAR_WIDTH), TextColumn("{task.description}", markup=False))
    display = Progress(
        *columns,
        console=console or NewConsole(stderr=True),
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with _live(display.live):
        bar = display.add_task("searching for files", total=None)

        def show(step: BatchProgress) -> None:
            if step.step == "planning":
                display.update(bar, description=f"{human_count(step.total, 'file')} found")
                return
            if step.step in _FAILURES:
                display.print(Text(strip_controls(_failure(step), sys.stderr)), soft_wrap=True)
            if step.step == "stopping":
                display.print(Text(_STOPPING))
            display.start()
            display.update(bar, description=_summary(step), total=step.total or None, completed=step.finished)

        yield show
