"""HTTP on Starlette and uvicorn: requests that are counted, hashed and limited while they are read, and JSON errors."""

from __future__ import annotations

import asyncio
import hashlib
import os
import socket
import struct
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import anyio
import uvicorn
from anyio.from_thread import start_blocking_portal
from attrs import define
from groupdocs_translation.spec.operations import Operation
from starlette import requests
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

BACKLOG = 2_048  # connections waiting to be accepted: a thousand clients may connect at the same time
TRANSPORT = "groupdocs.transport"  # the member of scope["extensions"] with the transport of the connection
_NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # struct linger: on, 0 s


class HTTPError(HTTPException):
    """An error response. ``field`` is the invalid member, parameter or part of the request, if there is one."""

    def __init__(
        self, status: int, message: str, *, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, f"{field}: {message}" if field else message, headers)
        self.field = field

    def response(self) -> Response:
        body = {"status": self.status_code, "message": self.detail} | ({"field": self.field} if self.field else {})
        return JSONResponse(body, self.status_code, self.headers)


def require_method(request: Request, *methods: str) -> None:
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise HTTPError(405, f"method {request.method} is not allowed here; use {allowed}", headers={"allow": allowed})


@define(kw_only=True)
class Record:
    """One request, without its token, body and query."""

    operation: str  # the operation's ID, or the path if the request is not an operation
    method: str
    path: str
    status: int | None = None  # None if no response was sent
    token: str | None = None  # the ID (jti) of a valid token, never the token
    has_authorization: bool
    digest: str = hashlib.sha256().hexdigest()  # the SHA-256 of the body, or of the file for an upload
    size: int = 0  # of the body, in bytes
    time: float = 0.0  # seconds since the epoch on the sandbox's clock
    job: str | None = None  # the ID of the job that the request created
    fault: bool = False  # whether a fault was applied


class Request(requests.Request):
    """Starlette's request with its record, which is filled while the request is handled. Used by one task.

    ``path`` stays percent-encoded, so an encoded slash is no separator. Reading more than ``limit_bytes`` raises
    ``HTTPError`` 413.
    """

    def __init__(self, scope: Scope, receive: Receive, limit_bytes: int) -> None:
        super().__init__(scope, receive)
        self.path: str = scope["raw_path"].decode("ascii")
        self.operation: Operation | None = None
        self.limit_bytes = limit_bytes
        self.record = Record(
            operation=self.path,
            method=self.method,
            path=self.path,
            has_authorization="authorization" in self.headers,
        )
        self._transport: asyncio.Transport = scope["extensions"][TRANSPORT]
        self._hash = hashlib.sha256()

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives; ``body()`` and ``form()`` read through this."""
        too_long = HTTPError(413, f"the body is larger than {self.limit_bytes} bytes")
        if int(self.headers.get("content-length", "0")) > self.limit_bytes:  # h11 has validated the number
            raise too_long
        async for data in super().stream():
            self.record.size += len(data)
            if self.record.size > self.limit_bytes:
                raise too_long
            self._hash.update(data)
            self.record.digest = self._hash.hexdigest()
            yield data

    async def disconnect(self, *, reset: bool) -> None:
        """Close the connection after everything written so far, or reset it: the client sees ``ECONNRESET``."""
        if reset:
            # With a linger time of zero, closing drops unsent data and sends RST instead of FIN (socket(7)).
            self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            self._transport.abort()
        else:
            self._transport.close()
        while (await self.receive())["type"] != "http.disconnect":
            pass


class TransportProtocol(H11Protocol):
    """uvicorn's h11 protocol. It passes its transport, which ASGI does not provide, to the application."""

    def __init__(self, config: uvicorn.Config, state: ServerState) -> None:
        super().__init__(config, state, app_state={})
        app = self.app

        async def connected(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {TRANSPORT: self.transport}
            await app(scope, receive, send)

        self.app = connected


@contextmanager
def serve(app: ASGIApp, listener: socket.socket) -> Generator[None]:
    """Serve an application on a socket from an event loop in a thread; at the end, cancel requests in progress.

    uvicorn parses and writes HTTP. Its ``Server`` is not used: it handles the signals of the process, and checks only
    every tenth of a second whether it should stop.
    """
    with start_blocking_portal(name="sandbox") as portal, portal.wrap_async_context_manager(_serving(app, listener)):
        yield


@asynccontextmanager
async def _serving(app: ASGIApp, listener: socket.socket) -> AsyncGenerator[None]:
    own_tasks = asyncio.all_tasks()
    in_progress: set[anyio.CancelScope] = set()
    is_stopping = False

    async def call(scope: Scope, receive: Receive, send: Send) -> None:
        # anyio's cancellation lets worker threads finish and close their file; asyncio's would leave it open.
        with anyio.CancelScope() as cancel_scope:
            in_progress.add(cancel_scope)
            try:
                if not is_stopping:
                    await app(scope, receive, send)
            finally:
                in_progress.discard(cancel_scope)

    config = uvicorn.Config(call, interface="asgi3", ws="none", lifespan="off", log_config=None, access_log=False)
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: TransportProtocol(config, state), sock=listener, backlog=BACKLOG)
    yield
    is_stopping = True
    # asyncio accepts a connection in a separate task; connections still being accepted must be closed here too.
    while others := asyncio.all_tasks() - own_tasks:
        await _abort(state)
        for cancel_scope in list(in_progress):
            cancel_scope.cancel()
        await asyncio.wait(others)
    server.close()
    await _abort(state)


async def _abort(state: ServerState) -> None:
    for connection in list(state.connections):
        if isinstance(connection, TransportProtocol):
            connection.transport.abort()
    await asyncio.sleep(0)  # let the protocols handle connection_lost, so that no task logs an error
