"""uvicorn's server, which stops at once: most sandboxes live for one test."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    import socket

TICK_S = 0.5  # between two looks at the date that answers carry


class StoppableServer(uvicorn.Server):
    """Wakes up when it is stopped; its parent sleeps 0.2 s on the way out, which is most of a small test."""

    def stop(self) -> None:
        """Let the loop end, once it has ``started``; any thread may call it, any number of times."""
        if not self.should_exit:
            self.should_exit = self.force_exit = True
            self._loop.call_soon_threadsafe(self._stopped.set)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen; only then is it ``started``."""
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        await super().startup(sockets)

    async def main_loop(self) -> None:
        """Run until ``stop``."""
        while not await self.on_tick(0):
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopped.wait(), TICK_S)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more connections, close the idle ones; what is in work ends with the loop."""
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        await asyncio.sleep(0)
