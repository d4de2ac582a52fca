"""A minimal loopback server in a separate process, the same for every contender.

It supports only the HTTP/1.1 that correct clients need: token, submission, result, upload (read and discarded) and
``/storage/N``, N bytes. Responses are immediate, and each submission gets a new job ID. An optional argument is the
number of responses after which it closes a connection without notice.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
from collections.abc import Iterator
from functools import partial

BASE = "/v2.0/translation"
EXPECTED = "Hallo, Welt!"
JOBS = itertools.count()
PIECE = bytes(2**18)


def _response(body: bytes, kind: bytes = b"application/json") -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)


TOKEN = _response(json.dumps({"access_token": "t" * 900, "expires_in": 3600, "token_type": "Bearer"}).encode())
TEXT = _response(json.dumps({"status": 200, "message": "done", "translations": {"de": [EXPECTED]}}).encode())
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


def _responses(method: bytes, path: str, url: str) -> Iterator[bytes]:
    if path == "/connect/token":
        yield TOKEN
    elif path.startswith("/storage/"):
        size = int(path.rpartition("/")[2])
        yield b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size
        yield from (PIECE[: size - begin] for begin in range(0, size, len(PIECE)))
    elif path.startswith(f"{BASE}/file/upload"):
        yield _response(f"{url}/storage/1".encode(), b"text/plain")
    elif path.startswith((f"{BASE}/text", f"{BASE}/document")):
        job = b'{"status": 202, "message": "accepted", "id": "a4fc6c6e-0000-4000-8000-%012x"}'
        yield _response(job % next(JOBS)) if method == b"POST" else TEXT
    else:
        yield NOT_FOUND


async def _handle(limit: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    url = "http://127.0.0.1:{}".format(writer.get_extra_info("sockname")[1])
    try:
        for _ in range(limit):
            line, _, fields = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            method, path, _ = line.split(b" ", 2)
            lowered = fields.lower()
            if b"expect: 100-continue" in lowered:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            _, found, length = lowered.partition(b"content-length:")
            left = int(length.partition(b"\r\n")[0]) if found else 0
            while left:
                left -= len(await reader.read(min(left, len(PIECE)))) or left  # no data: the client has disconnected
            for piece in _responses(method, path.decode(), url):
                writer.write(piece)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(limit: int) -> None:
    """Listen on a free port, print it, and serve until standard input is closed."""
    server = await asyncio.start_server(partial(_handle, limit), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if sys.argv[1:] else sys.maxsize))
