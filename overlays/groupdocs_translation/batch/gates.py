"""Slots for what may happen at a time; their number follows a ``AimdLimit``. Used by the tasks of one event loop."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

import anyio

from .limits import AimdLimit

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType


class Gate:
    """Slots that are given out in the order they are asked for. No lock: one event loop owns it."""

    def __init__(self, most: int) -> None:
        self.limit = AimdLimit.up_to(most)
        self.taken = 0
        self.on_room: Callable[[], object] = lambda: None  # called when a slot may have become free
        self._waiting: deque[anyio.Event] = deque()

    @property
    def has_room(self) -> bool:
        """Whether a slot is free and nobody waits for it."""
        return self.taken < self.limit.width and not self._waiting

    async def acquire(self) -> None:
        """Take a slot, waiting for one if need be."""
        if self.has_room:
            self.taken += 1
            return
        turn = anyio.Event()
        self._waiting.append(turn)
        try:
            await turn.wait()  # the slot is taken for us by whoever sets it
        except BaseException:
            if turn.is_set():
                self.release()
            else:
                self._waiting.remove(turn)
            raise

    def take(self) -> None:
        """Take a slot that is known to be free."""
        self.taken += 1

    def release(self) -> None:
        """Give a slot back."""
        self.taken -= 1
        self._hand_out()

    def succeeded(self) -> None:
        """Something behind this gate went well."""
        self.limit = self.limit.succeeded()
        self._hand_out()

    def refused(self, now: float, retry_after_s: float | None = None) -> None:
        """The service refused something; ``now`` in monotonic seconds."""
        self.limit = self.limit.refused(now, retry_after_s)

    def _hand_out(self) -> None:
        while self._waiting and self.taken < self.limit.width:
            self.taken += 1
            self._waiting.popleft().set()
        self.on_room()


class SlotHandover:
    """The way of one file through gates, hand over hand: the last slot is kept until the next is there.

    So what waits between two gates still counts at the first, and nothing piles up. Leaving gives back the last slot.
    """

    def __init__(self, first: Gate | None = None) -> None:
        """Begin, at a gate whose slot is taken already."""
        self._held = first

    async def enter(self, gate: Gate) -> None:
        """Move on to a gate."""
        if self._held is gate:
            return
        await gate.acquire()
        self.leave()
        self._held = gate

    def leave(self) -> None:
        """Give back the slot that is held."""
        if self._held is not None:
            self._held.release()
            self._held = None

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Leave."""
        self.leave()
