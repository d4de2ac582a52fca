"""A server, or whoever took its name, that answers more than anyone can hold."""

from __future__ import annotations

import gzip
import io

import pytest
from groupdocs_translation import APIError, RetryPolicy, SubmissionUncertain, TranslationClient
from groupdocs_translation._rules.responses import MAX_ANSWER_BYTES, MAX_ENCODED_ANSWER_BYTES, MAX_TEXTS_BYTES

from tests.auth.servers import RawServer
from tests.clocks import FakeClock
from tests.services import Service

PIECE = b"[" * 2**20


class Counted:
    """Pieces of an answer, and how many bytes of them were taken."""

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


def test_an_answer_without_end_is_broken_off():
    endless = Counted(b"transfer-encoding: chunked\r\n", b"%x\r\n%s\r\n" % (len(PIECE), PIECE))
    with RawServer(lambda request: endless) as server, pytest.raises(APIError, match="too large"):
        languages(server)

    assert endless.sent < 2 * MAX_ANSWER_BYTES


class Long:
    """100 MB of JSON that is whole and fits its Content-Length, and how many bytes of it were taken."""

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
def test_a_hundred_megabytes_of_good_json_are_not_taken_in_any_place(place):
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
    assert long.taken < limit + 16 * 2**20  # what sockets hold


def test_an_answer_that_would_decompress_to_gigabytes_is_refused_before_it_is_unpacked():
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as file:
        for _ in range(512):
            file.write(b"\0" * 2**20)
    bomb = packed.getvalue()
    assert len(bomb) > 4 * MAX_ENCODED_ANSWER_BYTES
    head = f"content-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: {len(bomb)}\r\n\r\n"

    with RawServer(lambda request: f"HTTP/1.1 200 OK\r\n{head}".encode() + bomb) as server:
        with pytest.raises(APIError, match="too large"):
            languages(server)

        assert server.requests[0].headers["accept-encoding"] == "identity"  # none was asked for
