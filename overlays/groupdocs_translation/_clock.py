"""The one source of time: every deadline, age and pause of this package asks a clock that can be replaced."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import Protocol


class Clock(Protocol):
    """What the package needs of time; give another as ``clock=`` to let tests run without waiting."""

    def monotonic(self) -> float:
        """Seconds since some fixed moment; never goes back."""
        ...

    def wall(self) -> float:
        """Seconds since 1970-01-01 UTC, as the system believes."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block the calling thread for that long."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Suspend the calling task for that long, under asyncio or trio."""
        ...


class SystemClock:
    """The machine's time."""

    # Linux's monotonic clock stands still while the machine sleeps, a token's life does not: CLOCK_BOOTTIME goes on.
    # The system's functions themselves: every request asks both.
    monotonic = staticmethod(
        partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
    )
    wall = staticmethod(time.time)

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        """Suspend the calling task."""
        import anyio  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

        await anyio.sleep(seconds)


SYSTEM_CLOCK = SystemClock()


@contextmanager
def default_clock(clock: Clock) -> Generator[None]:
    """Let everything in this process that was not given a clock, made already or not, follow ``clock`` for a while.

    For tests: the fixtures of the sandbox use it. Not for nesting, nor for several threads at once.
    """
    borrowed = {name: getattr(clock, name) for name in ("monotonic", "wall", "sleep", "asleep")}
    vars(SYSTEM_CLOCK).update(borrowed)
    try:
        yield
    finally:
        for name in borrowed:
            vars(SYSTEM_CLOCK).pop(name, None)
