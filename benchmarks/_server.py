"""A loopback server that costs little, in a process of its own: the same for every contender.

It knows just enough HTTP/1.1 for clients that behave: token, submission, result, upload (read and forgotten) and
``/storage/N``, N bytes. Answers come at once; each submission gets an id of its own. An argument is the number of
answers after which it closes a connection, without a word.
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


def _answer(body: bytes, kind: bytes = b"application/json") -> bytes:
    return b"HTTP/1.1 200 OK\r\ncontent-type: %b\r\ncontent-length: %d\r\n\r\n%b" % (kind, len(body), body)


TOKEN = _answer(json.dumps({"access_token": "t" * 900, "expires_in": 3600, "token_type": "Bearer"}).encode())
TEXT = _answer(json.dumps({"status": 200, "message": "done", "translations": {"de": [EXPECTED]}}).encode())
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n"


def _reply(method: bytes, path: str, address: str) -> Iterator[bytes]:
    if path == "/connect/token":
        yield TOKEN
    elif path.startswith("/storage/"):
        size = int(path.rpartition("/")[2])
        yield b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size
        yield from (PIECE[: size - begin] for begin in range(0, size, len(PIECE)))
    elif path.startswith(f"{BASE}/file/upload"):
        yield _answer(f"{address}/storage/1".encode(), b"text/plain")
    elif path.startswith((f"{BASE}/text", f"{BASE}/document")):
        job = b'{"status": 202, "message": "taken", "id": "a4fc6c6e-0000-4000-8000-%012x"}'
        yield _answer(job % next(JOBS)) if method == b"POST" else TEXT
    else:
        yield NOT_FOUND


async def _converse(answers: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    address = "http://127.0.0.1:{}".format(writer.get_extra_info("sockname")[1])
    try:
        for _ in range(answers):
            line, _, fields = (await reader.readuntil(b"\r\n\r\n")).partition(b"\r\n")
            method, path, _ = line.split(b" ", 2)
            lowered = fields.lower()
            if b"expect: 100-continue" in lowered:
                writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            _, found, length = lowered.partition(b"content-length:")
            left = int(length.partition(b"\r\n")[0]) if found else 0
            while left:
                left -= len(await reader.read(min(left, len(PIECE)))) or left  # nothing: the client is gone
            for piece in _reply(method, path.decode(), address):
                writer.write(piece)
                await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def serve(answers: int) -> None:
    """Listen on a free port, say which, and answer until the standard input is closed."""
    server = await asyncio.start_server(partial(_converse, answers), "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]) if sys.argv[1:] else sys.maxsize))
