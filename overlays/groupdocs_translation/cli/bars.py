"""Progress bars of a terminal: bytes while something is transferred, expected time while a job is waited for."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress as Bars
from rich.progress import ProgressColumn, Task, TextColumn
from rich.progress_bar import ProgressBar
from rich.table import Column
from rich.text import Text

from .output import human_size
from .progress import expected

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from rich.console import RenderableType
    from rich.progress import TaskID

    from .._results import Progress

_VERBS = {"upload": "uploading", "wait": "waiting", "download": "downloading"}
BAR_WIDTH = 24
NAME_WIDTH = 28


class StageBar(ProgressColumn):
    """A bar of bytes, or of seconds against the time that such jobs usually take; pulsing where nobody knows."""

    def render(self, task: Task) -> RenderableType:
        """The bar of one task, now."""
        is_waiting = task.fields["stage"] == "wait"
        done = _waited(task) if is_waiting else task.completed
        is_known = task.total is not None and (not is_waiting or done < task.total)
        return ProgressBar(
            total=task.total if is_known else None,
            completed=done if is_known else 0,
            width=BAR_WIDTH,
            pulse=not is_known,
            animation_time=task.get_time(),
        )


class Amount(ProgressColumn):
    """How much: bytes of bytes, or seconds with what is usual."""

    def render(self, task: Task) -> Text:
        """The words of one task, now."""
        if task.fields["stage"] == "wait":
            return Text(f"{_waited(task):.0f} s{expected(task.total)}", style="progress.remaining")
        whole = "" if task.total is None else f" of {human_size(task.total)}"
        return Text(f"{human_size(task.completed)}{whole}", style="progress.download")


def _waited(task: Task) -> float:
    """Seconds since the submission: what the last step said, and what has passed since."""
    return float(task.fields["since"]) + (task.elapsed or 0.0)


@contextmanager
def bars(console: Console | None = None) -> Generator[Callable[[Progress], None]]:
    """Bars for as long as the block runs; they are gone after it, so that the result stands alone."""
    name = Column(max_width=NAME_WIDTH, no_wrap=True, overflow="ellipsis")
    columns = (
        TextColumn("{task.description}", table_column=name, markup=False),
        TextColumn("{task.fields[verb]}"),
        StageBar(),
        Amount(table_column=Column(no_wrap=True)),
    )
    shown = Bars(*columns, console=console or Console(stderr=True), transient=True)
    current: dict[str, TaskID] = {}

    def show(step: Progress) -> None:
        if step.stage not in _VERBS:
            return
        key = f"{step.stage} {step.name}"
        if key not in current:
            for old in current.values():
                shown.remove_task(old)
            current.clear()
            name = "text" if step.job is not None and step.name == step.job.id else step.name
            current[key] = shown.add_task(
                name, total=step.total, stage=step.stage, verb=_VERBS[step.stage], since=step.done
            )
        if step.stage != "wait":
            shown.update(current[key], completed=step.done, total=step.total)

    with shown:
        yield show
