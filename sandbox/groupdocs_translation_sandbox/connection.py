"""The connection of a request, for faults; ASGI does not provide it. Resets are real RST segments."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

EXTENSION = "groupdocs.connection"
_NO_LINGER = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)  # struct linger: on, 0 s


class Connection:
    """The connection of one client."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def reset(self) -> None:
        """Send RST: the client sees ``ECONNRESET``, as from a crashed server or a proxy."""
        # With a linger time of zero, closing drops unsent data and sends RST instead of FIN (socket(7)).
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()

    def close(self) -> None:
        """Send FIN after everything written so far, even if the response is incomplete."""
        self._transport.close()


class FaultProtocol(H11Protocol):
    """uvicorn's h11 protocol. It passes the ``Connection`` to the application in ``scope["extensions"]``."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        app, connection = self.app, Connection(transport)

        async def connected(scope: Any, receive: Any, send: Any) -> None:
            scope["extensions"] = {EXTENSION: connection}
            await app(scope, receive, send)

        self.app = connected
