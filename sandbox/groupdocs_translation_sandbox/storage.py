"""The service's object store: files on disk, and the signed, expiring URLs to download them.

Uploads and results use constant memory. A URL carries its own authentication, so a request that also has a token is
rejected, as by real object stores.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import secrets
from collections.abc import AsyncGenerator, Iterator, Mapping
from email.utils import formatdate
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import frozen
from groupdocs_translation.spec.formats import KINDS
from python_multipart.multipart import parse_options_header
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import FileResponse, Response

from .http import HTTPError, Request
from .settings import DAY_S, Settings, VirtualClock

STORAGE_PATH = "/storage/"
RETENTION_S = DAY_S  # results are kept for 24 hours after the request (service page); here, uploads too
FORM_TYPE = "multipart/form-data"
FIELD = "file"
FORMATS = frozenset(name for kind in KINDS.values() for name in kind.formats)
CHUNK_BYTES = 2**20
MAX_BOUNDARY_BYTES = 70  # RFC 2046, section 5.1.1
_RANGE = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE)


@frozen
class StoredFile:
    """A file on disk, the time it was stored, and the name and format given at its upload."""

    path: Path
    stored_at: float
    file_name: str = ""
    format: str = ""


class Storage(Mapping[str, bytes]):
    """A mapping of keys to contents, read from disk on access. Only the thread of the server changes it."""

    def __init__(self, folder: Path, clock: VirtualClock, settings: Settings) -> None:
        self._folder, self._clock, self._settings = folder, clock, settings
        self._secret = secrets.token_bytes(32)
        self._files: dict[str, StoredFile] = {}

    def __getitem__(self, key: str) -> bytes:
        return self._files[key].path.read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._files))

    def __len__(self) -> int:
        return len(self._files)

    def new_path(self) -> Path:
        """Return a path to write a file to, for ``keep``."""
        return self._folder / secrets.token_urlsafe(24)

    def keep(self, path: Path, *, file_name: str = "", format_: str = "") -> str:
        """Register a file written to a path of ``new_path`` and return its key. Delete expired files."""
        now = self._clock.now()
        while self._files and now - (oldest := next(iter(self._files.values()))).stored_at >= RETENTION_S:
            del self._files[oldest.path.name]
            oldest.path.unlink(missing_ok=True)
        self._files[path.name] = StoredFile(path, now, file_name, format_)
        return path.name

    def url(self, key: str, origin: str) -> str:
        expires = str(int(self._clock.now() + self._settings.url_lifetime_s))
        query = urlencode({"expires": expires, "signature": self._signature(key, expires)})
        return f"{origin}{STORAGE_PATH}{key}?{query}"

    def open(self, url: str) -> StoredFile:
        parts = urlsplit(url)
        key = parts.path.removeprefix(STORAGE_PATH)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        expires, signature = query.get("expires", ""), query.get("signature", "")
        if not hmac.compare_digest(signature.encode(), self._signature(key, expires).encode()):
            raise HTTPError(403, "the signature of the URL is invalid")
        if self._clock.now() >= int(expires):
            raise HTTPError(403, "the URL expired")
        file = self._files.get(key)
        if file is None or self._clock.now() - file.stored_at >= RETENTION_S:
            raise HTTPError(404, "the file is unknown or older than 24 hours")
        return file

    def _signature(self, key: str, expires: str) -> str:
        return hmac.new(self._secret, f"{key}\n{expires}".encode(), hashlib.sha256).hexdigest()

    def download(self, request: Request) -> Response:
        if "authorization" in request.headers:
            raise HTTPError(400, "must not be sent, because the URL is signed", field="Authorization")
        file = self.open(f"{request.path}?{request.url.query}")
        if not _is_single_range(request.headers.get("range", "")):
            # Object stores ignore such a range, as RFC 9110, section 14.2, allows. Starlette would return 400 or parts.
            request.scope["headers"] = [pair for pair in request.scope["headers"] if pair[0] != b"range"]
        headers = {"etag": f'"{file.path.name}"', "last-modified": formatdate(file.stored_at, usegmt=True)}
        return FileResponse(file.path, headers=headers, media_type="application/octet-stream")

    async def upload(self, request: Request, query: Mapping[str, str]) -> str:
        """Store the only file of a form and return its key.

        Raises:
            HTTPError: 400 for an invalid form or format; 413; 415.
            ClientDisconnect: the client disconnected. Nothing is kept then.
        """
        if request.media_type != FORM_TYPE:
            raise HTTPError(415, f"the body must be {FORM_TYPE}")
        format_ = query.get("format", "")
        if "format" in query and format_ not in FORMATS:
            raise HTTPError(400, f"must be one of {', '.join(sorted(FORMATS))}", field="format")
        try:
            parser = MultiPartParser(request.headers, _whole_form(request), max_files=1, max_fields=1)
            form = await parser.parse()
            try:
                if len(form.multi_items()) != 1:
                    raise MultiPartException("the number of parts is not 1")
                ((name, file),) = form.multi_items()
                if name != FIELD:
                    raise HTTPError(400, f"is unknown here; known: {FIELD}", field=name)
                if not isinstance(file, UploadFile):
                    raise HTTPError(400, "must be a file with a file name", field=FIELD)
                if not file.size:
                    raise HTTPError(400, "must not be empty", field=FIELD)
                path, request.record.digest = await asyncio.to_thread(self._copy, file)
                return self.keep(path, file_name=file.filename or "", format_=format_)
            finally:
                await form.close()
        except MultiPartException as error:
            message = f"the body must be {FORM_TYPE} with exactly one file and a boundary: {error.message}"
            raise HTTPError(400, message, field=FIELD) from None

    def _copy(self, file: UploadFile) -> tuple[Path, str]:
        path, digest = self.new_path(), hashlib.sha256()
        with path.open("wb") as target:
            while data := file.file.read(CHUNK_BYTES):
                digest.update(data)
                target.write(data)
        return path, digest.hexdigest()


async def _whole_form(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield the body, and raise if it is truncated: Starlette would drop the last part, and leave its file open."""
    tail = b""
    async for data in request.stream():
        tail = (tail + data)[-2 * MAX_BOUNDARY_BYTES :]
        yield data
    _, options = parse_options_header(request.headers["content-type"])
    if b"--%b--" % options[b"boundary"] not in tail:
        raise MultiPartException("the body is truncated")


def _is_single_range(header: str) -> bool:
    match = _RANGE.fullmatch(header.strip())
    if match is None:
        return False
    first, last = match.groups()
    return bool(first or last) and not (first and last and int(last) < int(first))
