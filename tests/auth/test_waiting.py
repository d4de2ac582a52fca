"""Waiting for a pending token request."""

from __future__ import annotations

import asyncio
import sys
import threading
from types import ModuleType

import pytest
import trio
from groupdocs_translation import ConnectionFailed
from groupdocs_translation.auth.token_source import PendingRefresh
from trio.testing import MockClock

OUTCOME = ConnectionFailed("down")


async def test_asyncio_waits_while_another_thread_imports_trio(monkeypatch):
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))  # as far as it is imported
    pending = PendingRefresh(5)
    waiting = asyncio.create_task(pending.await_outcome())
    await asyncio.sleep(0)
    pending.resolve(OUTCOME)
    assert await waiting


CALLERS = {
    "a thread": lambda pending: pending.wait(),
    "asyncio": lambda pending: asyncio.run(pending.await_outcome()),
    "trio": lambda pending: trio.run(pending.await_outcome),
}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("deadline", [0.9, 30])
def test_a_waiter_is_woken_before_the_deadline(caller, deadline):
    pending = PendingRefresh(deadline)
    threading.Timer(0.01, pending.resolve, (OUTCOME,)).start()
    assert CALLERS[caller](pending)


@pytest.mark.parametrize("caller", CALLERS)
def test_a_waiter_after_the_deadline_does_not_wait(caller):
    assert not CALLERS[caller](PendingRefresh(-1))


@pytest.mark.parametrize(("deadline", "seconds"), [(-1, 0), (0, 0), (30, 30)])
def test_a_task_waits_until_the_deadline_and_no_longer(deadline, seconds):
    pending = PendingRefresh(deadline)

    async def main():
        start = trio.current_time()
        assert not await pending.await_outcome()
        return trio.current_time() - start

    assert trio.run(main, clock=MockClock(autojump_threshold=0)) == pytest.approx(seconds, abs=0.9)


@pytest.mark.parametrize("first", ["asyncio", "trio"])
def test_a_waiter_in_a_closed_event_loop_does_not_block_the_others(first):
    pending = PendingRefresh(30)

    async def main():
        waiting = asyncio.create_task(pending.await_outcome())
        await asyncio.sleep(0)
        pending.resolve(OUTCOME)
        return await asyncio.wait_for(waiting, 60)

    abandon(pending, first)
    assert asyncio.run(main())


def abandon(pending, backend):
    """Start waiting in an event loop, and close the loop."""

    async def under_trio():
        with trio.move_on_after(0):
            await pending.await_outcome()

    if backend == "trio":
        trio.run(under_trio)
        return
    loop = asyncio.new_event_loop()
    with pytest.raises(TimeoutError):
        loop.run_until_complete(asyncio.wait_for(pending.await_outcome(), 0.001))
    loop.close()
