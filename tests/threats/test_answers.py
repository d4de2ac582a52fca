"""Responses that are too large for memory, from a hostile server."""

from __future__ import annotations

import gzip
import tracemalloc
from contextlib import suppress

import httpx2
import pytest
from groupdocs_translation import (
    APIError,
    BadRequest,
    ClientCredentials,
    RetryPolicy,
    SubmissionUncertain,
    TranslationClient,
)
from groupdocs_translation._rules.responses import MAX_ANSWER_BYTES, MAX_TEXTS_BYTES

from tests.auth.servers import Identity, RawServer, token
from tests.clocks import FakeClock
from tests.services import Service

PIECE = b"[" * 2**20


class Counted:
    """Chunks of a response, and the number of bytes that were read."""

    def __init__(self, head: bytes, piece: bytes) -> None:
        self.head, self.piece, self.sent = head, piece, 0

    def __iter__(self):
        yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n" + self.head + b"\r\n"
        while True:
            yield self.piece
            self.sent += len(self.piece)


def languages(server: RawServer) -> None:
    once = RetryPolicy(tries=1)
    with TranslationClient(access_token="t", base_url=server.address, token_url=server.address, retries=once) as client:
        client.languages()


def test_an_endless_response_is_aborted():
    endless = Counted(b"transfer-encoding: chunked\r\n", b"%x\r\n%s\r\n" % (len(PIECE), PIECE))
    with RawServer(lambda request: endless) as server, pytest.raises(APIError, match="too large"):
        languages(server)

    assert endless.sent < 2 * MAX_ANSWER_BYTES


class Long:
    """100 MB of valid JSON with its Content-Length, and the number of bytes that were read."""

    SIZE = 100 * 10**6

    def __init__(self, members: bytes) -> None:
        self.head, self.taken = b'{"status": 200, ' + members + b', "more": "', 0

    def __iter__(self):
        yield b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % self.SIZE
        yield self.head
        left = self.SIZE - len(self.head) - 2
        while left:
            piece = b"x" * min(left, 2**20)
            yield piece
            left -= len(piece)
            self.taken += len(piece)
        yield b'"}'


TEXT, FILE = (b'"id": "1", "translations": {"de": ["Hallo"]}', b'"id": "1", "urls": {}')
PLACES = {
    "submit": (TEXT, lambda client: client.submit_text("Hello", target="de"), SubmissionUncertain),
    "text poll": (TEXT, lambda client: client.job("1", kind="text").result(), APIError),
    "file poll": (FILE, lambda client: client.job("1").result(), APIError),
    "upload": (FILE, lambda client: client.upload(b"x", name="a.txt"), APIError),
    "read": (FILE, lambda client: client.health(), APIError),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_hundred_megabytes_of_valid_json_are_not_read_by_any_call(place):
    members, call, error = PLACES[place]
    long = Long(members)
    role = place.rpartition(" ")[2]
    with Service(**{role: lambda _: long}) as service:
        settings = service.settings(FakeClock()) | {"retries": RetryPolicy.never()}
        with TranslationClient(**settings) as client, pytest.raises(error) as caught:
            call(client)
        assert service.count(role) == 1
    assert "too large" in str(caught.value if error is APIError else caught.value.__cause__)
    limit = MAX_TEXTS_BYTES if place == "text poll" else MAX_ANSWER_BYTES
    assert long.taken < limit + 16 * 2**20  # the size of socket buffers


BOMB = gzip.compress(bytes(16 * 2**20))  # 16 MiB; members of a gzip file may follow one another


def packed_answer(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-encoding: GZIP\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


@pytest.mark.parametrize("status", ["200 OK", "400 Bad Request", "503 Service Unavailable"])
@pytest.mark.parametrize("place", PLACES)
def test_a_compressed_response_is_rejected_by_every_call_and_never_unpacked(place, status):
    _, call, error = PLACES[place]
    bomb = BOMB * 4  # 64 MiB, 64 KB compressed
    with Service(**{place.rpartition(" ")[2]: packed_answer(status, bomb)}) as service:
        settings = service.settings(FakeClock()) | {"retries": RetryPolicy.never()}
        with TranslationClient(**settings) as client:
            call_anything(client)  # without the memory of imports
            tracemalloc.start()
            with pytest.raises((APIError, SubmissionUncertain)) as caught:
                call(client)
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert peak < 8 * 2**20
    if status.startswith("400"):
        assert type(caught.value) is BadRequest
    elif error is APIError and status.startswith("200"):
        assert "compressed" in str(caught.value)


def call_anything(client: TranslationClient) -> None:
    with suppress(APIError):
        client.job("0").status()


def test_a_compressed_401_is_not_unpacked_before_the_replay():
    refusal = packed_answer("401 Unauthorized", BOMB * 3)
    answers = [refusal, b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n[]"]
    with Identity(token("a"), token("b")) as identity, RawServer(lambda _: answers.pop(0)) as api:
        auth = ClientCredentials("id", "secret", token_url=identity.token_url, api_url=api.address)
        with httpx2.Client(auth=auth) as client:
            auth._source.get()
            auth._source.mark_accepted(auth._source.get())
            tracemalloc.start()
            assert client.get(api.address).status_code == 200
            peak = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert peak < 8 * 2**20


def test_a_response_that_unpacks_to_gigabytes_is_rejected_before_that():
    bomb = BOMB * 64  # 1 GiB
    head = f"content-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n"

    with RawServer(lambda request: f"HTTP/1.1 200 OK\r\n{head}".encode() + bomb) as server:
        with pytest.raises(APIError, match="compressed"):
            languages(server)

        assert server.requests[0].headers["accept-encoding"] == "identity"  # none was requested
