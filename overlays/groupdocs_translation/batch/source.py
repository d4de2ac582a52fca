"""Whether a source is still what it was: by size and time of change, and by its digest where those differ."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import frozen

from .._errors import ConfigurationError

if TYPE_CHECKING:
    from pathlib import Path

    from .journal import Row
    from .walk import FoundFile


@frozen
class Fingerprint:
    """A source at one moment: size in bytes, time of change, SHA-256."""

    size: int
    mtime_ns: int
    digest: bytes


def digest_of(path: Path) -> bytes:
    """SHA-256 of a file, in constant memory.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def take_fingerprint(path: Path) -> Fingerprint:
    """The print of a file.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        status = path.stat()
        return Fingerprint(status.st_size, status.st_mtime_ns, digest_of(path))
    except OSError as error:
        raise ConfigurationError(f"cannot read {path}: {error.strerror}") from error


def has_changed(path: Path, file: FoundFile, row: Row) -> bool:
    """Whether a file is not the one that the journal knows; it is read only if time differs and size does not."""
    if (file.size, file.mtime_ns) == (row.size, row.mtime_ns):
        return False
    if file.size != row.size or row.digest is None:
        return True
    try:
        return digest_of(path) != row.digest
    except OSError:
        return True
