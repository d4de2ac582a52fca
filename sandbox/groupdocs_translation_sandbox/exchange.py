"""One request as it comes in, over ASGI: its head parsed, its body read once and hashed on the way."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .answers import Refused
from .connection import EXTENSION

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from groupdocs_translation.spec.operations import Operation

    from .connection import Connection


class Disconnected(Exception):
    """The client went away before its request was whole."""


class Exchange:
    """One request and the way back. Used by one task.

    ``path`` is percent-encoded as it came, so that an encoded slash parts nothing; ``name`` is what records and faults
    call the request: the operation's id, or its path.
    """

    def __init__(self, scope: Any, receive: Any, send: Any) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["raw_path"].decode("ascii")
        self.query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        self.headers: dict[str, str] = {
            name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]
        }
        self.client_address: str = scope["client"][0] if scope["client"] else ""
        self.connection: Connection = scope["extensions"][EXTENSION]
        self.operation: Operation | None = None
        self.name = self.path
        self.token_id: str | None = None
        self.job_id: str | None = None
        self.body = b""
        self.received_bytes = 0
        self._digest = hashlib.sha256()
        self._receive, self.send = receive, send

    @property
    def digest(self) -> str:
        """SHA-256 of the body as far as it came, or of what ``replace_digest`` put in its place."""
        return self._digest.hexdigest()

    def replace_digest(self, digest: Any) -> None:
        """Let the record speak of the uploaded file: a form's boundary differs each time, the file does not."""
        self._digest = digest

    @property
    def content_type(self) -> str:
        """The media type of the body, without its parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def chunks(self, limit_bytes: int) -> AsyncIterator[bytes]:
        """The body, as it arrives.

        Raises:
            Refused: 413, longer than the limit; at once where ``Content-Length`` says so.
            Disconnected: the client went away.
        """
        too_long = Refused(413, f"the sandbox takes {limit_bytes} bytes here")
        if int(self.headers.get("content-length", "0")) > limit_bytes:  # h11 has seen to it that it is a number
            raise too_long
        more = True
        while more:
            event = await self._receive()
            if event["type"] == "http.disconnect":
                raise Disconnected
            data = event.get("body", b"")
            more = event.get("more_body", False)
            self.received_bytes += len(data)
            if self.received_bytes > limit_bytes:
                raise too_long
            self._digest.update(data)
            yield data

    async def read(self, limit_bytes: int) -> None:
        """Read the whole body into ``body``; see ``chunks`` for what it raises."""
        self.body = b"".join([data async for data in self.chunks(limit_bytes)])

    async def wait_until_gone(self) -> None:
        """Wait for the end of a connection that was closed or reset."""
        while (await self._receive())["type"] != "http.disconnect":
            pass
