"""Everything that a sandbox remembers, in one place; each part guards itself and knows the one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .clock import VirtualClock
from .faults import Faults
from .identity import Identity
from .jobs import Jobs
from .latency import Latency
from .polls import Statuses
from .records import Records
from .storage import Storage
from .trial import TrialCalls

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable
    from pathlib import Path


class State:
    """The parts; see each for its promise. Slots: a name that is misspelt in a test is an error."""

    __slots__ = ("clock", "faults", "identity", "jobs", "records", "statuses", "stored", "trial_calls")

    def __init__(
        self,
        folder: Path,
        *,
        now: Callable[[], float],
        token_lifetime_s: int,
        url_lifetime_s: float,
        latency_s: float,
        seed: int,
    ) -> None:
        self.clock = VirtualClock(now)
        self.identity = Identity(self.clock, token_lifetime_s=token_lifetime_s)
        self.stored = Storage(folder, self.clock, url_lifetime_s=url_lifetime_s)
        self.jobs = Jobs(self.clock, Latency(latency_s, seed))
        self.trial_calls = TrialCalls(self.clock)
        self.records = Records()
        self.faults = Faults()
        self.statuses = Statuses()

    @property
    def tokens_issued(self) -> int:
        """How many tokens were given out."""
        return self.identity.tokens_issued

    def calls(self) -> Counter[str]:
        """Requests by operation."""
        return self.records.calls()
