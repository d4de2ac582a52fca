"""Files on disk: a download grows under a temporary name and gets its own only when it is whole."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from ._errors import ConfigurationError


def output_folder(given: str | os.PathLike[str]) -> Path:
    """The folder for results, made if it is not there.

    Raises:
        ConfigurationError: it cannot be made, or is a file.
    """
    folder = Path(given)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigurationError(f"cannot use {folder} for results: {error.strerror}") from error
    return folder


def refuse_existing(paths: list[Path]) -> None:
    """Raise if any of the files is there already, before anything is paid for.

    Raises:
        ConfigurationError: with the names, and what to do.
    """
    if present := [path.name for path in paths if path.exists()]:
        raise ConfigurationError(f"already there: {', '.join(present)}; give overwrite=True or another output_dir")


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
        whole.replace(target)
        return
    whole.unlink()


class PartialFile:
    """A file under a temporary name beside its target; ``finish()`` renames it, ``discard()`` leaves nothing behind.

    Used by one download at a time. ``size`` is the number of bytes written so far.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:60]}.", suffix=".part")
        self._path = Path(name)
        self._file = os.fdopen(handle, "wb")
        self.size = 0

    def write(self, chunk: bytes) -> None:
        """Append."""
        self._file.write(chunk)
        self.size += len(chunk)

    def restart(self) -> None:
        """Throw away what was written: the server began anew."""
        self._file.seek(0)
        self._file.truncate()
        self.size = 0

    def finish(self, *, overwrite: bool) -> None:
        """Flush to disk and rename; without ``overwrite`` a file that appeared meanwhile is left alone.

        Raises:
            FileExistsError: the target is there and must not be replaced.
        """
        self._file.flush()
        os.fsync(self._file.fileno())  # or a crash could leave an empty file under the final name
        self._file.close()
        self._path.chmod(0o666 & ~_umask())  # mkstemp makes it 0600; a result gets what a new file would get
        move_into_place(self._path, self.target, overwrite=overwrite)

    def discard(self) -> None:
        """Remove what is left of it; does nothing after ``finish()``."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def _umask() -> int:
    """The process's umask, read in the only way there is: by setting it."""
    current = os.umask(0o077)
    os.umask(current)
    return current
