"""What goes wrong in a batch: files that fail, a service that refuses, doubt, expiry, and other batches."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import gc
import itertools
import os
import re
import signal
import sqlite3
import sys
import threading
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import anyio
import pytest
import uvicorn
from attrs import evolve
from filelock import FileLock
from groupdocs_translation import (
    AsyncBatch,
    AsyncTranslationClient,
    AuthenticationError,
    Batch,
    BatchRunning,
    Concurrency,
    ConfigurationError,
    PollingSchedule,
    RetryPolicy,
    TranslationClient,
)
from groupdocs_translation.batch import _Portal
from groupdocs_translation.batch.journal import SCHEMA_VERSION, Journal, JournalLock, open_journal
from groupdocs_translation.batch.planner import FILES_PER_STEP, take_fingerprint
from groupdocs_translation.batch.scheduler import AdaptiveLimiter
from groupdocs_translation.sandbox import Sandbox

from tests.auth.servers import http
from tests.batch.conftest import results
from tests.batch.killed import PROCESSES, make_journal, translate
from tests.clocks import until
from tests.places import REASONS, no_place
from tests.services import BASE, JOB, Service

HOUR = 3600


def slow(sandbox, seconds):
    """Let jobs take about that long, and large ones longer."""
    sandbox.state.settings.latency_s = seconds


def reasons(report, *states):
    return {entry.path: entry.reason for entry in report.each(*states)}


# -- files that fail ---------------------------------------------------------------------------------------------------


def test_a_file_that_the_service_cannot_do_fails_alone_and_is_not_paid_for_again_unasked(sandbox, client, folder, out):
    source = folder("a.txt", "c.txt", **{"b.docx": "no document"})

    report = client.translate_folder(source, target="de", output_dir=out)

    assert (report.done, report.failed, report.stopped) == (2, 1, None)
    assert "not a valid Docx" in reasons(report, "failed")["b.docx"]
    assert client.translate_folder(source, target="de", output_dir=out).total_calls == 0
    assert client.translate_folder(source, target="de", output_dir=out, retry_failed=True).total_calls == 3


def test_a_poll_that_a_firewall_refuses_says_nothing_about_the_job(sandbox, client, folder, out):
    source = folder("a.txt")
    sandbox.fail("getFileTranslation", status=403)

    report = client.translate_folder(source, target="de", output_dir=out)

    assert [(entry.state, "HTTP 403" in entry.reason) for entry in report.each()] == [("submitted", True)]
    assert client.translate_folder(source, target="de", output_dir=out, retry_failed=True).is_complete
    assert len(sandbox.jobs) == 1


def test_of_a_job_done_in_part_the_rest_is_made_when_it_is_asked_for(sandbox, client, folder, out):
    source = folder("a.txt")
    sandbox.fail("translateDocument", job="partial")

    report = client.translate_folder(source, target=["de", "fr"], output_dir=out)

    (entry,) = report.each("failed")
    (made,), (missing,) = entry.results, entry.missing
    assert {made, missing} == {"de", "fr"}
    assert results(out) == [f"a.{made}.txt"]
    assert missing in entry.reason

    report = client.translate_folder(source, target=["de", "fr"], output_dir=out, retry_failed=True)
    assert report.is_complete
    assert results(out) == ["a.de.txt", "a.fr.txt"]
    assert [job.request["targetLanguages"] for job in sandbox.jobs.values()] == [["de", "fr"], [missing]]


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("uploadFile", {"status": 500}),
        ("uploadFile", {"reset": "before"}),
        ("uploadFile", {"html": True}),
        ("uploadFile", {"status": 429, "headers": {"Retry-After": "1"}}),
        ("translateDocument", {"status": 429}),
        ("translateDocument", {"status": 503, "headers": {"Retry-After": "1"}}),
        ("getFileTranslation", {"status": 500}),
        ("getFileTranslation", {"reset": "after"}),
        ("getFileTranslation", {"truncate": True}),
        ("getFileTranslation", {"wrong_type": True}),
        ("/storage/*", {"truncate": True}),
        ("/storage/*", {"reset": "middle"}),
        ("/storage/*", {"status": 503}),
    ],
)
def test_what_passes_is_waited_for_and_no_job_is_made_twice(sandbox, folder, out, operation, fault):
    source = folder("a.txt", "b.txt", "c.txt")
    sandbox.fail(operation, times=3, **fault)

    with TranslationClient(**sandbox.client_settings(), retries=RetryPolicy.never()) as client:
        report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert len(sandbox.jobs) == 3
    assert results(out) == ["a.de.txt", "b.de.txt", "c.de.txt"]


def test_what_does_not_pass_ends_the_run_and_is_tried_by_the_next(sandbox, folder, out):
    source = folder("a.txt", "b.txt")
    sandbox.fail("uploadFile", times=100, status=500)
    with TranslationClient(**sandbox.client_settings(), retries=RetryPolicy.never()) as client:
        report = client.translate_folder(source, target="de", output_dir=out)
        assert (report.failed, report.calls) == (2, {"uploadFile": 8})
        assert "HTTP 500" in reasons(report)["a.txt"]
        sandbox.state.faults.clear()
        assert client.translate_folder(source, target="de", output_dir=out).is_complete


def test_a_first_submission_that_is_refused_waits_as_long_as_the_service_says(sandbox, client, clock, folder, out):
    sandbox.fail("translateDocument", status=429, headers={"Retry-After": "30"})
    at = []
    report = client.translate_folder(
        folder("a.txt"), target="de", output_dir=out,
        progress=lambda step: step.step == "submitting" and at.append(clock.monotonic()),
    )  # fmt: skip

    assert (report.is_complete, len(at)) == (True, 2)
    assert at[1] - at[0] >= 30


def test_refusals_make_the_batch_slower_not_incomplete(sandbox, client, folder, out, monkeypatch):
    source = folder(*[f"{number}.txt" for number in range(30)])
    sandbox.fail("translateDocument", nth=5, times=20, status=429, headers={"Retry-After": "2"})
    widths = []

    def refused(limiter, now, retry_after_s=None, *, real=AdaptiveLimiter.refused):
        before = limiter.limit.width
        real(limiter, now, retry_after_s)
        widths.append((before, limiter.limit.width))

    monkeypatch.setattr(AdaptiveLimiter, "refused", refused)
    report = client.translate_folder(source, target="de", output_dir=out)

    before, after = widths[0]
    assert (before >= 4, after) == (True, before // 2)
    assert max(after for _, after in widths) < before
    assert report.is_complete
    assert len(sandbox.jobs) == 30
    assert report.calls["translateDocument"] == 50  # each refusal is seen, none is hidden


def test_a_job_that_takes_too_long_is_left_to_the_next_run(sandbox, folder, clock, out):
    source = folder("a.txt")
    slow(sandbox, 60.0)
    with TranslationClient(**sandbox.client_settings()) as client:
        report = client.translate_folder(source, target="de", output_dir=out, timeout=10.0)
        assert (report.unfinished, report.by_state) == (1, {"submitted": 1})
        assert "not ready after 10 s" in reasons(report)["a.txt"]
        sandbox.advance(20 * HOUR)
        clock.advance(20 * HOUR)
        report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert report.calls == {"getFileTranslation": 1}


# -- doubt and expiry --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [{"reset": "after"}, {"status": 500, "after": True}, {"html": True, "after": True}])
def test_a_submission_in_doubt_is_not_repeated_unless_told(sandbox, client, folder, out, fault):
    source = folder("a.txt", "b.txt")
    sandbox.fail("translateDocument", **fault)

    for _ in range(2):
        report = client.translate_folder(source, target="de", output_dir=out)
        assert (report.done, report.uncertain) == (1, 1)
        assert len(sandbox.jobs) == 2
    assert "may have accepted" in next(iter(reasons(report, "uncertain").values()))

    report = client.translate_folder(source, target="de", output_dir=out, retry_uncertain=True)
    assert report.is_complete
    assert report.calls == {"translateDocument": 1, "getFileTranslation": 1}  # the upload is still good
    assert len(sandbox.jobs) == 3


def test_told_to_risk_it_a_run_repeats_what_falls_into_doubt_meanwhile(sandbox, client, folder, out):
    sandbox.fail("translateDocument", reset="after")

    report = client.translate_folder(folder("a.txt"), target="de", output_dir=out, retry_uncertain=True)

    assert report.is_complete
    assert len(sandbox.jobs) == 2


def interrupted(client, source, out):
    """Run a batch that stops when everything is submitted and nothing is downloaded."""
    batch = Batch(
        client, source, target="de", output_dir=out, progress=lambda step: step.step == "waiting" and batch.stop()
    )
    report = batch.run()
    assert report.stopped == "interrupted"
    return report


@pytest.mark.parametrize(("hours", "jobs"), [(1, 1), (23.9, 1), (24.1, 2)])
def test_a_job_of_an_earlier_run_is_fetched_by_its_id_for_24_hours(sandbox, clock, folder, out, hours, jobs):
    source = folder("a.txt")
    with TranslationClient(**sandbox.client_settings()) as client:
        slow(sandbox, 1.0)  # it is not ready before it is interrupted
        assert interrupted(client, source, out).by_state == {"submitted": 1}
        slow(sandbox, 0.0)
        sandbox.advance(hours * HOUR)
        clock.advance(hours * HOUR)
        report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert len(sandbox.jobs) == jobs


def test_a_job_that_the_service_forgot_early_is_not_paid_for_again_unasked(sandbox, folder, out):
    source = folder("a.txt")
    with TranslationClient(**sandbox.client_settings()) as client:
        slow(sandbox, 60.0)
        interrupted(client, source, out)
        sandbox.fail("getFileTranslation", times=9, status=404)
        report = client.translate_folder(source, target="de", output_dir=out)
        assert (report.failed, len(sandbox.jobs)) == (1, 1)
        assert "unknown to the service" in reasons(report)["a.txt"]


def test_a_source_that_is_gone_is_fetched_all_the_same_when_its_job_was_paid_for(sandbox, folder, out):
    source = folder("a.txt", "b.txt")
    with TranslationClient(**sandbox.client_settings()) as client:
        slow(sandbox, 60.0)
        interrupted(client, source, out)
        submitted = len(sandbox.jobs)
        sandbox.advance(20 * HOUR)
        for path in source.iterdir():
            path.unlink()
        report = client.translate_folder(source, target="de", output_dir=out)

    assert submitted == report.done == report.files > 0


# -- interrupts --------------------------------------------------------------------------------------------------------


def test_ctrl_c_once_stops_in_order_and_the_next_run_goes_on(sandbox, folder, out):
    source = folder(*[f"{number:02}.txt" for number in range(40)])
    steps = []

    def progress(step):
        steps.append(step.step)
        if step.step == "done" and steps.count("done") == 3:
            signal.raise_signal(signal.SIGINT)

    with TranslationClient(**sandbox.client_settings()) as client:
        batch = Batch(client, source, target="de", output_dir=out, progress=progress, concurrency=Concurrency(jobs=4))
        with pytest.raises(KeyboardInterrupt):
            batch.run()
        assert batch.report.stopped == "interrupted"
        assert 3 <= batch.report.done < 40
        assert "Run it again to resume: nothing is billed twice." in batch.report.html.read_text()
        assert set(batch.report.by_state) <= {"done", "planned", "uploaded", "submitted"}  # nothing in doubt
        assert batch.run().is_complete

    assert len(sandbox.jobs) == 40


async def test_a_run_that_is_stopped_while_it_looks_for_files_does_not_count_as_complete(sandbox, folder, out):
    source = folder(*[f"{number:03}.txt" for number in range(FILES_PER_STEP + 1)])

    def stop(step):
        if step.step == "planning":  # between two looks
            batch.stop()

    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        batch = AsyncBatch(client, source, target="de", output_dir=out, progress=stop)
        report = await batch.run()
        batch.stop()  # the next one before its first look: it has nothing left to do
        at_once = await batch.run()

    assert (report.stopped, report.found_all) == ("interrupted", False)
    assert (at_once.stopped, at_once.files, at_once.is_complete) == ("interrupted", 0, False)
    assert (report.files, report.to_dict()["found_all"]) == (FILES_PER_STEP, False)
    assert "The run ended during the search for files; 0 were found." in at_once.html.read_text()
    assert not sandbox.jobs


async def test_a_run_that_is_stopped_while_it_reserves_space_sends_nothing(sandbox, client, folder, out, monkeypatch):
    batch = AsyncBatch(client, folder("a.txt"), target="de", output_dir=out)
    monkeypatch.setattr(Journal, "reserve_space", lambda _: batch.stop())

    report = await batch.run()

    assert (report.stopped, report.by_state) == ("interrupted", {"planned": 1})
    assert not sandbox.calls()


async def test_every_step_is_reported_in_the_thread_of_the_event_loop(client, folder, out):
    threads = {}
    batch = AsyncBatch(
        client, folder("a.txt"), target="de", output_dir=out,
        progress=lambda step: threads.update({step.step: threading.get_ident()}),
    )  # fmt: skip
    await batch.run()

    assert {"planning", "start", "uploading", "done", "end"} <= threads.keys()
    assert set(threads.values()) == {threading.get_ident()}


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="a thread cannot leave a signal to another one")
def test_ctrl_c_that_interrupts_no_wait_stops_in_order_too(sandbox, folder, out):
    """Another thread takes the signal; the waiting one hears of it when it looks up, wherever that is."""
    source = folder("a.txt")
    slow(sandbox, HOUR)
    settings = sandbox.client_settings()
    del settings["clock"]  # the batch waits for real, and is cut
    is_waiting = threading.Event()
    presses = threading.Thread(target=lambda: is_waiting.wait(60) and os.kill(os.getpid(), signal.SIGINT))
    steps = []

    def progress(step):
        steps.append(step.step)
        if step.step == "waiting":
            is_waiting.set()

    with TranslationClient(**settings, polling=PollingSchedule.every(HOUR)) as client:
        batch = Batch(client, source, target="de", output_dir=out, progress=progress)
        presses.start()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
        try:
            with pytest.raises(KeyboardInterrupt):
                batch.run()
        finally:
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
            presses.join()

    assert batch.report.stopped == "interrupted"
    assert batch.report.by_state == {"submitted": 1}
    assert steps[-2:] == ["stopping", "end"]  # steps after Ctrl-C are reported too


class Interrupting:
    """Traces the functions in which a thread waits for its batch, and interrupts at one of their lines."""

    def __init__(self, moment):
        self.has_come = False
        self._moment = moment
        self._codes = {function.__code__ for function in vars(_Portal).values() if callable(function)}
        self._lines = set()

    def __call__(self, frame, event, argument):
        if event == "line" and frame.f_code in self._codes:
            self._lines.add(frame.f_lineno)
            if len(self._lines) == self._moment:
                self.has_come = True
                raise KeyboardInterrupt  # this ends the tracing
        return self

    def begin(self):
        """Trace what is called from now on, and the caller's caller if it is one of them."""
        caller = sys._getframe(2)
        if caller.f_code in self._codes:
            caller.f_trace = self
        sys.settrace(self)


@pytest.mark.parametrize("presses", [1, 2])
def test_ctrl_c_at_any_line_leaves_no_batch_behind(sandbox, client, folder, tmp_path, monkeypatch, presses):
    source = folder("a.txt")
    real_stop = Batch.stop

    def stop(batch):
        real_stop(batch)
        if presses == 2:
            interrupting.begin()  # the second comes at any line that handles the first

    def press_first(step):
        if presses == 2 and step.step == "start":
            raise KeyboardInterrupt

    monkeypatch.setattr(Batch, "stop", stop)
    for moment in itertools.count(1):
        interrupting = Interrupting(moment)
        batch = Batch(client, source, target="de", output_dir=tmp_path / f"out{moment}", progress=press_first)
        try:
            if presses == 1:
                interrupting.begin()
            with contextlib.suppress(KeyboardInterrupt):
                batch.run()
        finally:
            sys.settrace(None)
        assert "groupdocs-batch" not in [thread.name for thread in threading.enumerate()], f"at line {moment}"
        if not interrupting.has_come:
            break
        batch.settings = evolve(batch.settings, progress=None)
        assert batch.run().is_complete
        assert len(sandbox.jobs) == moment
    assert moment > 5


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="there is no timer that sends a signal")
@pytest.mark.parametrize("anyio_backend", ["asyncio", "trio"])
async def test_a_signal_handler_stops_a_batch_that_only_waits(monkeypatch, anyio_backend, folder, out):
    """Use no simulated clock: the loop waits for real, and the handler has to wake it."""
    # A connection that the server closes would wake the loop, too.
    monkeypatch.setattr(uvicorn, "Config", functools.partial(uvicorn.Config, timeout_keep_alive=HOUR))

    def progress(step):
        if step.step == "waiting":
            signal.setitimer(signal.ITIMER_REAL, 0.2)

    polling = PollingSchedule.every(HOUR)
    with Sandbox(latency_s=HOUR) as sandbox:
        async with AsyncTranslationClient(**sandbox.client_settings(), polling=polling) as client:
            batch = AsyncBatch(client, folder("a.txt"), target="de", output_dir=out, progress=progress)
            before = signal.signal(signal.SIGALRM, lambda *_: batch.stop())
            try:
                with anyio.fail_after(60):
                    report = await batch.run()
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
                signal.signal(signal.SIGALRM, before)

    assert report.stopped == "interrupted"
    assert report.by_state == {"submitted": 1}


def test_stopping_at_the_very_end_waits_for_nothing(client, folder, out):
    """Stop a batch whose loop has ended but is not closed yet: it accepts calls that it never makes."""
    batch = AsyncBatch(client, folder("a.txt"), target="de", output_dir=out)
    loop = asyncio.new_event_loop()
    batch._run, batch._loop, batch._thread = object(), loop, None
    stopping = threading.Thread(target=batch.stop, daemon=True)
    stopping.start()
    stopping.join(60)
    loop.close()
    assert not stopping.is_alive()
    batch.stop()  # nor is a loop that is closed any trouble


def test_an_error_of_the_users_hook_stops_in_order_and_is_raised(sandbox, client, folder, out):
    def progress(step):
        if step.step == "done":
            raise LookupError("mine")

    with pytest.raises(LookupError, match="mine"):
        client.translate_folder(folder("a.txt", "b.txt"), target="de", output_dir=out, progress=progress)
    assert client.translate_folder(folder("a.txt", "b.txt"), target="de", output_dir=out).is_complete
    assert len(sandbox.jobs) == 2


async def test_a_cancelled_run_finishes_what_it_submits_and_leaves_nothing_in_doubt(sandbox, folder, out):
    source = folder(*[f"{number}.txt" for number in range(12)])
    sandbox.fail("translateDocument", times=12, delay_s=0.1)
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        with anyio.CancelScope() as scope:
            cancel = lambda step: step.step == "submitting" and scope.cancel()  # noqa: E731
            await client.translate_folder(source, target="de", output_dir=out, progress=cancel)
        assert scope.cancelled_caught
        report = await client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert len(sandbox.jobs) == 12


async def test_a_journal_that_opens_for_a_cancelled_task_is_closed_and_only_then_free(client, folder, out, monkeypatch):
    order, is_opening, is_released = [], anyio.Event(), threading.Event()
    close, release, unlock = Journal.close, JournalLock.release, FileLock.release

    def opening(path):
        anyio.from_thread.run_sync(is_opening.set)
        is_released.wait(60)
        opened = open_journal(path)
        order.append("opened")
        return opened

    monkeypatch.setattr("groupdocs_translation.batch.journal.open_journal", opening)
    monkeypatch.setattr(Journal, "close", lambda opened: (order.append("closed"), close(opened)))
    monkeypatch.setattr(JournalLock, "release", lambda lock: (is_released.set(), release(lock)))
    monkeypatch.setattr(FileLock, "release", lambda lock, **how: (order.append("free"), unlock(lock, **how)))
    task = asyncio.create_task(AsyncBatch(client, folder("a.txt"), target="de", output_dir=out).run())
    with anyio.fail_after(60):
        await is_opening.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert order == ["opened", "closed", "free"]


def test_a_journal_is_not_opened_when_its_lock_was_released(tmp_path):
    lock = JournalLock(tmp_path / "journal")
    lock.acquire()
    lock.release()
    with pytest.raises(RuntimeError, match="released"):
        lock.open_journal()


def test_refused_credentials_stop_the_batch_and_lose_nothing(sandbox, folder, out):
    source = folder("a.txt", "b.txt", "c.txt")
    with TranslationClient(**sandbox.client_settings() | {"client_secret": "wrong"}) as client:
        batch = Batch(client, source, target="de", output_dir=out)
        with pytest.raises(AuthenticationError):
            batch.run()
        assert batch.report.stopped == "authentication"
        assert batch.report.unfinished == 3
    with TranslationClient(**sandbox.client_settings()) as client:
        report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert len(sandbox.jobs) == 3


def test_tokens_that_are_revoked_one_after_another_do_not_end_the_batch(sandbox, folder, out):
    source = folder("a.txt", "b.txt", "c.txt")
    sandbox.fail("translateDocument", times=4, revoke=True)  # the call and its replay, twice
    with TranslationClient(**sandbox.client_settings()) as client:
        report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete
    assert len(sandbox.jobs) == 3


def test_an_api_that_takes_no_token_at_all_stops_the_batch(sandbox, folder, out):
    source = folder("a.txt")
    sandbox.fail(
        "translateDocument", times=1000, status=401, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'}
    )
    with TranslationClient(**sandbox.client_settings()) as client:
        batch = Batch(client, source, target="de", output_dir=out)
        with pytest.raises(AuthenticationError):
            batch.run()
    assert batch.report.stopped == "authentication"
    assert len(sandbox.jobs) == 0
    assert sandbox.calls()["translateDocument"] < 20


# -- other batches -----------------------------------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork server")
def test_a_second_batch_on_a_journal_is_refused_with_the_pid_of_the_first(sandbox, client, folder, out):
    settings = {name: value for name, value in sandbox.client_settings().items() if name != "clock"}
    source = folder("a.txt")
    slow(sandbox, 3600.0)  # it waits until it is killed
    process = PROCESSES.Process(target=translate, args=(settings, source, out, {}), daemon=True)
    process.start()
    until(lambda: list(out.glob(".groupdocs-batch/*.pid")))

    with pytest.raises(BatchRunning, match=str(process.pid)) as caught:
        client.translate_folder(source, target="de", output_dir=out)
    assert caught.value.pid == process.pid
    assert Batch(client, source, target="de", output_dir=out).plan().files == 1  # a dry run needs no lock

    process.kill()
    process.join()
    assert (out / ".groupdocs-batch" / "journal.sqlite3.pid").exists()  # stale, and no hindrance
    slow(sandbox, 0.0)
    sandbox.advance(20 * HOUR)
    assert client.translate_folder(source, target="de", output_dir=out).is_complete


def test_two_batches_of_one_process_exclude_each_other_too(client, folder, out):
    refused, source = [], folder("a.txt")

    def progress(step):
        if step.step == "start":
            with pytest.raises(BatchRunning, match=str(os.getpid())):
                client.translate_folder(source, target="de", output_dir=out)
            refused.append(step)

    assert client.translate_folder(source, target="de", output_dir=out, progress=progress).is_complete
    assert refused


def test_who_is_refused_never_reads_half_a_pid(tmp_path):
    journal, over, read = tmp_path / "journal.sqlite3", threading.Event(), set()

    def look():
        while not over.is_set():
            with contextlib.suppress(FileNotFoundError):
                read.add((tmp_path / "journal.sqlite3.pid").read_text())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(300):
            lock = JournalLock(journal)
            lock.acquire()
            lock.release()
    finally:
        over.set()
        looking.join()
    assert read <= {f"{os.getpid()}\n"}


def test_a_lock_is_free_again_after_its_holder(tmp_path):
    for _ in range(2):
        lock = JournalLock(tmp_path / "journal")
        lock.acquire()
        lock.release()


# -- the journal -------------------------------------------------------------------------------------------------------


def test_a_journal_of_a_newer_version_and_what_is_none_are_refused(client, folder, out, tmp_path):
    journal = tmp_path / "journal"
    Journal.open(journal).close()
    with sqlite3.connect(journal) as connection:
        connection.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    connection.close()
    with pytest.raises(ConfigurationError, match=f"version {SCHEMA_VERSION + 1}"):
        client.translate_folder(folder("a.txt"), target="de", output_dir=out, journal=journal)
    journal.write_text("Dear diary, today I was mistaken for a database. " * 99)
    for call in (Batch.plan, Batch.run):
        with pytest.raises(ConfigurationError, match="as a journal"):
            call(Batch(client, folder("a.txt"), target="de", output_dir=out, journal=journal))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_pipe_or_device_is_no_journal(sandbox, client, folder, out, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for journal in (tmp_path / "pipe", "/dev/null", tmp_path):
        for call in (Batch.plan, Batch.run):
            with pytest.raises(ConfigurationError, match="as a journal: it is not a file"):
                call(Batch(client, folder("a.txt"), target="de", output_dir=out, journal=journal))
    assert not sandbox.jobs


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
def test_a_source_that_has_become_a_pipe_fails_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "a.txt")
    for source in (tmp_path / "a.txt", Path(os.devnull), tmp_path):
        with pytest.raises(ConfigurationError, match="it is not a file"):
            take_fingerprint(source)


def test_sources_and_results_may_be_moved_together_with_the_journal(sandbox, client, folder, out, tmp_path):
    source = folder("a/b.txt")
    client.translate_folder(source, target="de", output_dir=out)
    source.rename(tmp_path / "elsewhere")
    out.rename(tmp_path / "results")

    report = client.translate_folder(tmp_path / "elsewhere", target="de", output_dir=tmp_path / "results")

    assert (report.done, report.total_calls) == (1, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")
def test_what_is_committed_is_in_the_journal_file_itself(tmp_path):
    """Use no write-ahead log: SQLite ignores everything after a damaged frame."""
    with contextlib.closing(Journal.open(tmp_path / "journal.sqlite3")) as journal:
        run = journal.begin_run(1.0)
        (tmp_path / "copy.sqlite3").write_bytes((tmp_path / "journal.sqlite3").read_bytes())
    with contextlib.closing(Journal.open(tmp_path / "copy.sqlite3")) as copy:
        assert copy.read("SELECT id FROM runs") == [(run,)]


def test_nobody_else_reads_the_journal_for_it_has_addresses(client, folder, out):
    client.translate_folder(folder("a.txt"), target="de", output_dir=out)

    assert (out / ".groupdocs-batch" / "journal.sqlite3").stat().st_mode & 0o077 == 0


def test_memory_does_not_grow_with_the_number_of_files(tmp_path, out):
    for number in range(900):
        path = tmp_path / "src" / f"{number % 3}{number % 4}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")

    def peak(include, count):
        with TranslationClient("id", "secret") as client:  # planning makes no calls
            batch = Batch(client, tmp_path / "src", target="de", output_dir=out, include=include)
            gc.collect()
            tracemalloc.start()
            assert batch.plan().files == count
            found = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return found

    peak("0?/*", 300)  # some things are loaded once
    least = min(peak("*", 900) for _ in range(2))  # threads of earlier tests may allocate meanwhile
    assert least < 1.3 * peak("0?/*", 300)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no fork server")
def test_a_journal_whose_making_was_killed_before_any_statement_is_made_whole(tmp_path):
    for statement in range(50):
        path = tmp_path / f"{statement}.sqlite3"
        process = PROCESSES.Process(target=make_journal, args=(path, statement))
        process.start()
        process.join()
        with contextlib.closing(Journal.open(path)) as journal:
            assert len(journal.name) == 8
        if process.exitcode == 7:
            break
    assert 5 < statement < 49


def test_an_api_that_takes_no_token_for_a_minute_does_not_end_the_batch(folder, out, clock):
    source = folder("a.txt", "b.txt", "c.txt")
    began = clock.monotonic()

    def submit(request):
        if clock.monotonic() < began + 65:  # as long as a token that was refused untried is not replaced, and more
            return http(b"", 401)
        return http({"status": 202, "message": "taken", "id": JOB})

    tokens = (f"token-{number}" for number in itertools.count())
    with Service(submit=submit) as service:
        settings = {"base_url": f"{service.address}{BASE}", "clock": clock, "token_provider": lambda: next(tokens)}
        with TranslationClient(**settings) as client:
            report = client.translate_folder(source, target="de", output_dir=out)

    assert report.is_complete


# -- places of results, and failures of other languages ----------------------------------------------------------------


@pytest.mark.parametrize("overwrite", [False, True])
@pytest.mark.parametrize("kind", [kind for kind in REASONS if kind != "long"])
def test_a_result_that_has_no_place_fails_before_it_is_paid_for(client, folder, tmp_path, monkeypatch, kind, overwrite):
    given = {"target": "de", "overwrite": overwrite, "journal": tmp_path / "state" / "journal"}
    source = folder("a.txt")
    with no_place("none" if kind == "right" else kind, tmp_path) as out, monkeypatch.context() as patch:
        if kind == "right":  # another user could not read the source
            patch.setattr("os.access", lambda *_, **__: False)
        report = client.translate_folder(source, output_dir=out, **given)

    assert re.search(REASONS[kind], reasons(report, "failed")["a.txt"])
    assert report.total_calls == 0
    assert client.translate_folder(source, output_dir=out, **given).is_complete


@pytest.mark.skipif(sys.platform == "win32", reason="long paths are others there")
def test_a_result_whose_path_would_be_too_long_fails_before_it_is_paid_for(client, folder, tmp_path):
    deep = "/".join(["n" * 200] * 19)
    source = folder("a.txt", f"{deep}/a.txt")
    report = client.translate_folder(source, target="de", output_dir=tmp_path / ("o" * 200))
    assert re.search(REASONS["long"], reasons(report, "failed")[f"{deep}/a.txt"])
    assert (report.done, report.calls["translateDocument"]) == (1, 1)


def test_there_must_be_room_for_the_results_of_all_files_together(client, folder, out, monkeypatch):
    source = folder(**{f"{letter}.txt": "x" * 1000 for letter in "abcd"})
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=7000))
    report = client.translate_folder(source, target=["de", "fr"], output_dir=out)
    assert report.done == 3
    assert all("7000 bytes are free, 8000 are needed" in reason for reason in reasons(report, "failed").values())
    assert report.calls["translateDocument"] == 3

    monkeypatch.undo()
    assert client.translate_folder(source, target=["de", "fr"], output_dir=out).is_complete


def test_a_failure_belongs_to_its_language(sandbox, client, folder, out):
    source = folder("a.txt")
    sandbox.fail("translateDocument", status=400)
    report = client.translate_folder(source, target=["de", "fr"], output_dir=out)
    assert report.failed == 1

    assert client.translate_folder(source, target=["de", "fr"], output_dir=out).total_calls == 0
    assert client.translate_folder(source, target="fr", output_dir=out).is_complete  # it may have been the other one
    assert client.translate_folder(source, target="it", output_dir=out).is_complete
