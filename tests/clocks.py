"""A clock that tests move by hand, whose sleep moves it too and yields to others; and a wait in real time."""

from __future__ import annotations

import threading
import time

import anyio.lowlevel


def until(condition, seconds=60.0):
    """Wait until it is so: for other threads and processes, whose time is real, and long on a busy machine."""
    limit = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < limit
        time.sleep(0.001)


class FakeClock:
    """Virtual time: starts at a fixed wall time. ``sleep`` and ``asleep`` advance it and return immediately."""

    def __init__(self, wall: float = 1_700_000_000.0) -> None:
        self._lock = threading.Lock()
        self._monotonic = 1_000.0
        self._wall = wall
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self._monotonic

    def wall(self) -> float:
        return self._wall

    def advance(self, seconds: float) -> None:
        """Let time pass on both clocks."""
        with self._lock:
            self._monotonic += seconds
            self._wall += seconds

    def jump_wall(self, seconds: float) -> None:
        """Set the wall clock only, as an administrator or NTP would."""
        with self._lock:
            self._wall += seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        time.sleep(0)

    async def asleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(seconds)
        await anyio.lowlevel.checkpoint()
