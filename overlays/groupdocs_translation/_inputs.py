"""Input files: a path, bytes, an open stream or a URL, as one source that can be read repeatedly."""

from __future__ import annotations

import io
import os
import re
import tempfile
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, cast
from urllib.parse import unquote, urlsplit

from ._config import PresignedUrl, check_url
from ._errors import ConfigurationError

FileInput = str | os.PathLike[str] | bytes | bytearray | memoryview | IO[bytes]

SPOOL_BYTES = 8 * 2**20  # a stream that cannot seek is copied into memory up to this size, then to disk

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")  # at least two letters: C:/ is a drive


class Source:
    """A named source that can be opened again for each attempt, or a URL that the service fetches itself.

    ``size`` is in bytes, ``None`` for a URL. ``open()`` returns a new reader at the beginning; close it after use.
    """

    def __init__(
        self, name: str, size: int | None, opener: Callable[[], IO[bytes]] | None, url: str | None = None
    ) -> None:
        self.name = name.encode(errors="replace").decode()  # undecodable bytes of a name cannot be sent
        self.size = size
        self.url = url
        self._opener = opener

    def open(self) -> IO[bytes]:
        assert self._opener is not None, "a URL has no reader"
        return self._opener()


class _Borrowed(io.RawIOBase):
    """A view of the user's stream from its current position. Closing the view leaves the stream open."""

    def __init__(self, stream: IO[bytes], start: int) -> None:
        self._stream = stream
        stream.seek(start)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def hidden(given: Any) -> Any:
    """Return the value; a URL as a string whose repr leaves out the query."""
    return PresignedUrl(given) if isinstance(given, str) and _URL.match(given) else given


def read_source(given: FileInput, *, name: str | None = None) -> Source:
    """Return the source for a user's argument.

    A string that starts with a scheme such as ``https://`` is a URL, any other string a path. A stream is read from
    its current position and stays open. One that cannot seek is first copied (to memory, then disk), so that a failed
    upload can be repeated.
    """
    if name is not None and not isinstance(name, str):
        raise ConfigurationError(
            f"name must be a file name such as 'report.docx', got {type(name).__name__}", parameter="name"
        )
    if isinstance(given, str) and _URL.match(given):
        url = check_url(given, "the source URL", "file")
        return Source(name or Path(unquote(urlsplit(url).path)).name, None, None, url)
    if isinstance(given, bytes | bytearray | memoryview):
        data = bytes(given)
        return _checked(Source(_named(name, "bytes"), len(data), lambda: io.BytesIO(data)))
    if isinstance(given, str | os.PathLike):
        return _from_path(Path(os.fsdecode(given)), name)
    if hasattr(given, "read"):
        return _from_stream(given, name)
    raise ConfigurationError(
        f"file must be a path, bytes, a binary stream or a URL, got {type(given).__name__}", parameter="file"
    )


def _named(name: str | None, what: str) -> str:
    if not name:
        raise ConfigurationError(f"{what} need a file name: pass one such as name='report.docx'", parameter="name")
    return name


def _checked(source: Source) -> Source:
    if source.size == 0:
        raise ConfigurationError(f"{source.name} is empty", parameter="file")
    return source


def _from_path(path: Path, name: str | None) -> Source:
    try:
        if path.is_dir():
            raise ConfigurationError(f"{path} is a folder, not a file", parameter="file", hint="use translate_folder()")
        if path.exists() and not path.is_file():  # opening a pipe without a writer blocks forever
            raise ConfigurationError(
                f"{path} is a pipe or a device, not a file", parameter="file", hint="pass its content as bytes"
            )
        path.open("rb").close()  # fail now instead of during an upload
        size = path.stat().st_size
    except ConfigurationError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        raise ConfigurationError(
            f"cannot read {path!s:.200}: {getattr(error, 'strerror', error)}", parameter="file"
        ) from error
    return _checked(Source(name or path.name, size, lambda: cast("IO[bytes]", path.open("rb"))))


def _from_stream(stream: IO[bytes], name: str | None) -> Source:
    own = getattr(stream, "name", None)
    named = _named(name or (Path(own).name if isinstance(own, str) else None), "streams")
    if isinstance(stream, io.TextIOBase):
        raise ConfigurationError(f"{named} is open in text mode: open it with mode 'rb'", parameter="file")
    try:
        is_copied = not (hasattr(stream, "seekable") and stream.seekable())
        if is_copied:
            stream = _spool(stream)
        start = stream.tell()
        size = stream.seek(0, os.SEEK_END) - start
        stream.seek(start)
    except ConfigurationError:
        raise
    except (OSError, TypeError, ValueError) as error:  # TypeError: tell() or seek() returns None; ValueError: closed
        raise ConfigurationError(f"{named} cannot be read: {error}", parameter="file") from error
    if size <= 0 < start:
        raise ConfigurationError(
            f"{named} is at its end, with nothing left to read", parameter="file", hint="rewind it with seek(0)"
        )
    source = Source(named, size, lambda: cast("IO[bytes]", io.BufferedReader(_Borrowed(stream, start))))
    if is_copied:
        weakref.finalize(source, stream.close)
    return _checked(source)


def _spool(stream: IO[bytes]) -> IO[bytes]:
    copy = tempfile.SpooledTemporaryFile(max_size=SPOOL_BYTES)  # noqa: SIM115  (lives as long as the source)
    try:
        while chunk := stream.read(2**20):
            if not isinstance(chunk, bytes):
                raise ConfigurationError(
                    f"read() of the stream must return bytes, got {type(chunk).__name__}: open it in binary mode",
                    parameter="file",
                )
            copy.write(chunk)
        copy.seek(0)
    except BaseException:
        copy.close()
        raise
    return cast("IO[bytes]", copy)
