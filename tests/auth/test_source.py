"""One token request for everyone: threads, tasks, loops, and those who are cancelled."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import trio
from groupdocs_translation import AuthenticationError, ConnectionFailed
from groupdocs_translation.auth.secret import Secret
from groupdocs_translation.auth.source import TokenSource
from groupdocs_translation.auth.token import AccessToken


class Server:
    """Stands for the token endpoint: counts, and answers when it is let."""

    def __init__(self, clock, error=None):
        self.clock, self.error = clock, error
        self.requests = 0
        self.gate = threading.Event()

    def __call__(self, _):
        self.requests += 1
        self.gate.wait(10)
        if self.error:
            raise self.error
        return AccessToken(Secret(f"t{self.requests}"), 3600.0, self.clock.monotonic(), self.clock.wall())


@pytest.fixture
def server(clock):
    return Server(clock)


@pytest.fixture
def source(server, clock):
    return TokenSource(server, origin="test", clock=clock)


def test_threads_tasks_and_trio_share_one_request(server, source):
    async def tasks():
        return await asyncio.gather(*(source.aget() for _ in range(1000)))

    async def trio_task():
        return await source.aget()

    with ThreadPoolExecutor(202) as pool:
        waiting = [pool.submit(source.get) for _ in range(200)]
        waiting += [pool.submit(asyncio.run, tasks()), pool.submit(trio.run, trio_task)]
        server.gate.set()
        for future in waiting:
            future.result(10)
    assert server.requests == 1


def test_a_failure_is_shared_remembered_and_given_to_each_as_its_own(clock):
    server = Server(clock, AuthenticationError("no", error="invalid_client", status_code=400))
    source = TokenSource(server, origin="test", clock=clock)
    with ThreadPoolExecutor(50) as pool:
        waiting = [pool.submit(source.get) for _ in range(50)]
        server.gate.set()
        errors = [future.exception(10) for future in waiting]
    assert server.requests == 1
    assert len({id(error) for error in errors}) == 50
    with pytest.raises(AuthenticationError):
        source.get()
    assert server.requests == 1
    clock.advance(31)
    with pytest.raises(AuthenticationError):
        source.get()
    assert server.requests == 2


def test_a_cancelled_task_takes_nothing_down(server, source):
    async def main():
        first = asyncio.create_task(source.aget())
        second = asyncio.create_task(source.aget())
        await asyncio.sleep(0)
        first.cancel()
        server.gate.set()
        return await second

    assert asyncio.run(main()).generation == 1
    assert server.requests == 1


def test_another_event_loop_uses_the_same_source(server, source, clock):
    server.gate.set()
    assert asyncio.run(source.aget()).generation == 1
    clock.advance(4000)
    assert asyncio.run(source.aget()).generation == 2


@pytest.mark.parametrize("jump", [-3600.0, 0.0])
def test_a_clock_set_back_costs_nothing(server, source, clock, jump):
    server.gate.set()
    source.get()
    clock.jump_wall(jump)
    source.get()
    assert server.requests == 1


def test_a_machine_that_slept_asks_anew(server, source, clock):
    server.gate.set()
    source.get()
    clock.jump_wall(7200)
    assert source.get().generation == 2


def test_an_ageing_token_stays_in_use_while_it_is_renewed(server, source, clock):
    server.gate.set()
    source.get()
    server.gate.clear()
    clock.advance(3400)
    assert [source.get().generation for _ in range(20)] == [1] * 20
    server.gate.set()
    flight = source._flight
    if flight is not None:
        flight.landed.wait(10)
    assert source.get().generation == 2
    assert server.requests == 2


def test_a_failed_renewal_leaves_the_old_token_in_use(server, source, clock):
    server.gate.set()
    source.get()
    server.error = ConnectionFailed("down")
    clock.advance(3400)
    source.get()
    flight = source._flight
    if flight is not None:
        flight.landed.wait(10)
    assert source.get().generation == 1
    assert server.requests == 2


def test_many_refusals_of_one_token_cost_one_renewal(server, source, clock):
    server.gate.set()
    token = source.get()
    clock.advance(60)
    assert all(source.invalidate(token) for _ in range(1000))
    assert source.get().generation == 2
    assert source.invalidate(token)
    assert source.get().generation == 2
