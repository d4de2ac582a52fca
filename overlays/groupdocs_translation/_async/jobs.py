"""A job at the service: ask for it when it is worth asking, wait for it, fetch what it made."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from .._concurrency import async_run, async_sleep
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
from .._results import FileResult, FileTranslation, JobStatus, Progress, ProgressCallback, State
from .._rules import responses
from .._rules.job_handle import JobHandle, JobKind
from .._rules.names import known_extension, missing_languages, result_name
from .._rules.polling import PollingName, PollingSchedule, check_wait
from .._rules.responses import body_status, clean, is_job_id, job_state
from .._rules.retry import RetryPolicy
from .._usage import calling, context_call

if TYPE_CHECKING:
    from collections.abc import Generator

    from . import connection as _connection
else:  # loaded when an annotation that names it is read
    _connection = Later(".connection", __package__)

log = logging.getLogger("groupdocs_translation.jobs")

R = TypeVar("R")  # what result() returns

TEXT_TIMEOUT_S = 300.0  # texts take seconds; this is for a service in trouble
SHORTEST_PAUSE_S = 1.0  # before an identity server that is down is asked again
UNKNOWN_TRIES = 4  # a service that reads what it has just written elsewhere may not know a job for a while
RETENTION_S = 23 * 3600.0  # results stay for 24 hours; a job as old as this that is unknown has expired
FILE_TIMEOUT_S = 3600.0  # documents take minutes, long recordings more

_POLLS = {
    ("text", False): ("getTextTranslation", "request_id"),
    ("text", True): ("getTextTranslationTrial", "request_id"),
    ("file", False): ("getFileTranslation", "request_id"),
    ("file", True): ("getFileTranslationTrial", "request_id"),
    ("hugo", False): ("getHugoStructure", "id"),
}


class AsyncJob(AsDict, Generic[R]):
    """A job that was submitted: ``id``, ``kind``, and everything one can do with it.

    Every ``status()`` is one billed call; ``wait()``, ``result()`` and ``download()`` make as few as the polling
    schedule allows, and none once the job is done. Errors keep the job (``error.job``), and waiting again goes on
    where it stopped. ``request_id`` is that of the last request about it. One task or thread uses a job at a time.
    """

    def __init__(
        self,
        connection: _connection.AsyncConnection,
        handle: JobHandle,
        *,
        submitted: float | None = None,
        request_id: str | None = None,
    ) -> None:
        if (handle.spec.kind, handle.spec.trial) not in _POLLS:
            raise ConfigurationError(f"kind {handle.spec.kind!r} is not one of 'text', 'file', 'hugo'")
        if not is_job_id(handle.id):
            raise ConfigurationError("a job id is a non-empty string, as the service gave it")
        self._connection = connection
        self._handle = handle
        self.request_id = request_id
        self._spec = handle.spec
        self._submitted = submitted  # on the monotonic clock; None for a job picked up from elsewhere
        self._polls = 0
        self._unknown = 0  # how often in a row the service did not know it
        self._unready_at = submitted  # when the job was last seen to be not ready
        self._last: JobStatus | None = None
        self._answer: Any = None
        self._is_told = False  # that the job is done in part: who waits again wants to know whether that is still so
        self._fetched: dict[Path, int] = {}  # bytes of the files that are down already

    @property
    def id(self) -> str:
        """The service's id of the job."""
        return self._handle.id

    @property
    def kind(self) -> JobKind:
        """What its result is: ``text``, ``file`` or ``hugo``."""
        return self._handle.kind

    def to_dict(self) -> dict[str, Any]:
        """All that ``client.job(**values)`` needs to pick the job up elsewhere, as JSON types."""
        return self._handle.to_dict()

    def __reduce__(self) -> tuple[Any, ...]:
        """In a pickle or a copy a job is its handle: connections do not travel."""
        return JobHandle, (self._handle.id, self._spec, self._handle.submitted_at)

    def __repr__(self) -> str:
        state = self._last.state.value if self._last else "not asked yet"
        return f"{type(self).__name__}(id={self.id!r}, kind={self.kind!r}, state={state!r})"

    async def status(self) -> JobStatus:
        """Ask the service once, unless the job is known to be over.

        Raises:
            TranslationError: the call failed; the job is ``error.job``.
        """
        if self._last is not None and self._last.state.is_final:
            return self._last
        self._is_told = False
        operation, parameter = _POLLS[self._spec.kind, self._spec.trial]
        self._polls += 1
        try:
            response = await self._connection.call(operation, **{parameter: self.id})
        except NotFound as error:
            self.request_id = error.request_id
            self._last = JobStatus(self._unknown_state(), 404, error.message, (), self.request_id)
            return self._last
        except TranslationError as error:
            error.job = self
            raise
        self._answer = response.parsed
        self.request_id = responses.request_id(response.headers)
        languages = list(responses.entries(self._spec, self._answer))
        code = body_status(self._answer.status)
        message = clean(self._answer.message)
        has_result = bool(languages) or responses.has_structure(self._spec, self._answer)
        state = job_state(code, int(response.status_code), has_result=has_result)
        if state is State.EXPIRED:
            state = self._unknown_state()
        else:
            self._unknown = 0
        self._last = JobStatus(state, code, message, languages, self.request_id)
        self._observe(self._last)
        return self._last

    async def done(self) -> bool:
        """Whether the job is over, well or not; one call unless that is known."""
        return (await self.status()).state is not State.PENDING

    async def wait(
        self,
        timeout: float | None = None,
        *,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> Self:
        """Wait until the job is over, asking as seldom as the schedule allows.

        ``timeout`` in seconds counts from now; ``None`` means the schedule's deadline, and if that has none, five
        minutes for texts and an hour for files.
        ``polling`` and ``retries`` replace the client's schedule and policy for this wait.

        Raises:
            ConfigurationError: ``timeout`` is no number of seconds, or there is no such schedule.
            JobTimeout: it is not over in time; it goes on at the service, so wait again.
            TranslationError: a call failed; the job is ``error.job``.
        """
        limit = check_wait(timeout, polling, progress)
        if limit is None:
            limit = self._connection.schedule(polling).deadline_s
        if limit is None:
            limit = TEXT_TIMEOUT_S if self.kind == "text" else FILE_TIMEOUT_S
        with calling(policy=retries):
            await self._until_over(limit, polling, progress)
        return self

    async def _until_over(
        self, limit: float, polling: PollingName | PollingSchedule | None, progress: ProgressCallback | None
    ) -> None:
        clock = self._connection.clock
        deadline = clock.monotonic() + limit
        if self._submitted is None or self._is_told:  # picked up from elsewhere: it may have been done for hours
            await self._ask_until(deadline)
        while self._last is None or self._last.state is State.PENDING:
            now = clock.monotonic()
            pause = self._connection.next_wait(self._spec, self._since(now), self._polls, polling)
            remaining = deadline - now
            if remaining <= 0 and self._last is not None:
                state = "is not known to the service" if self._unknown else "was not ready"
                goes_on = "" if self._unknown else "it goes on: "
                raise JobTimeout(
                    f"job {self.id} {state} after {limit:g} s; {goes_on}wait again, or pick it up by its id", job=self
                )
            if progress is not None:
                usual = self._connection.usual_duration(self._spec)
                progress(Progress("wait", self._spec.name or self.id, self._since(now), usual, self))
            await async_sleep(clock, max(0.0, min(pause, remaining)))
            await self._ask_until(deadline)

    async def _ask_until(self, deadline: float) -> None:
        """Ask once; while the identity server is down, which says nothing of the job, go on until the deadline."""
        clock, policy = self._connection.clock, context_call().policy or self._connection.settings.retries
        while True:
            try:
                await self.status()
            except TokenUnavailable as error:
                wait = max(SHORTEST_PAUSE_S, error.retry_after or 0.0)
                is_late = clock.monotonic() + wait >= deadline
                if policy.tries == 1 or wait > policy.longest_retry_after_s or is_late:
                    raise
                self._polls -= 1  # nothing reached the service
                log.warning("job %s: %s; asked again in %.0f s", self.id, error, wait)
                await async_sleep(clock, wait)
            else:
                return

    async def result(
        self,
        timeout: float | None = None,
        *,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> R:
        """Wait and return a ``TextTranslation``, a ``FileResult`` (addresses, nothing fetched) or a ``HugoStructure``.

        Raises:
            JobFailed, JobExpired: there will be no result.
            JobPartial: some languages are missing; ``error.result`` has the others.
            JobTimeout: not over in time.
        """
        await self.wait(timeout, polling=polling, progress=progress, retries=retries)
        assert self._last is not None
        if self._last.state is State.EXPIRED:
            said = f" ({self._last.message})" if self._last.message else ""
            is_old = self._since(self._connection.clock.monotonic()) >= RETENTION_S
            advice = "results are kept for 24 hours" if is_old else "check its id and kind, the account, and base_url"
            where = self._connection.settings.base_url
            raise JobExpired(f"job {self.id} is unknown to the service at {where}{said}: {advice}", job=self)
        if self._last.state is State.FAILED:
            is_empty = self._last.code == 200
            why = "the service calls it done and gives no result" if is_empty else self._last.message
            raise JobFailed(
                f"job {self.id} failed: {why or 'no reason given'} (status {self._last.code})",
                job=self,
                status=self._last.code,
                reason=self._last.message,
            )
        result: R = self._read()
        missing = missing_languages(self._spec.targets, self._last.languages)
        if self.kind != "hugo" and (missing or self._last.state is State.PARTIAL):
            self._is_told = True
            raise JobPartial(
                f"job {self.id} is done in part: {', '.join(self._last.languages) or 'nothing'} is there, "
                f"{', '.join(missing) or 'some of it'} is missing; error.result has the former, wait() asks again",
                job=self,
                result=result,
                missing=missing,
            )
        return result

    async def download(
        self,
        output_dir: str | os.PathLike[str] = ".",
        *,
        overwrite: bool = False,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> FileTranslation:
        """Wait, then fetch the files into ``output_dir`` as ``report.de.docx``. Fetching is no API call.

        After a ``TransferError``, downloading again fetches only the files that are not there yet.

        Raises:
            ConfigurationError: the job makes no files, or a file is there already and ``overwrite`` is false.
            JobPartial: ``error.result`` is a ``FileTranslation`` of what was there.
            TransferError: a download failed; no file of that language is left behind.
        """
        if self.kind != "file":
            raise ConfigurationError(f"a {self.kind} job makes no files: use result()")
        check_flag(overwrite, "overwrite")
        with self._keeping():
            folder = await async_run(output_folder, output_dir)
        return await self._download_into(folder, overwrite, timeout, polling, progress, retries)

    async def _download_into(
        self,
        folder: Path,
        overwrite: bool,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: ProgressCallback | None = None,
        retries: RetryPolicy | None = None,
    ) -> FileTranslation:
        partial: JobPartial | None = None
        try:
            result: Any = await self.result(timeout, polling=polling, progress=progress, retries=retries)
        except JobPartial as error:
            partial, result = error, error.result
        with self._keeping(), calling(policy=retries):
            translation = await self._fetch(result, folder, overwrite, progress)
        if partial is not None:
            raise JobPartial(str(partial), job=self, result=translation, missing=partial.missing)
        return translation

    @contextmanager
    def _keeping(self) -> Generator[None]:
        """An error about the files of a job says that they can still be had."""
        try:
            yield
        except TranslationError as error:
            error.job = self
            error.args = (f"{error}; job {self.id} is kept: download it again", *error.args[1:])
            raise

    async def _fetch(
        self, result: FileResult, folder: Path, overwrite: bool, progress: ProgressCallback | None
    ) -> FileTranslation:
        name = self._spec.name or f"{self.id}.x"
        paths: dict[str, Path] = {}
        for language in result.urls:
            extension = self._spec.output_format or known_extension(result.urls[language])
            path = folder / result_name(name, language, extension)
            if path in paths.values():
                raise TransferError(f"two results of job {self.id} would be called {path.name}")
            paths[language] = path
        done: set[Path] = set()
        if not overwrite:
            done = {path for path in paths.values() if is_written(path, self._fetched.get(path.absolute()))}
        wanted = {path: result.sizes[language] or 0 for language, path in paths.items() if path not in done}
        await async_run(_prepare, folder, wanted, overwrite)
        download = self._connection.downloader(progress)
        for language, path in paths.items():
            if path not in done:
                size = result.sizes[language]
                size = await download.fetch(result.urls[language], path, size=size, overwrite=overwrite)
                self._fetched[path.absolute()] = size
        return FileTranslation(
            paths,
            {language: self._fetched[path.absolute()] for language, path in paths.items()},
            self.id,
            self.request_id,
        )

    def _since(self, now: float) -> float:
        if self._submitted is not None:
            return now - self._submitted
        if self._handle.submitted_at is not None:
            return max(0.0, self._connection.clock.wall() - self._handle.submitted_at)
        return 0.0

    def _unknown_state(self) -> State:
        """What a job is that the service does not know: a young one may only not be known yet, and is asked again."""
        self._unknown += 1
        if self._submitted is None and self._handle.submitted_at is None:
            return State.EXPIRED
        age = self._since(self._connection.clock.monotonic())
        return State.PENDING if age < RETENTION_S and self._unknown < UNKNOWN_TRIES else State.EXPIRED

    def _observe(self, status: JobStatus) -> None:
        if self._submitted is None:
            return
        now = self._connection.clock.monotonic()
        if status.state is State.PENDING:
            self._unready_at = now
        elif status.state is State.DONE:
            log.info("job %s is done after %.1f s and %d polls", self.id, now - self._submitted, self._polls)
            assert self._unready_at is not None
            self._connection.learn(
                self._spec, at_least=self._unready_at - self._submitted, at_most=now - self._submitted
            )

    def _read(self) -> Any:
        if self.kind == "file":
            return responses.files_of(self._spec, self._answer, self.request_id)
        if self.kind == "hugo":
            return responses.structure_of(self._answer, self.request_id)
        found = responses.texts_of(self._handle, self._answer, self.request_id)
        if found is None:
            raise JobFailed(f"job {self.id}: the service returned another number of texts than were sent", job=self)
        return found


def _prepare(folder: Path, wanted: dict[Path, int], overwrite: bool) -> None:
    with suppress(OSError):  # the check says why
        folder.mkdir(parents=True, exist_ok=True)
    check_places([*wanted], sum(wanted.values()), overwrite=overwrite, is_paid=True)
