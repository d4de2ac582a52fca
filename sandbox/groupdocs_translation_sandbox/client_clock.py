"""The sandbox's time as a clock for clients: who waits moves it on, so that nobody waits. Used by the pytest plugin."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import anyio.lowlevel

if TYPE_CHECKING:
    from .server import Sandbox


class ClientClock:
    """A ``Clock`` for clients of one sandbox. Any thread may use it; the sandbox guards the time itself.

    Sleeping advances the sandbox and returns at once: a job of ten minutes is polled as often as it would be, and
    takes milliseconds. ``sandbox.advance`` ages the clients' tokens too.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    def monotonic(self) -> float:
        """Seconds since some fixed moment, and what the sandbox is ahead of the machine."""
        return time.monotonic() + self.wall() - time.time()

    def wall(self) -> float:
        """Seconds since the epoch, as far as the sandbox is concerned."""
        return self._sandbox.state.clock.now()

    def sleep(self, seconds: float) -> None:
        """Let the sandbox's time pass; other threads get their turn."""
        self._sandbox.advance(seconds)
        time.sleep(0)

    async def asleep(self, seconds: float) -> None:
        """Let the sandbox's time pass; other tasks get their turn."""
        self._sandbox.advance(seconds)
        await anyio.lowlevel.checkpoint()
