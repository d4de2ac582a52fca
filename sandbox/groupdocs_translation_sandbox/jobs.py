"""Jobs: made by a submission, ready after a while, asked for by polls, forgotten after a day."""

from __future__ import annotations

import threading
import uuid
from collections import Counter, deque
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from .storage import RETENTION_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from groupdocs_translation.spec.operations import Operation

    from .clock import VirtualClock
    from .latency import Latency


@frozen
class Outcome:
    """What a job comes to.

    ``status`` is that of the body once the job is over: 200, 206 or a failure. ``result`` has the members of the answer
    that are the result: ``translations``, ``frontmatters`` and ``shortcodes``, or ``files`` (language to storage key
    and size), whose addresses are signed when they are asked for.
    """

    status: int
    message: str
    result: Mapping[str, Any]


@frozen
class Job:
    """One job; times are seconds since the epoch on the sandbox's clock."""

    id: str
    operation: str
    family: str
    trial: bool
    made_at: float
    ready_at: float
    body_digest: str
    request: Mapping[str, Any]
    outcome: Outcome


class Jobs(Mapping[str, Job]):
    """All jobs by their ids. One lock guards the tables; any thread may call.

    Of a job that is older than ``RETENTION_S`` only the bare facts are kept, not request and result.
    """

    def __init__(self, clock: VirtualClock, latency: Latency) -> None:
        self.latency = latency
        self._clock = clock
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._whole: deque[str] = deque()  # ids of those with request and result, oldest first
        self._by_digest: Counter[str] = Counter()

    def __getitem__(self, job_id: str) -> Job:
        return self._jobs[job_id]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._jobs))

    def __len__(self) -> int:
        return len(self._jobs)

    def by_digest(self) -> Counter[str]:
        """How many jobs each body made (SHA-256 in hex): above 1 somebody paid twice for the same."""
        with self._lock:
            return Counter(self._by_digest)

    def add(
        self, operation: Operation, request: Mapping[str, Any], digest: str, size_bytes: int, outcome: Outcome
    ) -> Job:
        """A new job that will be ready after a while."""
        now = self._clock.now()
        job = Job(
            id=str(uuid.uuid4()),
            operation=operation.id,
            family=operation.family,
            trial=operation.id.endswith("Trial"),
            made_at=now,
            ready_at=now + self.latency.draw(operation, size_bytes),
            body_digest=digest,
            request=request,
            outcome=outcome,
        )
        with self._lock:
            while self._whole and now - (old := self._jobs[self._whole[0]]).made_at >= RETENTION_S:
                self._jobs[self._whole.popleft()] = evolve(old, request={}, outcome=evolve(old.outcome, result={}))
            self._jobs[job.id] = job
            self._whole.append(job.id)
            self._by_digest[digest] += 1
        return job

    def find(self, job_id: str, operation: Operation) -> Job | None:
        """The job that a poll means: none if unknown, of another family, or too old.

        A trial's job may be read by the normal operation too, a normal one's not by the trial's.
        """
        job = self._jobs.get(job_id)
        if job is None or job.family != operation.family or (operation.id.endswith("Trial") and not job.trial):
            return None
        return job if self._clock.now() - job.made_at < RETENTION_S else None
