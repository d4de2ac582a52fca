"""Whether and how the body of a request can be sent a second time. Decided before the first: afterwards is too late.

httpx2 sends an iterator that is used up, or an unseekable multipart file, a second time as an empty body.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import httpx2

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator

MAX_REFUSAL_BYTES = 65_536  # of the body of a 401 that is followed by a replay; httpx2 reads it whole


def rewinder(request: httpx2.Request) -> Callable[[], bool] | None:
    """How to get the body ready again, ``None`` if that can't be; the callable says whether it worked."""
    stream: Any = request.stream
    if isinstance(stream, httpx2.ByteStream):
        return _nothing_to_do
    own = getattr(stream, "rewind", None)
    if callable(own):
        return lambda: _worked(cast("Callable[[], object]", own))
    fields = getattr(stream, "fields", None)  # httpx2's multipart: it seeks to 0 by itself, and swallows a failure
    if fields is not None:
        files = [field.file for field in fields if hasattr(field, "file") and not isinstance(field.file, str | bytes)]
        return (lambda: all(_position(file) is not None for file in files)) if all(map(_is_seekable, files)) else None
    file: Any = getattr(stream, "_stream", None)  # what httpx2 wraps for content=; there is no public way to it
    if not isinstance(stream, httpx2.SyncByteStream) or not _is_seekable(file):  # async files would have to be awaited
        return None
    start = _position(file)
    return None if start is None else lambda: _worked(lambda: file.seek(start))


def _nothing_to_do() -> bool:
    return True


def _worked(call: Callable[[], object]) -> bool:
    try:
        call()
    except (OSError, ValueError):  # closed meanwhile, or a pipe after all
        return False
    return True


def _is_seekable(file: Any) -> bool:
    seekable = getattr(file, "seekable", None)
    return callable(seekable) and _worked(seekable) and seekable() is True


def _position(file: Any) -> int | None:
    try:
        found: object = file.tell()
    except (OSError, ValueError):
        return None
    return found if isinstance(found, int) else None


class _CutStream(httpx2.SyncByteStream, httpx2.AsyncByteStream):
    """A response's stream that ends after ``MAX_REFUSAL_BYTES``."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        size = 0
        for chunk in self._stream:
            yield chunk
            size += len(chunk)
            if size >= MAX_REFUSAL_BYTES:
                return

    async def __aiter__(self) -> AsyncIterator[bytes]:
        size = 0
        async for chunk in self._stream:
            yield chunk
            size += len(chunk)
            if size >= MAX_REFUSAL_BYTES:
                return

    def close(self) -> None:
        """Close the stream below."""
        self._stream.close()

    async def aclose(self) -> None:
        """Close the stream below."""
        await self._stream.aclose()


def cut(stream: httpx2.SyncByteStream | httpx2.AsyncByteStream) -> httpx2.SyncByteStream | httpx2.AsyncByteStream:
    """The stream, limited: the body of a refusal may be endless."""
    return _CutStream(stream)
