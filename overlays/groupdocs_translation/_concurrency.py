"""Async and sync versions of the functions that differ between ``_async`` and the derived ``_sync``."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from contextlib import AbstractAsyncContextManager, AbstractContextManager, suppress
from typing import Any, TypeVar

from ._clock import Clock

T = TypeVar("T")


def async_owner() -> object:
    """Return the owner of connections opened now: the running event loop of asyncio or trio."""
    import asyncio  # noqa: PLC0415  (takes 30 ms; sync clients do not need it)

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        trio: Any = sys.modules.get("trio")
        if trio is None:
            raise
        return trio.lowlevel.current_trio_token()


def call_soon(owner: Any, function: Callable[[], object]) -> None:
    """Schedule a call in an event loop returned by ``async_owner``. Do nothing if the loop is closed.

    Safe in any thread and in signal handlers. Does not wait: a loop that has stopped but is not closed accepts calls
    that it never makes.
    """
    schedule = owner.call_soon_threadsafe if hasattr(owner, "call_soon_threadsafe") else owner.run_sync_soon
    with suppress(RuntimeError):  # the loop is closed; trio's RunFinishedError is a RuntimeError
        schedule(function)


def sync_owner() -> object:
    """Return the owner of connections opened now: this process. A forked child discards those of its parent."""
    return sync_owner  # any object of the process that can be weakly referenced


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
    """Run blocking file I/O in a thread."""
    import anyio.to_thread  # noqa: PLC0415  (not needed by sync users)

    return await anyio.to_thread.run_sync(function, *args)


def sync_run(function: Callable[..., T], *args: Any) -> T:
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
