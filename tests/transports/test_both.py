"""Both transports of async clients have the same results, costs and errors."""

from __future__ import annotations

import asyncio
import socket
import threading

import httpx2
import pytest
from groupdocs_translation import (
    AsyncTranslationClient,
    ConfigurationError,
    ConnectionFailed,
    RetryPolicy,
    SubmissionUncertain,
    TransferError,
    TranslationClient,
    _network,
)
from groupdocs_translation._aiohttp import AiohttpTransport

from tests.auth.servers import http
from tests.clocks import until
from tests.services import JOB, Service
from tests.transports.test_aiohttp import open_sockets

TAKEN = http({"status": 202, "message": "taken", "id": JOB})
BIG = bytes(range(256)) * 4096 * 3  # 3 MiB: more than buffers hold


@pytest.fixture(params=["httpx2", "aiohttp"])
def settings(request, sandbox):
    return sandbox.client_settings() | {"transport": request.param}


@pytest.fixture
def deaf():
    """Yield a server that accepts connections and reads nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener


async def test_a_file_is_uploaded_and_downloaded_unchanged(settings, sandbox, tmp_path):
    source = tmp_path / "a.pdf"
    source.write_bytes(b"%PDF-1.4" + BIG)
    async with AsyncTranslationClient(**settings) as client:
        stored = await client.upload(source)
        async with httpx2.AsyncClient() as browser:
            assert (await browser.get(stored)).content == source.read_bytes()
        text = await client.translate_file(b"Hello", name="a.txt", target="de", output_dir=tmp_path)
    assert text.path.read_text().startswith("[de]")
    assert text.sizes["de"] == text.path.stat().st_size


async def test_fifty_texts_at_a_time_need_no_more_connections_than_allowed(settings):
    async with AsyncTranslationClient(**settings, max_connections=5) as client:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(client.translate_text(f"Text {n}", target="de")) for n in range(50)]
        assert [task.result().text.rpartition(" ")[2] for task in tasks] == [str(n) for n in range(50)]
        assert client.usage.by_operation["translateText"] == 50


@pytest.mark.parametrize("reset", ["before", "after", "middle"])
async def test_a_submission_is_never_sent_again_after_a_reset(settings, sandbox, reset):
    sandbox.fail("translateText", reset=reset)
    async with AsyncTranslationClient(**settings) as client:
        with pytest.raises(SubmissionUncertain):
            await client.submit_text("Hello", target="de")
    assert sandbox.calls()["translateText"] == 1


@pytest.mark.parametrize("reset", ["before", "after", "middle"])
async def test_a_poll_is_sent_again_after_a_reset(settings, sandbox, reset):
    async with AsyncTranslationClient(**settings) as client:
        job = await client.submit_text("Hello", target="de")
        sandbox.fail("getTextTranslation", reset=reset)
        assert (await job.result()).text.startswith("[de]")
    assert sandbox.calls()["getTextTranslation"] == 2


@pytest.fixture
def service():
    """Yield a server that keeps connections open."""
    with Service() as service:
        yield service


async def test_silently_closed_connections_lose_no_submission(settings, service, clock):
    service._roles["submit"] = lambda _: [TAKEN]  # in pieces: the server closes behind them
    async with AsyncTranslationClient(**service.settings(clock), transport=settings["transport"]) as client:
        for _ in range(30):
            assert (await client.submit_text("Hello", target="de")).id == JOB
    assert service.connections == 30


async def test_a_submission_uses_no_connection_that_was_idle_for_long(settings, service, clock, monkeypatch):
    now = 0.0
    monkeypatch.setattr(_network, "monotonic", lambda: now)
    async with AsyncTranslationClient(**service.settings(clock), transport=settings["transport"]) as client:
        for pause, connections in ((0.0, 1), (_network.REUSE_S / 2, 1), (_network.REUSE_S, 2)):
            now += pause
            await client.translate_text("Hello", target="de")
            assert service.connections == connections


async def test_a_submission_uses_no_connection_that_was_closed(settings, service, clock):
    service._roles["poll"] = lambda request: [service.done(request)]  # in pieces: the server closes behind them
    async with AsyncTranslationClient(**service.settings(clock), transport=settings["transport"]) as client:
        for connections in (1, 2, 3):
            await client.translate_text("Hello", target="de")
            assert service.connections == connections
            until(lambda: not service._open)  # the blocked event loop does not see the close yet


async def test_after_a_lost_connection_each_submission_opens_a_new_one(settings, service, clock):
    async with AsyncTranslationClient(**service.settings(clock), transport=settings["transport"]) as client:
        await client.translate_text("Hello", target="de")
        service._roles["submit"] = [None, TAKEN]
        with pytest.raises(SubmissionUncertain):
            await client.submit_text("Hello", target="de")
        for connections in (2, 3, 4):
            await client.translate_text("Hello", target="de")
            assert service.connections == connections


async def test_a_connection_that_was_not_made_costs_nothing(settings, clock, closed_port):
    given = settings | {"base_url": f"http://127.0.0.1:{closed_port}"}
    async with AsyncTranslationClient(**given) as client:
        with pytest.raises(ConnectionFailed):
            await client.submit_text("Hello", target="de")
        assert client.usage.calls == 0
    assert len(clock.slept) > 0  # it was retried: the service did not receive it


async def test_a_server_that_does_not_read_ends_the_upload_in_time(settings, deaf, tmp_path):
    source = tmp_path / "a.txt"
    with source.open("wb") as file:
        file.truncate(64 * 2**20)
    given = settings | {
        "base_url": f"http://127.0.0.1:{deaf.getsockname()[1]}",
        "retries": RetryPolicy.never(),
    }
    before = open_sockets()
    async with AsyncTranslationClient(**given, timeout=httpx2.Timeout(60, write=0.3)) as client:
        with pytest.raises(ConnectionFailed, match="WriteTimeout"):
            await client.upload(source)
    await asyncio.sleep(0)  # let the closed sockets go
    assert open_sockets() <= before  # none stays open because of unread data


@pytest.mark.parametrize("change", [-5, 5])
async def test_a_file_that_changes_during_the_upload_is_not_a_connection_error(settings, tmp_path, change):
    source = tmp_path / "a.txt"
    source.write_bytes(BIG)

    def shrink_or_grow(_):
        with source.open("r+b") as file:
            file.truncate(len(BIG) + change)

    async with AsyncTranslationClient(**settings, retries=RetryPolicy.never()) as client:
        with pytest.raises(TransferError, match="could not be sent"):
            await client.upload(source, progress=shrink_or_grow)


async def test_a_response_that_is_not_http_is_a_connection_error(settings, sandbox):
    def speak(listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=speak, args=(listener,), daemon=True).start()
        given = settings | {"base_url": f"http://127.0.0.1:{listener.getsockname()[1]}"}
        async with AsyncTranslationClient(**given) as client:
            with pytest.raises(SubmissionUncertain):
                await client.submit_text("Hello", target="de")
        listener.shutdown(socket.SHUT_RDWR)


def transport_of(settings, url=None):
    """Return the transport for API calls or for a result URL; ``None`` means httpx2's own pool."""

    async def inside():
        async with AsyncTranslationClient(**settings) as client:
            session = client._connection.session() if url is None else client._connection.storage(url)
            carrier = session._transport_for_url(httpx2.URL(url or client.base_url))
            return carrier if carrier is settings.get("transport") or isinstance(carrier, AiohttpTransport) else None

    return asyncio.run(inside())


def test_aiohttp_is_used_where_requested(sandbox):
    given = sandbox.client_settings()
    own = httpx2.AsyncHTTPTransport()
    assert transport_of(given) is None  # httpx2's own pool
    assert isinstance(transport_of(given | {"transport": "auto"}), AiohttpTransport)
    assert transport_of(given | {"transport": "httpx2"}) is None
    assert transport_of(given | {"transport": own}) is own


FAR = {"access_token": "t", "base_url": "https://api.example.com"}


@pytest.mark.parametrize(
    ("given", "variables", "named"),
    [
        ({"proxy": "http://127.0.0.1:9"}, {}, "proxy="),
        ({}, {"HTTPS_PROXY": "http://127.0.0.1:9"}, "HTTPS_PROXY"),
        ({}, {"all_proxy": "http://127.0.0.1:9"}, "all_proxy"),
        ({}, {"https_proxy": "http://127.0.0.1:9", "NO_PROXY": "example.org,192.0.2.0/24"}, "https_proxy"),
    ],
)
def test_proxies_use_httpx2(monkeypatch, given, variables, named):
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert transport_of(FAR | given | {"transport": "auto"}) is None
    with pytest.raises(ConfigurationError, match=f"{named} sets one for https://api.example.com"):
        transport_of(FAR | given | {"transport": "aiohttp"})
    if variables:
        assert isinstance(transport_of(FAR | {"transport": "aiohttp", "trust_env": False}), AiohttpTransport)


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "http_proxy", "ALL_PROXY"])
def test_aiohttp_is_used_for_hosts_without_a_proxy(sandbox, monkeypatch, name):
    monkeypatch.setenv(name, "http://127.0.0.1:9")
    near = sandbox.client_settings() | {"transport": "aiohttp"}
    assert isinstance(transport_of(near), AiohttpTransport)
    assert isinstance(transport_of(near, sandbox.app.origin), AiohttpTransport)
    monkeypatch.setenv("NO_PROXY", "*.example.com,[2001:db8::1]")
    assert isinstance(transport_of(FAR | {"transport": "aiohttp"}), AiohttpTransport)


def test_storage_behind_a_proxy_uses_httpx2(sandbox, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    near = sandbox.client_settings() | {"transport": "aiohttp"}
    assert transport_of(near, "https://storage.example.com/a") is None  # an error would lose a billed result


def test_a_wrong_choice_is_refused(sandbox):
    with pytest.raises(ConfigurationError, match="httpx2"):
        TranslationClient(**sandbox.client_settings(), transport="curl")
    client = TranslationClient(**sandbox.client_settings(), transport="aiohttp")
    with pytest.raises(ConfigurationError, match="AsyncTranslationClient"), client:
        client.health()


@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_trio_uses_httpx2(sandbox, anyio_backend):
    async with AsyncTranslationClient(**sandbox.client_settings(), transport="auto") as client:
        assert (await client.translate_text("Hello", target="de")).text.startswith("[de]")
