"""A 401 of the API causes one renewal and one replay, never with a different body."""

from __future__ import annotations

import asyncio
import io
import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import anyio
import httpx2
import pytest
from groupdocs_translation import AuthenticationError, ClientCredentials
from groupdocs_translation.auth.bearer import MAX_REFUSAL_BYTES, rewinder

from tests.auth.servers import Api, Direct, RawServer, http


@pytest.fixture
def client(auth):
    with httpx2.Client(auth=auth) as client:
        yield client


def revoke(api, *left):
    """Let the API accept only these tokens."""
    api.accepted = set(left)


def used(client, api, clock):
    """Use the client's token once, and let it age by a minute."""
    assert client.get(api.address).status_code == 200
    clock.advance(60)
    api.requests.clear()


async def used_by_tasks(client, api, clock):
    """Use the token of an async client once, and let it age by a minute."""
    assert (await client.get(api.address)).status_code == 200
    clock.advance(60)
    api.requests.clear()


# -- one renewal, one replay -------------------------------------------------------------------------------------------


def test_a_rejected_token_is_replaced_and_the_request_replayed(client, api, identity, clock, events):
    used(client, api, clock)
    revoke(api, "t2")
    response = client.get(api.address)
    assert response.status_code == 200
    assert [request.token for request in api.requests] == ["t1", "t2"]
    assert len(identity.requests) == 2
    assert [event.kind for event in events] == ["obtained", "refreshed", "replayed"]
    assert [earlier.status_code for earlier in response.history] == [401]


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_rejected_token_is_replaced_for_async_clients(auth, api, identity, clock, backend):
    async def main():
        async with httpx2.AsyncClient(auth=auth) as client:
            assert (await client.get(api.address)).status_code == 200
            clock.advance(60)
            revoke(api, "t2")
            assert (await client.get(api.address)).status_code == 200

    anyio.run(main, backend=backend)
    assert [request.token for request in api.requests] == ["t1", "t1", "t2"]
    assert len(identity.requests) == 2


def test_a_token_revoked_just_after_it_was_accepted_is_replaced(client, api, identity):
    assert client.get(api.address).status_code == 200
    revoke(api, "t2")
    assert client.get(api.address).status_code == 200
    assert len(identity.requests) == 2


def test_a_thousand_tasks_with_a_revoked_token_cost_one_renewal(auth, api, identity, clock):
    async def main():
        async with httpx2.AsyncClient(auth=auth, transport=Direct()) as client:
            assert (await client.get(api.address)).status_code == 200
            clock.advance(60)
            revoke(api, "t2")
            return await asyncio.gather(*(client.get(api.address) for _ in range(1000)))

    assert {response.status_code for response in asyncio.run(main())} == {200}
    assert len(identity.requests) == 2


def test_staggered_401s_for_one_token_cost_one_renewal(client, api, identity, clock):
    used(client, api, clock)
    revoke(api, "t2")
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: client.get(api.address).status_code, range(160)))
    assert set(answers) == {200}
    assert len(identity.requests) == 2


def test_a_token_that_was_already_replaced_costs_no_request(identity, source, clock):
    old = source.get()
    clock.advance(60)
    assert all(source.invalidate(old) for _ in range(1000))
    assert source.get().value.reveal() == "t2"
    assert source.invalidate(old)
    assert source.get().value.reveal() == "t2"
    assert len(identity.requests) == 2


# -- a server that always returns 401 ----------------------------------------------------------------------------------


def test_an_api_that_always_says_401_costs_two_tokens_a_minute_at_most(client, api, identity, clock):
    revoke(api)
    assert client.get(api.address).status_code == 401  # a token that is seconds old is kept
    assert (len(api.requests), len(identity.requests)) == (1, 1)
    clock.advance(10)
    assert client.get(api.address).status_code == 401
    assert (len(api.requests), len(identity.requests)) == (3, 2)
    for _ in range(59):
        clock.advance(1)
        assert client.get(api.address).status_code == 401
    assert (len(api.requests), len(identity.requests)) == (62, 2)
    clock.advance(1)
    client.get(api.address)
    assert (len(api.requests), len(identity.requests)) == (64, 3)


def test_one_url_that_returns_401_does_not_cost_a_token_each_time(auth, identity, clock):
    def answer(request):
        return http({}, 401) if request.path == "/never" else http({})

    with RawServer(answer) as api:
        auth._origin = ("http", "127.0.0.1", int(api.address.rpartition(":")[2]))
        with httpx2.Client(auth=auth) as client:
            for _ in range(20):
                assert client.get(f"{api.address}/fine").status_code == 200
                assert client.get(f"{api.address}/never").status_code == 401
                clock.advance(1)
    assert len(identity.requests) <= 6  # once, and then not for 5 s


def test_a_renewal_that_fails_after_a_401_is_raised(client, api, identity, clock):
    used(client, api, clock)
    revoke(api)
    identity.then(http({"error": "invalid_client"}, 400))
    with pytest.raises(AuthenticationError, match="invalid_client"):
        client.get(api.address)
    assert len(api.requests) == 1


# -- 401s that are not about the token ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("challenge", "sends"),
    [
        ('Bearer error="invalid_token"', 2),
        ('Bearer realm="x", error="invalid_token", error_description="The token expired"', 2),
        ("Bearer error=invalid_token", 2),
        ("Bearer", 2),
        ("", 2),
        ('Basic realm="x"', 2),
        ('Bearer error="insufficient_scope"', 1),
        ('bearer realm="x",error="invalid_request"', 1),
        ('Bearer error="use_dpop_nonce"', 1),
    ],
)
def test_only_a_challenge_about_the_token_leads_to_a_renewal(client, api, clock, challenge, sends):
    used(client, api, clock)
    api.challenge = challenge
    revoke(api, "t2")
    assert client.get(api.address).status_code == (200 if sends == 2 else 401)
    assert len(api.requests) == sends


def test_a_403_is_not_about_the_token(identity):
    with RawServer(lambda _: http({}, 403)) as api:
        auth = ClientCredentials("id", "secret", token_url=f"{identity.address}/connect/token", api_url=api.address)
        assert httpx2.get(api.address, auth=auth).status_code == 403
        assert (len(api.requests), len(identity.requests)) == (1, 1)


def test_a_401_after_a_redirect_does_not_discard_the_token(auth, api, identity, clock):
    with RawServer(lambda _: http({}, 401)) as elsewhere, httpx2.Client(auth=auth, follow_redirects=True) as client:
        used(client, api, clock)
        api.answer = lambda _: http("", 307, location=elsewhere.address)
        assert client.get(api.address).status_code == 401
        assert "authorization" not in elsewhere.requests[0].headers
        assert len(elsewhere.requests) == 1
        assert len(identity.requests) == 1


def test_an_authorization_header_of_the_caller_is_kept(client, api, identity):
    revoke(api)
    response = client.get(api.address, headers={"Authorization": "Bearer mine"})
    assert response.status_code == 401
    assert [request.token for request in api.requests] == ["mine"]
    assert identity.requests == []


def test_other_origins_get_no_token_and_cause_none(client, api, identity):
    with Api() as other:
        for url in (other.address, api.address.replace("127.0.0.1", "localhost")):
            client.get(url)
            assert "authorization" not in (other.requests + api.requests)[-1].headers
    assert identity.requests == []


def test_a_request_that_is_sent_again_gets_the_current_token(client, api, identity, clock):
    request = client.build_request("GET", api.address)
    client.send(request)
    clock.advance(3600)
    client.send(request)
    assert [seen.token for seen in api.requests] == ["t1", "t2"]


# -- bodies ------------------------------------------------------------------------------------------------------------


class Pipe(io.RawIOBase):
    """A file that can be read only once."""

    def __init__(self, content):
        self._file = io.BytesIO(content)

    def readable(self):
        return True

    def seekable(self):
        return False

    def readinto(self, buffer):
        return self._file.readinto(buffer)


class Body:
    """A body that can be rewound to the initial position of its file."""

    def __init__(self, file):
        self.file, self.start = file, file.tell()

    def rewind(self):
        self.file.seek(self.start)


class Rewindable(Body):
    def __iter__(self):
        yield self.file.read()


class AsyncRewindable(Body):
    async def __aiter__(self):
        yield self.file.read()


@pytest.fixture
def opened(tmp_path):
    """A function that opens a file with a content; it is closed after the test."""
    files = ExitStack()

    def make(content):
        path = tmp_path / "file"
        path.write_bytes(content)
        return files.enter_context(path.open("rb"))

    with files:
        yield make


CONTENT = b"a body " * 10_000
REPLAYABLE = {
    "nothing": lambda _: {},
    "bytes": lambda _: {"content": CONTENT},
    "JSON": lambda _: {"json": {"text": "a" * 1000}},
    "a form": lambda _: {"data": {"a": "b" * 1000}},
    "parts of bytes and text": lambda _: {"files": {"file": CONTENT, "name": "text"}, "data": {"a": "b"}},
}
SYNC = REPLAYABLE | {"a stream that can be rewound": lambda opened: {"content": Rewindable(opened(CONTENT))}}
ASYNC = REPLAYABLE | {"a stream that can be rewound": lambda opened: {"content": AsyncRewindable(opened(CONTENT))}}
ONCE = {
    "a generator": lambda _: {"content": (CONTENT for _ in range(1))},
    "an iterator": lambda _: {"content": iter([CONTENT])},
    "a map": lambda _: {"content": map(bytes, [CONTENT])},
    "a pipe": lambda _: {"content": Pipe(CONTENT)},
    "a part from a pipe": lambda _: {"files": {"file": Pipe(CONTENT)}},
    "a file object in memory": lambda _: {"content": io.BytesIO(CONTENT)},
    "a file": lambda opened: {"content": opened(CONTENT)},
    "a part from a file object in memory": lambda _: {"files": {"file": io.BytesIO(CONTENT)}},
    "a part from a file": lambda opened: {"files": {"file": opened(CONTENT)}},
}


@pytest.mark.parametrize("body", SYNC)
def test_a_repeatable_body_is_replayed_completely(client, api, clock, opened, body):
    used(client, api, clock)
    revoke(api, "t2")
    assert client.post(api.address, **SYNC[body](opened)).status_code == 200
    first, second = api.requests
    assert first.body == second.body
    assert first.headers.get("content-length") == second.headers.get("content-length")
    assert body == "nothing" or len(second.body) >= 1000


@pytest.mark.parametrize("body", ASYNC)
def test_async_clients_replay_repeatable_bodies_completely(auth, api, clock, opened, body):
    async def main():
        async with httpx2.AsyncClient(auth=auth) as client:
            await used_by_tasks(client, api, clock)
            revoke(api, "t2")
            assert (await client.post(api.address, **ASYNC[body](opened))).status_code == 200

    asyncio.run(main())
    first, second = api.requests
    assert first.body == second.body
    assert body == "nothing" or len(second.body) >= 1000


@pytest.mark.parametrize("body", ONCE)
def test_other_bodies_are_not_replayed_but_the_next_request_gets_a_new_token(
    client, api, identity, clock, opened, caplog, body
):
    used(client, api, clock)
    revoke(api, "t2")
    assert client.post(api.address, **ONCE[body](opened)).status_code == 401
    assert len(api.requests) == 1
    assert "its body can be sent only once; pass bytes, or an iterable with a rewind() method" in caplog.text
    assert CONTENT in api.requests[0].body
    assert client.get(api.address).status_code == 200
    assert [request.token for request in api.requests] == ["t1", "t2"]
    assert len(identity.requests) == 2


def test_async_iterables_and_async_files_are_sent_once(auth, api, clock, tmp_path):
    path = tmp_path / "file"
    path.write_bytes(CONTENT)

    async def pieces():
        yield CONTENT

    async def main():
        async with httpx2.AsyncClient(auth=auth) as client:
            await used_by_tasks(client, api, clock)
            revoke(api)
            assert (await client.post(api.address, content=pieces())).status_code == 401
            async with await anyio.open_file(path, "rb") as file:
                assert rewinder(client.build_request("POST", api.address, content=file)) is None

    asyncio.run(main())
    assert [request.body for request in api.requests] == [CONTENT]


def test_a_stream_that_starts_in_the_middle_is_replayed_from_there(client, api, clock, opened):
    used(client, api, clock)
    revoke(api, "t2")
    file = opened(b"0123456789")
    file.seek(4)
    assert client.post(api.address, content=Rewindable(file), headers={"Content-Length": "6"}).status_code == 200
    assert [request.body for request in api.requests] == [b"456789"] * 2


def test_a_closed_stream_is_not_replayed_in_part(client, api, clock, opened):
    used(client, api, clock)
    file = opened(CONTENT)
    revoke(api)
    client.event_hooks = {"response": [lambda _: file.close()]}  # after the first try, before the second
    assert client.post(api.address, content=Rewindable(file)).status_code == 401
    assert len(api.requests) == 1


def test_a_pipe_is_sent_once(client, api, clock):
    used(client, api, clock)
    revoke(api)
    reading, writing = os.pipe()
    os.write(writing, b"once")
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert client.post(api.address, content=pipe, headers={"Content-Length": "4"}).status_code == 401
    assert [request.body for request in api.requests] == [b"once"]


def test_an_endless_401_is_not_read_to_its_end(client, api, clock):
    used(client, api, clock)
    sent = []

    def endless(request):
        if request.token == "t2":
            return http({})

        def pieces():
            yield b"HTTP/1.1 401 No\r\nContent-Type: text/plain\r\n\r\n"
            while True:
                sent.append(1)
                yield b"x" * 16_384

        return pieces()

    api.answer = endless
    response = client.get(api.address)
    assert response.status_code == 200
    (refusal,) = response.history
    assert MAX_REFUSAL_BYTES <= len(refusal.content) < 4 * MAX_REFUSAL_BYTES
    assert len(sent) < 1000


def test_an_endless_401_is_not_read_to_its_end_by_async_clients(auth, api, clock):
    def answer(request):
        if request.token != "t1" or len(api.requests) == 1:
            return http({})
        return (piece for piece in (b"HTTP/1.1 401 No\r\n\r\n", *[b"x" * 10_001] * 10_000))

    api.answer = answer

    async def main():
        async with httpx2.AsyncClient(auth=auth) as client:
            await client.get(api.address)
            clock.advance(60)
            return await client.get(api.address)

    response = asyncio.run(main())
    assert response.status_code == 200
    assert MAX_REFUSAL_BYTES <= len(response.history[0].content) < 4 * MAX_REFUSAL_BYTES


def test_a_streamed_response_is_returned_after_the_replay(client, api, clock):
    used(client, api, clock)
    revoke(api, "t2")
    with client.stream("GET", api.address) as response:
        assert response.status_code == 200
        assert response.read()


def test_hooks_and_history_never_see_the_token_request(auth, api, clock):
    seen = []

    with httpx2.Client(auth=auth, event_hooks={"request": [seen.append], "response": [seen.append]}) as client:
        used(client, api, clock)
        revoke(api, "t2")
        response = client.get(api.address)
    assert {str(one.url) for one in seen} == {api.address}
    assert [str(one.url) for one in response.history] == [api.address]


def test_an_abandoned_flow_has_no_effect(auth, api, identity):
    async def main():
        flow = auth.async_auth_flow(httpx2.Request("GET", api.address))
        await anext(flow)
        await asyncio.create_task(flow.aclose())  # from another task, as httpx2 may do
        async with httpx2.AsyncClient(auth=auth) as client:
            assert (await client.get(api.address)).status_code == 200

    asyncio.run(main())
    assert len(identity.requests) == 1


def sync_statuses(auth, api, answers):
    with httpx2.Client(auth=auth) as client:
        for answer in answers:
            api.answer = answer
            yield client.get(api.address).status_code


def async_statuses(auth, api, answers):
    async def main():
        async with httpx2.AsyncClient(auth=auth) as client:
            found = []
            for answer in answers:
                api.answer = answer
                found.append((await client.get(api.address)).status_code)
            return found

    return asyncio.run(main())


def says(**statuses):
    """Return an API with a status for each token."""
    return lambda request: http({}, statuses[request.token])


@pytest.mark.parametrize("statuses", [sync_statuses, async_statuses])
@pytest.mark.parametrize("status", [400, 402, 403, 500])
def test_any_other_status_marks_the_token_as_accepted(auth, api, identity, status, statuses):
    answers = [says(t1=status), says(t1=401, t2=200)]  # rejected when seconds old, but accepted before
    assert list(statuses(auth, api, answers)) == [status, 200]
    assert len(identity.requests) == 2


@pytest.mark.parametrize("statuses", [sync_statuses, async_statuses])
@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_any_other_status_of_a_replay_marks_the_token_as_accepted(auth, api, identity, status, statuses):
    answers = [says(t1=200), says(t1=401, t2=status), says(t2=401, t3=200)]
    assert list(statuses(auth, api, answers)) == [200, status, 200]
    assert len(identity.requests) == 3
