"""One file under way in one run: its row as it is now, and what it has cost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, field

from .costs import CALLS_LEFT
from .states import FileState

if TYPE_CHECKING:
    from .._async.jobs import AsyncJob
    from .gates import SlotHandover
    from .journal import Row

_SENDING = {FileState.PLANNED, FileState.UPLOADED, FileState.SUBMITTING}


@define
class ActiveFile:
    """A file under way. One task owns it; the scheduler reads what it still costs.

    ``call_counts`` counts calls by operation; ``began`` is in monotonic seconds; ``is_judged`` once the job's fate is
    known, so that only fetching is left, which costs no call.
    """

    row: Row
    slots: SlotHandover
    began: float
    call_counts: Counter[str] = field(factory=Counter[str])
    job: AsyncJob | None = None
    is_judged: bool = False

    @property
    def calls_left(self) -> int:
        """The calls it needs at least, from here."""
        return 0 if self.is_judged else CALLS_LEFT.get(self.row.state, 0)

    @property
    def is_sending(self) -> bool:
        """Whether it holds a slot for sending."""
        return self.row.state in _SENDING

    def columns(self, now: float, **columns: Any) -> dict[str, Any]:
        """Columns to note, with what the file has cost so far; ``now`` in monotonic seconds."""
        polls = sum(count for operation, count in self.call_counts.items() if operation.startswith("get"))
        return columns | {
            "calls": self.row.calls + self.call_counts.total(),
            "polls": self.row.polls + polls,
            "seconds": round(self.row.seconds + now - self.began, 3),
            "worked": self.row.run,
        }
