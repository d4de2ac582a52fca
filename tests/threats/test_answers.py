"""A server, or whoever took its name, that answers more than anyone can hold."""

from __future__ import annotations

import gzip
import io

import pytest
from groupdocs_translation import APIError, RetryPolicy, TranslationClient
from groupdocs_translation._rules.answers import MAX_ANSWER_BYTES, MAX_ENCODED_ANSWER_BYTES

from tests.auth.servers import RawServer

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
