"""What a sandbox remembers: clients, jobs, stored files, records of requests, and faults to come."""

from __future__ import annotations

import random
import secrets
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from attrs import define, field

if TYPE_CHECKING:
    from collections.abc import Mapping

RETENTION_S = 24 * 3600.0  # results are kept so long (the service's page)


@define
class Job:
    """A job: ready at a moment, with its results or its failure."""

    id: str
    family: str
    trial: bool
    ready_at: float
    made_at: float
    answer: dict[str, Any]


@define
class Fault:
    """Something that goes wrong with the next requests of an operation.

    ``status`` answers with that status, ``truncate`` breaks the connection in the middle of the answer, ``body``
    replaces it, ``delay_s`` holds it back. With ``after`` the request is carried out first: a job exists although the
    client never hears of it.
    """

    operation: str
    times: int = 1
    status: int | None = None
    headers: Mapping[str, str] = field(factory=dict[str, str])
    body: bytes | None = None
    truncate: bool = False
    delay_s: float = 0.0
    after: bool = False


@define
class Record:
    """One request that came in; ``token`` is the id of its token, never the token."""

    operation: str
    method: str
    path: str
    status: int
    token: str | None
    has_authorization: bool


class State:
    """Everything that changes, under one lock. ``latency_s`` is the median time of a job; 0 is instant."""

    def __init__(self, *, latency_s: float, seed: int) -> None:
        self.lock = threading.Lock()
        self.clients: dict[str, str] = {}
        self.revoked: set[str] = set()
        self.tokens_issued = 0
        self.jobs: dict[str, Job] = {}
        self.stored: dict[str, bytes] = {}
        self.records: list[Record] = []
        self.faults: list[Fault] = []
        self.offset_s = 0.0
        self._latency_s = latency_s
        self._random = random.Random(seed)

    def now(self) -> float:
        """Seconds since the epoch, as far as the sandbox is concerned."""
        return time.time() + self.offset_s

    def add_job(self, family: str, answer: dict[str, Any], *, trial: bool) -> Job:
        """A new job that will be ready after a while."""
        with self.lock:
            spread = self._random.lognormvariate(0, 0.3)
            now = self.now()
            job = Job(secrets.token_hex(16), family, trial, now + self._latency_s * spread, now, answer)
            self.jobs[job.id] = job
            return job

    def find_job(self, job_id: str, family: str, *, trial: bool) -> Job | None:
        """The job, unless it is unknown, of another family, or too old. A trial's job may be read by both."""
        job = self.jobs.get(job_id)
        if job is None or job.family != family or (trial and not job.trial):
            return None
        return job if self.now() - job.made_at < RETENTION_S else None

    def store(self, content: bytes) -> str:
        """Keep a file; its key."""
        key = secrets.token_urlsafe(24)
        with self.lock:
            self.stored[key] = content
        return key

    def fault(self, operation: str, *, after: bool) -> Fault | None:
        """The next fault for an operation, used up."""
        with self.lock:
            for fault in self.faults:
                if fault.operation == operation and fault.after == after and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None

    def calls(self) -> Counter[str]:
        """Requests by operation."""
        return Counter(record.operation for record in list(self.records))
