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
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from attrs import evolve

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
from .journal import NOT_IN_THIS_RUN, Journal, JournalFailed, JournalWriter, ResultRow, update
from .options import BatchSettings
from .planner import Fingerprint, take_fingerprint
from .scheduler import ActiveFile, AdaptiveLimiter
from .states import (
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


class StagingFolder:
    """The staged results of one journal's batches; only the holder of its lock touches them."""

    def __init__(self, state_folder: Path, name: str) -> None:
        self._folder = state_folder / f"staging-{name}"

    def folder_for(self, file: int) -> Path:
        """Return the folder for one file's results; the run begins without any, and each is removed after use."""
        return self._folder / str(file)

    def drop(self, file: int) -> None:
        """Remove one file's folder and what is left in it."""
        shutil.rmtree(self._folder / str(file), ignore_errors=True)

    def clear(self) -> None:
        """Remove all of them: those of a batch that was killed, or at the end the empty folder."""
        shutil.rmtree(self._folder, ignore_errors=True)


def place(draft: Path, target: Path, *, is_ours: bool) -> None:
    """Move a whole draft to its place, making folders on the way; ``is_ours``: what lies there may be replaced."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        move_into_place(draft, target, overwrite=is_ours)
    except FileExistsError:
        raise TransferError(
            f"{target} appeared while its translation was made; move it away, or give overwrite=True"
        ) from None
    except OSError as error:
        raise TransferError(f"cannot write {target}: {error.strerror}") from error


# -- one file ----------------------------------------------------------------------------------------------------------

log = logging.getLogger("groupdocs_translation.batch")

OLD_UPLOAD_S = 300.0  # an upload of an earlier run may be gone at the service: then the file is sent again


def _look_at(path: Path) -> tuple[Fingerprint, Source]:
    fingerprint = take_fingerprint(path)
    if fingerprint.content is None:
        return fingerprint, read_source(path)
    return fingerprint, read_source(fingerprint.content, name=path.name)


class FileWorker:
    """Carries files; one for a run, with one task of its event loop for each file under way.

    ``tell`` reports a step of a file; ``halt`` is called with an error that every other file would meet too.
    """

    def __init__(
        self,
        connection: AsyncConnection,
        settings: BatchSettings,
        journal: Journal,
        writer: JournalWriter,
        staging: StagingFolder,
        *,
        jobs: AdaptiveLimiter,
        downloads: AdaptiveLimiter,
        uploads: AdaptiveLimiter,
        clock: Clock,
        tell: Callable[[BatchStep, str, str | None], None],
        halt: Callable[[TranslationError], None],
    ) -> None:
        self._connection = connection
        self._settings = settings
        self._journal = journal
        self._writer = writer
        self._staging = staging
        self._jobs, self._downloads, self._uploads = jobs, downloads, uploads
        self._clock = clock
        self._tell = tell
        self._halt = halt
        self._waits: set[anyio.CancelScope] = set()
        self._tries: dict[int, int] = {}  # of files that something went wrong with, in this run
        self._revocations: Counter[int] = Counter()  # by file, since the API last took a token
        self._is_stopping = False
        self._is_accepted = False  # a submission in this run
        self._first = anyio.Lock()
        self._refusals: Counter[str] = Counter()  # what the service said before it accepted any

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
                self._halt(error)
            finally:
                self._staging.drop(active.row.id)

    async def _process(self, active: ActiveFile) -> None:
        """Make the steps; whatever goes wrong with them is the file's, unless the journal cannot be written."""
        step = Step.UPLOAD
        try:
            if active.row.state is FileState.PLANNED:
                await self._upload(active)
            if active.row.state is FileState.UPLOADED and not self._is_stopping:
                step = Step.SUBMIT
                if not self._is_accepted:
                    async with self._first:  # what the service refuses for every file is paid for once
                        if not self._is_accepted and not self._is_stopping:
                            await active.slots.enter(self._jobs)
                            await self._submit(active)
                if active.row.state is FileState.UPLOADED and not self._is_stopping:
                    await active.slots.enter(self._jobs)
                if active.row.state is FileState.UPLOADED and not self._is_stopping:
                    await self._submit(active)
            if active.row.state is FileState.SUBMITTED and not self._is_stopping:
                step = Step.WAIT
                if await self._wait(active):
                    step = Step.FETCH
                    await active.slots.enter(self._downloads)
                    await self._fetch(active)
                    self._downloads.succeeded()
        except JournalFailed:
            raise
        except (TranslationError, OSError) as error:
            await self._settle(active, step, unexpected(active.row.path, error))
        except Exception as error:
            await self._note_fault(active, unexpected(active.row.path, error))

    async def _upload(self, active: ActiveFile) -> None:
        path = self._source(active)
        self._tell("uploading", active.row.path, None)
        before, source = await anyio.to_thread.run_sync(_look_at, path)
        url = await upload(self._connection, source, recognize(source.name)[1])
        after = await anyio.to_thread.run_sync(take_fingerprint, path)
        if before != after:
            await self._again(active, Step.UPLOAD, "it changed while it was sent", None)
            return
        await self._note(
            active, state=FileState.UPLOADED, url=url, uploaded_at=self._clock.wall(),
            size=before.size, mtime_ns=before.mtime_ns, digest=before.digest,
        )  # fmt: skip

    async def _submit(self, active: ActiveFile) -> None:
        """Submit once, without retries: only the journal knows whether it was done."""
        row = active.row
        options, settings = self._settings.options, self._connection.settings
        source = Source(options.get("name") or self._source(active).name, row.size, None)
        call = FileCall(source, row.targets, options, trial=settings.trial, origin=settings.origin)
        call.settle(self._settings.language, list(row.targets))
        assert row.url is not None
        request = call.request(row.url)
        self._tell("submitting", row.path, None)
        with anyio.CancelScope(shield=True), calling(policy=RetryPolicy.never()):  # cut here, it would be in doubt
            await self._note(active, state=FileState.SUBMITTING)
            try:
                job = await submit(self._connection, call.operation, request, call.job_spec())
            except TranslationError as error:
                await self._settle(active, Step.SUBMIT, error, request)
                return
            active.job = job
            try:
                await self._note(
                    active, state=FileState.SUBMITTED, job=job.to_dict(),
                    submitted_at=self._clock.wall(), url=None, reason=None,
                )  # fmt: skip
            except JournalFailed:
                log.warning(
                    "%s was submitted as job %s, which the journal could not note: wait for it by its ID",
                    row.path,
                    job.id,
                )
                raise
        self._revocations.clear()  # the credentials are good, however many tokens were revoked
        self._uploads.succeeded()
        self._is_accepted = True
        self._jobs.succeeded()  # taken without a refusal: to wait for its end would keep the first rounds small

    async def _wait(self, active: ActiveFile) -> bool:
        """Wait for the job, and return whether it is over; false if the batch stopped first."""
        assert active.row.job is not None
        if active.job is None:  # of an earlier run
            active.job = self._job(**active.row.job)
        self._tell("waiting", active.row.path, None)
        with anyio.CancelScope() as scope:
            self._waits.add(scope)
            if self._is_stopping:  # stop() came before this wait, and would not cancel it
                scope.cancel()
            try:
                await active.job.wait(self._settings.timeout, polling=self._settings.polling)
            finally:
                self._waits.discard(scope)
        if scope.cancelled_caught:
            return False
        active.is_judged = True
        self._revocations.clear()
        self._jobs.succeeded()
        return True

    async def _fetch(self, active: ActiveFile) -> None:
        row, job = active.row, active.job
        assert job is not None
        self._tell("fetching", row.path, None)
        missing: tuple[str, ...] = ()
        try:
            made = await job._download_into(self._staging.folder_for(row.id), overwrite=True)
            files: Mapping[str, Path] = made.files
        except JobPartial as part:
            files, missing = part.result.files, part.missing
        placed = partial(_placed, file=row.id, sizes=await self._place(active, files))
        if missing:
            reason = f"the service made no {', '.join(missing)}"
            await self._note(active, state=FileState.FAILED, reason=reason, change=placed)
            self._tell("failed", row.path, reason)
            return
        later = [language for language in self._settings.targets if language not in row.targets]
        left = await anyio.to_thread.run_sync(self._not_there, row.id, later) if later else []
        if left:  # languages that were not wanted when the job was made
            await self._note(
                active, state=FileState.PLANNED, targets=" ".join(left), reason=None,
                change=placed,
            )  # fmt: skip
            return
        await self._note(active, state=FileState.DONE, reason=None, change=placed)
        log.info("%s: done, %d calls", row.path, active.call_counts.total())
        self._tell("done", row.path, None)

    async def _place(self, active: ActiveFile, files: Mapping[str, Path]) -> dict[str, int]:
        """Move staged results to where they belong; bytes by language."""
        row = active.row
        wanted = {result.language.lower(): result for result in self._journal.results(row.id)}
        moves = [(path, wanted[language.lower()]) for language, path in files.items() if language.lower() in wanted]
        languages = [result.language for _, result in moves]  # what lies in their places from now on is ours
        await self._writer.write(partial(_set_stage, file=row.id, languages=languages, stage="placing"))
        sizes: dict[str, int] = {}
        try:
            await anyio.to_thread.run_sync(self._move, row.id, moves, sizes)
        except TransferError:
            failed = next(result for _, result in moves if result.language not in sizes)
            if not self._is_ours(failed):
                change = partial(_set_stage, file=row.id, languages=[failed.language], stage="reserved")
                await self._writer.write(change)
            raise
        return sizes

    def _move(self, file: int, moves: list[tuple[Path, ResultRow]], sizes: dict[str, int]) -> None:
        for path, result in moves:
            size = path.stat().st_size
            place(path, self._settings.output / result.path, is_ours=self._is_ours(result))
            sizes[result.language] = size
        self._staging.drop(file)

    def _is_ours(self, result: ResultRow) -> bool:
        return self._settings.overwrite or result.stage != "reserved"

    def _not_there(self, file: int, languages: list[str]) -> list[str]:
        there = {result.language for result in self._journal.results(file) if result.stage == "placed"}
        return [language for language in languages if language not in there]

    def _job(self, id: str, *, kind: str = "file", **details: Any) -> AsyncJob[Any]:
        return AsyncJob(self._connection, job_handle(id, kind, details, trial=self._connection.settings.trial))

    async def _settle(self, active: ActiveFile, step: Step, error: TranslationError, request: Any = None) -> None:
        row, text = active.row, self._settings.reason(error)
        match classify_error(error, step):
            case ErrorAction.REVOKED if self._revocations[row.id] + 1 < REVOCATIONS:
                pause = REVOKED_PAUSE_S * 2 ** self._revocations[row.id]
                self._revocations[row.id] += 1
                await self._again(active, step, text, pause, REFUSALS)
            case ErrorAction.STOP | ErrorAction.REVOKED:
                await self._note(active, state=_before(row.state), reason=text)
                self._halt(error)
            case ErrorAction.AGAIN | ErrorAction.REFUSED as again:
                wanted = getattr(error, "retry_after", None)
                await self._again(active, step, text, wanted, REFUSALS if again is ErrorAction.REFUSED else TRIES)
            case ErrorAction.UNFINISHED:
                await self._note(active, reason=text, due=NOT_IN_THIS_RUN)
            case ErrorAction.EXPIRED if row.submitted_at and is_expired(self._clock.wall() - row.submitted_at):
                await self._note(
                    active, state=FileState.PLANNED, job=None, submitted_at=None,
                    reason="its job had expired: results stay for 24 hours",
                )  # fmt: skip
            case ErrorAction.UNCERTAIN if self._settings.retry_uncertain and self._count(row.id) <= TRIES:
                await self._note(active, state=FileState.UPLOADED, reason=text, due=self._due(row.id, None))
                self._tell("again", row.path, text)
            case ErrorAction.UNCERTAIN:
                await self._note(active, state=FileState.UNCERTAIN, reason=text)
                self._tell("uncertain", row.path, text)
            case ErrorAction.EXPIRED | ErrorAction.FAILED:
                if step is Step.SUBMIT and self._has_old_upload(active):
                    await self._note(active, state=FileState.PLANNED, url=None, reason=text)
                    return
                for_all = None if request is None else await self._refusal_of_all(error, request)
                text = text if for_all is None else self._settings.reason(for_all)
                await self._note(active, state=FileState.FAILED, reason=text, is_transient=0)
                self._tell("failed", row.path, text)
                if for_all is not None:
                    self._halt(for_all)

    async def _refusal_of_all(self, error: TranslationError, request: Any) -> TranslationError | None:
        """Return the error if every file would get it: a pair, an option, or any message that comes twice."""
        if self._is_accepted or not isinstance(error, BadRequest):
            return None
        languages = self._connection.languages
        try:
            if languages.answer is None:
                await self._connection.fetch_languages()
            languages.spell(self._settings.language, self._settings.targets)
        except UnsupportedLanguage as refusal:
            return refusal
        except TranslationError:
            pass  # what was refused is known all the same
        message = error.message or ""
        self._refusals[message] += 1
        is_for_all = self._refusals[message] > 1 or names_an_option(message, request.to_dict())
        return error if message and is_for_all else None

    async def _note_fault(self, active: ActiveFile, error: TranslationError) -> None:
        """Note a fault of our own; a job that was made is kept, and the next run fetches it."""
        reason = str(error)
        if active.row.state is FileState.SUBMITTING:
            reason += "; the service may have taken the job"
            await self._note(active, state=FileState.UNCERTAIN, reason=reason)
            self._tell("uncertain", active.row.path, reason)
            return
        if active.row.state is FileState.SUBMITTED:
            reason += "; its job is kept, and the next run fetches it"
        await self._note(active, state=FileState.FAILED, reason=reason, is_transient=1)
        self._tell("failed", active.row.path, reason)

    async def _again(
        self, active: ActiveFile, step: Step, reason: str, retry_after_s: float | None, most: int = TRIES
    ) -> None:
        """Put the file back for a later try; after the last one it is given up, unless its job is paid for."""
        row = active.row
        if self._count(row.id) < most:
            await self._note(active, state=_before(row.state), reason=reason, due=self._due(row.id, retry_after_s))
            self._tell("again", row.path, reason)
        elif step in {Step.WAIT, Step.FETCH}:
            await self._note(active, reason=reason, due=NOT_IN_THIS_RUN)
        else:
            await self._note(active, state=FileState.FAILED, reason=reason, is_transient=1)
            self._tell("failed", row.path, reason)

    def _count(self, file: int) -> int:
        self._tries[file] = self._tries.get(file, 0) + 1
        return self._tries[file]

    def _due(self, file: int, retry_after_s: float | None) -> float:
        return self._clock.wall() + pause_s(max(1, self._tries.get(file, 1)), retry_after_s)

    def _has_old_upload(self, active: ActiveFile) -> bool:
        """Return whether the service may have refused a file because its upload is gone."""
        at = active.row.uploaded_at
        return at is not None and self._clock.wall() - at > OLD_UPLOAD_S

    def _source(self, active: ActiveFile) -> Path:
        return self._settings.source / active.row.path

    async def _note(
        self, active: ActiveFile, *, change: Callable[[sqlite3.Connection], object] | None = None, **columns: Any
    ) -> None:
        """Write columns of the file's row, and ``change``, in one transaction; its row in memory follows."""
        stored = active.columns(self._clock.monotonic(), **columns)
        if isinstance(stored.get("job"), dict):
            stored["job"] = json.dumps(stored["job"])

        def write(connection: sqlite3.Connection) -> None:
            if change is not None:
                change(connection)
            update(connection, active.row.id, stored)

        await self._writer.write(write)
        if isinstance(targets := columns.get("targets"), str):
            columns["targets"] = tuple(targets.split())
        active.row = evolve(active.row, **columns)


def _before(state: FileState) -> FileState:
    """Return the state to retry from: a file that was not submitted is still uploaded."""
    return FileState.UPLOADED if state is FileState.SUBMITTING else state


def _set_stage(connection: sqlite3.Connection, *, file: int, languages: list[str], stage: str) -> None:
    for language in languages:
        connection.execute("UPDATE results SET stage = ? WHERE file = ? AND language = ?", (stage, file, language))


def _placed(connection: sqlite3.Connection, *, file: int, sizes: Mapping[str, int]) -> None:
    for language, size in sizes.items():
        connection.execute(
            "UPDATE results SET stage = 'placed', size = ? WHERE file = ? AND language = ?", (size, file, language)
        )
