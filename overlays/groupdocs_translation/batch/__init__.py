"""Translate whole folders; a run that was interrupted or killed can be resumed.

::

    AsyncBatch, Batch ─> run ─┬─> planner ─> walk       which files to translate
                              ├─> scheduler             which file is next, and how many run at a time
                              ├─> worker                one file, from its upload to the final path of its result
                              └─> report                the outcome of each file
    The journal (SQLite) stores each step; states makes the decisions; options checks the arguments first.

There is one implementation, asynchronous, for asyncio and trio. ``Batch`` runs it in an event loop in a thread of its
own, so it also works inside a running event loop. A threaded implementation would need a thread for each of hundreds of
jobs, and a second proof that no job is paid for twice. The thread shares the token, the settings and the usage of the
user's client, and has its own connections. ``progress`` and Ctrl-C are handled in the thread that called ``run()``.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import closing
from functools import partial
from typing import Any

import anyio
import anyio.to_thread
from attrs import evolve

from .._base_client import Account, BaseClient
from .._concurrency import async_owner, call_soon
from .._errors import ConfigurationError, TranslationError, only_our_errors
from .._rules.polling import PollingName, PollingSchedule
from .._rules.requests import given
from ..spec.derived import FileStyle, KindName, OcrFormat, OutputFormat, SavingMode
from ..spec.formats import WorksheetPart
from .journal import BatchRunning, Journal, JournalLock
from .options import BatchSettings, Concurrency, FolderOptions, batch_settings
from .planner import Planner
from .report import BatchFile, BatchPlan, BatchProgress, BatchReport
from .run import Run
from .states import BatchStep, FileState, KindCost, StopReason

__all__ = [
    "AsyncBatch",
    "Batch",
    "BatchFile",
    "BatchPlan",
    "BatchProgress",
    "BatchReport",
    "BatchRunning",
    "BatchStep",
    "Concurrency",
    "FileState",
    "FolderOptions",
    "KindCost",
    "StopReason",
]

WAKE_UP_S = 0.2  # of the waiting thread: where Ctrl-C cannot interrupt a wait, it is handled then


class _BaseBatch:
    """The arguments and the run of ``AsyncBatch`` and ``Batch``."""

    def __init__(
        self,
        client: BaseClient,
        folder: str | os.PathLike[str],
        *,
        target: str | Iterable[str],
        output_dir: str | os.PathLike[str],
        source: str = "en",
        kind: KindName | None = None,
        output_format: OutputFormat | None = None,
        style: FileStyle | None = None,
        summarize: bool = False,
        glossary: Mapping[str, str] | None = None,
        alignment: bool | None = None,
        saving_mode: SavingMode | None = None,
        pages: Sequence[int] | None = None,
        slides: Sequence[int] | None = None,
        worksheets: Sequence[int] | None = None,
        ranges: Mapping[int, WorksheetPart] | None = None,
        separator: str | None = None,
        masters: bool | None = None,
        preserve_formatting: bool | None = None,
        front_matter: Sequence[Sequence[str]] | None = None,
        shortcodes: Mapping[str, Sequence[str]] | None = None,
        ignore_list: Sequence[str] | None = None,
        is_white_list: bool | None = None,
        ocr_format: OcrFormat | None = None,
        rotation_angle: int | None = None,
        handwritten: bool | None = None,
        fragments: Sequence[str] | None = None,
        interval: int | None = None,
        include: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        overwrite: bool = False,
        journal: str | os.PathLike[str] | None = None,
        max_calls: int | None = None,
        retry_uncertain: bool = False,
        retry_failed: bool = False,
        follow_symlinks: bool = False,
        concurrency: Concurrency | None = None,
        timeout: float | None = None,
        polling: PollingName | PollingSchedule | None = None,
        progress: Callable[[BatchProgress], object] | None = None,
        wording: Callable[[TranslationError], str] | None = None,
    ) -> None:
        options = given(FolderOptions.__annotations__, locals())
        self._account = _account_of(client)
        self.settings = batch_settings(folder, target, output_dir, options)
        self.report: BatchReport | None = None
        self._account.languages.resolve(self.settings.language, self.settings.targets)
        self._run: Run | None = None
        self._loop: Any = None
        self._thread: int | None = None  # that runs the loop
        self._is_stopping = False

    def stop(self) -> None:
        """End the run in order: start no file, finish steps in progress, cut waits short; ``run()`` then returns.

        May be called from any thread, from signal handlers, and from ``progress``.
        """
        self._is_stopping = True
        if self._run is None:
            return
        if threading.get_ident() == self._thread:
            self._stop_run()
            call_soon(self._loop, lambda: None)  # a signal handler does not wake up a waiting loop
        else:
            call_soon(self._loop, self._stop_run)

    def _stop_run(self) -> None:
        if self._run is not None:
            self._run.stop()

    def _plan(self) -> BatchPlan:
        languages, given = self._account.languages, self.settings
        settings = given.with_languages(*languages.resolve(given.language, given.targets))
        with only_our_errors("the plan"), closing(Journal.snapshot(settings.journal)) as journal:
            run = journal.begin_run(self._account.settings.clock.wall())
            planner = Planner(settings, journal, self._account, run=run)
            while planner.step():
                pass
            unknown = languages.unknown(given.language, given.targets)
            return evolve(planner.outcome(), unknown_pairs=[f"{given.language}-{target}" for target in unknown])

    async def _execute(self, settings: BatchSettings) -> BatchReport:
        with only_our_errors("the batch"):
            error = await self._run_locked(settings)
        if error is not None:
            raise error
        assert self.report is not None
        return self.report

    async def _run_locked(self, settings: BatchSettings) -> BaseException | None:
        _make_folders(settings)
        lock = JournalLock(settings.journal)
        lock.acquire()
        try:
            run = Run(self._account, settings, await anyio.to_thread.run_sync(lock.open_journal))
            self._thread, self._loop = threading.get_ident(), async_owner()
            self._run = run
            if self._is_stopping:
                run.stop()
            self.report = await run.execute()
        finally:
            self._run = None
            self._is_stopping = False
            lock.release()
        return run.error


def _account_of(client: object) -> Account:
    if isinstance(client, BaseClient):
        return client.account
    raise ConfigurationError(
        f"client must be a TranslationClient or AsyncTranslationClient, got {client!r:.60}", parameter="client"
    )


def _make_folders(settings: BatchSettings) -> None:
    try:
        settings.state_folder.mkdir(parents=True, exist_ok=True)
        settings.journal.parent.mkdir(parents=True, exist_ok=True)
        ignore = settings.state_folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")  # the journal has the URLs of uploads: never commit it
    except OSError as error:
        raise ConfigurationError(f"cannot use {settings.output} for results: {error.strerror}") from error


class AsyncBatch(_BaseBatch):
    """A folder to translate: ``plan()`` returns the cost, ``run()`` translates, and another ``run()`` resumes.

    The journal stores each step of each file: a batch that was killed resumes where it was, and pays for nothing twice.
    A second run on the same journal at the same time raises ``BatchRunning``. ``report`` is that of the last run, also
    when it ended with an exception.

    Args:
        client: the client whose account is used; its settings, token and ``usage`` are shared.
        folder: the folder to translate. Results keep its tree below ``output_dir``: ``a/report.docx`` becomes
            ``a/report.de.docx``.
        target: one language or several; each file is one job for all of them.
        source and the others: see ``FolderOptions``.

    Raises:
        ConfigurationError: an argument is wrong; nothing was changed.
    """

    async def plan(self) -> BatchPlan:
        """Return what ``run()`` would do now and what it would cost; writes nothing, sends nothing, needs no lock.

        Raises:
            ConfigurationError: the folder or the journal cannot be read.
        """
        return await anyio.to_thread.run_sync(self._plan)

    async def run(self) -> BatchReport:
        """Translate the files that are not done yet, and return the report.

        A file that fails does not end the run; the report lists it. Canceling is safe: submissions in flight are
        finished and noted, and the next run does the rest.

        Raises:
            BatchRunning: another batch uses this journal.
            ConfigurationError: folders or journal cannot be used.
            AuthenticationError: no token could be fetched; files that are not done are unchanged, ``report`` has them.
            TranslationError: the disk is full, or the journal can no longer be written; recorded jobs are safe,
                and ``jobs`` has the others.
        """
        return await self._execute(self.settings)


class Batch(_BaseBatch):
    """``AsyncBatch`` for blocking code; see there.

    The first Ctrl-C stops the run in order, the second one immediately; both raise ``KeyboardInterrupt``. Afterwards
    ``report`` has what was done, and ``run()`` resumes.
    """

    def plan(self) -> BatchPlan:
        """Return what ``run()`` would do now and what it would cost, as ``AsyncBatch.plan`` does."""
        return self._plan()

    def run(self) -> BatchReport:
        """Translate the files that are not done yet, and return the report.

        Raises:
            TranslationError: as in ``AsyncBatch.run``.
            KeyboardInterrupt: Ctrl-C; the batch has stopped in order, and ``report`` is there.
        """
        progress, portal = self.settings.progress, _Portal()
        settings = self.settings if progress is None else evolve(self.settings, progress=portal.post)
        try:
            report: BatchReport = portal.result(lambda: self._execute(settings), progress, self.stop)
        finally:
            self._is_stopping = False  # if the run has not begun
        return report


class _Portal:
    """Runs a coroutine in an event loop in its own thread; the caller's thread waits and calls the progress hook."""

    def __init__(self) -> None:
        self._outcome: Future[Any] = Future()
        self._posted: queue.SimpleQueue[BatchProgress | None] = queue.SimpleQueue()  # ``None`` at the end
        self._cancel: Callable[[], object] = lambda: None

    def post(self, step: BatchProgress) -> None:
        self._posted.put(step)

    def result(
        self,
        function: Callable[[], Coroutine[Any, Any, Any]],
        hook: Callable[[BatchProgress], object] | None,
        stop: Callable[[], None],
    ) -> Any:
        """Return what the coroutine returns; ``hook`` gets the steps, ``stop`` is called on the first Ctrl-C.

        Ctrl-C may be raised at any call and any jump back of this thread, so all of them are inside a ``try``,
        including those that handle a first one. An error of ``hook`` also stops the run, and ends the calls of it.
        """
        thread = threading.Thread(target=self._work, args=(function,), name="groupdocs-batch", daemon=True)
        try:
            thread.start()
            self._follow(thread, hook)
        except BaseException as first:
            try:
                stop()
                self._follow(thread, hook if isinstance(first, KeyboardInterrupt) else None)
            except BaseException:
                self._cancel()
                self._follow(thread, None)
                raise
            raise
        return self._outcome.result()

    def _follow(self, thread: threading.Thread, hook: Callable[[BatchProgress], object] | None) -> None:
        while True:
            was_alive = thread.is_alive()
            try:
                step = self._posted.get(timeout=WAKE_UP_S)
            except queue.Empty:
                if was_alive or thread.is_alive():
                    continue
                return
            if step is None:
                thread.join()
                return
            if hook is not None:
                hook(step)

    def _work(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        try:
            self._outcome.set_result(anyio.run(self._main, function))
        except BaseException as error:
            self._outcome.set_exception(error)
        finally:
            self._posted.put(None)

    async def _main(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        with anyio.CancelScope() as scope:
            self._cancel = partial(call_soon, async_owner(), scope.cancel)
            return await function()
