# Derived from overlays/groupdocs_translation/_async/transfer.py by `nox -s regenerate`: edit that file, never this one.
"""Bytes up and down in constant memory: the multipart body of an upload, and the download of a result from storage.

The generated upload is not used: its constant multipart boundary breaks files that contain it, and it reads files
whole.
"""

from __future__ import annotations

import logging
import secrets
from random import random
from typing import IO, TYPE_CHECKING

import httpx

from .._concurrency import sync_run, sync_sleep
from .._errors import ConfigurationError, TransferError
from .._files import PartialFile
from .._results import Progress
from .._rules.retry import Fate, RetryPolicy, fate_of_status, pause, retry_after
from .._sources import Source, check_url

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from .._clock import Clock

    Watcher = Callable[[Progress], object]

log = logging.getLogger("groupdocs_translation.transfer")

CHUNK_BYTES = 2**20  # large enough that thread hops cost nothing, small enough for a hundred transfers at once
MAX_REDIRECTS = 5


class Upload(httpx.SyncByteStream):
    """A multipart body with one file, streamed from its source; each iteration opens the source anew.

    ``rewind()`` tells sessions and authorization that the body can be sent again.
    """

    def __init__(self, source: Source, watcher: Watcher | None) -> None:
        boundary = secrets.token_hex(16)  # a file that holds it is as likely as a guessed key
        name = "".join(
            "_" if letter in '"\\' or ord(letter) < 32 or ord(letter) > 126 else letter for letter in source.name
        )
        self._head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{boundary}--\r\n".encode()
        self._source = source
        self._watcher = watcher
        assert source.size is not None
        self.headers = {
            "Content-Type": f"multipart/form-data; boundary={boundary}",
            "Content-Length": str(len(self._head) + source.size + len(self._tail)),
        }

    def rewind(self) -> None:
        """Nothing to do: every iteration starts at the beginning."""

    def __iter__(self) -> Iterator[bytes]:
        """Yield head, file and tail."""
        yield self._head
        reader: IO[bytes] = sync_run(self._source.open)
        sent = 0
        try:
            while chunk := sync_run(reader.read, CHUNK_BYTES):
                yield chunk
                sent += len(chunk)
                if self._watcher is not None:
                    self._watcher(Progress("upload", self._source.name, sent, self._source.size))
        finally:
            reader.close()
        yield self._tail


class Download:
    """Fetches one result URL into one file: checked, resumed when it breaks off, renamed when it is whole."""

    def __init__(self, storage: httpx.Client, *, clock: Clock, retries: RetryPolicy, watcher: Watcher | None) -> None:
        self._storage = storage
        self._clock = clock
        self._retries = retries
        self._watcher = watcher

    def fetch(self, url: str, target: Path, *, size: int | None, overwrite: bool) -> int:
        """Download and return the number of bytes.

        ``size`` is what the service announced, in bytes; 0 and ``None`` mean that it did not.

        Raises:
            TransferError: the address is unsafe, the storage refuses, or what came is not what was announced.
            ConfigurationError: the target exists and ``overwrite`` is false.
        """
        try:
            partial = sync_run(PartialFile, target)
        except OSError as error:
            raise TransferError(f"cannot write to {target.parent}: {error.strerror}") from error
        try:
            self._fill(partial, _checked(url), size or None)
            sync_run(lambda: partial.finish(overwrite=overwrite))
        except FileExistsError:
            raise ConfigurationError(
                f"{target.name} is already there; give overwrite=True or another output_dir"
            ) from None
        except OSError as error:
            raise TransferError(f"cannot write {target}: {error.strerror}") from error
        finally:
            partial.discard()
        return partial.size

    def _fill(self, partial: PartialFile, url: str, size: int | None) -> None:
        started, tries = self._clock.monotonic(), 0
        etag: str | None = None
        while True:
            tries += 1
            before = partial.size
            failure, wanted, asked, etag = self._attempt(partial, url, size, etag)
            if failure is None:
                return
            if etag and partial.size > before:
                tries, started = 1, self._clock.monotonic()  # it moves: a long file may break off often
            wait = None
            if wanted:
                elapsed = self._clock.monotonic() - started
                wait = pause(self._retries, tries=tries, elapsed_s=elapsed, retry_after_s=asked, random=random)
            if wait is None:
                raise failure
            log.warning("%s; going on at byte %d in %.1f s", failure, partial.size, wait)
            sync_sleep(self._clock, wait)

    def _attempt(
        self, partial: PartialFile, url: str, size: int | None, etag: str | None
    ) -> tuple[TransferError | None, bool, float | None, str | None]:
        """One try: its failure, whether another makes sense, the pause asked for, and the ETag to resume with."""
        name = partial.target.name
        headers = {"Accept-Encoding": "identity"}
        if partial.size and etag:
            headers |= {"Range": f"bytes={partial.size}-", "If-Range": etag}
        else:
            sync_run(partial.restart)
        broken: httpx.HTTPError | None = None
        announced: int | None = None
        try:
            response = self._open(url, headers)
            try:
                etag = _strong_etag(response)
                if response.status_code not in {200, 206}:
                    return self._refused(response, name)
                announced = _begin(response, partial, size)
                for chunk in response.iter_raw(CHUNK_BYTES):
                    sync_run(partial.write, chunk)
                    if announced is not None and partial.size > announced:
                        raise TransferError(f"{name}: the storage sends more than the {announced} bytes it announced")
                    if self._watcher is not None:
                        self._watcher(Progress("download", name, partial.size, announced))
            finally:
                response.close()
        except httpx.HTTPError as caught:
            broken = caught
        if broken is not None:
            what = f"{type(broken).__name__}: {str(broken).partition('?')[0]}"
            return TransferError(f"{name}: the download broke off at byte {partial.size} ({what})"), True, None, etag
        if announced is not None and partial.size != announced:
            return TransferError(f"{name}: {partial.size} bytes came, {announced} were announced"), True, None, etag
        return None, False, None, etag

    def _open(self, url: str, headers: dict[str, str]) -> httpx.Response:
        """Send the request, following redirects to addresses that are as safe."""
        for _ in range(MAX_REDIRECTS):
            request = self._storage.build_request("GET", url, headers=headers)
            response = self._storage.send(request, stream=True)
            if response.next_request is None:
                return response
            url = _checked(str(response.next_request.url))
            response.close()
        raise TransferError("the storage redirects in a circle")

    def _refused(self, response: httpx.Response, name: str) -> tuple[TransferError, bool, float | None, str | None]:
        status = response.status_code
        hint = "; result addresses expire, ask for the job again" if status in {401, 403, 404, 410} else ""
        error = TransferError(f"{name}: the storage answered HTTP {status}{hint}")
        wanted = fate_of_status(status) in {Fate.REFUSED, Fate.FAILED} or status == 416
        date = response.headers.get("date")
        return error, wanted, retry_after(response.headers.get("retry-after"), date=date, now=self._clock.wall()), None


def _checked(url: str) -> str:
    try:
        return check_url(url, "a result's address")
    except ConfigurationError as error:
        raise TransferError(f"{error}; it was not fetched") from None


def _strong_etag(response: httpx.Response) -> str | None:
    etag: str | None = response.headers.get("etag")
    return None if etag is None or etag.startswith("W/") else etag  # If-Range takes strong ones only (RFC 9110 §13.1.5)


def _begin(response: httpx.Response, partial: PartialFile, size: int | None) -> int | None:
    """Get the file ready for this answer; the number of bytes that the whole must have, ``None`` if nobody says.

    Raises:
        TransferError: the answer is encoded, or contradicts what was announced.
    """
    name = partial.target.name
    if response.headers.get("content-encoding", "identity") != "identity":
        raise TransferError(f"{name}: the storage sends an encoding that was not asked for")
    length = response.headers.get("content-length")
    announced = int(length) if length and length.isascii() and length.isdigit() else None
    if response.status_code == 206:
        if not response.headers.get("content-range", "").startswith(f"bytes {partial.size}-"):
            raise TransferError(f"{name}: the storage resumed at another place than asked")
        announced = None if announced is None else announced + partial.size
    else:
        partial.restart()
    if size is not None and announced is not None and announced != size:
        raise TransferError(f"{name}: the storage has {announced} bytes, the service announced {size}")
    return size if size is not None else announced
