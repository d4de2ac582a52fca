"""Twin names for what differs between the async source and its sync twin; the rest of ``_async`` reads the same."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, suppress
from typing import Any, TypeVar

from ._clock import Clock

T = TypeVar("T")


def async_owner() -> object:
    """Who owns the connections that are opened now: the running event loop, asyncio's or trio's."""
    import asyncio  # noqa: PLC0415  (30 ms, which sync clients need not wait for)

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None:
            raise
        return trio.lowlevel.current_trio_token()


def call_soon(owner: Any, function: Callable[[], object]) -> None:
    """Have a function called in an event loop that ``async_owner`` named; nothing, if that is over.

    For any thread and for signal handlers. Nothing is waited for: a loop that has run for the last time, and is not
    closed yet, takes what it will never call.
    """
    schedule = owner.call_soon_threadsafe if hasattr(owner, "call_soon_threadsafe") else owner.run_sync_soon
    with suppress(RuntimeError):  # closed; trio's RunFinishedError is one, too
        schedule(function)


class _Process:
    """Stands for this process; a class of its own so that it can be weakly referenced."""

    __slots__ = ("__weakref__",)


_this_process = _Process()


def sync_owner() -> object:
    """Who owns the connections that are opened now: this process (a forked child forgets those of its parent)."""
    return _this_process


def async_lock() -> AbstractAsyncContextManager[Any]:
    import anyio  # noqa: PLC0415  (not needed by sync users)

    return anyio.Lock()


def sync_lock() -> AbstractContextManager[Any]:
    return threading.Lock()


async def async_sleep(clock: Clock, seconds: float) -> None:
    await clock.asleep(seconds)


def sync_sleep(clock: Clock, seconds: float) -> None:
    clock.sleep(seconds)


async def async_run(function: Callable[..., T], *args: Any) -> T:
    """Run blocking file work in a thread, so that the loop goes on."""
    import anyio.to_thread  # noqa: PLC0415  (not needed by sync users)

    return await anyio.to_thread.run_sync(function, *args)


def sync_run(function: Callable[..., T], *args: Any) -> T:
    """Run blocking file work where we are."""
    return function(*args)


async def async_each(items: Iterable[T] | AsyncIterable[T]) -> AsyncIterator[T]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item


def sync_each(items: Iterable[T]) -> Iterator[T]:
    return iter(items)
