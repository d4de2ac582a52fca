"""The state of a sandbox. Each part has a lock of its own; all share one clock."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterator

from attrs import Factory, define, frozen

from .faults import Faults
from .identity import Identity
from .jobs import Jobs
from .settings import Settings, VirtualClock
from .storage import Storage

MAX_RECORDS = 100_000  # a sandbox may run for weeks; counts are not limited


@frozen
class Record:
    """One request, without its token, body and query."""

    operation: str  # the operation's ID, or the path if the request is not an operation
    method: str
    path: str
    status: int | None  # None if no response was sent
    token: str | None  # the ID (jti) of a valid token, never the token
    has_authorization: bool
    digest: str  # the SHA-256 of the body, or of the file for an upload
    size: int  # of the body, in bytes
    time: float  # seconds since the epoch on the sandbox's clock
    job: str | None  # the ID of the job that the request created
    fault: bool  # whether a fault was applied


class Records:
    """The latest 100,000 records in order, and counts of all. Thread-safe: one lock guards both."""

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
    """The parts of a sandbox's state. With slots, a misspelled name in a test is an error."""

    settings: Settings
    clock: VirtualClock
    identity: Identity
    stored: Storage
    jobs: Jobs
    records: Records = Factory(Records)
    faults: Faults = Factory(Faults)

    @property
    def tokens_issued(self) -> int:
        return self.identity.tokens_issued
