"""Token stores: the protocol for a user's own, and the one in memory.

A store keeps sealed records under keys (``shelf`` makes both). It needs to know nothing of tokens, is called in the
worker thread only, and may fail as it likes: that is logged, and the token held in memory serves.
"""

from __future__ import annotations

import os
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from .secret import Secret

if TYPE_CHECKING:
    from collections.abc import Generator
    from contextlib import AbstractContextManager


class TokenStore(Protocol):
    """What a store of your own must do. Keys are hexadecimal; a record is a short text that holds a token."""

    def read(self, key: str) -> str | None:
        """The record, ``None`` if there is none. A wrong or old one is recognised and does no harm."""
        ...

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Keep the record; it is useless after so many seconds."""
        ...

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """Let one fetch at a time. ``TimeoutError`` after ``wait_s``; the lock must end with the process holding it."""
        ...


class MemoryTokenStore:
    """Keeps tokens in this process: give one to several clients and they share. Without it each client has its own.

    A record is one assignment, so only fetching is locked: by process, since a lock held at a fork stays held in the
    child.
    """

    def __init__(self) -> None:
        self._records: dict[str, Secret] = {}
        self._locks: dict[tuple[int, str], threading.Lock] = {}

    def read(self, key: str) -> str | None:
        """The record."""
        found = self._records.get(key)
        return None if found is None else found.reveal()

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Keep the record; there are few keys, so old ones are not cleared."""
        self._records[key] = Secret(record)

    @contextmanager
    def lock(self, key: str, *, wait_s: float) -> Generator[None]:
        """A lock between threads."""
        lock = self._locks.setdefault((os.getpid(), key), threading.Lock())
        if not lock.acquire(timeout=wait_s):
            raise TimeoutError
        try:
            yield
        finally:
            lock.release()

    def __repr__(self) -> str:
        """How many."""
        return f"MemoryTokenStore({len(self._records)} records)"
