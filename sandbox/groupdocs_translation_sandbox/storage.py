"""Files on disk, and the signed, expiring addresses they are fetched by: the service's object store.

Uploads and results go through here in constant memory. An address carries its own authorization, so a request that
brings a token as well is refused, as object stores do.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections.abc import Mapping
from email.utils import formatdate
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import frozen

from .answers import Answer, FilePart, Refused
from .byte_ranges import Unsatisfiable, asked_part
from .clock import DAY_S

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .clock import VirtualClock
    from .exchange import Exchange

STORAGE_PATH = "/storage/"
RETENTION_S = DAY_S  # results stay 24 hours after the request (the service's page); so do uploads here


@frozen
class StoredFile:
    """One file: where it lies, since when, and what its uploader said of it."""

    path: Path
    stored_at: float
    file_name: str = ""
    format: str = ""


class Storage(Mapping[str, bytes]):
    """Key to content, read from the disk when asked for. One lock guards the table of files; any thread may call.

    ``url_lifetime_s``: how long an address works; a poll gives a new one.
    """

    def __init__(self, folder: Path, clock: VirtualClock, *, url_lifetime_s: float) -> None:
        self.url_lifetime_s = url_lifetime_s
        self._folder, self._clock = folder, clock
        self._secret = secrets.token_bytes(32)
        self._lock = threading.Lock()
        self._files: dict[str, StoredFile] = {}

    def __getitem__(self, key: str) -> bytes:
        return self._files[key].path.read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._files))

    def __len__(self) -> int:
        return len(self._files)

    def new_path(self) -> Path:
        """Where a file may be written that ``keep`` takes in afterwards."""
        return self._folder / secrets.token_urlsafe(24)

    def keep(self, path: Path, *, file_name: str = "", format_: str = "") -> str:
        """Take in a file that was written to a path of ``new_path``; its key. What is too old is dropped."""
        now, gone = self._clock.now(), list[StoredFile]()
        with self._lock:
            while self._files and now - (oldest := next(iter(self._files.values()))).stored_at >= RETENTION_S:
                gone.append(self._files.pop(oldest.path.name))
            self._files[path.name] = StoredFile(path, now, file_name, format_)
        for file in gone:
            file.path.unlink(missing_ok=True)
        return path.name

    # -- addresses -----------------------------------------------------------------------------------------------------

    def url(self, key: str, address: str) -> str:
        """A signed address of a file, which expires."""
        expires = str(int(self._clock.now() + self.url_lifetime_s))
        query = urlencode({"expires": expires, "signature": self._signature(key, expires)})
        return f"{address}{STORAGE_PATH}{key}?{query}"

    def open(self, url: str) -> StoredFile:
        """The file that a signed address means.

        Raises:
            Refused: 403, the signature is wrong or the address expired; 404, there is no such file any more.
        """
        parts = urlsplit(url)
        key = parts.path.removeprefix(STORAGE_PATH)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        expires, signature = query.get("expires", ""), query.get("signature", "")
        if not hmac.compare_digest(signature.encode(), self._signature(key, expires).encode()):
            raise Refused(403, "the signature of the address is wrong")
        if self._clock.now() >= int(expires):
            raise Refused(403, "the address expired")
        file = self._files.get(key)
        if file is None or self._clock.now() - file.stored_at >= RETENTION_S:
            raise Refused(404, "there is no such file")
        return file

    def _signature(self, key: str, expires: str) -> str:
        return hmac.new(self._secret, f"{key}\n{expires}".encode(), hashlib.sha256).hexdigest()

    # -- requests ------------------------------------------------------------------------------------------------------

    def answer(self, exchange: Exchange) -> Answer:
        """The file, or the part of it that ``Range`` asks for.

        Raises:
            Refused: 400, 403, 404 or 416.
        """
        if "authorization" in exchange.headers:
            raise Refused(400, "only one authorization is allowed: the address has its own")
        file = self.open(f"{exchange.path}?{urlencode(exchange.query)}")
        total = file.path.stat().st_size
        etag = f'"{file.path.name}"'
        headers = {
            "content-type": "application/octet-stream",
            "accept-ranges": "bytes",
            "etag": etag,
            "last-modified": formatdate(file.stored_at, usegmt=True),
        }
        condition = exchange.headers.get("if-range")
        wanted = None if condition not in {None, etag, headers["last-modified"]} else exchange.headers.get("range")
        try:
            part = asked_part(wanted, total)
        except Unsatisfiable:
            raise Refused(
                416, "the range lies outside the file", headers={"content-range": f"bytes */{total}"}
            ) from None
        if part is None:
            return Answer(200, FilePart(file.path, 0, total), headers)
        headers["content-range"] = f"bytes {part.start}-{part.start + part.size - 1}/{total}"
        return Answer(206, FilePart(file.path, part.start, part.size), headers)
