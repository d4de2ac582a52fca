"""Serves an ASGI application on a socket, from an event loop in a thread of its own.

uvicorn parses and writes HTTP (``FaultProtocol``); its ``Server`` is left out, because it belongs to a process: it
takes the signals, and notices only every tenth of a second that it is to stop.
"""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.server import ServerState

from .connection import FaultProtocol

if TYPE_CHECKING:
    import socket

TIMEOUT_S = 10.0
BACKLOG = 2_048  # connections that wait to be accepted: a thousand clients may come at once


class Serving:
    """One application on one socket, which it closes at the end. ``start`` and ``stop`` may be called by any thread."""

    def __init__(self, app: Any, listener: socket.socket) -> None:
        self._listener = listener
        self._config = uvicorn.Config(app, ws="none", lifespan="off", log_config=None, access_log=False)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None

    def start(self) -> None:
        """Return when requests are answered.

        Raises:
            RuntimeError: it did not start in ``TIMEOUT_S``.
        """
        self._thread.start()
        if not self._ready.wait(TIMEOUT_S):
            raise RuntimeError("the sandbox did not start")

    def stop(self) -> None:
        """Break off what is under way, and return when the thread has ended; stopping twice is fine."""
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(TIMEOUT_S)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._config.load()
        state = ServerState()
        server = await self._loop.create_server(
            lambda: FaultProtocol(self._config, state, {}), sock=self._listener, backlog=BACKLOG
        )
        self._ready.set()
        await self._stop.wait()
        server.close()
        for connection in list(state.connections):
            if isinstance(connection, FaultProtocol):
                connection.transport.abort()
        await asyncio.sleep(0)  # the protocols learn that their connections are lost, and no task complains
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
