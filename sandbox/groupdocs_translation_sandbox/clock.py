"""The sandbox's clock: the machine's time, moved forward by tests. Tokens, jobs, files and URLs expire by it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

DAY_S = 24 * 3600.0


class VirtualClock:
    """A clock in seconds since the epoch. Thread-safe: one lock guards the offset."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._offset_s = 0.0

    def now(self) -> float:
        return self._now() + self._offset_s

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"seconds must not be negative, got {seconds}")
        with self._lock:
            self._offset_s += seconds

    def set(self, epoch_s: float) -> None:
        with self._lock:
            self._offset_s = epoch_s - self._now()
