"""Authentication through the clients and ``httpx2``, under asyncio and trio."""

from __future__ import annotations

import asyncio
import gc
import threading
from concurrent.futures import ThreadPoolExecutor

import anyio
import httpx2
import pytest
from groupdocs_translation import (
    AsyncTranslationClient,
    AuthenticationError,
    ClientCredentials,
    ConfigurationError,
    FileTokenStore,
    MemoryTokenStore,
    TranslationClient,
)
from groupdocs_translation_api.api.swagger import get_openapi_document
from groupdocs_translation_api.api.translation import list_languages

from tests.auth.servers import Identity, RawServer, http, token

BOTH = pytest.mark.parametrize("backend", ["asyncio", "trio"])


@pytest.fixture
def settings(sandbox, clock):
    return sandbox.client_settings() | {"clock": clock}


@BOTH
def test_the_async_client_runs_under_asyncio_and_trio(sandbox, settings, clock, tmp_path, backend):
    async def main():
        async with AsyncTranslationClient(**settings) as client:
            assert (await client.translate_text("Hello", target="de")).text
            clock.advance(4000)
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(lambda: client.translate_text("Hello", target="de"))
            (tmp_path / "a.md").write_text("# Hello")
            result = await client.translate_file(tmp_path / "a.md", target="de", output_dir=tmp_path)
            assert result.path.exists()
            return dict(client.usage.token_events)

    assert anyio.run(main, backend=backend) == {"obtained": 1, "refreshed": 1}
    assert sandbox.calls()["/connect/token"] == 2


@BOTH
def test_a_cancelled_caller_leaves_an_async_client_that_works(settings, clock, backend):
    with Identity() as identity:
        identity.gate.clear()

        async def main():
            async with AsyncTranslationClient(**settings | {"token_url": identity.token_url}) as client:
                with anyio.move_on_after(0.05) as scope:
                    await client.openapi_document()
                assert scope.cancelled_caught
                identity.gate.set()
                with pytest.raises(AuthenticationError):  # a token that the sandbox does not know
                    await client.openapi_document()

        anyio.run(main, backend=backend)
        assert len(identity.requests) == 1


@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")  # of connections left open in a closed loop
def test_one_client_serves_one_event_loop_after_another(sandbox, settings, clock):
    client = AsyncTranslationClient(**settings)

    async def use():
        return (await client.translate_text("Hello", target="de")).text

    assert asyncio.run(use())
    clock.advance(4000)
    assert anyio.run(use, backend="trio")
    assert asyncio.run(use())
    assert sandbox.calls()["/connect/token"] == 2
    asyncio.run(client.aclose())
    gc.collect()  # collect here, where the warning is expected


@pytest.mark.parametrize("store", ["memory", "file"])
def test_clients_of_both_kinds_share_a_token_through_a_store(sandbox, settings, tmp_path, store):
    kept = MemoryTokenStore() if store == "memory" else FileTokenStore(tmp_path / "tokens")
    with TranslationClient(**settings, token_store=kept) as client:
        assert client.translate_text("Hello", target="de").text

    async def main():
        async with AsyncTranslationClient(**settings, token_store=kept) as client:
            assert (await client.translate_text("Hello", target="de")).text
            return dict(client.usage.token_events)

    assert asyncio.run(main()) == {"loaded": 1}
    assert sandbox.calls()["/connect/token"] == 1


def test_generated_functions_are_authorized_and_public_ones_cost_no_token(sandbox, settings):
    with TranslationClient(**settings) as client:
        assert list_languages.sync(client=client.api)
        assert sandbox.calls()["/connect/token"] == 0
        assert get_openapi_document.sync(client=client.api)
        assert sandbox.calls()["/connect/token"] == 1


def test_two_hundred_threads_with_one_cold_client_cost_one_token_request(sandbox, settings):
    with TranslationClient(**settings) as client, ThreadPoolExecutor(200) as pool:
        barrier = threading.Barrier(200, timeout=60)

        def use(_):
            barrier.wait()
            return client.account.token_source.get()

        assert len(set(pool.map(use, range(200)))) == 1
    assert sandbox.calls()["/connect/token"] == 1


def test_no_connection_of_many_threads_is_closed_as_surplus(clock):
    """Check that the pool closes no idle connection that another thread is about to use (httpcore #1110)."""
    together = threading.Barrier(40, timeout=60)

    def answer(_):
        together.wait()
        return http("[]")

    with RawServer(answer) as api, TranslationClient(access_token="t", base_url=api.address, clock=clock) as client:
        with ThreadPoolExecutor(40) as pool:
            for _ in range(2):
                list(pool.map(lambda _: list_languages.sync(client=client.api), range(40)))
        assert api.connections == 40


def test_the_second_401_is_raised_with_the_message_of_the_api(sandbox, settings, clock):
    with TranslationClient(**settings) as client:
        client.openapi_document()
        clock.advance(60)
        challenge = 'Bearer error="invalid_token", error_description="another audience"'
        sandbox.fail("getOpenapiDocument", status=401, times=9, headers={"www-authenticate": challenge})
        with pytest.raises(AuthenticationError, match="another audience") as caught:
            client.openapi_document()
        assert caught.value.status_code == 401
        assert client.usage.by_operation["getOpenapiDocument"] == 3
        assert client.usage.token_events == {"obtained": 1, "refreshed": 1, "replayed": 1}


def test_token_events_are_emitted_and_counted_in_usage(settings, clock):
    events = []
    with TranslationClient(**settings, on_token_event=events.append) as client:
        client.openapi_document()
        clock.advance(3600)
        client.openapi_document()
        assert [event.kind for event in events] == ["obtained", "refreshed"]
        assert client.usage.token_events == {"obtained": 1, "refreshed": 1}


def test_a_rotated_secret_needs_no_restart_of_a_client(sandbox, settings, clock):
    urls = {name: settings[name] for name in ("base_url", "token_url", "clock")}
    secrets = {"now": settings["client_secret"]}
    with TranslationClient(credentials=lambda: (settings["client_id"], secrets["now"]), **urls) as client:
        client.openapi_document()
        secrets["now"] = sandbox.rotate_secret()
        clock.advance(4000)
        client.openapi_document()


def test_a_closed_client_says_so(settings):
    client = TranslationClient(**settings)
    client.openapi_document()
    client.close()
    with pytest.raises(ConfigurationError, match="closed"):
        client.openapi_document()


# -- ClientCredentials -------------------------------------------------------------------------------------------------


@BOTH
def test_client_credentials_authorize_any_httpx_client(auth, api, identity, backend):
    with httpx2.Client(auth=auth) as client:
        assert client.get(api.address).json() == {"length": 0}

    async def main():
        async with httpx2.AsyncClient(auth=auth) as client, anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(client.get, api.address)

    anyio.run(main, backend=backend)
    assert {request.token for request in api.requests} == {"t1"}
    assert len(api.requests) == 51
    assert len(identity.requests) == 1


def test_client_credentials_may_come_from_a_callable(api, identity, clock):
    urls = {"token_url": identity.token_url, "api_url": api.address, "clock": clock}
    auth = ClientCredentials(credentials=lambda: ("a", "b"), **urls)
    assert httpx2.get(api.address, auth=auth).status_code == 200
    assert "credentials=" in repr(auth)


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"client_id": "a"},
        {"client_secret": "b"},
        {"client_id": "a", "client_secret": "b", "credentials": lambda: ("a", "b")},
    ],
)
def test_client_credentials_do_not_look_elsewhere(arguments, monkeypatch):
    monkeypatch.setenv("GROUPDOCS_CLIENT_ID", "another-service")
    monkeypatch.setenv("GROUPDOCS_CLIENT_SECRET", "another-secret")
    with pytest.raises(ConfigurationError, match=r"pass (client_id and client_secret|only one of)"):
        ClientCredentials(**arguments, token_url="https://id.example.com", api_url="https://api.example.com")


@pytest.mark.parametrize(
    "wrong", [{"token_url": "http://id.example.com"}, {"api_url": "http://api.example.com"}, {"api_url": ""}]
)
def test_client_credentials_accept_only_safe_urls(wrong):
    urls = {"token_url": "https://id.example.com", "api_url": "https://api.example.com"} | wrong
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        ClientCredentials("a", "b", **urls)


def test_a_redirect_to_another_origin_gets_no_token(auth, api, identity):
    with Identity(token("never")) as elsewhere, httpx2.Client(auth=auth, follow_redirects=True) as client:
        api.answer = lambda _: http("", 302, location=f"{elsewhere.address}/x")
        client.get(api.address)
        assert "authorization" not in elsewhere.requests[0].headers
