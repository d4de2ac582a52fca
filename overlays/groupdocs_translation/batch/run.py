"""One run of a batch, from the lock to the reports: what holds the parts together while it lasts."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from functools import partial

import anyio
import anyio.to_thread
import httpx2
from attrs import evolve

from .._async.connection import AsyncConnection
from .._async.session import AsyncSharedTransport
from .._base_client import Account
from .._errors import (
    BadRequest,
    CallBudgetExceeded,
    ConfigurationError,
    TransferError,
    TranslationError,
    UnsupportedLanguage,
    unexpected,
)
from .._usage import Usage
from .journal import Journal, JournalFailed, JournalWriter
from .options import BatchSettings
from .planner import Planner
from .report import BatchPlan, BatchProgress, BatchReport, read_files, report_folder, write_reports
from .scheduler import AdaptiveLimiter, Scheduler
from .states import OVER, BatchStep, FileState, StopReason
from .worker import FileWorker

log = logging.getLogger("groupdocs_translation.batch")


def _batch_account(account: Account, usage: Usage) -> Account:
    """Return the user's account for connections of the batch's own, which count their calls in ``usage``."""
    settings = account.settings
    if settings.transport is None:
        settings = evolve(settings, transport="auto")
    elif isinstance(settings.transport, httpx2.AsyncBaseTransport):
        settings = evolve(settings, transport=AsyncSharedTransport(settings.transport))
    elif not isinstance(settings.transport, str):
        raise ConfigurationError(
            "this client's transport is a synchronous one, and folders are translated with asynchronous "
            "connections: use AsyncTranslationClient with an httpx2.AsyncBaseTransport"
        )
    return evolve(account, settings=settings, usage=usage)


class Run:
    """One run; made by a batch that holds the journal's lock. No lock: all but file work is in one loop."""

    def __init__(self, account: Account, settings: BatchSettings, journal: Journal) -> None:
        self._settings = settings
        self._journal = journal
        self._account = account
        self._clock = account.settings.clock
        self._usage = Usage(settings.max_calls, parent=account.usage, parameter="max_calls")
        own = _batch_account(account, self._usage)
        self._connection = AsyncConnection(own, on_refusal=self._refused)
        self._uploads = AdaptiveLimiter(settings.concurrency.uploads)
        self._jobs = AdaptiveLimiter(settings.concurrency.jobs)
        self._staging = settings.state_folder / f"staging-{journal.name}"
        self._scheduler: Scheduler | None = None
        self._worker: FileWorker | None = None
        self._counts: Counter[str] = Counter()
        self._total = self._over_before = 0
        self._found_all = False
        self._started, self._began = self._clock.wall(), self._clock.monotonic()
        self._stopped: StopReason | None = None
        self._error: TranslationError | None = None
        self._hook_error: BaseException | None = None

    async def execute(self) -> BatchReport:
        """Plan, process, report.

        Raises:
            AuthenticationError: no token can be had; the report is written all the same.
            UnsupportedLanguage: the service does not translate a pair; nothing else was sent.
        """
        self._clear_staging()
        try:
            pair = await self._connection.resolve_languages(self._settings.language, self._settings.targets)
            self._settings = self._settings.with_languages(*pair)
            planner = Planner(self._settings, self._journal, self._account, run=self._journal.begin_run(self._started))
            plan = await self._plan(planner)
            if self._stopped is None:
                await self._translate(planner.run, plan)
            report = await anyio.to_thread.run_sync(self._report, planner)
            self._notify("end", "", None)
            return report
        finally:
            with anyio.CancelScope(shield=True):
                self._clear_staging()
                self._journal.release_reserve()
                await self._connection.aclose()

    def stop(self, why: StopReason = "interrupted") -> None:
        """Take no other file; called in the loop's thread."""
        if self._stopped is None:
            self._stopped = why
            self._notify("stopping", "", why)
        if self._worker is not None and self._scheduler is not None:
            self._scheduler.stop()
            self._worker.stop()

    def _clear_staging(self) -> None:
        """Remove what a killed batch has left there, or at the end the empty folder."""
        shutil.rmtree(self._staging, ignore_errors=True)

    async def _plan(self, planner: Planner) -> BatchPlan:
        while self._stopped is None:
            if not await anyio.to_thread.run_sync(planner.step):
                self._found_all = True
                break
            self._total = planner.found
            self._notify("planning", "", None)
        plan = await anyio.to_thread.run_sync(planner.outcome)
        self._total = plan.files
        self._counts.update({step: plan.by_state.get(step, 0) for step in OVER.values()})
        self._over_before = self._counts.total()
        return plan

    async def _translate(self, run: int, plan: BatchPlan) -> None:
        self._worker = FileWorker(
            connection=self._connection,
            settings=self._settings,
            journal=self._journal,
            writer=JournalWriter(self._journal),
            staging=self._staging,
            uploads=self._uploads,
            jobs=self._jobs,
            downloads=AdaptiveLimiter(self._settings.concurrency.downloads),
            clock=self._clock,
            notify=self._notify,
            halt=self._halt,
        )
        self._scheduler = Scheduler(
            journal=self._journal,
            process=self._worker.process,
            usage=self._usage,
            run_id=run,
            to_fetch=plan.by_state.get(FileState.SUBMITTED, 0),
            uploads=self._uploads,
            jobs=self._jobs,
            clock=self._clock,
        )
        await anyio.to_thread.run_sync(self._journal.reserve_space)  # here, stop() reaches the scheduler meanwhile
        self._notify("start", "", None)
        try:
            await self._scheduler.run()
        except ExceptionGroup as group:  # a look into the journal failed; one error says it all
            self._error = unexpected("the batch", group.subgroup(JournalFailed) or group)
            if not isinstance(self._error, JournalFailed):
                raise self._error from None
        if isinstance(self._error, JournalFailed):
            self._error.add_jobs(self._worker.unrecorded)
            raise self._error
        if self._scheduler.is_out_of_calls and self._stopped is None:
            self._stopped = self._budget()

    def _report(self, planner: Planner) -> BatchReport:
        plan, calls = planner.outcome(), dict(self._usage.by_operation)
        self._journal.end_run(planner.run, self._clock.wall(), calls, self._stopped)
        folder = self._settings.state_folder  # a report among the sources would be translated
        if self._settings.source_inside is None:
            folder = report_folder(self._settings.output, folder)
        report = BatchReport(
            source=self._settings.source,
            output=self._settings.output,
            targets=self._settings.targets,
            started=self._started,
            seconds=self._clock.monotonic() - self._began,
            files=plan.files,
            found_all=self._found_all,
            new=self._journal.count_new(planner.run),
            by_state=plan.by_state,
            calls=calls,
            stopped=self._stopped,
            ignored=plan.ignored,
            unreadable=plan.unreadable,
            made=plan.made,
            json=folder / "report.json",
            rows=partial(read_files, self._settings.journal, planner.run, self._settings.targets),
        )
        try:
            self._staging.mkdir(parents=True, exist_ok=True)
            write_reports(report, self._staging)
        except OSError as error:
            raise TransferError(
                f"cannot write the report {report.json}: {error.strerror}; results and jobs are safe, and the journal "
                "has them: make room, or give yourself the right to write there, and run the batch again"
            ) from error
        return report

    @property
    def error(self) -> BaseException | None:
        """What ended the run early and must be raised: the service's refusal, or an error of the user's own hook."""
        return self._hook_error or self._error

    def _refused(self, retry_after_s: float | None) -> None:
        """Run fewer at a time after an HTTP 429 or 503, and start none for as long as ``Retry-After`` says."""
        now = self._clock.monotonic()
        self._uploads.refused(now, retry_after_s)
        self._jobs.refused(now, retry_after_s)
        if retry_after_s and self._scheduler is not None:
            self._scheduler.pause_for(retry_after_s)

    def _halt(self, error: TranslationError) -> None:
        match error:
            case CallBudgetExceeded():
                self.stop(self._budget())
            case BadRequest() | UnsupportedLanguage():
                self.stop("refused")
            case _:
                self._error = error
                self.stop("interrupted" if isinstance(error, JournalFailed) else "authentication")

    def _budget(self) -> StopReason:
        budget = self._usage.budget
        is_own = budget is not None and max(0, budget - self._usage.calls) == self._usage.remaining
        return "max_calls" if is_own else "call_budget"

    def _notify(self, step: BatchStep, path: str, reason: str | None) -> None:
        if step in OVER.values():
            self._counts[step] += 1
        hook = self._settings.progress
        if hook is None or self._hook_error is not None:
            return
        seconds = self._clock.monotonic() - self._began
        over = self._counts.total()
        new = over - self._over_before
        try:
            hook(
                BatchProgress(
                    step=step,
                    path=path,
                    reason=reason,
                    finished=over,
                    failed=over - self._counts[FileState.DONE],
                    total=self._total,
                    in_progress=0 if self._scheduler is None else len(self._scheduler.in_progress),
                    calls=self._usage.calls,
                    seconds=seconds,
                    remaining_s=seconds / new * (self._total - over) if new else None,
                )
            )
        except BaseException as error:
            self._hook_error = error
            self.stop("interrupted")
