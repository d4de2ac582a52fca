"""A token store in files: one token request for all processes of a user on this machine."""

from __future__ import annotations

import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from .lookup import APPLICATION

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

MAX_RECORD_BYTES = 65_536  # a token has at most 16 KiB; whatever is larger is no record
POLL_S = 0.05  # how often the lock is tried: a fetch takes some hundred milliseconds


class FileTokenStore:
    """Keeps tokens in files that only their owner can read (0600, in a folder 0700); the client secret never.

    Args:
        path: the folder, made when it is missing; the default is the user's cache folder, by the conventions of the
            system.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        if path is None:
            from platformdirs import user_cache_path  # noqa: PLC0415  (not needed by who gives a path)

            self._folder = user_cache_path(APPLICATION) / "tokens"
        else:
            self._folder = Path(path)

    def read(self, key: str) -> str | None:
        """The record; links are not followed, and a file that others could have written or read is not believed.

        Raises:
            OSError: it cannot be read, belongs to somebody else, or others can read it.
        """
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)  # a FIFO must not block
        try:
            descriptor = os.open(self._file(key), flags)
        except FileNotFoundError:
            return None
        with open(descriptor, "rb") as file:
            _refuse_foreign(os.fstat(descriptor))
            return file.read(MAX_RECORD_BYTES).decode(errors="replace")

    def write(self, key: str, record: str, *, seconds: float) -> None:
        """Write beside the file and rename: a reader sees the old record or the new one, nothing between."""
        self._make_folder()
        for stale in self._folder.glob(f"{key}.*.tmp"):  # of a process that died while it wrote
            stale.unlink(missing_ok=True)
        temporary = self._folder / f"{key}.{os.getpid()}.tmp"
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "wb") as file:
                file.write(record.encode())
                file.flush()
                os.fsync(descriptor)
            os.replace(temporary, self._file(key))
        finally:
            with suppress(OSError):
                temporary.unlink()

    def lock(self, key: str, *, wait_s: float) -> AbstractContextManager[object]:
        """A lock of the operating system on a file beside the record: it ends with the process that holds it."""
        from filelock import FileLock  # noqa: PLC0415  (only who shares tokens needs it)

        self._make_folder()
        return FileLock(self._folder / f"{key}.lock", timeout=wait_s, poll_interval=POLL_S, mode=0o600)

    def __repr__(self) -> str:
        """Where."""
        return f"FileTokenStore({str(self._folder)!r})"

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _make_folder(self) -> None:
        """Make the folder for its owner alone.

        Raises:
            PermissionError: there is one that others can write to: they could exchange what lies in it.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = self._folder.stat()
        if sys.platform != "win32" and (status.st_uid != os.getuid() or status.st_mode & 0o022):
            raise PermissionError("other users can write to the folder")


def _refuse_foreign(status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise PermissionError("it is no regular file")
    if sys.platform == "win32":  # no such bits there: the user's profile folder has an access list of its own
        return
    if status.st_uid != os.getuid():
        raise PermissionError("it belongs to another user")
    if stat.S_IMODE(status.st_mode) & 0o077:
        raise PermissionError("other users can read it")
