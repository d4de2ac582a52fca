"""Faults: what goes wrong with which request. Made by ``Sandbox.fail`` and by ``POST /__sandbox__/faults``."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Mapping
from email.utils import formatdate
from fnmatch import fnmatchcase
from typing import Any, Literal, cast

from attrs import define, evolve, field, frozen
from groupdocs_translation.spec.operations import BY_ID
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.types import Message, Send

from .http import Request
from .jobs import Outcome

DRIPS = 10

PAGE = "<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"


@frozen
class Fault:
    """Something that goes wrong with requests of an operation.

    Which requests: ``operation`` is an operation's id, a path, or a pattern of either with ``*``; the fault takes
    effect on the ``nth`` matching request (counted from 1) and the ``times - 1`` that follow.

    Instead of the operation, which is then not carried out, unless ``after``:
        status, headers, body: an answer; a body of bytes or text is sent as it is, any other value as JSON.
        html: an error page (status 502 if none is given), as from a proxy.
        reset: ``"before"``: the connection is reset when the head of the request was read, and nothing of its body.

    The operation is carried out, but:
        reset: ``"after"``: the connection is reset without an answer; ``"middle"``: in the middle of the answer.
        truncate: half of the answer comes, then the connection is closed in order.
        wrong_type: the members of the JSON answer have other types.
        drip_s: the answer comes in ten pieces, so many seconds apart.
        headers: are added to the answer.
        revoke: the token of the request is revoked before it is looked at.
        skew_s: added to the ``expires_in`` of a token's answer, not to the token's life.
        job: the job that the request makes comes to ``"failed"`` or, for a file with several languages, ``"partial"``.

    ``delay_s`` holds the request back before it is carried out or, with ``after``, the answer after that. ``after``
    lets an answer instead of the operation's own come after the operation was carried out: the job exists, and nobody
    was told.

    Raises:
        ValueError: no such operation, a number out of range, or parts that exclude each other.
    """

    operation: str
    times: int = field(default=1, kw_only=True)
    nth: int = field(default=1, kw_only=True)
    status: int | None = field(default=None, kw_only=True)
    headers: Mapping[str, str] = field(factory=dict[str, str], kw_only=True)
    body: Any = field(default=None, kw_only=True)
    html: bool = field(default=False, kw_only=True)
    wrong_type: bool = field(default=False, kw_only=True)
    truncate: bool = field(default=False, kw_only=True)
    delay_s: float = field(default=0.0, kw_only=True)
    drip_s: float = field(default=0.0, kw_only=True)
    reset: Literal["before", "after", "middle"] | None = field(default=None, kw_only=True)
    revoke: bool = field(default=False, kw_only=True)
    skew_s: int = field(default=0, kw_only=True)
    job: Literal["failed", "partial"] | None = field(default=None, kw_only=True)
    after: bool = field(default=False, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if not (self.operation in BY_ID or set(self.operation) & set("/*?[")):
            raise ValueError(f"operation: {self.operation!r} is none; {', '.join(BY_ID)}, a path, or a pattern")
        if self.times < 1 or self.nth < 1 or self.delay_s < 0 or self.drip_s < 0:
            raise ValueError("times and nth count from 1; delay_s and drip_s are not negative")
        if self.status is not None and not 200 <= self.status <= 599:
            raise ValueError("status: from 200 to 599")
        if self.reset not in {None, "before", "after", "middle"}:
            raise ValueError("reset: before, after or middle")
        if self.job not in {None, "failed", "partial"}:
            raise ValueError("job: failed or partial")
        if self.reset == "before" and (self.after or self.has_answer):
            raise ValueError("reset='before' leaves no request to carry out and nobody to answer")
        if self.job and self.is_instead:
            raise ValueError("job: the operation is not carried out, so there is no job; say after=True")

    @property
    def has_answer(self) -> bool:
        return self.status is not None or self.body is not None or self.html

    @property
    def is_instead(self) -> bool:
        return self.has_answer and not self.after

    def response(self) -> Response:
        status = self.status or (502 if self.html else 200)
        if self.html:
            return HTMLResponse(PAGE, status)
        if isinstance(self.body, bytes):
            return Response(self.body, status)
        if isinstance(self.body, str):
            return PlainTextResponse(self.body, status)
        default = {"status": status, "message": "a fault that was asked for"}
        return Response(json.dumps(default if self.body is None else self.body), status, media_type="application/json")

    def corrupt(self, response: Response) -> Response:
        """Give the operation's response wrong types, a skewed lifetime and more headers."""
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
            return evolve(outcome, status=500, message="the job failed, as was asked for", result={})
        files = outcome.result.get("files")
        if not files:
            return outcome
        partial = {"files": files | {[*files][-1]: None}}
        return evolve(outcome, status=206, message="a part is missing, as was asked for", result=partial)


def _retype(value: Any) -> Any:
    if not isinstance(value, dict):
        return {"unexpected": None}
    members = cast("dict[str, Any]", value)
    return {name: 7 if isinstance(member, str) else "seven" for name, member in members.items()}


class FaultySend:
    """ASGI's ``send`` for one response: adds the date, reports the status, cuts or drips the body as told."""

    def __init__(
        self,
        send: Send,
        request: Request,
        fault: Fault | None,
        now: float,
        on_start: Callable[[int], None] | None = None,
    ) -> None:
        self._send, self._request, self._now, self._on_start = send, request, now, on_start
        self._fault = None if request.method == "HEAD" else fault  # whose response has no body
        self._left: int | None = None  # bytes until the cut
        self._piece_bytes = 1

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._start(message)
        elif self._fault is None:
            await self._send(message)
        else:
            await self._send_body(message, self._fault)

    async def _start(self, message: Message) -> None:
        if self._on_start is not None:
            self._on_start(message["status"])
        headers = [*message["headers"], (b"date", formatdate(self._now, usegmt=True).encode())]
        if self._fault is not None:
            size = int(dict(headers).get(b"content-length", 0))
            self._left = size // 2 if self._fault.truncate or self._fault.reset == "middle" else None
            self._piece_bytes = max(-(-size // DRIPS) if self._fault.drip_s else size, 1)
        await self._send({**message, "headers": headers})

    async def _send_body(self, message: Message, fault: Fault) -> None:
        body = message.get("body", b"")[: self._left]
        for start in range(0, len(body), self._piece_bytes):
            await asyncio.sleep(fault.drip_s)
            piece = body[start : start + self._piece_bytes]
            await self._send({"type": "http.response.body", "body": piece, "more_body": True})
        if self._left is None:
            if not message.get("more_body"):
                await self._send({"type": "http.response.body"})
            return
        self._left -= len(body)
        if self._left == 0:
            if fault.reset:
                self._request.connection.reset()
            else:
                self._request.connection.close()
            await self._request.wait_until_gone()


@define
class _Pending:
    fault: Fault
    seen: int = 0  # matching requests


class Faults:
    """Faults in the order they were asked for. One lock guards list and counts; any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[_Pending] = []

    def add(self, fault: Fault) -> None:
        with self._lock:
            self._pending.append(_Pending(fault))

    def take(self, *names: str) -> Fault | None:
        """Return the first fault that is due for a request of these names: its operation, its path."""
        with self._lock:
            for pending in self._pending:
                fault = pending.fault
                if not any(fnmatchcase(name, fault.operation) for name in names):
                    continue
                pending.seen += 1
                if pending.seen >= fault.nth:
                    if pending.seen >= fault.nth + fault.times - 1:
                        self._pending.remove(pending)
                    return fault
        return None

    def pending(self) -> list[Fault]:
        with self._lock:
            return [pending.fault for pending in self._pending]

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()
