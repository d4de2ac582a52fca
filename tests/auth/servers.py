"""Raw HTTP servers on loopback, which can send invalid HTTP and record all requests."""

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
    """One received request."""

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
    """Responds to each request with ``answer(request)``: bytes, chunks, or ``None`` to close the connection.

    Each connection has a thread and stays open unless the response has ``connection: close``.
    ``requests`` has all requests; ``connections`` is their number. ``ssl`` is a server-side context.
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
        self._listening.join(20)  # else it may accept connections of the next server, which gets the same descriptor
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
            return  # the client closed the connection, or the test has ended
        finally:
            self._open.discard(connection)


def _read(file):
    if file.peek(1)[:1] == b"\x16":  # a TLS handshake with a server without TLS
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
    """Return a response; other bodies than bytes and text are encoded as JSON. ``_`` in header names becomes ``-``."""
    content = body if isinstance(body, bytes) else (body if isinstance(body, str) else json.dumps(body)).encode()
    lines = {"content_type": "application/json", "content_length": str(len(content))} | headers
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Whatever\r\n{head}\r\n".encode() + content


def token(value: str = "t1", **members: object) -> bytes:
    """Return the response of a token endpoint; members with the value ``...`` are omitted."""
    whole = {"access_token": value, "expires_in": 3600, "token_type": "Bearer"} | members
    return http({name: member for name, member in whole.items() if member is not ...})


class Identity(RawServer):
    """A token endpoint that returns ``answers`` in turn and then repeats the last; by default tokens t1, t2, ….

    Responses are delayed until ``gate`` is set.
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
        """Replace the responses."""
        self._answers = list(answers)

    def _next(self, request):
        self.gate.wait(60)
        with self._lock:
            if not self._answers:
                self._issued += 1
                return token(f"t{self._issued}", **self._members)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(request) if callable(answer) else answer


class Api(RawServer):
    """An API that returns 200 for ``accepted`` tokens (all if that is ``None``), else 401."""

    def __init__(self, challenge: str = 'Bearer error="invalid_token"') -> None:
        self.accepted: set[str] | None = None
        self.challenge = challenge
        super().__init__(self._answer)

    def _answer(self, request):
        if self.accepted is None or request.token in self.accepted:
            return http({"length": len(request.body)})
        return http({}, 401, www_authenticate=self.challenge)


class Direct(httpx2.AsyncBaseTransport):
    """A transport with one connection for each request, as the pool of httpx2 takes seconds for a thousand requests."""

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
