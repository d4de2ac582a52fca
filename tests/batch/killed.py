"""A batch in a process of its own, to be killed; forked from a server that has all imported: it starts fast."""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import itertools
import multiprocessing
import os
import random
import signal
import sqlite3
import sys
import time

from groupdocs_translation import PollingSchedule, TranslationClient
from groupdocs_translation.batch.journal import Journal

PROCESSES = multiprocessing.get_context("forkserver")
PRELOADED = [
    "tests.batch.killed",
    "anyio._backends._asyncio",
    "httpcore2",
    "groupdocs_translation._async.connection",
    "groupdocs_translation._sync.connection",
    "groupdocs_translation.auth.token_endpoint",
    "groupdocs_translation_api.api.translation.get_file_translation",
    "groupdocs_translation_api.api.translation.translate_document",
]
PROCESSES.set_forkserver_preload(PRELOADED)
SOON = PollingSchedule.every(0.2)
STUCK_S = 60.0  # without a request; costs nothing in a running batch, and a busy machine may need some seconds


def translate(settings, source, out, options):
    """Run in the process to be killed."""
    with TranslationClient(**settings, polling=SOON) as client:
        client.translate_folder(source, target="de", output_dir=out, **options)


def run_and_kill(arguments, requests, *, after_requests, pause_s, target=translate):
    """Start a batch, kill it with SIGKILL after so many requests and a pause; whether it was killed before its end.

    ``requests()`` is how many the service has had. If no more arrive, the process prints what it waits for.
    """
    first = seen = requests()
    process = PROCESSES.Process(target=_explained, args=(target, *arguments), daemon=True)
    process.start()  # the first time, the server must import all before it forks
    limit = time.monotonic() + STUCK_S
    while process.is_alive() and (now := requests()) < first + after_requests:
        if now > seen:
            seen, limit = now, time.monotonic() + STUCK_S
        if time.monotonic() > limit:
            os.kill(process.pid, signal.SIGUSR1)
            process.join()
            raise AssertionError("the batch made no more requests; its threads and tasks are in the captured stderr")
        time.sleep(0.001)
    time.sleep(pause_s)
    process.kill()
    process.join()
    return process.exitcode == -9


def _explained(target, *arguments):
    signal.signal(signal.SIGUSR1, _explain)
    faulthandler.register(signal.SIGUSR1, chain=True)
    target(*arguments)


def _explain(*_):
    """Print where each task is, and end the process. faulthandler has printed the threads."""
    for task in gc.get_objects():
        if isinstance(task, asyncio.Task):
            print(task.get_name(), file=sys.__stderr__)
            waiting = task.get_coro()
            while frame := getattr(waiting, "cr_frame", None):
                print(f"  {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_name}", file=sys.__stderr__)
                waiting = waiting.cr_await
    sys.__stderr__.flush()
    os._exit(1)


def moments(seed, count):
    """Random moments, the same for the same seed: requests to wait for, and seconds after the last of them."""
    chance = random.Random(seed)
    return [(chance.randint(1, 40), chance.uniform(0.0, 0.008)) for _ in range(count)]


def make_journal(path, statement):
    """Make a journal, and die before a statement of it (counted from 0); exit code 7 if it has no such statement."""
    connect = sqlite3.connect

    def connected(*arguments, **options):
        connection, count = connect(*arguments, **options), itertools.count()
        connection.set_trace_callback(lambda _: os._exit(0) if next(count) == statement else None)
        return connection

    sqlite3.connect = connected
    Journal.open(path)
    os._exit(7)
