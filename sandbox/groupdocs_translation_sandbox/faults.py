"""Faults that make requests fail, created by ``Sandbox.fail`` and ``POST /__sandbox__/faults``."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from collections.abc import Callable, Mapping
from email.utils import formatdate
from fnmatch import fnmatchcase
from typing import Any, Literal, cast, get_args

from attrs import define, evolve, field, frozen
from attrs.validators import optional
from groupdocs_translation.spec.operations import BY_ID
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.types import Message, Send

from .http import Request
from .jobs import Outcome
from .settings import one_of, valid

DRIPS = 10

_FROM_0 = valid(lambda number: number >= 0, "at least 0")
_FROM_1 = valid(lambda number: number >= 1, "at least 1")
_STATUS = valid(lambda status: 200 <= status <= 599, "from 200 to 599")
_MAPPING: Any = Mapping  # with members of unknown types
_HEADERS = valid(
    lambda headers: isinstance(headers, _MAPPING) and {*map(type, headers), *map(type, headers.values())} <= {str},
    "a mapping of strings to strings",
)
_HEADER = re.compile(r"[!#$%&'*+.^`|~\w-]+:([!-~\x80-\xff]([\t -~\x80-\xff]*[!-~\x80-\xff])?)?", re.ASCII)
_IN_HTTP = valid(
    lambda headers: all(_HEADER.fullmatch(f"{name}:{value}") for name, value in headers.items()),
    "names and values that HTTP allows",
)
WITHOUT_BODY = {204, 205, 304}
Reset = Literal["before", "after", "middle"]
JobFault = Literal["failed", "partial"]
PAGE = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"


@frozen(kw_only=True, eq=False)
class Fault:
    """A fault of requests of an operation.

    ``operation`` is an operation's ID, a path, or a pattern of either with ``*``. The fault applies to the ``nth``
    matching request (counted from 1) and the following ``times - 1``.

    Instead of the operation, which is then not executed, unless ``after``:
        status, headers, body: a response. A body of bytes or text is sent unchanged, any other value as JSON.
        html: an HTML error page (status 502 by default), as from a proxy.
        reset: ``"before"``: the connection is reset after the head of the request was read, before its body.

    The operation is executed, but:
        reset: ``"after"``: the connection is reset without a response; ``"middle"``: in the middle of the response.
        truncate: half of the response is sent, then the connection is closed normally.
        wrong_type: the members of the JSON response have wrong types.
        drip_s: the response is sent in ten pieces, this many seconds apart.
        headers: are added to the response.
        revoke: the token of the request is revoked before it is verified.
        skew_s: seconds added to ``expires_in`` of a token response, but not to the lifetime of the token.
        job: the job of the request is ``"failed"`` or, for a file with several languages, ``"partial"``.

    ``delay_s`` delays the operation or, with ``after``, the response. With ``after``, the operation is executed before
    ``status``, ``headers``, ``body`` or ``html`` replace its response: the job exists, and the client does not know.

    Raises:
        TypeError: ``body`` cannot be sent as JSON.
        ValueError: an unknown operation, a number out of range, or arguments that exclude each other.
    """

    operation: str
    times: int = field(default=1, validator=_FROM_1)
    nth: int = field(default=1, validator=_FROM_1)
    status: int | None = field(default=None, validator=optional(_STATUS))
    headers: Mapping[str, str] = field(factory=dict[str, str], validator=[_HEADERS, _IN_HTTP])
    body: Any = None
    html: bool = False
    wrong_type: bool = False
    truncate: bool = False
    delay_s: float = field(default=0.0, validator=_FROM_0)
    drip_s: float = field(default=0.0, validator=_FROM_0)
    reset: Reset | None = field(default=None, validator=optional(one_of(*get_args(Reset))))
    revoke: bool = False
    skew_s: int = 0
    job: JobFault | None = field(default=None, validator=optional(one_of(*get_args(JobFault))))
    after: bool = False

    def __attrs_post_init__(self) -> None:
        if not (self.operation in BY_ID or set(self.operation) & set("/*?[")):
            known = ", ".join(BY_ID)
            raise ValueError(f"operation must be a path, a pattern or one of {known}, got {self.operation!r}")
        if not isinstance(self.body, bytes):
            json.dumps(self.body)
        if self.reset == "before" and (self.after or self.has_response):
            raise ValueError("reset='before' excludes after, status, body and html")
        if self.job and self.has_response and not self.after:
            raise ValueError("job needs after=True with status, body or html: otherwise the operation is not executed")

    @property
    def has_response(self) -> bool:
        return self.status is not None or self.body is not None or self.html

    def response(self) -> Response:
        status = self.status or (502 if self.html else 200)
        if status in WITHOUT_BODY:
            return Response(status_code=status)
        if self.html:
            return HTMLResponse(PAGE, status)
        if isinstance(self.body, bytes):
            return Response(self.body, status)
        if isinstance(self.body, str):
            return PlainTextResponse(self.body, status)
        default = {"status": status, "message": "injected fault"}
        return Response(json.dumps(default if self.body is None else self.body), status, media_type="application/json")

    def corrupt(self, response: Response) -> Response:
        """Apply wrong types, a skewed lifetime and extra headers to the operation's response."""
        if (self.wrong_type or self.skew_s) and not isinstance(response, FileResponse):
            try:
                value: Any = json.loads(bytes(response.body))
            except ValueError:
                value = bytes(response.body).decode(errors="replace")
            if self.skew_s and isinstance(value, dict) and "expires_in" in value:
                value["expires_in"] += self.skew_s
            response.body = json.dumps(_retype(value) if self.wrong_type else value).encode()
            response.headers["content-length"] = str(len(response.body))
        response.headers.update(self.headers)
        return response

    def job_outcome(self, outcome: Outcome) -> Outcome:
        if self.job is None or outcome.status != 200:
            return outcome
        if self.job == "failed":
            return evolve(outcome, status=500, message="the job failed: injected fault", result={})
        files = outcome.result.get("files")
        if not files:
            return outcome
        partial = {"files": files | {[*files][-1]: None}}
        return evolve(outcome, status=206, message="a language is missing: injected fault", result=partial)


def _retype(value: Any) -> Any:
    if not isinstance(value, dict):
        return {"unexpected": None}
    members = cast("dict[str, Any]", value)
    return {name: 7 if isinstance(member, str) else "seven" for name, member in members.items()}


@define(eq=False)
class FaultySend:
    """ASGI's ``send`` for one response: adds the date, reports the status, and applies a fault to the body."""

    _send: Send
    _request: Request
    _fault: Fault | None
    _now: float
    _on_start: Callable[[int], None] | None = None
    _end: int | None = None  # the number of bytes after which the connection breaks
    _piece_bytes: int = 1
    _sent: int = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._fault is None or self._request.method == "HEAD":  # whose response has no body
            await self._send(message)
        else:
            await self._send_body(message, self._fault)

    async def _start(self, message: Message) -> None:
        if self._on_start is not None:
            self._on_start(message["status"])
        headers = [*message["headers"], (b"date", formatdate(self._now, usegmt=True).encode())]
        if self._fault is not None:
            size = int(dict(headers).get(b"content-length", 0))
            self._end = size // 2 if self._fault.truncate or self._fault.reset == "middle" else None
            self._piece_bytes = max(-(-size // DRIPS) if self._fault.drip_s else size, 1)
        await self._send({**message, "headers": headers})

    async def _send_body(self, message: Message, fault: Fault) -> None:
        body = message.get("body", b"")[: None if self._end is None else self._end - self._sent]
        while body:
            into_piece = self._sent % self._piece_bytes
            if not into_piece:
                await asyncio.sleep(fault.drip_s)
            part, body = body[: self._piece_bytes - into_piece], body[self._piece_bytes - into_piece :]
            self._sent += len(part)
            await self._send({"type": "http.response.body", "body": part, "more_body": True})
        if self._sent == self._end:
            await self._request.disconnect(reset=fault.reset is not None)
        elif not message.get("more_body"):
            await self._send({"type": "http.response.body"})


class Faults:
    """Pending faults in the order of their creation. Thread-safe: one lock guards them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[Fault, int] = {}  # the number of matching requests so far

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._seen[fault] = 0

    def take(self, *names: str) -> Fault | None:
        """Return the first fault that is due for a request with these names (operation, path)."""
        with self._lock:
            for fault in list(self._seen):
                if not any(fnmatchcase(name, fault.operation) for name in names):
                    continue
                self._seen[fault] += 1
                if (seen := self._seen[fault]) >= fault.nth:
                    if seen >= fault.nth + fault.times - 1:
                        del self._seen[fault]
                    return fault
        return None

    def pending(self) -> list[Fault]:
        with self._lock:
            return list(self._seen)

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()
