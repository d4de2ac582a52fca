"""Everything that a sandbox remembers, in one place; each part guards itself and knows the one clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, define

from .faults import Faults
from .jobs import Jobs, Statuses, TrialCalls
from .records import Records

if TYPE_CHECKING:
    from collections import Counter

    from .clock import VirtualClock
    from .identity import Identity
    from .storage import Storage


@define
class State:
    """The parts; see each for its promise. Slots: a name that is misspelt in a test is an error."""

    clock: VirtualClock
    identity: Identity
    stored: Storage
    jobs: Jobs
    trial_calls: TrialCalls
    records: Records = Factory(Records)
    faults: Faults = Factory(Faults)
    statuses: Statuses = Factory(Statuses)

    @property
    def tokens_issued(self) -> int:
        """How many tokens were given out."""
        return self.identity.tokens_issued

    def calls(self) -> Counter[str]:
        """Count requests by operation."""
        return self.records.calls()
