# Derived from overlays/groupdocs_translation/_async/transfer.py by `nox -s regenerate`: edit that file, never this one.
"""Uploads and downloads in constant memory: the multipart body of an upload, and the download of a result.

The generated upload is not used: it reads whole files into memory, and its constant multipart boundary corrupts files
that contain it.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from random import random
from typing import IO, NamedTuple

import httpx2

from .._clock import Clock
from .._concurrency import sync_run, sync_sleep
from .._config import PresignedUrl, check_url
from .._errors import ConfigurationError, TransferError
from .._files import OVERWRITE_HINT, PartialFile
from .._inputs import Source
from .._network import StorageURL
from .._results import Progress, ProgressCallback, Stage
from .._rules.responses import is_encoded, library_message
from .._rules.retry import (
    EXPIRED_STATUSES,
    FailureKind,
    RetryPolicy,
    kind_of_status,
    pause,
    retry_after,
)

log = logging.getLogger("groupdocs_translation.transfer")

CHUNK_BYTES = 2**20  # makes the cost of switching threads negligible; 100 concurrent transfers need 100 MB
MAX_REDIRECTS = 5


class RangeMismatchError(TransferError):
    """The storage sent another part or another file. The download must start again."""


class CallbackError(Exception):
    """Carries an error of a ``progress`` callback through HTTP libraries and retries, which know no such type."""

    def __init__(self, error: Exception) -> None:
        self.error = error


def _report(progress: ProgressCallback | None, stage: Stage, name: str, done: float, total: float | None) -> None:
    if progress is not None:
        try:
            progress(Progress(stage, name, done, total))
        except Exception as error:
            raise CallbackError(error) from error


@contextmanager
def callback_errors() -> Generator[None]:
    """Raise an error of a callback unchanged: it is not one of the transfer or the disk, which may be repeated."""
    try:
        yield
        return
    except CallbackError as carrier:
        error = carrier.error
    raise error


class Upload(httpx2.SyncByteStream):
    """A multipart body with one file, streamed from its source. Each iteration opens the source again.

    ``rewind()`` marks the body as repeatable for sessions and authentication. Call ``discard()`` after use: a canceled
    request leaves an iteration unfinished.

    Raises:
        TransferError: the source can no longer be opened or read.
    """

    def __init__(self, source: Source, progress: ProgressCallback | None) -> None:
        boundary = secrets.token_hex(16)  # 128 random bits: no file contains it
        name = "".join(
            "_" if letter in '"\\' or ord(letter) < 32 or ord(letter) > 126 else letter for letter in source.name
        )
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._source = source
        self._progress = progress
        self._reader: IO[bytes] | None = None
        assert source.size is not None
        self._size = source.size
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + source.size + len(self._tail)),
        }

    def rewind(self) -> None:
        """Start again: the next iteration sends the file from its beginning."""
        self.discard()

    def discard(self) -> None:
        """Close the source."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None

    def __iter__(self) -> Iterator[bytes]:
        self.discard()
        body, sent = self._head, 0
        while chunk := self._read():
            sent += len(chunk)
            self._check(sent <= self._size)
            body += chunk
            if sent < self._size:
                yield body
                _report(self._progress, "upload", self._source.name, sent, self._size)
                body = b""
        self.discard()
        self._check(sent == self._size)
        yield body + self._tail  # with the last chunk: a small file is sent in one piece
        _report(self._progress, "upload", self._source.name, sent, self._size)

    def _read(self) -> bytes:
        try:
            if self._reader is None:
                self._reader = self._source.open()  # not in a thread: a canceled task could not close it
            if isinstance(self._reader, BytesIO):
                return self._reader.read(CHUNK_BYTES)
            return sync_run(self._reader.read, CHUNK_BYTES)
        except (OSError, TypeError, ValueError) as error:  # deleted, closed by its owner, or a text stream
            reason = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise TransferError(f"{self._source.name} cannot be read: {reason}") from error

    def _check(self, as_announced: bool) -> None:
        """Raise if the file does not have the announced size. httpx2 would not convert h11's error for that."""
        if not as_announced:
            raise httpx2.LocalProtocolError(f"{self._source.name} changed while it was sent")


class Failure(NamedTuple):
    """A failed attempt. ``etag`` allows the next attempt to resume."""

    error: TransferError
    is_transient: bool = True
    retry_after_s: float | None = None
    etag: str | None = None


class Download:
    """Downloads a result URL to a file: checks it, resumes after a failure, and renames the file when complete."""

    def __init__(
        self,
        storage: Callable[[str], httpx2.Client],
        *,
        clock: Clock,
        retries: RetryPolicy,
        progress: ProgressCallback | None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._retries = retries
        self._progress = progress

    def fetch(self, url: str, target: Path, *, size: int | None, overwrite: bool) -> int:
        """Download the file and return its size in bytes.

        ``size`` is the size in bytes that the service announced; 0 and ``None`` mean that it is unknown.
        """
        partial = PartialFile(target)
        with callback_errors():
            try:
                self._fill(partial, _checked(url), size or None)
                sync_run(lambda: partial.finish(overwrite=overwrite))
            except FileExistsError:
                raise ConfigurationError(
                    f"{target.name} already exists", parameter="overwrite", hint=OVERWRITE_HINT
                ) from None
            except OSError as error:
                raise TransferError(
                    f"cannot write {target}: {error.strerror or error}: free disk space or fix the permissions"
                ) from error
            finally:
                partial.discard()
        return partial.size

    def _fill(self, partial: PartialFile, url: str, size: int | None) -> None:
        started, tries, furthest = self._clock.monotonic(), 0, 0
        etag: str | None = None
        while True:
            tries += 1
            attempt = self._attempt(partial, url, size, etag)
            if attempt is None:
                return
            etag = attempt.etag
            if etag and partial.size > furthest:  # progress resets the attempts: a large file may fail often
                tries, started, furthest = 1, self._clock.monotonic(), partial.size
            wait = None
            if attempt.is_transient:
                elapsed, after = self._clock.monotonic() - started, attempt.retry_after_s
                wait = pause(self._retries, tries=tries, elapsed_s=elapsed, retry_after_s=after, random=random)
            if wait is None:
                raise attempt.error
            log.warning("%s; resuming at byte %d in %.1f s", attempt.error, partial.size, wait)
            sync_sleep(self._clock, wait)

    def _attempt(self, partial: PartialFile, url: str, size: int | None, etag: str | None) -> Failure | None:
        name = partial.target.name
        headers = {"Accept-Encoding": "identity"}
        if partial.size and etag:
            headers |= {"Range": f"bytes={partial.size}-", "If-Range": etag}
        elif partial.size:
            sync_run(partial.restart)
        failure: httpx2.HTTPError | None = None
        announced: int | None = None
        try:
            response = self._open(url, headers)
            try:
                if response.status_code not in {200, 206}:
                    return self._refused(response, name)
                announced = _announced(response, partial, size, etag)
                if response.status_code == 200 and partial.size:
                    sync_run(partial.restart)
                etag = _strong_etag(response)
                for chunk in response.iter_raw(CHUNK_BYTES):
                    _write(partial, chunk)
                    if announced is not None and partial.size > announced:
                        raise TransferError(f"{name}: the storage sent more than the {announced} bytes it announced")
                    _report(self._progress, "download", name, partial.size, announced)
            finally:
                response.close()
        except RangeMismatchError as error:
            return Failure(error)
        except httpx2.HTTPError as caught:
            failure = caught
        if failure is not None:
            what = f"{type(failure).__name__}: {library_message(failure) or 'no details'}"
            return Failure(TransferError(f"{name}: the download failed at byte {partial.size} ({what})"), etag=etag)
        if announced is not None and partial.size != announced:
            return Failure(TransferError(f"{name}: received {partial.size} of {announced} bytes"), etag=etag)
        return None

    def _open(self, url: str, headers: dict[str, str]) -> httpx2.Response:
        """Send the request, and follow redirects to URLs that pass the same checks."""
        for _ in range(MAX_REDIRECTS):
            response: httpx2.Response | None = None
            with suppress(httpx2.InvalidURL, UnicodeError):  # their frames contain the whole URL
                response = self._send(url, headers)
            if response is None:
                raise TransferError("the result URL is not a URL; nothing was downloaded")
            if response.next_request is None:
                return response
            response.close()
            url = _checked(str(response.next_request.url))
        raise TransferError(f"the storage redirected more than {MAX_REDIRECTS} times")

    def _send(self, url: str, headers: dict[str, str]) -> httpx2.Response:
        storage = self._storage(url)
        request = storage.build_request("GET", url, headers=headers)
        request.url = StorageURL(request.url)
        return storage.send(request, stream=True)

    def _refused(self, response: httpx2.Response, name: str) -> Failure:
        status = response.status_code
        hint = ": the result URL may have expired" if status in EXPIRED_STATUSES else ""
        error = TransferError(f"{name}: the storage returned HTTP {status}{hint}")
        error.status_code = status
        is_transient = kind_of_status(status) in {FailureKind.REFUSED, FailureKind.FAILED} or status == 416
        date = response.headers.get("date")
        retry_after_s = retry_after(response.headers.get("retry-after"), date=date, now=self._clock.wall())
        return Failure(error, is_transient=is_transient, retry_after_s=retry_after_s)


def _write(partial: PartialFile, chunk: bytes) -> None:
    if not partial.size and len(chunk) < CHUNK_BYTES:  # probably the whole file
        partial.keep(chunk)
    else:
        sync_run(partial.write, chunk)


def _checked(url: str) -> PresignedUrl:
    url = PresignedUrl(url)
    try:
        return check_url(url, "the result URL")
    except ConfigurationError as error:
        raise TransferError(f"{error}; nothing was downloaded") from None


def _strong_etag(response: httpx2.Response) -> str | None:
    etag: str | None = response.headers.get("etag")
    return None if etag is None or etag.startswith("W/") else etag  # If-Range needs a strong one (RFC 9110 §13.1.5)


def _announced(response: httpx2.Response, partial: PartialFile, size: int | None, etag: str | None) -> int | None:
    """Return the size of the whole file in bytes according to this response, ``None`` if unknown."""
    name = partial.target.name
    if is_encoded(response.headers):
        raise TransferError(f"{name}: the storage sent a compressed response, which was not requested")
    is_page = response.headers.get("content-type", "").lower().startswith("text/html")
    if is_page and partial.target.suffix not in {".html", ".md", ".txt"}:
        raise TransferError(f"{name}: received a web page instead of the file: check for a proxy or login portal")
    length = response.headers.get("content-length", "")
    announced = int(length) if length.isascii() and length.isdigit() else None
    if response.status_code == 206:
        part = content_range(response.headers.get("content-range"))
        if part is None or part[0] != partial.size:
            raise RangeMismatchError(f"{name}: the storage resumed at another byte than {partial.size}")
        if etag is not None and response.headers.get("etag", etag) != etag:
            raise RangeMismatchError(f"{name}: the file changed in the storage during the download")
        announced = part[1]
    if size is not None and announced is not None and announced != size:
        raise TransferError(f"{name}: the storage announced {announced} bytes, the service {size}")
    return size if size is not None else announced


_CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")


def content_range(value: str | None) -> tuple[int, int] | None:
    """Return the first byte and the size of the whole file of a ``Content-Range``; ``None`` if missing or invalid.

    A part of a file of unknown size is its last one: without ``Range``'s end, the storage sends all that is left.
    """
    found = _CONTENT_RANGE.fullmatch((value or "").strip())
    if found is None:
        return None
    start, end = int(found[1]), int(found[2])
    size = end + 1 if found[3] == "*" else int(found[3])
    return (start, size) if start <= end < size else None
