"""Jobs: created by submissions, ready after a latency, deleted after a day; and the limits of the trial."""

from __future__ import annotations

import math
import random
import uuid
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import Any

from attrs import evolve, frozen
from groupdocs_translation.spec.operations import Operation

from .http import HTTPError
from .settings import DAY_S, Settings, VirtualClock
from .storage import RETENTION_S

# Sigma of the log-normal distribution of latencies: two thirds of all jobs take between 0.74 and 1.35 of the median.
SPREAD = 0.3
# Median durations as multiples of that of a short text. Service pages: a text takes a second or two, a document
# seconds to minutes; the text of images and recordings must be recognized first.
FACTORS = {"text": 1.0, "hugo": 1.0, "file": 2.0, "pdf": 3.0, "image": 4.0, "media": 10.0}
# The bytes of source that add the duration of one short text.
BYTES_A_STEP = {"text": 4_000, "hugo": 1_000_000, "file": 500_000, "pdf": 250_000, "image": 500_000, "media": 2_000_000}


@frozen
class Outcome:
    """The outcome of a job.

    ``result`` has the members of the response with the result: ``translations``, ``frontmatters`` and ``shortcodes``,
    or ``files`` (language to storage key and size), whose URLs are signed at each poll.
    """

    status: int  # in the body of the finished job: 200, 206 or a failure
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


class Latency:
    """Random durations of jobs. With the same seed, the n-th job of a kind always takes the same time."""

    def __init__(self, settings: Settings, seed: int) -> None:
        self._settings, self._seed = settings, seed
        self._generators: dict[str, random.Random] = {}

    def draw(self, operation: Operation, size_bytes: int) -> float:
        name = operation.id.lower()
        kind = next((kind for kind in ("image", "media", "pdf") if kind in name), operation.family)
        generator = self._generators.setdefault(kind, random.Random(f"{self._seed} {kind}"))
        spread = math.exp(generator.gauss(0, SPREAD))
        return self._settings.latency_s * (FACTORS[kind] + size_bytes / BYTES_A_STEP[kind]) * spread


class Jobs(Mapping[str, Job]):
    """All jobs by ID, and the calls of the trial. Only the thread of the server changes them; any other may read them.

    When a job is older than ``RETENTION_S``, its request and result are deleted.
    """

    def __init__(self, clock: VirtualClock, settings: Settings, seed: int) -> None:
        self._clock, self._settings, self._latency = clock, settings, Latency(settings, seed)
        self._jobs: dict[str, Job] = {}
        self._unexpired: deque[str] = deque()  # IDs of jobs with request and result, oldest first
        self._trial_calls: Counter[tuple[float, str]] = Counter()  # by day (UTC) and IP address

    def __getitem__(self, job_id: str) -> Job:
        return self._jobs[job_id]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._jobs))

    def __len__(self) -> int:
        return len(self._jobs)

    def by_digest(self) -> Counter[str]:
        """Count the jobs of each body (SHA-256 in hex). More than 1 means that the same work was billed twice."""
        return Counter(job.body_digest for job in self.values())

    def add(
        self, operation: Operation, request: Mapping[str, Any], digest: str, size_bytes: int, outcome: Outcome
    ) -> Job:
        now = self._clock.now()
        job = Job(
            id=str(uuid.uuid4()),
            operation=operation.id,
            family=operation.family,
            trial=operation.id.endswith("Trial"),
            made_at=now,
            ready_at=now + self._latency.draw(operation, size_bytes),
            body_digest=digest,
            request=request,
            outcome=outcome,
        )
        while self._unexpired and now - (old := self._jobs[self._unexpired[0]]).made_at >= RETENTION_S:
            self._jobs[self._unexpired.popleft()] = evolve(old, request={}, outcome=evolve(old.outcome, result={}))
        self._jobs[job.id] = job
        self._unexpired.append(job.id)
        return job

    def find(self, job_id: str, operation: Operation) -> Job:
        """Find the job of a poll. The normal operation finds trial jobs too, the trial operation only them."""
        job = self._jobs.get(job_id)
        if (
            job is None
            or job.family != operation.family
            or (operation.id.endswith("Trial") and not job.trial)
            or self._clock.now() - job.made_at >= RETENTION_S
        ):
            raise HTTPError(404, "the job is unknown or older than 24 hours")
        return job

    def count_trial(self, address: str) -> None:
        """Count a submission of the trial from an IP address, or raise ``HTTPError`` 429."""
        limit, (day, second) = self._settings.trial_calls_a_day, divmod(self._clock.now(), DAY_S)
        if self._trial_calls[day, address] >= limit:
            wait = {"retry-after": str(int(DAY_S - second) + 1)}
            raise HTTPError(429, f"the trial is limited to {limit} calls a day from one IP address", headers=wait)
        self._trial_calls[day, address] += 1
