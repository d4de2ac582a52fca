"""A loopback server that costs next to nothing, in a process of its own: the same for every contender.

It knows just enough HTTP/1.1 for clients that behave: token, submission, result, upload (read and forgotten) and
``/storage/N``, N bytes. Answers come at once; each submission gets an id of its own.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from typing import cast

BASE = "/v2.0/translation"
EXPECTED = "Hallo, Welt!"
JOBS = itertools.count()
PIECE = bytes(2**18)


def _answer(body: bytes, kind: bytes = b"application/json") -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)


TOKEN = _answer(json.dumps({"access_token": "t" * 900, "expires_in": 3600, "token_type": "Bearer"}).encode())
TEXT = _answer(json.dumps({"status": 200, "message": "done", "translations": {"de": [EXPECTED]}}).encode())


def _submitted() -> bytes:
    """A job of its own for each submission."""
    return _answer(b'{"status": 202, "message": "taken", "id": "a4fc6c6e-0000-4000-8000-%012x"}' % next(JOBS))


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


class Connection(asyncio.Protocol):
    """One client's connection; a request is answered when all of it has come."""

    def __init__(self) -> None:
        self._head = b""
        self._left = 0  # bytes of the body that are still to come
        self._reply = b""
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport and the address of the server."""
        self._transport = cast("asyncio.Transport", transport)
        self._address = "http://127.0.0.1:{}".format(transport.get_extra_info("sockname")[1])

    def data_received(self, data: bytes) -> None:
        """Read on; bodies are counted, not kept."""
        while data or not self._left:
            if self._left:
                taken = min(self._left, len(data))
                self._left -= taken
                data = data[taken:]
            else:
                head, end, data = (self._head + data).partition(b"\r\n\r\n")
                if not end:
                    self._head = head
                    return
                self._head = b""
                self._begin(head)
            if not self._left:
                self._transport.write(self._reply)
                self._reply = b""

    def _begin(self, head: bytes) -> None:
        line, _, fields = head.partition(b"\r\n")
        method, path, _ = line.split(b" ", 2)
        lowered = fields.lower()
        if (at := lowered.find(b"content-length:")) >= 0:
            self._left = int(lowered[at + 15 :].partition(b"\r\n")[0])
        if b"expect: 100-continue" in lowered:
            self._transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        self._reply = self._route(method, path.decode())

    def _route(self, method: bytes, path: str) -> bytes:
        if path == "/connect/token":
            return TOKEN
        if path.startswith("/storage/"):
            task = asyncio.ensure_future(self._send(int(path.rpartition("/")[2])))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
            return b""
        if path.startswith(f"{BASE}/file/upload"):
            return _answer(f"{self._address}/storage/1".encode(), b"text/plain")
        if path.startswith((f"{BASE}/text", f"{BASE}/document")):
            return _submitted() if method == b"POST" else TEXT
        return NOT_FOUND

    async def _send(self, size: int) -> None:
        self._transport.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
        while size > 0:
            await self._may_write.wait()
            self._transport.write(PIECE[:size])
            size -= len(PIECE)

    def pause_writing(self) -> None:
        """The other side reads slowly."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """It caught up."""
        self._may_write.set()


async def serve() -> None:
    """Listen on a free port, say which, and answer until the standard input is closed."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Connection, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve())
