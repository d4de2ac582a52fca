# Derived from overlays/groupdocs_translation/_async/jobs.py by `nox -s regenerate`: edit that file, never this one.
"""A submitted job: poll it, wait for it, download its results."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .._concurrency import sync_run, sync_sleep
from .._config import check_flag
from .._data import AsDict
from .._errors import (
    ConfigurationError,
    JobExpired,
    JobFailed,
    JobPartial,
    JobTimeout,
    NotFound,
    TokenUnavailable,
    TransferError,
    TranslationError,
)
from .._files import check_places, is_written, output_folder
from .._later import Later
from .._results import (
    FileResult,
    FileTranslation,
    JobStatus,
    Progress,
    ProgressCallback,
    State,
)
from .._rules import responses
from .._rules.job_handle import JobHandle, JobKind
from .._rules.names import known_extension, missing_languages, result_name
from .._rules.polling import (
    PollingName,
    PollingSchedule,
    check_wait,
    schedule_named,
    usual_duration,
)
from .._rules.responses import body_status, clean, is_job_id, job_state
from .._rules.retry import EXPIRED_STATUSES, RetryPolicy
from .._usage import calling, context_call
from ..spec.operations import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Generator

    from . import connection as _connection
else:  # loaded when its annotations are evaluated
    _connection = Later(".connection", __package__)

log = logging.getLogger("groupdocs_translation.jobs")

R = TypeVar("R")  # the return type of result()

TEXT_TIMEOUT_S = 300.0  # texts take seconds, more if the service is overloaded
FILE_TIMEOUT_S = 3600.0  # documents take minutes, long recordings more
SHORTEST_PAUSE_S = 1.0  # between two requests to a token endpoint that is down
UNKNOWN_POLLS = 4  # a service with several databases may not know a new job for a while
RETENTION_S = 23 * 3600.0  # results are kept for 24 hours: an unknown job of this age has expired

_POLLS = {(row.family, row.public): row.id for row in OPERATIONS if row.role == "poll"}


class Job(AsDict, Generic[R]):
    """A submitted job.

    Each poll is one billed call. ``status()`` polls once; ``wait()``, ``result()`` and ``download()`` poll on the
    schedule. A job that is done is not polled again. Errors have the job as ``error.job``: wait again to resume. Use a
    job from one task or thread at a time. ``request_id`` is the ID of the last request for this job, or ``None``.
    """

    def __init__(
        self,
        connection: _connection.Connection,
        handle: JobHandle,
        *,
        submitted: float | None = None,
        request_id: str | None = None,
    ) -> None:
        if not is_job_id(handle.id):
            raise ConfigurationError(
                f"the job ID must be one that the service returned, got {handle.id!r:.60}", parameter="id"
            )
        self._connection = connection
        self._handle = handle
        self.request_id = request_id
        self._spec = handle.spec
        self._submitted = submitted  # on the monotonic clock; None for a job of an earlier run or another process
        self._polls = 0
        self._unknown_polls = 0  # consecutive polls for which the service did not know the job
        self._unready_at = submitted  # time of the last poll for which the job was not ready; None: nothing to learn
        self._last: JobStatus | None = None
        self._body: Any = None
        self._must_poll = False  # the next wait polls immediately: for missing languages, or for new URLs
        self._sizes: dict[Path, int] = {}  # bytes of the files that are downloaded

    @property
    def id(self) -> str:
        """The ID that the service gave the job."""
        return self._handle.id

    @property
    def kind(self) -> JobKind:
        """The kind of result: ``text``, ``file`` or ``hugo``."""
        return self._handle.kind

    def to_dict(self) -> dict[str, Any]:
        """Return the job as JSON types. Store it, and resume with ``client.job(**stored)``, also in another process."""
        return self._handle.to_dict()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy a job as its handle, because connections cannot be pickled."""
        return JobHandle, (self._handle.id, self._spec, self._handle.submitted_at)

    def __repr__(self) -> str:
        state = self._last.state.value if self._last else "unknown"
        return f"{type(self).__name__}(id={self.id!r}, kind={self.kind!r}, state={state!r})"

    def status(self) -> JobStatus:
        """Poll once and return a ``JobStatus``. Send nothing if the job is known to be done, failed or expired.

        Raises:
            TranslationError: the call failed; ``error.job`` is this job.
        """
        if self._last is not None and self._last.state.is_final:
            return self._last
        operation = _POLLS[self.kind, self._spec.trial]
        parameter = "id" if self.kind == "hugo" else "request_id"
        try:
            response = self._connection.call(operation, **{parameter: self.id})
        except NotFound as error:
            self.request_id = error.request_id
            self._last = JobStatus(self._unknown_state(), 404, error.message, (), self.request_id)
        except TranslationError as error:
            error.job = self
            raise
        else:
            self._last = self._read_status(response)
        self._polls += 1
        self._must_poll = False
        self._observe(self._last)
        return self._last

    def _read_status(self, response: Any) -> JobStatus:
        self._body = response.parsed
        self.request_id = responses.request_id(response.headers)
        languages = list(responses.entries(self._spec, self._body))
        code = body_status(self._body.status)
        has_result = bool(languages) or responses.has_structure(self._spec, self._body)
        state = job_state(code, int(response.status_code), has_result=has_result)
        if state is State.EXPIRED:
            state = self._unknown_state()
        else:
            self._unknown_polls = 0
        return JobStatus(state, code, clean(self._body.message), languages, self.request_id)

    def done(self) -> bool:
        """Poll once and return whether the job has ended, successfully or not. Send nothing if that is known."""
        return (self.status()).state is not State.PENDING

    def wait(
        self,
        timeout: float | None = None,
        *,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> Self:
        """Wait until the job has ended, and return it.

        Args:
            timeout: seconds from now. By default the deadline of the schedule, or else 300 for texts and 3,600 for
                files.
            polling: schedule for this wait instead of the client's.
            progress: callback for each ``Progress``.
            retries: policy for this wait instead of the client's.

        Raises:
            ConfigurationError: an argument is wrong.
            JobTimeout: the job has not ended in time. It continues at the service: wait again.
            TranslationError: a call failed; ``error.job`` is this job.
        """
        limit = check_wait(timeout, polling, progress)
        schedule = self._connection.settings.polling if polling is None else schedule_named(polling)
        if limit is None:
            limit = schedule.deadline_s
        if limit is None:
            limit = TEXT_TIMEOUT_S if self._spec.duration_kind == "text" else FILE_TIMEOUT_S  # an image has texts, too
        with calling(policy=retries), naming(self):
            self._wait_until_ended(limit, schedule, progress)
        return self

    def _wait_until_ended(self, limit: float, schedule: PollingSchedule, progress: ProgressCallback | None) -> None:
        clock, durations = self._connection.clock, self._connection.durations
        kind, size = self._spec.duration_kind, self._spec.size
        deadline = clock.monotonic() + limit
        if self._submitted is None or self._must_poll:  # a resumed job may have ended already
            self._poll(deadline)
        while self._last is None or self._last.state is State.PENDING:
            now = clock.monotonic()
            learnt = durations.quantiles(kind)
            pause = schedule.next_wait(kind=kind, size=size, elapsed=self._age(now), polls=self._polls, learnt=learnt)
            remaining = deadline - now
            if remaining <= 0 and self._last is not None:
                state = "is unknown to the service" if self._unknown_polls else "was not ready"
                continues = "" if self._unknown_polls else "it continues: "
                raise JobTimeout(
                    f"job {self.id} {state} after {limit:g} s; {continues}wait again, or resume it by its ID", job=self
                )
            if progress is not None:
                median = durations.median(kind)
                usual = usual_duration(kind, size) if median is None else median
                progress(Progress("wait", self._spec.name or self.id, self._age(now), usual, self))
            sync_sleep(clock, max(0.0, min(pause, remaining)))
            self._poll(deadline)

    def _poll(self, deadline: float) -> None:
        """Poll once. If the token endpoint is down, which does not affect the job, retry until the deadline."""
        clock, policy = self._connection.clock, context_call().policy or self._connection.settings.retries
        while True:
            try:
                self.status()
            except TokenUnavailable as error:
                wait = max(SHORTEST_PAUSE_S, error.retry_after or 0.0)
                is_late = clock.monotonic() + wait >= deadline
                if policy.tries == 1 or wait > policy.longest_retry_after_s or is_late:
                    raise
                log.warning("job %s: %s; polling again in %.0f s", self.id, error, wait)
                sync_sleep(clock, wait)
            else:
                return

    def result(
        self,
        timeout: float | None = None,
        *,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> R:
        """Wait, and return a ``TextTranslation``, ``FileResult`` (URLs, nothing is downloaded) or ``HugoStructure``.

        The arguments are those of ``wait``.

        Raises:
            JobFailed, JobExpired: the job has no result.
            JobPartial: some languages are missing; ``error.result`` has the others.
            JobTimeout: the job has not ended in time.
        """
        self.wait(timeout, polling=polling, progress=progress, retries=retries)
        assert self._last is not None
        if self._last.state is State.EXPIRED:
            is_old = self._age(self._connection.clock.monotonic()) >= RETENTION_S
            advice = "results are kept for 24 hours" if is_old else "check its ID and kind, the account, and base_url"
            where = self._connection.settings.base_url
            raise JobExpired(f"job {self.id} is unknown to the service at {where}: {advice}", job=self)
        if self._last.state is State.FAILED:
            is_empty = self._last.code == 200
            reason = "its status is done, but it has no result" if is_empty else self._last.message
            raise JobFailed(
                f"job {self.id} failed: {reason or 'no reason given'} (status {self._last.code})",
                job=self,
                status=self._last.code,
                reason=self._last.message,
            )
        result: R = self._read()
        missing = missing_languages(self._spec.targets, self._last.languages)
        if self.kind != "hugo" and (missing or self._last.state is State.PARTIAL):
            self._must_poll = True
            raise JobPartial(
                f"job {self.id} is incomplete: ready: {', '.join(self._last.languages) or 'none'}, missing: "
                f"{', '.join(missing) or 'unknown'}; use error.result, or wait again for the missing ones",
                job=self,
                result=result,
                missing=missing,
            )
        return result

    def download(
        self,
        output_dir: str | os.PathLike[str] = ".",
        *,
        overwrite: bool = False,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> FileTranslation:
        """Wait, then download the files to ``output_dir`` as ``report.de.docx``. Downloads are not billed.

        After a ``TransferError``, call it again to download the remaining files. If the URLs of the results have
        expired since the last poll, it polls once for new ones. The other arguments are those of
        ``wait``.

        Raises:
            ConfigurationError: the job has no files, or a file exists and ``overwrite`` is false.
            JobPartial: some languages are missing; ``error.result`` is a ``FileTranslation`` of the others.
            TransferError: a download failed; no incomplete file is left.
        """
        if self.kind != "file":
            raise ConfigurationError(f"a job of kind {self.kind!r} has no files: use result()")
        check_flag(overwrite, "overwrite")
        with calling(policy=retries):
            with naming(self, is_download=True):
                folder = sync_run(output_folder, output_dir)
            return self._download_into(folder, overwrite, timeout, polling, progress)

    def _download_into(
        self,
        folder: Path,
        overwrite: bool,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
    ) -> FileTranslation:
        polls = self._polls
        partial: JobPartial | None = None
        try:
            result: Any = self.result(timeout, polling=polling, progress=progress)
        except JobPartial as error:
            partial, result = error, error.result
        try:
            with naming(self, is_download=True):
                translation = self._download(result, folder, overwrite, progress)
        except TransferError as error:
            if error.status_code not in EXPIRED_STATUSES or self._polls > polls:
                raise
            log.info("job %s: the URLs of its results have expired; polling for new ones", self.id)
            self._last, self._must_poll = None, True
            return self._download_into(folder, overwrite, timeout, polling, progress)
        if partial is not None:
            raise JobPartial(str(partial), job=self, result=translation, missing=partial.missing)
        return translation

    def _download(
        self, result: FileResult, folder: Path, overwrite: bool, progress: ProgressCallback | None
    ) -> FileTranslation:
        name = self._spec.name or f"{self.id}.x"
        paths: dict[str, Path] = {}
        for language in result.urls:
            extension = self._spec.output_format or known_extension(result.urls[language])
            path = folder / result_name(name, language, extension)
            if path in paths.values():
                raise TransferError(f"two results of job {self.id} have the same name {path.name}")
            paths[language] = path
        done: set[Path] = set()
        if not overwrite:
            done = {path for path in paths.values() if is_written(path, self._sizes.get(path.absolute()))}
        wanted = {path: result.sizes[language] or 0 for language, path in paths.items() if path not in done}
        sync_run(_prepare, folder, wanted, overwrite)
        download = self._connection.downloader(progress)
        for language, path in paths.items():
            if path not in done:
                size = result.sizes[language]
                size = download.fetch(result.urls[language], path, size=size, overwrite=overwrite)
                self._sizes[path.absolute()] = size
        sizes = {language: self._sizes[path.absolute()] for language, path in paths.items()}
        return FileTranslation(paths, sizes, self.id, self.request_id)

    def _age(self, now: float) -> float:
        if self._submitted is not None:
            return now - self._submitted
        if self._handle.submitted_at is not None:
            return max(0.0, self._connection.clock.wall() - self._handle.submitted_at)
        return 0.0

    def _unknown_state(self) -> State:
        """Return the state of a job that the service does not know. A new job may not be known yet: poll it again."""
        self._unknown_polls += 1
        if self._submitted is None and self._handle.submitted_at is None:
            return State.EXPIRED
        age = self._age(self._connection.clock.monotonic())
        return State.PENDING if age < RETENTION_S and self._unknown_polls < UNKNOWN_POLLS else State.EXPIRED

    def _observe(self, status: JobStatus) -> None:
        if self._submitted is None or self._unready_at is None:
            return
        now = self._connection.clock.monotonic()
        if status.state is State.PENDING:
            self._unready_at = now
        elif status.state is State.DONE:
            log.info("job %s is done after %.1f s, polls: %d", self.id, now - self._submitted, self._polls)
            at_least, at_most = self._unready_at - self._submitted, now - self._submitted
            self._connection.durations.record(self._spec.duration_kind, at_least=at_least, at_most=at_most)
            self._unready_at = None  # later polls, for new URLs, teach nothing

    def _read(self) -> Any:
        if self.kind == "file":
            return responses.files_of(self._spec, self._body, self.request_id)
        if self.kind == "hugo":
            return responses.structure_of(self._body, self.request_id)
        found = responses.texts_of(self._handle, self._body, self.request_id)
        if found is None:
            raise JobFailed(f"job {self.id} failed: the number of translations differs from the texts sent", job=self)
        return found


def _prepare(folder: Path, wanted: dict[Path, int], overwrite: bool) -> None:
    with suppress(OSError):  # the check says why
        folder.mkdir(parents=True, exist_ok=True)
    check_places([*wanted], sum(wanted.values()), overwrite=overwrite, is_paid=True)


@contextmanager
def naming(job: Job[Any], *, is_download: bool = False) -> Generator[None]:
    """Name a job in every error, also in that of a callback, a cancellation or an interrupt: it is paid for."""
    try:
        yield
    except TranslationError as error:
        if error.job is None:
            error.job = job
        if is_download:
            error.args = (f"{error}; download job {job.id} again, it is not billed again", *error.args[1:])
        raise
    except BaseException as interrupt:
        resume = f"client.job({job.id!r}, kind={job.kind!r})"
        interrupt.add_note(f"job {job.id} was submitted and continues at the service; resume it with {resume}")
        raise
