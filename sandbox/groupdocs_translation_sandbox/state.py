"""Everything that a sandbox remembers, in one place; each part guards itself and knows the one clock."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator

from attrs import Factory, define, frozen

from .clock import VirtualClock
from .faults import Faults
from .identity import Identity
from .jobs import Jobs, Statuses, TrialCalls
from .storage import Storage

MAX_RECORDS = 100_000  # a sandbox may run for weeks; counts go on beyond


@frozen
class Record:
    """One request, as far as a test or a curious user may know it: no token, no body, no query.

    ``operation`` is the operation's id, or the path of what is none; ``path`` has no query; ``status`` is ``None``
    when nothing was answered; ``token`` is the id (``jti``) of a valid token, never the token; ``digest`` is the
    SHA-256 of the body, of an upload's that of the file; ``size`` is the body's length in bytes; ``time`` is seconds
    since the epoch on the sandbox's clock; ``job`` is the id of the job that the request made; ``fault`` says whether
    one was at work.
    """

    operation: str
    method: str
    path: str
    status: int | None
    token: str | None
    has_authorization: bool
    digest: str
    size: int
    time: float
    job: str | None
    fault: bool


class Records:
    """The latest 100,000 records in order, and counts of all. One lock guards both; any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: deque[Record] = deque(maxlen=MAX_RECORDS)
        self._calls: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Record]:
        with self._lock:
            return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def __getitem__(self, index: int) -> Record:
        with self._lock:
            return self._records[index]

    def append(self, record: Record) -> None:
        with self._lock:
            self._records.append(record)
            self._calls[record.operation] += 1

    def calls(self) -> Counter[str]:
        with self._lock:
            return Counter(self._calls)

    def clear(self) -> None:
        with self._lock:
            self._records.clear()
            self._calls.clear()


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
        return self.identity.tokens_issued

    def calls(self) -> Counter[str]:
        return self.records.calls()
