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
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO

from ._later import Later
from ._results import Progress

if TYPE_CHECKING:
    from rich.console import Console
    from rich.live import Live
    from rich.table import Table

    from . import batch
else:  # loaded when an annotation that names it is read
    batch = Later(".batch", __package__)

_VERBS = {"upload": "uploading", "wait": "waiting", "download": "downloading"}
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
    opened: list[Callable[[Any], None]] = []
    with ExitStack() as stack:

        def show(step: Progress | batch.BatchProgress) -> None:
            if not opened:
                opened.append(_open_display(stack))
            opened[0](step)

        yield show


def _open_display(stack: ExitStack) -> Callable[[Progress | batch.BatchProgress], None]:
    if _is_notebook():
        cell = _Cell()
        stack.callback(cell.end)
        return cell.show
    if is_terminal(sys.stderr) and find_spec("rich") is not None:
        return stack.enter_context(bars())
    return Lines().show


def _is_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and getattr(ipython.get_ipython(), "kernel", None) is not None


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


class View(NamedTuple):
    """What is shown of a step: ``text``, and a bar from ``done`` and ``total``, which is ``None`` if unknown.

    ``remark`` is what stays visible when the next step is shown. A log has one line for each ``topic``: the remark or
    else the text; none if the topic is empty.
    """

    text: str
    topic: str
    done: float = 0
    total: float | None = None
    remark: str = ""


def view_of(step: Progress | batch.BatchProgress) -> View | None:
    """Return what is shown of a step, or ``None`` if it is not shown."""
    if not isinstance(step, Progress):
        return _view_of_batch(step)
    name = "" if _is_text(step) else f"{step.name}: "
    job_id = getattr(step.job, "id", step.name)
    topic = f"{step.stage} {job_id}"
    if step.stage == "submitted":
        return View(f"{name}submitted as job {job_id}", topic)
    if step.stage == "wait":
        return View(f"{name}waiting{_expected(step.total)}", topic)  # a bar would not move between polls
    if step.stage not in _VERBS:
        return None
    size = "" if step.total is None else f" ({human_size(step.total)})"
    return View(f"{name}{_VERBS[step.stage]}{size}", topic, step.done, step.total)


def _view_of_batch(step: batch.BatchProgress) -> View:
    files = human_count(step.total, "file")
    if step.step == "planning":
        return View(f"{files} found", "")
    if step.step == "start":
        return View(f"{step.total - step.finished} of {files} to do", step.step, step.finished, step.total or None)
    topic = remark = ""
    if step.step == "stopping":
        again = "; a second Ctrl-C stops immediately" if step.reason == "interrupted" else ""
        topic, remark = step.step, f"stopping when the current steps are finished{again}"
    elif step.step in {"failed", "uncertain"}:
        topic, remark = f"{step.step} {step.path}", f"{step.path}: {step.step}: {step.reason or ''}"
    elif step.step == "done" and step.seconds >= LINE_EVERY_S:
        topic = f"after {step.seconds // LINE_EVERY_S}"
    failed = f", {step.failed} failed" if step.failed else ""
    left = "" if step.remaining_s is None else f", about {human_time(step.remaining_s)} left"
    text = f"{step.finished} of {files}{failed}, {human_count(step.calls, 'call')}{left}"
    return View(text, topic, step.finished, step.total or None, remark)


def _is_text(step: Progress) -> bool:
    """Return whether a step belongs to a job of texts, whose name is its ID."""
    return step.job is not None and step.name == step.job.id


def _expected(total: float | None) -> str:
    return "" if total is None else f", usually {human_time(total)}"


class Lines:
    """Prints a line for each topic on standard error."""

    def __init__(self) -> None:
        self._printed = {""}

    def show(self, step: Progress | batch.BatchProgress) -> None:
        """Print the line of this step, if it is the first of its topic."""
        view = view_of(step)
        if view is not None and view.topic not in self._printed:
            self._printed.add(view.topic)
            line = strip_controls(view.remark or view.text, sys.stderr)
            print(line, file=sys.stderr, flush=True)  # noqa: T201  (asked for)


class _Cell:
    """The output below a notebook cell: the current step, remarks, and the last line of a batch."""

    def __init__(self) -> None:
        self._lines: list[str] = []  # lines that stay
        self._current: View | None = None
        self._drawn_at = 0.0
        self._handle: Any = import_module("IPython.display").display(self, display_id=True)

    def show(self, step: Progress | batch.BatchProgress) -> None:
        """Show a step; of the same topic, more bytes or files are shown from time to time."""
        view = view_of(step)
        if view is None:
            return
        is_end = getattr(step, "step", None) == "end"
        is_new = is_end or self._current is None or self._current.topic != view.topic
        self._current = view
        if view.remark:
            self._lines.append(view.remark)
        if is_new or time.monotonic() - self._drawn_at >= DRAW_EVERY_S:
            self._drawn_at = time.monotonic()
            self._handle.update(self)
        if is_end:
            self._lines.append(view.text)

    def end(self) -> None:
        """Remove the current step."""
        self._current = None
        self._handle.update(self)

    def _repr_html_(self) -> str:
        lines = [*map(escape, self._lines)]
        if self._current is not None:
            text, total = self._current.text, self._current.total
            bar = "" if total is None else f' value="{self._current.done}" max="{total}"'
            lines.append(f"{escape(text)} <progress{bar}></progress>")
        return "<br>".join(lines)

    def __repr__(self) -> str:
        return "\n".join([*self._lines, *([self._current.text] if self._current else [])])


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
def bars(console: Console | None = None) -> Generator[Callable[[Progress | batch.BatchProgress], None]]:
    """Show a bar with remarks above it while the block runs; it disappears afterwards."""
    from rich.console import Console as NewConsole  # 100 ms, needed on a terminal only
    from rich.live import Live

    current: list[tuple[Any, View, float]] = []  # the current step and when it was reported

    def show(step: Progress | batch.BatchProgress) -> None:
        view = view_of(step)
        if view is None or getattr(step, "stage", None) == "submitted":
            return
        if view.remark:
            print_above_bar(_CONTROL.sub("\ufffd", view.remark))
        live.start()
        is_new = not current or current[0][1].topic != view.topic
        current[:] = [(step, view, time.monotonic())]
        if is_new:
            live.refresh()

    live = Live(
        console=console or NewConsole(stderr=True),
        get_renderable=lambda: _drawn(*current[0]) if current else "",
        transient=True,
        refresh_per_second=10,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    _bars.append(live)
    try:
        with live:
            yield show
    finally:
        _bars.remove(live)


def _drawn(step: Progress | batch.BatchProgress, view: View, since: float) -> Table:
    """Return a bar of files or bytes, or during a wait of the usual duration, if known."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 1))
    if not isinstance(step, Progress):
        table.add_row(ProgressBar(view.total, view.done, width=BAR_WIDTH), Text(view.text))
        return table
    done, total = step.done, step.total
    if step.stage == "wait":
        done += time.monotonic() - since
        amount = Text(f"{done:.0f} s{_expected(total)}", style="progress.remaining")
        total = None if total is None or done >= total else total
    else:
        whole = "" if total is None else f" of {human_size(total)}"
        amount = Text(f"{human_size(done)}{whole}", style="progress.download")
    table.add_column(max_width=NAME_WIDTH, no_wrap=True, overflow="ellipsis")
    table.add_column(no_wrap=True)
    table.add_column(max_width=BAR_WIDTH)  # the only one that may wrap, so it is the first to shrink
    table.add_column(no_wrap=True)
    name = "text" if _is_text(step) else _CONTROL.sub("\ufffd", step.name)
    table.add_row(Text(name), _VERBS[step.stage], ProgressBar(total, done), amount)
    return table
