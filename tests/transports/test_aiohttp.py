"""The aiohttp transport: errors, timeouts, bodies and cleanup. ``test_both`` compares both transports."""

from __future__ import annotations

import asyncio
import gc
import io
import os
import ssl
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
import trustme
from groupdocs_translation import (
    AsyncTranslationClient,
    ConnectionFailed,
    RetryPolicy,
    SubmissionUncertain,
)
from groupdocs_translation._aiohttp import AiohttpTransport

from tests.auth.servers import RawServer


def answer(body=b"[]", head=b"200 OK"):
    return b"HTTP/1.1 %b\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%b" % (head, len(body), body)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch):
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def settings(sandbox):
    return sandbox.client_settings() | {"transport": "aiohttp"}


@pytest.fixture
async def transport():
    transport = AiohttpTransport(verify=True, limits=httpx2.Limits(max_connections=2))
    yield transport
    await transport.aclose()


@asynccontextmanager
async def listening(handle):
    """Yield the URL of a server that calls ``handle(reader, writer)`` for each connection and keeps it open."""
    ended, tasks = asyncio.Event(), []

    async def serve_connection(reader, writer):
        tasks.append(asyncio.current_task())
        await handle(reader, writer)
        await ended.wait()
        writer.close()

    server = await asyncio.start_server(serve_connection, "127.0.0.1", 0, limit=2**10)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        ended.set()
        server.close()
        await asyncio.gather(*tasks)


def is_used(client):
    return isinstance(client._connection.session()._transport, AiohttpTransport)


# -- requests ---------------------------------------------------------------------------------------------------------


async def test_texts_need_one_token_and_one_connection_pool(sandbox, settings):
    async with AsyncTranslationClient(**settings) as client:
        assert is_used(client)
        results = await asyncio.gather(*(client.translate_text(f"Hello {n}", target="de") for n in range(20)))
    assert [result.text for result in results] == [f"[de] Ĥééļļöö {n}" for n in range(20)]
    assert sandbox.calls()["/connect/token"] == 1


async def test_a_large_file_is_uploaded_and_downloaded_unchanged(settings, tmp_path):
    lines = [f"Line {number} of many, none like another" for number in range(40_000)]
    (tmp_path / "a.txt").write_text("\n".join(lines))
    assert (tmp_path / "a.txt").stat().st_size > 2**20
    steps = []
    async with AsyncTranslationClient(**settings) as client:
        result = await client.translate_file(
            tmp_path / "a.txt", target="de", output_dir=tmp_path / "out", progress=steps.append
        )
    translated = result.path.read_text().splitlines()
    assert len(translated) == len(lines)
    assert "39999" in translated[-1]
    downloaded = [step.done for step in steps if step.stage == "download"]
    assert downloaded[-1] == result.path.stat().st_size


async def test_a_download_that_breaks_off_goes_on(sandbox, settings, tmp_path):
    sandbox.fail("/storage/*", truncate=True)
    async with AsyncTranslationClient(**settings) as client:
        result = await client.translate_file(
            ("Hello world\n" * 5000).encode(), name="a.txt", target="de", output_dir=tmp_path
        )
    assert len(result.path.read_text().splitlines()) == 5000
    assert [path.name for path in tmp_path.iterdir()] == [result.path.name]
    assert sum(record.path.startswith("/storage/") for record in sandbox.records) == 2


async def test_requests_that_are_safe_to_retry_are_retried(sandbox, settings):
    sandbox.fail("translateText", times=2, status=503, headers={"retry-after": "1"})
    async with AsyncTranslationClient(**settings) as client:
        assert (await client.translate_text("Hello", target="de")).text == "[de] Ĥééļļöö"
    assert len(sandbox.jobs) == 1


async def test_a_rejected_token_is_replaced_and_the_whole_upload_repeated(sandbox, settings, tmp_path):
    async with AsyncTranslationClient(**settings) as client:
        await client.translate_text("Hello", target="de")
        sandbox.revoke_tokens()
        content = io.BytesIO(b"Hello world\n" * 100_000)
        result = await client.translate_file(content, name="a.txt", target="de", output_dir=tmp_path)
    assert len(result.path.read_text().splitlines()) == 100_000
    assert sandbox.calls()["/connect/token"] == 2


@pytest.mark.parametrize("fault", [{"reset": "after"}, {"status": 500, "after": True}, {"truncate": True}])
async def test_a_submission_is_never_sent_twice(sandbox, settings, fault):
    sandbox.fail("translateText", times=1, **fault)
    async with AsyncTranslationClient(**settings) as client:
        with pytest.raises(SubmissionUncertain):
            await client.submit_text("Hello", target="de")
    assert len(sandbox.jobs) == 1


async def test_no_cookie_is_kept_and_no_header_added(clock):
    def cookie(_):
        return answer(
            b'{"status": 200, "message": "", "translations": {"de": ["Hallo"]}}', b"200 OK\r\nSet-Cookie: a=1"
        )

    with RawServer(cookie) as server:
        settings = {"access_token": "t", "base_url": server.address, "clock": clock, "transport": "aiohttp"}
        async with AsyncTranslationClient(**settings) as client:
            for number in range(2):
                await client.job(str(number), kind="text").result()
        assert server.connections == 1
    seen = {name.lower() for request in server.requests for name in request.headers}
    assert seen == {"host", "accept", "accept-encoding", "user-agent", "authorization", "x-request-id"}


# -- errors -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (None, httpx2.RemoteProtocolError),
        (b"this is no HTTP\r\n\r\n", httpx2.RemoteProtocolError),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nshort", httpx2.RemoteProtocolError),
        (
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\nxyz\r\n",
            httpx2.RemoteProtocolError,
        ),
    ],
    ids=["hung up", "no HTTP", "cut off", "bad chunks"],
)
async def test_an_invalid_response_is_an_httpx2_error(transport, reply, error):
    with RawServer(lambda _: reply) as server:
        async with httpx2.AsyncClient(transport=transport) as client:
            with pytest.raises(error):
                await client.post(server.address, content=b"x")


async def test_a_closed_port_is_a_connect_error(transport):
    with RawServer(lambda _: None) as server:
        address = server.address
    async with httpx2.AsyncClient(transport=transport) as client:
        with pytest.raises(httpx2.ConnectError):
            await client.post(address, content=b"x")


@pytest.mark.parametrize(
    ("limit", "error"), [("pool", httpx2.ConnectTimeout), ("read", httpx2.ReadTimeout), ("write", httpx2.WriteTimeout)]
)
async def test_each_timeout_holds(transport, limit, error):
    async def endless():
        while True:
            yield bytes(2**20)

    async def never(reader, _):
        taken.release()
        if limit != "write":
            await reader.readuntil(b"\r\n\r\n")

    async with listening(never) as address, httpx2.AsyncClient(transport=transport) as client:
        others, taken = [], asyncio.Semaphore(0)
        if limit == "pool":
            others = [asyncio.create_task(client.get(address, timeout=None)) for _ in range(2)]
            for _ in others:  # until both allowed connections are in use
                await taken.acquire()
        timeout = httpx2.Timeout(None, **{limit: 0.05})
        with pytest.raises(error):
            await client.post(address, content=endless() if limit == "write" else b"x", timeout=timeout)
        for other in others:
            other.cancel()
        await asyncio.gather(*others, return_exceptions=True)


async def test_an_untrusted_certificate_is_rejected_without_a_retry(clock):
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    body = b'{"status": 200, "message": "", "translations": {"de": ["Hallo"]}}'
    with RawServer(lambda _: answer(body), ssl=context) as server:
        settings = {"access_token": "t", "base_url": server.address, "clock": clock, "transport": "aiohttp"}
        async with AsyncTranslationClient(**settings, verify=trusting) as client:
            assert (await client.job("1", kind="text").result())["de"] == ["Hallo"]
        async with AsyncTranslationClient(**settings, retries=RetryPolicy(tries=3)) as client:
            with pytest.raises(ConnectionFailed, match=r"(?i)certificate"):
                await client.job("1", kind="text").result()
        assert server.connections == 2


# -- streamed bodies --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("length", "message"), [("5", "Too much"), ("50", "Too little")])
async def test_a_body_of_another_length_than_announced_ends_the_request(transport, length, message):
    async def ten():
        yield b"0123456789"

    with RawServer(lambda _: answer()) as server:
        async with httpx2.AsyncClient(transport=transport) as client:
            with pytest.raises(httpx2.LocalProtocolError, match=message):
                await client.post(server.address, content=ten(), headers={"Content-Length": length})


async def test_a_source_that_fails_while_it_is_sent_fails_with_its_own_error(transport):
    async def broken():
        yield b"0123456789"
        raise ZeroDivisionError

    with RawServer(lambda _: answer()) as server:
        async with httpx2.AsyncClient(transport=transport) as client:
            with pytest.raises(ZeroDivisionError):
                await client.post(server.address, content=broken(), headers={"Content-Length": "50"})


async def test_a_response_before_the_end_of_the_body_is_returned(transport):
    async def refuse(reader, writer):
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b'"too large"', b"413 Content Too Large"))

    async def slow():
        for _ in range(1000):
            yield bytes(2**10)
            await asyncio.sleep(0.001)

    async with listening(refuse) as address, httpx2.AsyncClient(transport=transport) as client:
        response = await client.post(address, content=slow(), timeout=60)
    assert (response.status_code, response.text) == (413, '"too large"')


async def test_a_signed_url_is_sent_unchanged(transport):
    with RawServer(lambda _: answer()) as server:
        async with httpx2.AsyncClient(transport=transport) as client:
            await client.get(f"{server.address}/a%2Fb%20c?sig=x%2By%3D%3d&se=2026-01-01T00%3A00%3A00Z")
    assert server.requests[0].path == "/a%2Fb%20c?sig=x%2By%3D%3d&se=2026-01-01T00%3A00%3A00Z"


# -- cleanup ----------------------------------------------------------------------------------------------------------


def open_sockets():
    gc.collect()
    found = 0
    for entry in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else ():
        try:
            found += os.readlink(f"/proc/self/fd/{entry}").startswith("socket:")
        except FileNotFoundError:
            continue
    return found


@pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="counts descriptors where Linux lists them")
async def test_closing_and_cancelling_leave_no_socket_and_no_task(clock):
    arrived = asyncio.Event()

    async def never(reader, _):
        await reader.readuntil(b"\r\n\r\n")
        arrived.set()

    before, tasks = open_sockets(), asyncio.all_tasks()
    async with listening(never) as address:
        settings = {"access_token": "t", "base_url": address, "clock": clock, "transport": "aiohttp"}
        async with AsyncTranslationClient(**settings) as client:
            with anyio.move_on_after(60) as scope:
                async with anyio.create_task_group() as group:
                    group.start_soon(client.job("1", kind="text").status)
                    await arrived.wait()
                    scope.cancel()
            assert scope.cancelled_caught
        names = {task.get_coro().__name__ for task in asyncio.all_tasks() - tasks}
        assert names <= {"serve_connection"}  # the task of the server, and no other
    await asyncio.sleep(0)  # let the closed sockets go
    assert open_sockets() == before


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # asyncio warns about open connections of an ended loop
def test_a_client_that_outlives_its_loop_works_in_the_next_and_logs_nothing(settings, caplog):
    client = AsyncTranslationClient(**settings)

    async def work(client):
        return (await client.translate_text("Hello", target="de")).text

    assert [asyncio.run(work(client)) for _ in range(2)] == ["[de] Ĥééļļöö"] * 2
    asyncio.run(client.aclose())
    del client
    gc.collect()  # now, where the warning is filtered
    assert not caplog.records  # aiohttp logs unclosed connections
