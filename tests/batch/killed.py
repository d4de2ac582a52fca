"""A batch in a process of its own, to be killed; forked from a server that has all imported: it starts fast."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import random
import sqlite3
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


def translate(settings, source, out, options):
    """Run in the process to be killed."""
    with TranslationClient(**settings, polling=SOON) as client:
        client.translate_folder(source, target="de", output_dir=out, **options)


def run_and_kill(arguments, requests, *, after_requests, pause_s, target=translate):
    """Start a batch, kill it with SIGKILL after so many requests and a pause; whether it was killed before its end.

    ``requests()`` is how many the service has had.
    """
    process = PROCESSES.Process(target=target, args=arguments, daemon=True)
    seen, limit = requests(), time.monotonic() + 30
    process.start()
    while process.is_alive() and requests() < seen + after_requests and time.monotonic() < limit:
        time.sleep(0.001)
    is_stuck = time.monotonic() >= limit
    time.sleep(pause_s)
    process.kill()
    process.join(10)
    assert not is_stuck, "the batch went on, and asked for nothing any more"
    return process.exitcode == -9


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
