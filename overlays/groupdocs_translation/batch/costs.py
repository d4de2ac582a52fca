"""What a batch will cost in calls, and whether one more file fits what is left. Pure.

Every call is billed, polls included (service page, "Money"). A file needs an upload, a submission and at least one
poll; how many polls it takes is not known before, so there is a minimum and, from experience, an estimate.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from .states import FileState

if TYPE_CHECKING:
    from collections.abc import Iterable

CALLS_LEFT = {  # at least, in a state; a submission in flight may be counted already, so this is on the safe side
    FileState.PLANNED: 3,
    FileState.UPLOADED: 2,
    FileState.SUBMITTING: 2,
    FileState.SUBMITTED: 1,
}
USUAL_POLLS = 2.9  # of a job, before this journal has experience: balanced, 20 s (benchmarks/reports/polling.md)


@frozen(kw_only=True)
class KindCost:
    """The calls that the files of one kind will cost.

    ``files`` are those that cost anything, ``bytes`` what is sent of them. ``polls`` is the least, ``expected_polls``
    what such jobs took so far, or usually take.
    """

    kind: str
    files: int
    bytes: int
    uploads: int
    submissions: int
    polls: int
    expected_polls: float

    @property
    def minimum(self) -> int:
        """The fewest calls."""
        return self.uploads + self.submissions + self.polls

    @property
    def expected(self) -> int:
        """The calls that are likely."""
        return self.uploads + self.submissions + round(self.expected_polls)


def kind_cost(kind: str, states: Iterable[tuple[FileState, int, int]], polls_per_job: float | None) -> KindCost:
    """The cost of one kind from (state, files, bytes) of it; ``polls_per_job`` is experience, if there is any."""
    uploads = submissions = polls = size = 0
    for state, files, total in states:
        left = CALLS_LEFT.get(state, 0)
        uploads += files if left > 2 else 0
        submissions += files if left > 1 else 0
        polls += files if left > 0 else 0
        size += total if left > 2 else 0
    each = polls_per_job if polls_per_job is not None else USUAL_POLLS
    return KindCost(
        kind=kind,
        files=polls,
        bytes=size,
        uploads=uploads,
        submissions=submissions,
        polls=polls,
        expected_polls=polls * max(1.0, each),
    )


def fits(remaining: int | None, *, promised: int, need: int) -> bool:
    """Whether a file that needs ``need`` calls may be started, when those under way still need ``promised``."""
    return remaining is None or promised + need <= remaining
