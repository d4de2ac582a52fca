"""How far a translation is, on stderr: bars on a terminal, plain lines elsewhere, nothing when asked for nothing."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .output import human_size, human_time, is_terminal, say

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from .._results import Progress

    Show = Callable[[Progress], None]


@contextmanager
def shown(*, is_quiet: bool) -> Generator[Show]:
    """What to call with each step."""
    if is_quiet:
        yield _nothing
    elif is_terminal(sys.stderr):
        from .bars import bars  # noqa: PLC0415  (loads rich's progress: 100 ms that only a terminal needs)

        with bars() as show:
            yield show
    else:
        yield Lines().show


def _nothing(_: Progress) -> None:
    return


class Lines:
    """One line when something begins, none while it goes on."""

    def __init__(self) -> None:
        self._begun: set[tuple[str, str]] = set()

    def show(self, step: Progress) -> None:
        """Print the line of this step, if it is the first of its kind."""
        text = line_of(step)
        key = (step.stage, step.name if step.job is None else str(step.job.id))
        if text is None or key in self._begun:
            return
        self._begun.add(key)
        say(text)


def line_of(step: Progress) -> str | None:
    """What a step is in words, ``None`` where there is nothing to say."""
    size = "" if step.total is None else f" ({human_size(step.total)})"
    if step.stage == "upload":
        return f"{step.name}: uploading{size}"
    if step.stage == "submitted":
        return f"{_name(step)}submitted as job {step.job.id}"
    if step.stage == "wait":
        return f"{_name(step)}waiting{expected(step.total)}"
    if step.stage == "download":
        return f"{step.name}: downloading{size}"
    return None


def expected(total: float | None) -> str:
    """How long such a job takes, in words."""
    if total is None:
        return ""
    return f", usually {human_time(total)}"


def _name(step: Progress) -> str:
    """The file's name with a colon; a job of texts has no name but its id, which is said anyway."""
    job: Any = step.job
    return "" if job is None or step.name == job.id else f"{step.name}: "
