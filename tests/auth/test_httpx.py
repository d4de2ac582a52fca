"""Programs that use httpx get the same token and the same single replay after a 401."""

from __future__ import annotations

import asyncio
import io
import sys

import anyio
import httpx
import httpx2
import pytest
from groupdocs_translation import ConfigurationError
from groupdocs_translation.auth.bearer import MAX_REFUSAL_BYTES

from tests.auth.servers import Api, http


def exchange(adapter, requests, *, is_async):
    """Send requests, each built when it is sent, with one httpx client; return the responses."""

    async def main():
        async with httpx.AsyncClient(auth=adapter) as client:
            return [await client.request(**request()) for request in requests]

    if is_async:
        return asyncio.run(main())
    with httpx.Client(auth=adapter) as client:
        return [client.request(**request()) for request in requests]


@pytest.fixture
def post(api, clock):
    """A function that builds a request one minute later, since a new token is not replaced."""

    def make(**body):
        clock.advance(60)
        return {"method": "POST", "url": api.address, **body}

    return make


BODIES = {
    "bytes": {"content": b"a body " * 10_000},
    "JSON": {"json": {"text": "a" * 1000}},
    "a form": {"data": {"a": "b" * 1000}},
    "parts of bytes": {"files": {"file": b"a part"}, "data": {"a": "b"}},
}


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("body", BODIES)
def test_a_rejected_token_is_replaced_and_a_body_in_memory_sent_again(auth, api, identity, post, body, is_async):
    def revoked():
        api.accepted = {"t2"}
        return post(**BODIES[body])

    first, second = exchange(auth.for_httpx(), [post, revoked], is_async=is_async)
    assert (first.status_code, second.status_code) == (200, 200)
    assert isinstance(second, httpx.Response)
    assert [request.token for request in api.requests] == ["t1", "t1", "t2"]
    assert api.requests[1].body == api.requests[2].body != b""
    assert [earlier.status_code for earlier in second.history] == [401]
    assert len(identity.requests) == 2


@pytest.mark.parametrize("is_async", [False, True])
def test_a_second_401_is_returned(auth, api, identity, post, is_async):
    def revoked():
        api.accepted = set()
        return post(content=b"a body")

    _, answer = exchange(auth.for_httpx(), [post, revoked], is_async=is_async)
    assert answer.status_code == 401
    assert [request.token for request in api.requests] == ["t1", "t1", "t2"]
    assert len(identity.requests) == 2


def test_a_stream_is_sent_once(auth, api, post, caplog):
    def revoked():
        api.accepted = {"t2"}
        return post(content=io.BytesIO(b"once"), headers={"Content-Length": "4"})

    _, answer = exchange(auth.for_httpx(), [post, revoked], is_async=False)
    assert answer.status_code == 401
    assert [request.body for request in api.requests] == [b"", b"once"]
    assert "can be sent only once" in caplog.text


@pytest.mark.parametrize("is_async", [False, True])
def test_an_endless_401_is_not_read_to_its_end(auth, api, post, is_async):
    def answer(request):
        if request.token != "t1" or len(api.requests) == 1:
            return http({})
        return (piece for piece in (b"HTTP/1.1 401 No\r\n\r\n", *[b"x" * 10_001] * 10_000))

    api.answer = answer
    _, found = exchange(auth.for_httpx(), [post, post], is_async=is_async)
    assert found.status_code == 200
    assert MAX_REFUSAL_BYTES <= len(found.history[0].content) < 4 * MAX_REFUSAL_BYTES


def test_another_origin_gets_no_token(auth, identity):
    with Api() as other:
        httpx.get(other.address, auth=auth.for_httpx())
        assert "authorization" not in other.requests[0].headers
    assert identity.requests == []


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_clients_of_both_libraries_share_one_token(auth, api, identity, backend):
    async def main():
        async with (
            httpx.AsyncClient(auth=auth.for_httpx()) as old,
            httpx2.AsyncClient(auth=auth) as new,
            anyio.create_task_group() as group,
        ):
            for client in [old, new] * 10:
                group.start_soon(client.get, api.address)

    anyio.run(main, backend=backend)
    assert {request.token for request in api.requests} == {"t1"}
    assert len(identity.requests) == 1


def test_without_httpx_the_error_says_what_to_install(auth, monkeypatch):
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(ConfigurationError, match="pip install httpx, or use this object with an httpx2 client"):
        auth.for_httpx()
