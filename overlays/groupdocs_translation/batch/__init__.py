"""Translate whole folders, resumable after interruption or a crash.

::

    AsyncBatch, Batch ─> run ─┬─> planner ─> walk       what is to be done
                              ├─> scheduler             which file is next, how many at a time
                              ├─> worker                one file, from its upload to the result's place
                              └─> report                what became of it
    journal (SQLite) remembers; states decides, and does nothing else; options are checked before anything is touched

There is one implementation, asynchronous, for asyncio and trio. ``Batch`` runs it in an event loop of its own, in a
thread of its own, for as long as ``run()`` lasts; so it works wherever blocking is allowed, inside a running event
loop too. A second, threaded implementation would need a thread for each of hundreds of jobs that are only waited for,
and would double what must be proved about money. The thread shares the token, the settings and the usage of the user's
client; it has connections of its own, so the user's stay untouched. ``progress`` is called in the thread that called
``run()``, and Ctrl-C is handled there.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from attrs import evolve

from .._base_client import BaseClient
from .._concurrency import async_owner, call_soon
from .._errors import ConfigurationError, TranslationError, only_our_errors
from .._rules.polling import PollingName, PollingSchedule
from .._rules.requests import given
from ..spec.derived import FileStyle, KindName, OcrFormat, OutputFormat, SavingMode
from ..spec.formats import WorksheetPart
from .journal import BatchRunning, Journal, JournalLock, is_damaged
from .options import BatchSettings, Concurrency, FolderOptions, batch_settings
from .planner import Planner
from .repair import rebuild_journal, rebuilt_snapshot
from .report import BatchFile, BatchPlan, BatchProgress, BatchReport
from .run import Run
from .states import FileState, KindCost

__all__ = [
    "AsyncBatch",
    "Batch",
    "BatchFile",
    "BatchPlan",
    "BatchProgress",
    "BatchReport",
    "BatchRunning",
    "Concurrency",
    "FileState",
    "FolderOptions",
    "KindCost",
]

LOOK_S = 0.2  # how often the waiting thread looks up: where a wait cannot be interrupted, Ctrl-C is heard then


class AsyncBatch:
    """A folder to translate: ``plan()`` says what it costs, ``run()`` does it, and ``run()`` again goes on.

    Each file's steps are in a journal; a batch that was killed goes on where it was, and pays for nothing twice. One
    run at a time: a second one on the same journal raises ``BatchRunning``. ``stop()`` may be called from any thread
    and from signal handlers. ``report`` is that of the last run, also when it ended with an exception.

    Args:
        client: the client whose account is used; its settings, token and ``usage`` are shared.
        folder: what is translated. Results keep its tree below ``output_dir``: ``a/report.docx`` becomes
            ``a/report.de.docx``.
        target: one language or several; each file is one job for all of them.
        source and the others: see ``FolderOptions``.

    Raises:
        ConfigurationError: an argument is wrong; nothing was touched.
    """

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
        self._account = client.account
        self.settings = batch_settings(folder, target, output_dir, options)
        self.report: BatchReport | None = None
        self._account.languages.spell(self.settings.language, self.settings.targets)
        self._run: Run | None = None
        self._loop: Any = None  # that runs it
        self._thread: int | None = None
        self._is_stopping = False

    async def plan(self) -> BatchPlan:
        """What ``run()`` would do now and what it would cost; writes nothing, sends nothing, needs no lock.

        Raises:
            ConfigurationError: the folder or the journal cannot be read.
        """
        return await anyio.to_thread.run_sync(self.plan_blocking)

    def plan_blocking(self) -> BatchPlan:
        """``plan()`` in this thread."""
        languages, given = self._account.languages, self.settings
        settings = given.with_languages(*languages.spell(given.language, given.targets))
        with only_our_errors("the plan"), closing(_snapshot(settings.journal)) as journal:
            run = journal.begin_run(self._account.settings.clock.wall())
            planner = Planner(settings, journal, self._account, run=run)
            while planner.step():
                pass
            unknown = languages.unknown(given.language, given.targets)
            return evolve(planner.outcome(), unknown_pairs=[f"{given.language}-{target}" for target in unknown])

    async def run(self) -> BatchReport:
        """Translate what is not done yet, as far as it goes.

        A file that fails does not end the run; it is in the report. Canceling it is safe: submissions in flight are
        finished and noted, everything else is taken up by the next run.

        Raises:
            BatchRunning: another batch works on this journal.
            ConfigurationError: folders or journal cannot be used.
            AuthenticationError: no token can be had; the files not done are as they were, and ``report`` says which.
            TranslationError: the disk is full or the journal can no longer be written; what was noted is safe.
        """
        with only_our_errors("the batch"):
            error = await self._run_locked(self.settings)
        if error is not None:
            raise error
        assert self.report is not None
        return self.report

    async def _run_locked(self, settings: BatchSettings) -> BaseException | None:
        _make_folders(settings)
        lock = JournalLock(settings.journal)
        lock.acquire()
        try:
            with closing(await anyio.to_thread.run_sync(_open, settings.journal)) as journal:
                run = Run(self._account, settings, journal)
                self._thread, self._loop = threading.get_ident(), async_owner()
                self._run = run
                if self._is_stopping:
                    run.stop()
                try:
                    self.report = await run.execute()
                finally:
                    self._run = None
        finally:
            self._is_stopping = False
            lock.release()
        return run.error

    def stop(self) -> None:
        """End the run in order: no new file, steps under way are finished, waits are cut; ``run()`` then returns."""
        self._is_stopping = True
        if self._run is None:
            return
        if threading.get_ident() == self._thread:
            self._stop_run()
            call_soon(self._loop, lambda: None)  # after a signal handler the loop goes on waiting, whatever was set
        else:
            call_soon(self._loop, self._stop_run)

    def _stop_run(self) -> None:
        if self._run is not None:
            self._run.stop()


def _open(path: Path) -> Journal:
    return rebuild_journal(path) if is_damaged(path) else Journal.open(path)


def _snapshot(path: Path) -> Journal:
    return rebuilt_snapshot(path) if is_damaged(path) else Journal.snapshot(path)


def _make_folders(settings: BatchSettings) -> None:
    try:
        settings.state_folder.mkdir(parents=True, exist_ok=True)
        settings.journal.parent.mkdir(parents=True, exist_ok=True)
        ignore = settings.state_folder / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="ascii")  # the journal holds addresses of uploads: never commit it
    except OSError as error:
        raise ConfigurationError(f"cannot use {settings.output} for results: {error.strerror}") from error


class Batch:
    """``AsyncBatch`` for code that blocks; see there. Ctrl-C once stops in order, twice at once; both raise it.

    After Ctrl-C ``report`` says what was done, and ``run()`` again goes on.
    """

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
        self._inner = AsyncBatch(client, folder, target=target, output_dir=output_dir, **options)
        self._progress = self._inner.settings.progress

    @property
    def report(self) -> BatchReport | None:
        """The report of the last run, ``None`` before."""
        return self._inner.report

    def plan(self) -> BatchPlan:
        """What ``run()`` would do now and what it would cost; writes nothing, sends nothing, needs no lock.

        Raises:
            ConfigurationError: the folder or the journal cannot be read.
        """
        return self._inner.plan_blocking()

    def run(self) -> BatchReport:
        """Translate what is not done yet, as far as it goes.

        Raises:
            BatchRunning: another batch works on this journal.
            ConfigurationError: folders or journal cannot be used.
            AuthenticationError: no token can be had; the files not done are as they were, and ``report`` says which.
            TranslationError: the disk is full or the journal can no longer be written; what was noted is safe.
            KeyboardInterrupt: Ctrl-C; the batch has stopped in order, and ``report`` is there.
        """
        portal = _Portal(self._inner.run)
        if self._progress is not None:
            self._inner.settings = evolve(self._inner.settings, progress=portal.post)
        try:
            report: BatchReport = portal.result(self._progress, self._inner.stop)
        finally:
            self._inner._is_stopping = False  # if its run has never begun
        return report

    def stop(self) -> None:
        """End the run in order; may be called from any thread and from ``progress``."""
        self._inner.stop()


class _Portal:
    """Runs a coroutine in a thread with a loop of its own, while the caller's thread waits and passes on progress."""

    def __init__(self, function: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._function = function
        self._outcome: list[Any] = []
        self._error: BaseException | None = None
        self._posted: queue.SimpleQueue[BatchProgress | None] = queue.SimpleQueue()
        self._scope: anyio.CancelScope | None = None
        self._loop: Any = None

    def post(self, step: BatchProgress) -> None:
        """Pass a step on to the waiting thread."""
        self._posted.put(step)

    def result(self, hook: Callable[[BatchProgress], object] | None, stop: Callable[[], None]) -> Any:
        """What the coroutine returns or raises; ``hook`` gets the steps, ``stop`` is called on the first Ctrl-C.

        Ctrl-C may be heard at any call and any jump back of this thread, so that all of them are inside of a ``try``,
        those that answer a first one too. An error of ``hook`` stops like Ctrl-C, and is then called no more.
        """
        thread = threading.Thread(target=self._work, name="groupdocs-batch", daemon=True)
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
        if self._error is not None:
            raise self._error
        return self._outcome[0]

    def _follow(self, thread: threading.Thread, hook: Callable[[BatchProgress], object] | None) -> None:
        while True:
            was_alive = thread.is_alive()
            try:
                step = self._posted.get(timeout=LOOK_S)
            except queue.Empty:
                if was_alive or thread.is_alive():
                    continue
                return
            if step is None:
                thread.join()
                return
            if hook is not None:
                hook(step)

    def _work(self) -> None:
        try:
            anyio.run(self._main)
        except BaseException as error:
            self._error = error
        finally:
            self._posted.put(None)

    async def _main(self) -> None:
        with anyio.CancelScope() as self._scope:
            self._loop = async_owner()
            self._outcome.append(await self._function())

    def _cancel(self) -> None:
        if self._loop is not None and self._scope is not None:
            call_soon(self._loop, self._scope.cancel)
