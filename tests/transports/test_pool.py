"""httpx2's connection pool with the limits of this package: limits, order and release of connections."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from functools import partial

import anyio
import httpx2
import pytest
from groupdocs_translation import AsyncTranslationClient, ConfigurationError

from tests.leaks.test_leaks import AWAITS_AT_MOST, CancelledAt

BODY = bytes(2**20)  # more than buffers hold


class Server:
    """Responds to ``/`` immediately, to ``/held`` on request, to ``/large`` with 1 MiB; closes after ``/last``."""

    def __init__(self):
        self.made = 0
        self.open = 0
        self.paths = []
        self.may_answer = asyncio.Event()
        self.change = asyncio.Condition()

    async def meet(self, reader, writer):
        self.made += 1
        await self._count(1)
        try:
            while (line := await reader.readline()) and await reader.readuntil(b"\r\n\r\n"):
                path = line.split()[1].decode()
                self.paths.append(path)
                await self._count(0)
                if path == "/held":
                    await self.may_answer.wait()
                body = BODY if path == "/large" else b"{}"
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body))
                await writer.drain()
                if path == "/last":
                    break
        except (OSError, asyncio.IncompleteReadError):
            pass  # the client closed the connection
        finally:
            writer.close()
            await self._count(-1)

    async def _count(self, by):
        self.open += by
        async with self.change:
            self.change.notify_all()

    async def until(self, is_so):
        """Wait for the condition; the time limit of the test ends a wait without success."""
        async with asyncio.timeout(60), self.change:
            await self.change.wait_for(is_so)


@asynccontextmanager
async def listening():
    state = Server()
    server = await asyncio.start_server(state.meet, "127.0.0.1", 0)
    state.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield state
    finally:
        state.may_answer.set()
        server.close()


@pytest.fixture
async def server():
    async with listening() as state:
        yield state


@asynccontextmanager
async def browsing(server, most=2):
    """Yield the session of a client, to test the pool with its limits."""
    settings = {"access_token": "token", "base_url": "http://127.0.0.1:1", "max_connections": most}
    async with AsyncTranslationClient(**settings) as client:
        session = client._connection.storage(server.address)
        session.base_url = server.address
        yield session


async def test_concurrent_requests_share_the_allowed_connections_in_order(server):
    order = []

    async def get(number):
        await client.get("/")
        order.append(number)

    async with browsing(server, most=1) as client, asyncio.TaskGroup() as group:
        for number in range(20):
            group.create_task(get(number))
    assert server.made == 1
    assert order == list(range(20))


async def test_a_wait_for_a_connection_times_out_and_the_next_request_is_sent(server):
    async with browsing(server, most=1) as client:
        held = asyncio.create_task(client.get("/held"))
        await server.until(lambda: server.paths == ["/held"])
        with pytest.raises(httpx2.PoolTimeout):
            await client.get("/", timeout=httpx2.Timeout(60, pool=0.01))
        server.may_answer.set()
        assert (await held).status_code == 200
        assert (await client.get("/")).status_code == 200
    assert "/" in server.paths
    assert server.made == 1


@pytest.mark.parametrize("reads", ["all of it", "a piece"])
async def test_a_download_keeps_its_connection_until_it_is_closed(server, reads):
    async with browsing(server, most=1) as client:
        async with client.stream("GET", "/large") as response:
            if reads == "all of it":
                assert len(await response.aread()) == len(BODY)
            else:
                pieces = response.aiter_raw()
                assert await anext(pieces)
                with pytest.raises(httpx2.PoolTimeout):
                    await client.get("/", timeout=httpx2.Timeout(60, pool=0.01))
        assert (await client.get("/")).status_code == 200
    assert server.made == (1 if reads == "all of it" else 2)  # a connection with unread data cannot be used again


async def test_a_canceled_request_releases_its_connection(server):
    async def downloaded(step):
        return await CancelledAt(client.get("/large"), step)

    cancelled = 0
    async with browsing(server, most=1) as client:
        client.timeout = httpx2.Timeout(10, pool=1)
        for step in range(1, AWAITS_AT_MOST):
            try:
                response = await asyncio.create_task(downloaded(step))
            except asyncio.CancelledError:
                cancelled += 1
                assert (await client.get("/")).status_code == 200
            else:
                assert len(response.content) == len(BODY)
                break
        assert len(client._transport._pool.connections) == 1
    assert 5 < cancelled < AWAITS_AT_MOST - 2
    await server.until(lambda: server.open == 0)


async def test_a_canceled_wait_leaves_the_connection_to_the_next_request(server):
    async with browsing(server, most=1) as client:
        held = asyncio.create_task(client.get("/held"))
        await server.until(lambda: server.paths == ["/held"])
        waiting = [asyncio.create_task(client.get(f"/{number}")) for number in range(3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
        server.may_answer.set()
        await held
        waiting[1].cancel()  # may be the moment when it gets a connection
        await asyncio.gather(*waiting, return_exceptions=True)
        assert waiting[2].result().status_code == 200


async def test_a_connection_that_the_server_has_closed_is_not_used_again(server):
    async with browsing(server, most=1) as client:
        for _ in range(3):
            await client.get("/last")
            await server.until(lambda: server.open == 0)
    assert server.paths == ["/last"] * 3


async def test_a_failed_connect_frees_its_slot(server):
    async with listening() as gone:
        pass
    async with browsing(server, most=1) as client:
        for _ in range(3):
            with pytest.raises(httpx2.ConnectError):
                await client.get(gone.address)
        assert (await client.get("/")).status_code == 200


async def test_an_idle_connection_is_closed_for_another_host_at_the_limit(server):
    async with listening() as other, browsing(server, most=2) as client:
        for _ in range(3):
            await client.get("/")
            await client.get(other.address)
        assert (server.made, other.made) == (1, 1)  # one each
        async with listening() as third:
            await client.get(third.address)
            await server.until(lambda: server.open == 0)  # the longest idle one
            await client.get(other.address)
        assert other.made == 1


async def test_a_request_that_waits_when_the_client_is_closed_leaves_no_connection_open(server):
    async with AsyncTranslationClient(
        access_token="token", base_url=server.address, max_connections=1, retries=None
    ) as client:
        session = client._connection.session()
        held = asyncio.create_task(session.get("/held"))
        await server.until(lambda: server.paths == ["/held"])
        waiting = asyncio.create_task(session.get("/"))
        for _ in range(10):
            await asyncio.sleep(0)
    held.cancel()
    assert (await waiting).status_code == 200
    await asyncio.gather(held, return_exceptions=True)
    server.may_answer.set()
    await server.until(lambda: server.open == 0)


@pytest.mark.parametrize(
    "session_of", [lambda c, _: c.session(), lambda c, url: c.storage(url)], ids=["api", "storage"]
)
async def test_a_connection_made_while_the_client_is_closed_is_closed_with_its_response(server, session_of):
    connecting, may_connect, streams = asyncio.Event(), asyncio.Event(), []
    async with AsyncTranslationClient(access_token="token", base_url=server.address) as client:
        session = session_of(client._connection, server.address)
        backend = session._transport._pool._network_backend
        connect = backend.connect_tcp

        async def connect_later(*given, **settings):
            connecting.set()
            await may_connect.wait()
            streams.append(await connect(*given, **settings))  # kept: garbage collection would close it, too
            return streams[0]

        backend.connect_tcp = connect_later
        request = asyncio.create_task(session.get(f"{server.address}/"))
        await connecting.wait()
    may_connect.set()
    assert (await request).status_code == 200
    await server.until(lambda: server.open == 0)


async def test_a_session_that_cannot_be_closed_leaves_no_other_open(server):
    client = AsyncTranslationClient(access_token="token", base_url=server.address)
    session, storage = client._connection.session(), client._connection.storage(server.address)
    for opened in (session, storage):
        opened.aclose = partial(canceled, opened.aclose)
    with pytest.raises(asyncio.CancelledError):
        await client.aclose()
    assert session.is_closed
    assert storage.is_closed


async def canceled(close):
    await close()
    raise asyncio.CancelledError


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_canceled_requests_release_their_connections_under_trio(sandbox, anyio_backend):
    async with AsyncTranslationClient(**sandbox.client_settings(), max_connections=2) as client:
        for _ in range(5):
            sandbox.fail("getHealth", delay_s=60)
            with anyio.move_on_after(0.01):
                await client.health()
        async with anyio.create_task_group() as group:
            for _ in range(5):
                group.start_soon(client.languages)
        assert len(client._connection.session()._transport._pool.connections) <= 2


async def test_missing_certificates_of_the_environment_are_a_configuration_error(monkeypatch, tmp_path, sandbox):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        AsyncTranslationClient(**sandbox.client_settings())
