"""Steps of many files into the journal: what comes while one transaction is written goes into the next, together."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from .journal import update

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from .journal import Journal

    JournalChange = Callable[[sqlite3.Connection], object]


class JournalWriter:
    """Writes of one event loop; a call returns when its change is on disk. Transactions run in a thread.

    Without it every step of every file would wait for a flush of its own; a hundred files under way share one.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._changes: list[tuple[JournalChange, anyio.Event]] = []
        self._writing: anyio.Event | None = None  # set when the transaction under way is over
        self._failure: Exception | None = None

    async def note(self, file: int, **columns: Any) -> None:
        """Change columns of one file's row."""
        await self.write(partial(update, file=file, columns=columns))

    async def write(self, change: JournalChange) -> None:
        """Make a change. It happens even if the caller is cancelled while waiting.

        Raises:
            sqlite3.Error: the journal cannot be written; nothing of the batch may go on.
        """
        done = anyio.Event()
        self._changes.append((change, done))
        with anyio.CancelScope(shield=True):  # a step that was made must be noted, whatever ends the batch
            while not done.is_set():
                if self._writing is not None:
                    await self._writing.wait()
                else:
                    await self._flush()
        if self._failure is not None:
            raise self._failure

    async def _flush(self) -> None:
        over = self._writing = anyio.Event()
        together, self._changes = self._changes, []
        try:
            if self._failure is None:
                await anyio.to_thread.run_sync(self._apply, [change for change, _ in together])
        except Exception as error:
            self._failure = error
        finally:
            self._writing = None
            for _, done in together:
                done.set()
            over.set()

    def _apply(self, changes: list[JournalChange]) -> None:
        with self._journal.writing() as connection:
            for change in changes:
                change(connection)
