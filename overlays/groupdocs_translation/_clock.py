"""The replaceable source of time for every deadline, age and pause of this package."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from typing import Protocol


class Clock(Protocol):
    """The source of time of a client. Pass your own as ``clock=`` to run tests without waiting."""

    def monotonic(self) -> float:
        """Return the seconds since an arbitrary fixed moment; never goes back."""
        ...

    def wall(self) -> float:
        """Return the seconds since 1970-01-01 UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Block the calling thread."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Suspend the calling task, under asyncio or trio."""
        ...


class SystemClock:
    """The time of this machine."""

    # On Linux, time.monotonic() stops while the machine is suspended, but tokens still expire: CLOCK_BOOTTIME runs on.
    # Both are the functions of the system themselves, because every request calls them.
    monotonic = staticmethod(
        partial(time.clock_gettime, time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic
    )
    wall = staticmethod(time.time)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def asleep(self, seconds: float) -> None:
        import anyio  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

        await anyio.sleep(seconds)


SYSTEM_CLOCK = SystemClock()


@contextmanager
def default_clock(clock: Clock) -> Generator[None]:
    """Use ``clock`` for everything in this process that has no clock of its own, including existing objects.

    For tests, such as the fixtures of the sandbox. Do not nest it, and do not use it from several threads.
    """
    methods = {name: getattr(clock, name) for name in ("monotonic", "wall", "sleep", "asleep")}
    vars(SYSTEM_CLOCK).update(methods)
    try:
        yield
    finally:
        for name in methods:
            vars(SYSTEM_CLOCK).pop(name, None)
