"""A call leaks no socket, task, thread or temporary file, however it ends."""

from __future__ import annotations

import asyncio
import gc
import os
import socket
import sys
import threading
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from groupdocs_translation import AsyncTranslationClient, ConfigurationError, TranslationClient, TranslationError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="open files are counted in /proc")

TARGETS = ["de", "fr"]
AWAITS_AT_MOST = 400  # of one translate_file; more means an error in this test


def open_files(sandbox):
    """Return the open files of this process and its sockets to the sandbox, without the sandbox's own ones."""
    gc.collect()
    found = []
    for descriptor in os.listdir("/proc/self/fd"):
        try:
            target = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            continue  # the descriptor of the listed folder
        is_device = target.startswith("/dev/") and not target.startswith("/dev/shm/")  # the latter has tests' folders
        if target.startswith("/") and not is_device and "/groupdocs-sandbox-" not in target:
            found.append(target)
        if target.startswith("socket:") and _leads_to(sandbox, int(descriptor)):
            found.append("a connection")
    return sorted(found)


def _leads_to(sandbox, descriptor):
    try:
        with socket.socket(fileno=os.dup(descriptor)) as copy:
            return copy.getpeername()[1] == urlsplit(sandbox.client_settings()["base_url"]).port
    except (OSError, IndexError):
        return False  # not connected, or another protocol family


def threads():
    """Return the threads, except those in the pools of anyio and asyncio.

    Threads of stopped servers of earlier tests may still end: only new threads are a leak.
    """
    return {
        thread
        for thread in threading.enumerate()
        if not thread.name.startswith(("AnyIO", "asyncio", "sandbox", "execnet"))
    }


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source" / "note.txt"
    path.parent.mkdir()
    path.write_text("Hello\n\nworld\n" * 100)
    return path


async def use(client, source, folder):
    await client.translate_text(["One", "Two"], target=TARGETS)
    await client.translate_file(source, target=TARGETS, output_dir=folder, overwrite=True)
    await client.languages()


async def test_a_closed_async_client_leaves_nothing_behind(sandbox, source, tmp_path):
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:  # objects made once per process
        await use(client, source, tmp_path / "out")
    files, others, tasks = open_files(sandbox), threads(), len(asyncio.all_tasks())
    for _ in range(3):
        async with AsyncTranslationClient(**sandbox.client_settings()) as client:
            await use(client, source, tmp_path / "out")
    await asyncio.sleep(0)
    assert open_files(sandbox) == files
    assert not threads() - others
    assert len(asyncio.all_tasks()) == tasks
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["note.de.txt", "note.fr.txt"]


def test_a_closed_client_shared_by_threads_leaves_nothing_behind(sandbox, source, tmp_path):
    def everything(client, number):
        client.translate_text(f"Text {number}", target="de")
        client.translate_file(source, target="de", output_dir=tmp_path / str(number))

    def round_of_threads():
        with TranslationClient(**sandbox.client_settings()) as client:
            workers = [threading.Thread(target=everything, args=(client, number)) for number in range(8)]
            for worker in workers:
                worker.start()
            for worker in workers:
                worker.join()
            return client.usage.by_operation

    round_of_threads()
    files, others = open_files(sandbox), threads()
    for number in range(8):
        (tmp_path / str(number) / "note.de.txt").unlink()
    counted = round_of_threads()
    assert open_files(sandbox) == files
    assert not threads() - others
    assert counted["translateText"] == counted["translateDocument"] == 8
    assert all((tmp_path / str(number) / "note.de.txt").exists() for number in range(8))


class CancelledAt:
    """Awaits a coroutine, and cancels its task when it suspends for the ``step``-th time."""

    def __init__(self, coroutine, step):
        self._coroutine = coroutine
        self._left = step

    def __await__(self):
        steps = self._coroutine.__await__()
        resume = partial(steps.send, None)
        while True:
            try:
                waits_for = resume()
            except StopIteration as done:
                return done.value
            self._left -= 1
            if self._left == 0:
                asyncio.current_task().cancel()
            try:
                value = yield waits_for
                resume = partial(steps.send, value)
            except BaseException as error:
                resume = partial(steps.throw, error)


async def test_a_task_canceled_at_any_await_leaves_nothing_and_the_client_works(sandbox, source, tmp_path):
    out = tmp_path / "out"

    async def translated(client, step):
        call = client.translate_file(source, target="de", output_dir=out, overwrite=True)
        return await CancelledAt(call, step)

    cancelled = 0
    async with AsyncTranslationClient(**sandbox.client_settings()) as client:
        await use(client, source, tmp_path / "first")
        others, tasks = threads(), len(asyncio.all_tasks())
        for step in range(1, AWAITS_AT_MOST):
            out.mkdir(exist_ok=True)
            try:
                result = await asyncio.create_task(translated(client, step))
            except asyncio.CancelledError:
                cancelled += 1
                assert [path.name for path in out.iterdir() if path.name != "note.de.txt"] == []
            else:
                assert result.path.read_text().startswith("[de]")
                break
        assert 10 < cancelled < AWAITS_AT_MOST - 2
        assert not threads() - others
        assert len(asyncio.all_tasks()) == tasks
        assert (await client.translate_text("Hello", target="de")).text.startswith("[de]")


@pytest.mark.parametrize("use_of", ["text", "file", "job", "upload", "api"])
def test_a_closed_client_says_so_whatever_it_is_used_for(sandbox, source, tmp_path, use_of):
    from groupdocs_translation_api.api.translation import list_languages

    client = TranslationClient(**sandbox.client_settings())
    job = client.submit_text("Hello", target="de")
    client.close()
    uses = {
        "text": lambda: client.translate_text("Hello", target="de"),
        "file": lambda: client.translate_file(source, target="de", output_dir=tmp_path),
        "job": job.status,
        "upload": lambda: client.upload(source),
        "api": lambda: list_languages.sync(client=client.api),
    }
    calls = len(sandbox.records)
    with pytest.raises(ConfigurationError, match="closed"):
        uses[use_of]()
    assert len(sandbox.records) == calls


@pytest.mark.filterwarnings("ignore:unclosed")  # an ended loop closes no sockets: garbage collection does
async def test_one_client_serves_one_event_loop_after_another(sandbox):
    client = AsyncTranslationClient(**sandbox.client_settings())

    def in_another_loop():
        return asyncio.run(client.translate_text("Hello", target="de")).text

    first = await asyncio.to_thread(in_another_loop)
    second = await asyncio.to_thread(in_another_loop)
    assert first == second == (await client.translate_text("Hello", target="de")).text
    await client.aclose()
    gc.collect()


def test_an_error_leaves_no_open_file(sandbox, source, tmp_path):
    with TranslationClient(**sandbox.client_settings()) as client:
        client.translate_file(source, target="de", output_dir=tmp_path / "a")
        before = open_files(sandbox)
        for status in (400, 500):
            sandbox.fail("translateDocument", status=status)
            with pytest.raises(TranslationError):
                client.translate_file(source, target="de", output_dir=tmp_path / "b")
        assert open_files(sandbox) == before  # one connection, kept for the next call
    assert list(Path(tmp_path / "b").glob("*")) == []
