"""HTTP by hand on loopback: what no HTTP library would send, and a record of what came in."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterable
from typing import NamedTuple
from urllib.parse import parse_qsl

import httpx2


class Request(NamedTuple):
    """One request that came in."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> list[tuple[str, str]]:
        return parse_qsl(self.body.decode(), keep_blank_values=True)

    @property
    def token(self) -> str:
        return self.headers.get("authorization", "").removeprefix("Bearer ")


class RawServer:
    """Answers each request with what ``answer(request)`` gives: bytes, pieces of them, or ``None`` to hang up.

    One thread a connection, which stays open for the next request unless the answer says ``connection: close``.
    ``requests`` has all that came in; ``connections`` counts. ``ssl`` is a server-side context.
    """

    def __init__(self, answer: Callable[[Request], bytes | Iterable[bytes] | None], *, ssl=None) -> None:
        self.answer = answer
        self.requests: list[Request] = []
        self.connections = 0
        self._ssl = ssl
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self._open: set[socket.socket] = set()
        self.address = f"{'https' if ssl else 'http'}://127.0.0.1:{self._listener.getsockname()[1]}"
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listening.join(20)  # or it might accept what the next server's clients ask: that gets the same descriptor
        self._listener.close()
        for connection in list(self._open):
            connection.close()

    def _listen(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        self._open.add(connection)
        try:
            if self._ssl:
                connection = self._ssl.wrap_socket(connection, server_side=True)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with connection, connection.makefile("rb") as file:
                while (request := _read(file)) is not None:
                    self.requests.append(request)
                    answer = self.answer(request)
                    if answer is None:
                        return
                    pieces = [answer] if isinstance(answer, bytes) else answer
                    for piece in pieces:
                        connection.sendall(piece)
                    if not isinstance(answer, bytes) or b"connection: close" in answer:
                        connection.shutdown(socket.SHUT_WR)
                        return
        except OSError:
            return  # the client hung up, or the test is over
        finally:
            self._open.discard(connection)


def _read(file):
    if file.peek(1)[:1] == b"\x16":  # a TLS handshake, to a server that has none
        return Request("TLS", "", {}, b"")
    start = file.readline().split()
    if not start:
        return None
    headers = {}
    while line := file.readline().strip():
        name, _, value = line.partition(b":")
        headers[name.decode().lower()] = value.strip().decode("latin-1")
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int(file.readline(), 16):
            body += file.read(size)
            file.readline()
        file.readline()
    else:
        body = file.read(int(headers.get("content-length", 0)))
    return Request(start[0].decode(), start[1].decode(), headers, body)


def http(body: bytes | str | object = b"", status: int = 200, **headers: str) -> bytes:
    """A whole answer; what is neither bytes nor text becomes JSON. ``_`` in a header's name stands for ``-``."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = {"content_type": "application/json", "content_length": str(len(content))} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content


def token(value: str = "t1", **members: object) -> bytes:
    """What an identity server says when all is well; a member that is ``...`` is left out."""
    whole = {"access_token": value, "expires_in": 3600, "token_type": "Bearer"} | members
    return http({name: member for name, member in whole.items() if member is not ...})


class Identity(RawServer):
    """An identity server: ``answers`` in turn, the last one for ever; by default tokens t1, t2, ….

    ``gate`` holds answers back until it is set.
    """

    def __init__(self, *answers: bytes | Callable[[Request], bytes | Iterable[bytes] | None], ssl=None, **members):
        self.gate = threading.Event()
        self.gate.set()
        self._answers = list(answers)
        self._members = members
        self._lock = threading.Lock()
        self._issued = 0
        super().__init__(self._next, ssl=ssl)

    @property
    def token_url(self) -> str:
        return f"{self.address}/connect/token"

    def then(self, *answers):
        """From now on these."""
        self._answers = list(answers)

    def _next(self, request):
        self.gate.wait(30)
        with self._lock:
            if not self._answers:
                self._issued += 1
                return token(f"t{self._issued}", **self._members)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(request) if callable(answer) else answer


class Api(RawServer):
    """An API: 200 for tokens that are ``accepted`` (all, as long as that is ``None``), else 401."""

    def __init__(self, challenge: str = 'Bearer error="invalid_token"') -> None:
        self.accepted: set[str] | None = None
        self.challenge = challenge
        super().__init__(self._answer)

    def _answer(self, request):
        if self.accepted is None or request.token in self.accepted:
            return http({"length": len(request.body)})
        return http({}, 401, www_authenticate=self.challenge)


class Direct(httpx2.AsyncBaseTransport):
    """A connection for each request and no pool: httpx2's takes seconds for a thousand requests at a time."""

    async def handle_async_request(self, request):
        reader, writer = await asyncio.open_connection(request.url.host, request.url.port)
        head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
        target = request.url.raw_path.decode()
        writer.write(f"{request.method} {target} HTTP/1.1\r\n{head}\r\n".encode() + await request.aread())
        status = int((await reader.readline()).split()[1])
        headers = []
        while line := (await reader.readline()).strip():
            headers.append(tuple(line.decode().split(": ", 1)))
        length = int(dict(headers)["content-length"])
        body = await reader.readexactly(length)
        writer.close()
        await writer.wait_closed()
        return httpx2.Response(status, headers=headers, content=body)
