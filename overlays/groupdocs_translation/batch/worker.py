"""Takes one file all the way: upload, submission, wait, results in their places; each step noted before and after.

Called by the scheduler, once for each file that is due. A worker decides nothing: ``states`` says what an error
means.
"""

from __future__ import annotations

import json
import logging
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from attrs import define, evolve, field

from .._async.connection import AsyncConnection
from .._async.jobs import AsyncJob
from .._async.submit import submit, upload
from .._clock import Clock
from .._errors import BadRequest, JobPartial, TransferError, TranslationError, UnsupportedLanguage, unexpected
from .._files import move_into_place
from .._inputs import Source, read_source
from .._rules.job_handle import job_handle
from .._rules.requests import FileCall
from .._rules.retry import RetryPolicy
from .._usage import calling
from ..spec.formats import recognize
from .journal import NOT_IN_THIS_RUN, Journal, JournalFailed, JournalWriter, ResultRow, results_of, update
from .options import BatchSettings
from .planner import Fingerprint, take_fingerprint
from .scheduler import ActiveFile, AdaptiveLimiter
from .states import (
    OVER,
    REFUSALS,
    REVOCATIONS,
    REVOKED_PAUSE_S,
    TRIES,
    BatchStep,
    ErrorAction,
    FileState,
    Step,
    classify_error,
    is_expired,
    names_an_option,
    pause_s,
)

log = logging.getLogger("groupdocs_translation.batch")

OLD_UPLOAD_S = 300.0  # an upload of an earlier run may be gone at the service: then the file is sent again


@define(eq=False, kw_only=True)
class FileWorker:
    """Carries files; one for a run, with one task of its event loop for each file under way.

    ``staging`` is the folder for results that are being downloaded; only the holder of the journal's lock touches it.
    ``notify`` reports a step of a file; ``halt`` is called with an error that every other file would meet too.
    """

    connection: AsyncConnection
    settings: BatchSettings
    journal: Journal
    writer: JournalWriter
    staging: Path
    jobs: AdaptiveLimiter
    downloads: AdaptiveLimiter
    uploads: AdaptiveLimiter
    clock: Clock
    notify: Callable[[BatchStep, str, str | None], None]
    halt: Callable[[TranslationError], None]
    unrecorded: dict[str, AsyncJob[Any]] = field(init=False, factory=dict[str, AsyncJob[Any]])  # by the file's path
    _waits: set[anyio.CancelScope] = field(init=False, factory=set[anyio.CancelScope])
    _tries: Counter[int] = field(init=False, factory=Counter[int])  # of files that failed in this run
    _revocations: Counter[int] = field(init=False, factory=Counter[int])  # by file, since the API last took a token
    _is_stopping: bool = field(init=False, default=False)
    _is_accepted: bool = field(init=False, default=False)  # a submission in this run
    _first_submission: anyio.Lock = field(init=False, factory=anyio.Lock)
    _refusals: Counter[str] = field(init=False, factory=Counter[str])  # by message, before the service accepted any

    def stop(self) -> None:
        """Finish steps, begin no other one, and cut waits short: jobs continue at the service."""
        self._is_stopping = True
        for scope in self._waits:
            scope.cancel()

    async def process(self, active: ActiveFile) -> None:
        """Take a file as far as it goes in this run."""
        with calling(counter=active.call_counts), active.slots:
            try:
                await self._process(active)
            except JournalFailed as error:
                self.halt(error)
            finally:
                shutil.rmtree(self._staged(active), ignore_errors=True)  # results that were not moved

    async def _process(self, active: ActiveFile) -> None:
        """Make the steps; whatever goes wrong with them is the file's, unless the journal cannot be written."""
        step = Step.UPLOAD
        try:
            if active.row.state is FileState.PLANNED:
                await self._upload(active)
            step = Step.SUBMIT
            if self._is_next(active, FileState.UPLOADED):
                await self._submit_in_turn(active)
            step = Step.WAIT
            if self._is_next(active, FileState.SUBMITTED) and await self._wait(active):
                step = Step.FETCH
                await active.slots.enter(self.downloads)
                await self._fetch(active)
                self.downloads.succeeded()
        except JournalFailed:
            raise
        except (TranslationError, OSError) as error:
            await self._handle_error(active, step, unexpected(active.row.path, error))
        except Exception as error:
            await self._record_bug(active, unexpected(active.row.path, error))

    def _is_next(self, active: ActiveFile, state: FileState) -> bool:
        return active.row.state is state and not self._is_stopping

    async def _upload(self, active: ActiveFile) -> None:
        path = self._source(active)
        self.notify("uploading", active.row.path, None)
        before, source = await anyio.to_thread.run_sync(_read, path)
        url = await upload(self.connection, source, recognize(source.name)[1])
        if before != await anyio.to_thread.run_sync(take_fingerprint, path):
            await self._retry_later(active, Step.UPLOAD, "it changed while it was sent", None)
            return
        await self._record(
            active, state=FileState.UPLOADED, url=url, uploaded_at=self.clock.wall(),
            size=before.size, mtime_ns=before.mtime_ns, digest=before.digest,
        )  # fmt: skip

    async def _submit_in_turn(self, active: ActiveFile) -> None:
        """Submit alone until the service has accepted a file: what it refuses for all files is paid for once.

        Not for jobs of an earlier run: the file whose turn it is may wait for one of their slots.
        """
        if not self._is_accepted:
            async with self._first_submission:
                if not self._is_accepted:
                    await self._enter_and_submit(active)
                    return
        await self._enter_and_submit(active)

    async def _enter_and_submit(self, active: ActiveFile) -> None:
        if self._is_next(active, FileState.UPLOADED):
            await active.slots.enter(self.jobs)
        if self._is_next(active, FileState.UPLOADED):
            await self._submit(active)

    async def _submit(self, active: ActiveFile) -> None:
        """Submit once, without retries: only the journal knows whether it was done."""
        row = active.row
        options, settings = self.settings.options, self.connection.settings
        source = Source(options.get("name") or self._source(active).name, row.size, None)
        call = FileCall(source, row.targets, options, trial=settings.trial, origin=settings.origin)
        call.language, call.targets = self.settings.language, list(row.targets)
        assert row.url is not None
        request = call.request(row.url)
        self.notify("submitting", row.path, None)
        with anyio.CancelScope(shield=True), calling(policy=RetryPolicy.never()):  # cut here, it would be in doubt
            await self._record(active, state=FileState.SUBMITTING)
            try:
                job = await submit(self.connection, call.operation, request, call.job_spec())
            except TranslationError as error:
                await self._handle_error(active, Step.SUBMIT, error, request)
                return
            active.job = job
            try:
                await self._record(
                    active, state=FileState.SUBMITTED, job=json.dumps(job.to_dict()),
                    submitted_at=self.clock.wall(), url=None, reason=None,
                )  # fmt: skip
            except JournalFailed:
                if active.row.state is FileState.SUBMITTING:
                    self.unrecorded[row.path] = job
                    log.warning("%s was submitted as job %s, which could not be recorded", row.path, job.id)
                raise
        self._revocations.clear()  # the credentials are good, however many tokens were revoked
        self.uploads.succeeded()
        self._is_accepted = True
        self.jobs.succeeded()  # taken without a refusal: to wait for its end would keep the first rounds small

    async def _wait(self, active: ActiveFile) -> bool:
        """Wait for the job, and return whether it is over; false if the batch stopped first."""
        assert active.row.job is not None
        if active.job is None:  # of an earlier run
            active.job = self._job(**active.row.job)
        self.notify("waiting", active.row.path, None)
        with anyio.CancelScope() as scope:
            self._waits.add(scope)
            if self._is_stopping:  # stop() came before this wait, and would not cancel it
                scope.cancel()
            try:
                await active.job.wait(self.settings.timeout, polling=self.settings.polling)
            finally:
                self._waits.discard(scope)
        if scope.cancelled_caught:
            return False
        active.is_job_over = True
        self._revocations.clear()
        self.jobs.succeeded()
        return True

    async def _fetch(self, active: ActiveFile) -> None:
        row, job = active.row, active.job
        assert job is not None
        self.notify("fetching", row.path, None)
        missing: tuple[str, ...] = ()
        try:
            made = await job._download_into(self._staged(active), overwrite=True)
            files: Mapping[str, Path] = made.files
        except JobPartial as part:
            files, missing = part.result.files, part.missing
        placed = partial(_set_stage, file=row.id, languages=await self._place(active, files), stage="placed")
        if missing:
            reason = f"the service made no {', '.join(missing)}"
            await self._record(active, state=FileState.FAILED, reason=reason, change=placed)
            return
        left = [language for language in self.settings.targets if language not in row.targets]
        if left:  # languages that were not wanted when the job was made
            results = await anyio.to_thread.run_sync(self.journal.results, row.id)
            left = [result.language for result in results if result.language in left and result.stage != "placed"]
        if left:
            await self._record(active, state=FileState.PLANNED, targets=" ".join(left), reason=None, change=placed)
            return
        await self._record(active, state=FileState.DONE, reason=None, change=placed)
        log.info("%s: done, calls: %d", row.path, active.call_counts.total())

    async def _place(self, active: ActiveFile, files: Mapping[str, Path]) -> list[str]:
        """Move staged results to where they belong, and return their languages."""
        row = active.row
        staged = {language.lower(): path for language, path in files.items()}
        moves: list[tuple[Path, ResultRow]] = []

        def begin(connection: sqlite3.Connection) -> None:
            wanted = results_of(connection, row.id)
            moves.extend((staged[one.language.lower()], one) for one in wanted if one.language.lower() in staged)
            languages = [result.language for _, result in moves]  # what lies in their places from now on is ours
            _set_stage(connection, file=row.id, languages=languages, stage="placing")

        await self.writer.write(begin)
        moved: list[str] = []
        try:
            await anyio.to_thread.run_sync(self._move, active, moves, moved)
        except TransferError:
            failed = moves[len(moved)][1]
            if not self._is_ours(failed):
                change = partial(_set_stage, file=row.id, languages=[failed.language], stage="reserved")
                await self.writer.write(change)
            raise
        return moved

    def _move(self, active: ActiveFile, moves: Iterable[tuple[Path, ResultRow]], moved: list[str]) -> None:
        for path, result in moves:
            target = self.settings.output / result.path
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                move_into_place(path, target, overwrite=self._is_ours(result))
            except FileExistsError:
                raise TransferError(
                    f"{target} appeared while its translation was made; move it away, or give overwrite=True"
                ) from None
            except OSError as error:
                raise TransferError(f"cannot write {target}: {error.strerror}") from error
            moved.append(result.language)
        with suppress(OSError):  # not empty: results in languages that were not wanted
            self._staged(active).rmdir()

    def _is_ours(self, result: ResultRow) -> bool:
        return self.settings.overwrite or result.stage != "reserved"

    def _job(self, id: str, *, kind: str = "file", **details: Any) -> AsyncJob[Any]:
        return AsyncJob(self.connection, job_handle(id, kind, details, trial=self.connection.settings.trial))

    async def _handle_error(self, active: ActiveFile, step: Step, error: TranslationError, request: Any = None) -> None:
        row, text = active.row, self.settings.reason(error)
        match classify_error(error, step):
            case ErrorAction.REVOKED if self._revocations[row.id] + 1 < REVOCATIONS:
                pause = REVOKED_PAUSE_S * 2 ** self._revocations[row.id]
                self._revocations[row.id] += 1
                await self._retry_later(active, step, text, pause, REFUSALS)
            case ErrorAction.STOP | ErrorAction.REVOKED:
                await self._record(active, state=_before(row.state), reason=text)
                self.halt(error)
            case ErrorAction.AGAIN | ErrorAction.REFUSED as again:
                wanted = getattr(error, "retry_after", None)
                await self._retry_later(active, step, text, wanted, REFUSALS if again is ErrorAction.REFUSED else TRIES)
            case ErrorAction.UNFINISHED:
                await self._record(active, reason=text, due=NOT_IN_THIS_RUN)
            case ErrorAction.EXPIRED if row.submitted_at and is_expired(self.clock.wall() - row.submitted_at):
                reason = "its job had expired: results stay for 24 hours"
                await self._record(active, state=FileState.PLANNED, job=None, submitted_at=None, reason=reason)
            case ErrorAction.UNCERTAIN if self.settings.retry_uncertain and self._count(row.id) <= TRIES:
                await self._put_back(active, FileState.UPLOADED, text, None)
            case ErrorAction.UNCERTAIN:
                await self._record(active, state=FileState.UNCERTAIN, reason=text)
            case ErrorAction.EXPIRED | ErrorAction.FAILED:
                if step is Step.SUBMIT and self.clock.wall() - (row.uploaded_at or 0) > OLD_UPLOAD_S:
                    await self._record(active, state=FileState.PLANNED, url=None, reason=text)
                    return
                for_all = None if request is None else await self._refusal_of_all(error, request)
                text = text if for_all is None else self.settings.reason(for_all)
                await self._record(active, state=FileState.FAILED, reason=text, is_transient=0)
                if for_all is not None:
                    self.halt(for_all)

    async def _refusal_of_all(self, error: TranslationError, request: Any) -> TranslationError | None:
        """Return the error if every file would get it: a pair, an option, or any message that comes twice."""
        if self._is_accepted or not isinstance(error, BadRequest):
            return None
        languages = self.connection.languages
        try:
            if languages.answer is None:
                await self.connection.fetch_languages()
            languages.resolve(self.settings.language, self.settings.targets)
        except UnsupportedLanguage as refusal:
            return refusal
        except TranslationError:
            pass  # what was refused is known all the same
        message = error.message or ""
        self._refusals[message] += 1
        is_for_all = self._refusals[message] > 1 or names_an_option(message, request.to_dict())
        return error if message and is_for_all else None

    async def _record_bug(self, active: ActiveFile, error: TranslationError) -> None:
        """Note a bug of this package; a job that was made is kept, and the next run fetches it."""
        state, hint = {
            FileState.SUBMITTING: (FileState.UNCERTAIN, "; the service may have taken the job"),
            FileState.SUBMITTED: (FileState.FAILED, "; its job is kept, and the next run fetches it"),
        }.get(active.row.state, (FileState.FAILED, ""))
        await self._record(active, state=state, reason=f"{error}{hint}", is_transient=1)

    async def _retry_later(
        self, active: ActiveFile, step: Step, reason: str, retry_after_s: float | None, most: int = TRIES
    ) -> None:
        """Put the file back for a later try; after the last one it is given up, unless its job is paid for."""
        if self._count(active.row.id) < most:
            await self._put_back(active, _before(active.row.state), reason, retry_after_s)
        elif step in {Step.WAIT, Step.FETCH}:
            await self._record(active, reason=reason, due=NOT_IN_THIS_RUN)
        else:
            await self._record(active, state=FileState.FAILED, reason=reason, is_transient=1)

    def _count(self, file: int) -> int:
        self._tries[file] += 1
        return self._tries[file]

    async def _put_back(self, active: ActiveFile, state: FileState, reason: str, retry_after_s: float | None) -> None:
        due = self.clock.wall() + pause_s(self._tries[active.row.id], retry_after_s)
        await self._record(active, state=state, reason=reason, due=due)
        self.notify("again", active.row.path, reason)

    def _source(self, active: ActiveFile) -> Path:
        return self.settings.source / active.row.path

    def _staged(self, active: ActiveFile) -> Path:
        return self.staging / str(active.row.id)

    async def _record(
        self, active: ActiveFile, *, change: Callable[[sqlite3.Connection], object] | None = None, **columns: Any
    ) -> None:
        """Write columns of the file's row, and ``change``, in one transaction; its row in memory follows.

        Raises:
            JournalFailed: the batch must stop; the row in memory tells whether the columns were written.
        """
        stored = active.columns(self.clock.monotonic(), **columns)

        def write(connection: sqlite3.Connection) -> None:
            if change is not None:
                change(connection)
            update(connection, active.row.id, stored)

        await self.writer.write(write, is_last=active.row.state is FileState.SUBMITTING)
        active.row = evolve(active.row, **columns)
        if active.row.state in OVER:
            self.notify(OVER[active.row.state], active.row.path, active.row.reason)
        if self.writer.failure is not None:
            raise self.writer.failure


def _read(path: Path) -> tuple[Fingerprint, Source]:
    fingerprint = take_fingerprint(path)
    if fingerprint.content is None:
        return fingerprint, read_source(path)
    return fingerprint, read_source(fingerprint.content, name=path.name)


def _before(state: FileState) -> FileState:
    """Return the state to retry from: a file that was not submitted is still uploaded."""
    return FileState.UPLOADED if state is FileState.SUBMITTING else state


def _set_stage(connection: sqlite3.Connection, *, file: int, languages: list[str], stage: str) -> None:
    for language in languages:
        connection.execute("UPDATE results SET stage = ? WHERE file = ? AND language = ?", (stage, file, language))
