"""Jobs: created by submissions, ready after a latency, deleted after a day; and the limits of the trial.

The work is done before the submission returns, in a thread if it may take long; the latency of a job only adds waiting
time. In a sandbox without latency, every job is ready when its ID is known.
"""

from __future__ import annotations

import asyncio
import base64
import math
import random
import uuid
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import PurePath
from typing import Any

from attrs import evolve, frozen
from groupdocs_translation.spec.formats import KINDS, Kind, format_name
from groupdocs_translation.spec.operations import Operation

from .contract import check_members, language_members
from .engine import Engine, EngineError, FileTask, hugo_structure
from .engine.recognition import FORMATS as RECOGNIZED_AS
from .engine.recognition import TEXT, FakeRecognition
from .http import HTTPError
from .settings import DAY_S, Settings, VirtualClock
from .storage import RETENTION_S, STORAGE_PATH, Storage, StoredFile

# Sigma of the log-normal distribution of latencies: two thirds of all jobs take between 0.74 and 1.35 of the median.
SPREAD = 0.3
# Median durations as multiples of that of a short text. Service pages: a text takes a second or two, a document
# seconds to minutes; the text of images and recordings must be recognized first.
FACTORS = {"text": 1.0, "hugo": 1.0, "file": 2.0, "pdf": 3.0, "image": 4.0, "media": 10.0}
# The bytes of source that add the duration of one short text.
BYTES_A_STEP = {"text": 4_000, "hugo": 1_000_000, "file": 500_000, "pdf": 250_000, "image": 500_000, "media": 2_000_000}

DONE = "done"
INLINE_CHARACTERS = 10_000  # longer texts are translated in a thread, so that they do not block other requests
TRIAL_CHARACTERS = 1_000
TRIAL_PAGES = (1,)
# The kind of each operation that accepts only one kind of file.
_KINDS: dict[str, Kind] = {
    operation: kind
    for kind in KINDS.values()
    for operation in (kind.operation, kind.trial, kind.to_text, kind.summary)
    if operation is not None and (operation != kind.summary or kind.name in {"image", "media"})
}


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


@frozen
class Submission:
    """A request that is valid by its schema. ``origins`` are the origins (``http://host:port``) of this sandbox."""

    _operation: Operation
    _request: dict[str, Any]
    _engine: Engine
    _storage: Storage
    _origins: Sequence[str]
    _lenient: bool

    async def execute(self) -> tuple[Outcome, int]:
        """Return the outcome, and the size of the source in bytes.

        Raises:
            HTTPError: 400 if the request cannot be executed. If the file cannot be translated, the job fails instead.
        """
        if self._operation.family == "hugo":
            return await self._analyze()
        if self._operation.family == "file":
            return await self._files()
        if "texts" in self._request:
            texts = self._texts()
            size = sum(map(len, texts))
        else:  # the text of an image or a recording
            texts = [TEXT]
            size = len(self._content())
        return Outcome(200, DONE, {"translations": await self._translate(texts)}), size

    def _texts(self) -> list[str]:
        texts: list[str] = self._request["texts"]
        if self._operation.id.endswith("Trial") and sum(map(len, texts)) > TRIAL_CHARACTERS:
            raise HTTPError(400, f"must have at most {TRIAL_CHARACTERS} characters in the trial", field="texts")
        if self._operation.id == "summarizeText":
            return ["".join(text.partition(". ")[:2]).rstrip() for text in texts]  # the first sentence
        return texts

    async def _translate(self, texts: list[str]) -> dict[str, list[str]]:
        source, targets = (self._request[name] for name in language_members(self._request))
        glossary = self._request.get("translationDictionary", {})
        markdown = self._request.get("containsMarkdown", False)

        def translate() -> dict[str, list[str]]:
            engine_call = partial(self._engine.translate_text, source=source, glossary=glossary, markdown=markdown)
            return {code: [engine_call(text, target=code) for text in texts] for code in targets}

        inline = sum(map(len, texts)) * len(targets) <= INLINE_CHARACTERS
        return translate() if inline else await asyncio.to_thread(translate)

    async def _files(self) -> tuple[Outcome, int]:
        request, is_trial = self._request, self._operation.id.endswith("Trial")
        file, kind = self._source(), _KINDS.get(self._operation.id)
        source_format = _source_format(kind, request, file, lenient=self._lenient)
        if self._operation.model == "FileRequest" and not self._lenient:
            check_members(request, source_format)
        output_format: str = request.get("outputFormat", source_format)
        if is_trial and output_format != source_format:
            raise HTTPError(400, f"must be {source_format}: the trial does not convert files", field="outputFormat")
        is_recognized = kind is not None and kind.name in {"image", "media"}
        engine = FakeRecognition(self._engine) if is_recognized else self._engine
        if not engine.can_convert(source_format, output_format):
            known = f", only to {', '.join(RECOGNIZED_AS)}" if is_recognized else ""
            message = f"the sandbox does not convert {source_format} to {output_format}{known}"
            raise HTTPError(400, message, field="outputFormat")
        source_language, targets = (request[name] for name in language_members(request))
        size = file.path.stat().st_size
        remark: str | None = None
        results: dict[str, Any] = {}
        for code in targets:
            task = FileTask(
                source_format=source_format,
                output_format=output_format,
                source_language=source_language,
                target_language=code,
                glossary=request.get("translationDictionary", {}),
                options=request | ({"pages": TRIAL_PAGES} if is_trial else {}),
            )
            destination = self._storage.new_path()
            try:
                remark = await asyncio.to_thread(engine.translate_file, file.path, destination, task)
            except EngineError as error:
                return Outcome(500, str(error), {}), size
            results[code] = {"key": self._storage.keep(destination), "size": destination.stat().st_size}
        return Outcome(200, remark or DONE, {"files": results}), size

    def _source(self) -> StoredFile:
        url: str = self._request.get("url", "")
        if not url.startswith(tuple(f"{origin}{STORAGE_PATH}" for origin in self._origins)):
            raise HTTPError(400, "must be the URL of a file that was uploaded to the sandbox", field="url")
        try:
            return self._storage.open(url)
        except HTTPError as error:
            raise HTTPError(400, error.detail, field="url") from None

    def _content(self) -> bytes:
        if "file" not in self._request:
            return self._source().path.read_bytes()
        content = base64.b64decode(self._request["file"])  # valid base64: check_body has validated it
        if not content:
            raise HTTPError(400, "must not be empty", field="file")
        return content

    async def _analyze(self) -> tuple[Outcome, int]:
        if not {"file", "url"} & self._request.keys():
            raise HTTPError(400, "is required if url is missing", field="file")
        content = self._content()
        try:
            matter, shortcodes = await asyncio.to_thread(hugo_structure, content)
        except EngineError as error:
            return Outcome(500, str(error), {}), len(content)
        return Outcome(200, DONE, {"frontmatters": matter, "shortcodes": shortcodes}), len(content)


def _source_format(kind: Kind | None, request: Mapping[str, Any], file: StoredFile, *, lenient: bool) -> str:
    """Find the format of a source: from the request, the operation, the upload, or the suffix of its name."""
    named = request.get("format", "Unknown")
    if named == "Unknown" and kind is not None and len(kind.formats) == 1:
        return kind.formats[0]
    if not lenient and "Unknown" != named != (file.format or named):
        message = f"must be {file.format}, as in the upload; a lenient sandbox uses the format of the request"
        raise HTTPError(400, message, field="format")
    suffixes = [PurePath(name).suffix[1:] for name in (file.file_name, request.get("originalFileName", ""))]
    for hint in (named.replace("Unknown", ""), file.format, *suffixes):
        try:
            found = format_name(hint)
        except ValueError:
            continue
        if kind is not None and kind.formats and found not in kind.formats:
            raise HTTPError(400, f"must be one of {', '.join(kind.formats)}, got {found}", field="format")
        return found
    if not lenient:
        message = "is required: neither the upload nor the file name has one; a lenient sandbox copies the file"
        raise HTTPError(400, message, field="format")
    return "Unknown"
