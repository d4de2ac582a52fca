"""Files on disk: a download is written under a temporary name and renamed when it is complete."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import IO

from ._errors import ConfigurationError, TransferError

OVERWRITE_HINT = "use overwrite=True or another output_dir"


def checked_path(given: str | os.PathLike[str], parameter: str) -> Path:
    """Return the absolute path, which need not exist.

    Raises:
        ConfigurationError: the path is not valid: it has a null character or a lone surrogate, is too long, or is a
            loop of symbolic links.
    """
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigurationError(f"{parameter} must be a path, got {given!r}", parameter=parameter)
    try:
        path = Path(os.path.abspath(given))
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            path.stat()
    except (OSError, TypeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"{parameter}={given!r:.200} cannot be used: {reason}", parameter=parameter) from error
    return path


def output_folder(given: str | os.PathLike[str]) -> Path:
    """Create the folder for results if needed, and check that it is writable, before anything is billed."""
    try:
        folder = Path(given)
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # only a write shows permissions, read-only mounts and the like
    except (OSError, TypeError, ValueError) as error:  # TypeError: not a path; ValueError: a null character
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(
            f"output_dir={str(given)!r:.200} cannot be used for results: {reason}", parameter="output_dir"
        ) from error
    return folder


def is_written(path: Path, size: int | None) -> bool:
    """Return whether the file exists with ``size`` bytes; ``None`` means that it was never written."""
    try:
        return size is not None and path.stat().st_size == size
    except OSError:
        return False


def why_unwritable(target: Path, size: int) -> str | None:
    """Return why a file of ``size`` bytes cannot be written, ``None`` if no reason is known."""
    try:
        for path in (target, _partial_path(target)):
            with suppress(FileNotFoundError, NotADirectoryError):
                path.lstat()  # raises if the name is too long
        if target.is_dir():
            return "a folder with this name exists"
        if target.is_symlink() and not target.exists():
            return "a broken symbolic link with this name exists"
        folder = next(one for one in target.absolute().parents if one.exists())
        if not folder.is_dir():
            return f"{folder} is not a folder"
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"no permission to write in {folder}"
        if (free := shutil.disk_usage(folder).free) < size:
            return f"{free} bytes are free, {size} are needed"
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def check_places(paths: list[Path], size: int, *, overwrite: bool, is_paid: bool = False) -> None:
    """Check that the files, ``size`` bytes in total, can be written and do not exist.

    Raises:
        ConfigurationError: a file exists and ``overwrite`` is false, or cannot be written.
        TransferError: a file cannot be written and ``is_paid`` is true.
    """
    for path in paths:
        if why := why_unwritable(path, size):
            problem = f"cannot write {path}: {why}"
            raise TransferError(problem) if is_paid else ConfigurationError(problem, parameter="output_dir")
    if not overwrite and (present := [path.name for path in paths if path.exists()]):
        raise ConfigurationError(f"already exists: {', '.join(present)}", parameter="overwrite", hint=OVERWRITE_HINT)


def move_into_place(whole: Path, target: Path, *, overwrite: bool) -> None:
    """Rename a complete file to its final name atomically.

    Raises:
        FileExistsError: the target exists and ``overwrite`` is false.
    """
    if overwrite:
        whole.replace(target)
        return
    try:
        os.link(whole, target)  # atomic, and fails if the target exists
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: reserve the name first
        target.touch(exist_ok=False)
        try:
            whole.replace(target)
        except BaseException:
            target.unlink()  # the empty file made above
            raise
        return
    whole.unlink()


def _open_private(path: str, flags: int) -> int:
    """Open with access for the owner only: a process that opened the file early would keep reading it."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _default_mode(probe: Path) -> int:
    """Return the mode of a new file in this folder. Reading the umask would mean setting it for all threads."""
    with probe.open("xb") as file:
        mode = os.fstat(file.fileno()).st_mode
    probe.unlink()
    return mode


def _partial_path(target: Path) -> Path:
    """Return an unguessable path next to the target. 40 characters are at most 160 bytes."""
    return target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.part")


class PartialFile:
    """A file under a temporary name next to its target. ``finish()`` renames it, ``discard()`` deletes it.

    The first ``write()`` creates it. For one download at a time, in any thread. A lock separates ``discard()`` from
    work that a canceled task left running in a thread. ``size`` is the number of bytes so far.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.size = 0
        self._path = _partial_path(target)  # set before the file exists, so an interrupt at any moment can delete it
        self._file: IO[bytes] | None = None
        self._kept = b""
        self._is_over = False
        self._lock = threading.Lock()

    def write(self, chunk: bytes) -> None:
        with self._lock:
            self._opened.write(self._kept + chunk)
            self._kept = b""
            self.size += len(chunk)

    def keep(self, content: bytes) -> None:
        """Keep the first bytes in memory until more are written, or the file is finished: that saves a thread."""
        self._kept = content
        self.size = len(content)

    def restart(self) -> None:
        """Discard what was written, because the server sends the file from its beginning."""
        with self._lock:
            self._opened.seek(0)
            self._opened.truncate()
            self._kept = b""
            self.size = 0

    def finish(self, *, overwrite: bool) -> None:
        """Flush the file to disk and rename it.

        Raises:
            FileExistsError: the target exists by now and ``overwrite`` is false.
        """
        with self._lock:
            file = self._opened
            file.write(self._kept)
            file.flush()
            os.fsync(file.fileno())  # otherwise a crash could leave an empty file under the final name
            file.close()
            self._path.chmod(_default_mode(self._path.with_suffix(".mode")))
            move_into_place(self._path, self.target, overwrite=overwrite)

    def discard(self) -> None:
        """Delete the file. Do nothing after ``finish()``."""
        with self._lock:
            self._is_over = True
            with suppress(OSError):
                if self._file is not None:
                    self._file.close()  # flushes, which fails again on a full disk
            with suppress(OSError):  # the file may not exist, or its folder may be inaccessible
                self._path.unlink(missing_ok=True)

    @property
    def _opened(self) -> IO[bytes]:
        """The file, readable by its owner alone until it is complete."""
        if self._is_over:
            raise OSError("the download was canceled")
        if self._file is None:
            self._file = open(self._path, "xb", opener=_open_private)  # noqa: SIM115  (open until it is complete)
        return self._file
