"""Waiting for a token request that is under way."""

from __future__ import annotations

import asyncio
import sys
import threading
from types import ModuleType

import pytest
import trio
from groupdocs_translation.auth.flight import Flight
from trio.testing import MockClock


async def test_under_asyncio_one_waits_while_another_thread_is_still_importing_trio(monkeypatch):
    monkeypatch.setitem(sys.modules, "trio", ModuleType("trio"))  # as far as it has come
    flight = Flight(5)
    waiting = asyncio.create_task(flight.await_landing())
    await asyncio.sleep(0)
    flight.land(None, None)
    assert await waiting


CALLERS = {
    "a thread": lambda flight: flight.wait(),
    "asyncio": lambda flight: asyncio.run(flight.await_landing()),
    "trio": lambda flight: trio.run(flight.await_landing),
}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("deadline", [0.9, 30])
def test_who_waits_hears_of_a_landing_before_the_deadline(caller, deadline):
    flight = Flight(deadline)
    threading.Timer(0.01, flight.land, (None, None)).start()
    assert CALLERS[caller](flight)


@pytest.mark.parametrize("caller", CALLERS)
def test_who_comes_after_the_deadline_does_not_wait(caller):
    assert not CALLERS[caller](Flight(-1))


@pytest.mark.parametrize(("deadline", "seconds"), [(-1, 0), (0, 0), (30, 30)])
def test_a_task_waits_until_the_deadline_and_no_longer(deadline, seconds):
    flight = Flight(deadline)

    async def main():
        start = trio.current_time()
        assert not await flight.await_landing()
        return trio.current_time() - start

    assert trio.run(main, clock=MockClock(autojump_threshold=0)) == pytest.approx(seconds, abs=0.9)


@pytest.mark.parametrize("first", ["asyncio", "trio"])
def test_a_waiter_whose_event_loop_has_ended_keeps_no_other_from_being_woken(first):
    flight = Flight(30)

    async def main():
        waiting = asyncio.create_task(flight.await_landing())
        await asyncio.sleep(0)
        flight.land(None, None)
        return await asyncio.wait_for(waiting, 5)

    abandon(flight, first)
    assert asyncio.run(main())


def abandon(flight, backend):
    """Begin to wait in an event loop, and end it."""

    async def under_trio():
        with trio.move_on_after(0):
            await flight.await_landing()

    if backend == "trio":
        trio.run(under_trio)
        return
    loop = asyncio.new_event_loop()
    with pytest.raises(TimeoutError):
        loop.run_until_complete(asyncio.wait_for(flight.await_landing(), 0.001))
    loop.close()
