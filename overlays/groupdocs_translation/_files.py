"""Files on disk: a download grows under a temporary name and gets its own only when it is whole."""

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
    """The absolute path, whether something is there or not.

    Raises:
        ConfigurationError: no file system could have it: a null or half a surrogate pair in it, too long, links that
            lead in a circle.
    """
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigurationError(f"{parameter} is a path, not {given!r}", parameter=parameter)
    try:
        path = Path(os.path.abspath(given))
        with suppress(FileNotFoundError, NotADirectoryError, PermissionError):
            path.stat()
    except (OSError, TypeError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"{parameter}={given!r:.200} cannot be used: {reason}", parameter=parameter) from error
    return path


def output_folder(given: str | os.PathLike[str]) -> Path:
    """The folder for results, made if it is not there; found out before anything is paid for."""
    try:
        folder = Path(given)
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()  # permissions, read-only mounts and the like: only trying tells
    except (OSError, TypeError, ValueError) as error:  # of another type, or with a null in it
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigurationError(f"cannot use {given!r} for results: {reason}", parameter="output_dir") from error
    return folder


def is_written(path: Path, size: int | None) -> bool:
    """Whether the file is there and has that many bytes; ``None`` means that it was never written."""
    try:
        return size is not None and path.stat().st_size == size
    except OSError:
        return False


def why_unwritable(target: Path, size: int) -> str | None:
    """Why a file of ``size`` bytes cannot be written there, ``None`` if nothing is known to be in the way."""
    try:
        for path in (target, _partial_path(target)):
            with suppress(FileNotFoundError, NotADirectoryError):
                path.lstat()  # tells of a name that is too long
        if target.is_dir():
            return "a folder is in its place"
        if target.is_symlink() and not target.exists():
            return "a link that leads nowhere is in its place"
        folder = next(one for one in target.absolute().parents if one.exists())
        if not folder.is_dir():
            return f"{folder} is no folder"
        if not os.access(folder, os.W_OK | os.X_OK):
            return f"no right to write in {folder}"
        if (free := shutil.disk_usage(folder).free) < size:
            return f"{free} bytes are free, {size} are needed"
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def check_places(paths: list[Path], size: int, *, overwrite: bool, is_paid: bool = False) -> None:
    """Raise if any of the files could not be written, ``size`` bytes for all of them together, or is there already."""
    for path in paths:
        if why := why_unwritable(path, size):
            problem = f"cannot write {path}: {why}"
            raise TransferError(problem) if is_paid else ConfigurationError(problem, parameter="output_dir")
    if not overwrite and (present := [path.name for path in paths if path.exists()]):
        raise ConfigurationError(f"already exists: {', '.join(present)}", parameter="overwrite", hint=OVERWRITE_HINT)


def move_into_place(whole: Path, target: Path, *, overwrite: bool) -> None:
    """Give a file its final name, in one step: whoever looks sees nothing, or all of it.

    Raises:
        FileExistsError: the target is there and must not be replaced.
    """
    if overwrite:
        whole.replace(target)
        return
    try:
        os.link(whole, target)  # fails if the name is taken, in one step
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: claim the name first
        target.touch(exist_ok=False)
        try:
            whole.replace(target)
        except BaseException:
            target.unlink()  # it is ours, and empty
            raise
        return
    whole.unlink()


def _for_the_owner(path: str, flags: int) -> int:
    """Open for the owner alone: whoever has opened a file keeps it, whatever its mode becomes."""
    return os.open(path, flags | getattr(os, "O_NOFOLLOW", 0), 0o600)


def _usual_mode(probe: Path) -> int:
    """The mode that a new file gets in this folder; the umask cannot be read without setting it for all threads."""
    with probe.open("xb") as file:
        mode = os.fstat(file.fileno()).st_mode
    probe.unlink()
    return mode


def _partial_path(target: Path) -> Path:
    """A name that nobody can guess, beside the target; 40 letters are at most 160 bytes."""
    return target.with_name(f".{target.name[:40]}.{secrets.token_hex(8)}.part")


class PartialFile:
    """A file under a temporary name beside its target; ``finish()`` renames it, ``discard()`` leaves nothing behind.

    The first ``write()`` makes the file. Used by one download at a time, from whatever thread: one lock keeps
    ``discard()`` apart from work that a cancelled task has left behind in a thread. ``size`` is the number of bytes
    written so far.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.size = 0
        self._path = _partial_path(target)  # known before it exists, so that an interrupt at any moment finds it
        self._file: IO[bytes] | None = None
        self._is_over = False
        self._lock = threading.Lock()

    def write(self, chunk: bytes) -> None:
        with self._lock:
            self._opened.write(chunk)
            self.size += len(chunk)

    def restart(self) -> None:
        """Throw away what was written: the server began anew."""
        with self._lock:
            self._opened.seek(0)
            self._opened.truncate()
            self.size = 0

    def finish(self, *, overwrite: bool) -> None:
        """Flush to disk and rename; without ``overwrite`` a file that appeared meanwhile is left alone.

        Raises:
            FileExistsError: the target is there and must not be replaced.
        """
        with self._lock:
            file = self._opened
            file.flush()
            os.fsync(file.fileno())  # or a crash could leave an empty file under the final name
            file.close()
            self._path.chmod(_usual_mode(self._path.with_suffix(".mode")))
            move_into_place(self._path, self.target, overwrite=overwrite)

    def discard(self) -> None:
        """Remove what is left of it; does nothing after ``finish()``."""
        with self._lock:
            self._is_over = True
            with suppress(OSError):
                if self._file is not None:
                    self._file.close()  # flushes: on a full disk that fails once more
            with suppress(OSError):  # it may be what could not be made
                self._path.unlink(missing_ok=True)

    @property
    def _opened(self) -> IO[bytes]:
        """The file, readable by its owner alone until it is complete."""
        if self._is_over:
            raise OSError("the download was given up")
        if self._file is None:
            self._file = open(self._path, "xb", opener=_for_the_owner)  # noqa: SIM115  (open until it is complete)
        return self._file
