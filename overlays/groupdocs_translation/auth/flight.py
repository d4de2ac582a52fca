"""One token request under way, and the ways to wait for it: in a thread, under asyncio, under trio."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._errors import TranslationError
    from .token import AccessToken

log = logging.getLogger("groupdocs_translation.auth")


class Flight:
    """A token request whose outcome, good or bad, is shared by all who wait.

    ``land()`` sets ``token`` or ``error``. A waiter that is cancelled takes only itself away. Waiting ends at the
    deadline, which is of real time: that is what a thread and an event loop wait in.
    """

    def __init__(self, deadline_s: float) -> None:
        self.token: AccessToken | None = None
        self.error: TranslationError | None = None
        self.is_awaited = False
        self._lock = threading.Lock()  # of the outcome: worker and waiter may come at the same moment
        self._until = time.monotonic() + deadline_s
        self._landed = threading.Event()
        self._wakers: list[Callable[[], None]] = []

    def land(self, token: AccessToken | None, error: TranslationError | None) -> None:
        """Set the outcome and wake everyone; the first outcome stays."""
        with self._lock:
            if self._landed.is_set():
                return
            self.token, self.error = token, error
            self._landed.set()
        for wake in self._wakers:
            wake()

    @property
    def is_overdue(self) -> bool:
        """Whether the deadline has passed: whoever waits has been released, and what still comes is late."""
        return time.monotonic() >= self._until

    def wait(self) -> bool:
        """Block this thread until the landing; False at the deadline."""
        return self._landed.wait(max(0.0, self._until - time.monotonic()))

    async def await_landing(self) -> bool:
        """Suspend this task until the landing, under asyncio or trio; False at the deadline."""
        left = max(0.0, self._until - time.monotonic())
        trio: Any = sys.modules.get("trio")
        if trio is not None and _is_task(trio):  # asked first: trio may run as a guest of asyncio
            return await self._await_trio(left, trio)
        loop = asyncio.get_running_loop()
        done = loop.create_future()

        def wake() -> None:
            try:
                loop.call_soon_threadsafe(lambda: None if done.done() else done.set_result(None))
            except RuntimeError:
                log.debug("a waiter's event loop is closed: nobody waits there any more")

        if self._call_at_landing(wake):
            await asyncio.wait([done], timeout=left)
        return self._landed.is_set()

    async def _await_trio(self, left: float, trio: Any) -> bool:
        event, run = trio.Event(), trio.lowlevel.current_trio_token()

        def wake() -> None:
            try:
                run.run_sync_soon(event.set)
            except trio.RunFinishedError:
                log.debug("a waiter's trio run is over: nobody waits there any more")

        if self._call_at_landing(wake):
            with trio.move_on_after(left):
                await event.wait()
        return self._landed.is_set()

    def _call_at_landing(self, wake: Callable[[], None]) -> bool:
        """Register a waker; False if it has landed. Appended first: the landing sees it, or we see the landing."""
        self._wakers.append(wake)
        return not self._landed.is_set()


def _is_task(trio: Any) -> bool:
    """``trio.lowlevel.in_trio_task()``, which trio 0.26 lacks: whoever has that one has not chosen it for us."""
    lowlevel = getattr(trio, "lowlevel", None)
    if lowlevel is None:  # another thread is about to import trio, so nothing runs under it yet
        return False
    try:
        lowlevel.current_task()
    except RuntimeError:
        return False
    return True
