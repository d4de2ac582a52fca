"""HTTP on Starlette: requests that are counted, hashed and limited while they are read, and errors as JSON."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncGenerator, Mapping

from starlette import requests
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope

from .connection import EXTENSION, Connection


class HTTPError(HTTPException):
    """An error response. ``field`` is the member, parameter or part of the request that is wrong, if one is."""

    def __init__(
        self, status: int, message: str, *, field: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, f"{field}: {message}" if field else message, headers)
        self.field = field

    def response(self) -> Response:
        body = {"status": self.status_code, "message": self.detail} | ({"field": self.field} if self.field else {})
        return JSONResponse(body, self.status_code, self.headers)


def require_method(request: Request, *methods: str) -> None:
    if request.method not in methods:
        allowed = ", ".join(methods)
        raise HTTPError(405, f"only {allowed} is possible here", headers={"allow": allowed})


class Request(requests.Request):
    """Starlette's request, with what its record says of it. Used by one task.

    ``path`` stays percent-encoded, so that an encoded slash separates nothing; ``name`` is what records and faults call
    the request: the operation's id, or its path. Reading more than ``limit_bytes`` raises ``HTTPError`` 413.
    """

    def __init__(self, scope: Scope, receive: Receive, limit_bytes: int) -> None:
        super().__init__(scope, receive)
        self.path: str = scope["raw_path"].decode("ascii")
        self.name = self.path
        self.connection: Connection = scope["extensions"][EXTENSION]
        self.limit_bytes = limit_bytes
        self.received_bytes = 0
        self.token_id: str | None = None
        self.job_id: str | None = None
        self.digest: str | None = None  # of an upload's file: the boundary of its form differs each time
        self._hash = hashlib.sha256()

    @property
    def body_digest(self) -> str:
        """The SHA-256 of the file that was uploaded, or of the body as far as it was read."""
        return self.digest or self._hash.hexdigest()

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    async def stream(self) -> AsyncGenerator[bytes, None]:
        """Yield the body as it arrives; ``body()`` and ``form()`` read through this."""
        too_long = HTTPError(413, f"the sandbox takes {self.limit_bytes} bytes here")
        if int(self.headers.get("content-length", "0")) > self.limit_bytes:  # h11 has checked that it is a number
            raise too_long
        async for data in super().stream():
            self.received_bytes += len(data)
            if self.received_bytes > self.limit_bytes:
                raise too_long
            self._hash.update(data)
            yield data

    async def wait_until_gone(self) -> None:
        """Wait for the end of a connection that was closed or reset."""
        while (await self.receive())["type"] != "http.disconnect":
            pass
