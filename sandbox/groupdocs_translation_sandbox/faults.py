"""Faults to come: what goes wrong with which request. Made by ``Sandbox.fail`` and by ``POST /__sandbox__/faults``."""

from __future__ import annotations

import json
import threading
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Literal, cast

from attrs import field, frozen
from groupdocs_translation.spec.operations import BY_ID

from .answers import Answer

if TYPE_CHECKING:
    from collections.abc import Mapping

PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something went wrong</h1></body></html>"


@frozen
class Fault:
    """Something that goes wrong with requests of an operation.

    Which requests: ``operation`` is an operation's id, a path, or a pattern of either with ``*``; the fault takes
    effect on the ``nth`` matching request (counted from 1) and the ``times - 1`` that follow.

    In place of the operation, which is then not carried out, unless ``after``:
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
    lets an answer in place of the operation's own come after the operation was carried out: the job exists, and nobody
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
        """Refuse what cannot be meant."""
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
        """Whether the fault brings an answer of its own."""
        return self.status is not None or self.body is not None or self.html

    @property
    def is_instead(self) -> bool:
        """Whether it takes the operation's place."""
        return self.has_answer and not self.after

    def answer(self) -> Answer:
        """The fault's own answer."""
        status = self.status or (502 if self.html else 200)
        if self.html:
            answer = Answer(status, PAGE, {"content-type": "text/html; charset=utf-8"})
        elif isinstance(self.body, bytes):
            answer = Answer(status, self.body)
        elif isinstance(self.body, str):
            answer = Answer(status, self.body.encode(), {"content-type": "text/plain; charset=utf-8"})
        else:
            default = {"status": status, "message": "a fault that was asked for"}
            answer = Answer.json(default if self.body is None else self.body, status)
        return answer

    def disturb(self, answer: Answer) -> Answer:
        """The operation's answer with wrong types, a skewed lifetime, more headers."""
        body = answer.body
        if (self.wrong_type or self.skew_s) and isinstance(body, bytes):
            value = _json(body)
            if self.skew_s and isinstance(value, dict) and "expires_in" in value:
                value["expires_in"] += self.skew_s
            body = json.dumps(_retyped(value) if self.wrong_type else value).encode()
        return Answer(answer.status, body, {**answer.headers, **self.headers})


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _retyped(value: Any) -> Any:
    """A JSON value whose members have other types; what is no object becomes one."""
    if not isinstance(value, dict):
        return {"unexpected": None}
    members = cast("dict[str, Any]", value)
    return {name: _other_type(member) for name, member in members.items()}


def _other_type(value: Any) -> Any:
    match value:
        case None:
            return []
        case bool():
            return "no"
        case int() | float():
            return "seven"
        case str():
            return 7
        case _:
            return "text"


class _Pending:
    """A fault, and how many matching requests it has seen."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.seen = 0

    @property
    def is_over(self) -> bool:
        return self.seen >= self.fault.nth + self.fault.times - 1


class Faults:
    """Faults in the order they were asked for. One lock guards list and counts; any thread may call."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: list[_Pending] = []

    def add(self, fault: Fault) -> None:
        """Let it happen."""
        with self._lock:
            self._pending.append(_Pending(fault))

    def take(self, *names: str) -> Fault | None:
        """The fault for a request of these names (its operation, its path); only the first that is due sees it."""
        with self._lock:
            for pending in self._pending:
                if not any(fnmatchcase(name, pending.fault.operation) for name in names):
                    continue
                pending.seen += 1
                if pending.seen >= pending.fault.nth:
                    if pending.is_over:
                        self._pending.remove(pending)
                    return pending.fault
        return None

    def pending(self) -> list[Fault]:
        """Those still to come, or not yet used up."""
        with self._lock:
            return [pending.fault for pending in self._pending]

    def clear(self) -> None:
        """Let nothing more go wrong."""
        with self._lock:
            self._pending.clear()
