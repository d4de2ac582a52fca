"""The thread that serves the sandbox with uvicorn."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import anyio
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from .http import TRANSPORT

START_TIMEOUT_S = 10.0
BACKLOG = 2_048  # connections waiting to be accepted: a thousand clients may connect at the same time


class TransportProtocol(H11Protocol):
    """uvicorn's h11 protocol. It passes its transport, which ASGI does not provide, to the application."""

    def __init__(self, config: uvicorn.Config, state: ServerState) -> None:
        super().__init__(config, state, app_state={})
        app = self.app

        async def connected(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {TRANSPORT: self.transport}
            await app(scope, receive, send)

        self.app = connected


class ServerThread:
    """Serves an application on a socket, which it closes at the end, from an event loop in its own thread.

    uvicorn parses and writes HTTP. Its ``Server`` is not used: it handles the signals of the process, and checks only
    every tenth of a second whether it should stop.
    """

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        self._app, self._listener = app, listener
        self._config = uvicorn.Config(
            self._call, interface="asgi3", ws="none", lifespan="off", log_config=None, access_log=False
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), name="sandbox", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._in_progress: set[anyio.CancelScope] = set()

    def start(self) -> None:
        """Start the thread, and return when it accepts requests."""
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_S):
            raise RuntimeError(f"the sandbox did not start within {START_TIMEOUT_S:.0f} s")

    def stop(self) -> None:
        """Cancel requests in progress, and return when the thread has ended. Can be called twice."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(START_TIMEOUT_S)

    async def _call(self, scope: Scope, receive: Receive, send: Send) -> None:
        # anyio's cancellation lets worker threads finish and close their file; asyncio's would leave it open.
        with anyio.CancelScope() as cancel_scope:
            self._in_progress.add(cancel_scope)
            try:
                if self._stop is not None and not self._stop.is_set():
                    await self._app(scope, receive, send)
            finally:
                self._in_progress.discard(cancel_scope)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._config.load()
        state = ServerState()
        server = await self._loop.create_server(
            lambda: TransportProtocol(self._config, state), sock=self._listener, backlog=BACKLOG
        )
        self._ready.set()
        await self._stop.wait()
        # asyncio accepts a connection in a separate task; connections still being accepted must be closed here too.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await self._abort(state)
            for cancel_scope in list(self._in_progress):
                cancel_scope.cancel()
            await asyncio.wait(others)
        server.close()
        await self._abort(state)

    async def _abort(self, state: ServerState) -> None:
        for connection in list(state.connections):
            if isinstance(connection, TransportProtocol):
                connection.transport.abort()
        await asyncio.sleep(0)  # let the protocols handle connection_lost, so that no task logs an error
