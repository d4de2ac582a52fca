"""One batch a journal: a lock of the operating system, which a killed process cannot leave behind."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from .._errors import ConfigurationError


class BatchRunning(ConfigurationError):
    """Another batch works on the same journal; ``pid`` is its process, ``None`` if it has not said yet."""

    def __init__(self, message: str, *, pid: int | None) -> None:
        super().__init__(message)
        self.pid = pid


class JournalLock:
    """The right to write one journal; held by one batch, in one process.

    The lock is the system's own (``flock``, ``LockFileEx``), so it ends with its process whatever the end. The number
    in the file beside it only tells others whom to look for; it may be stale, and decides nothing.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        self._owner = journal.with_name(f"{journal.name}.pid")
        self._lock = FileLock(journal.with_name(f"{journal.name}.lock"), thread_local=False)

    def acquire(self) -> None:
        """Take it.

        Raises:
            BatchRunning: another batch has it, in this process or another.
        """
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            pid = self._pid()
            who = f"process {pid}" if pid is not None else "another process"
            raise BatchRunning(
                f"a batch is at work on {self._journal} already ({who}): wait for it, stop it, or give another journal",
                pid=pid,
            ) from None
        whole = self._owner.with_name(f"{self._owner.name}.new")  # whoever is refused reads a number or nothing
        whole.write_text(f"{os.getpid()}\n", encoding="ascii")
        whole.replace(self._owner)

    def release(self) -> None:
        """Give it back."""
        self._owner.unlink(missing_ok=True)
        self._lock.release()

    def _pid(self) -> int | None:
        try:
            text = self._owner.read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            return None
        return int(text) if text.isdigit() else None
