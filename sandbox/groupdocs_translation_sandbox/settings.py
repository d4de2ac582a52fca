"""The settings of a sandbox, and its clock: the machine's time, moved by tests. Tokens, jobs, files and URLs expire."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from attrs import Attribute, define, field
from attrs.validators import optional

DAY_S = 24 * 3600.0
LAST_S = 253_402_300_799  # the end of the year 9999: the header Date cannot have a later one


def valid(is_valid: Callable[[Any], bool], expected: str) -> Callable[[object, Attribute[Any], Any], None]:
    """Return an attrs validator with a plain message: most of attrs' own contain the definition of the attribute."""

    def check(_: object, attribute: Attribute[Any], value: Any) -> None:
        if not is_valid(value):
            raise ValueError(f"{attribute.name} must be {expected}, got {value!r:.60}")

    return check


def one_of(*allowed: object) -> Callable[[object, Attribute[Any], Any], None]:
    return valid(allowed.__contains__, " or ".join(map(repr, allowed)))


@define(kw_only=True)
class Settings:
    """What may be changed while the sandbox runs; changes apply to later requests.

    ``token_lifetime_s`` and ``url_lifetime_s`` apply to new tokens and URLs. ``latency_s`` is the median duration of a
    short text's job; 0 makes every job ready immediately. ``lenient`` accepts requests that the service may reject.
    ``submitted`` and ``pending`` are the HTTP statuses (200 or 202) of a submission and of a poll for a job that is not
    ready; ``pending_body`` is the ``status`` in the body of that poll (202 or 102). The default for submissions is the
    one that clients of the service rely on: 202 for ``POST /hugo``, 200 for all others.
    """

    token_lifetime_s: int = 3600
    url_lifetime_s: float = 3600.0
    latency_s: float = 0.0
    lenient: bool = False
    submitted: int | None = field(default=None, validator=optional(one_of(200, 202)))
    pending: int = field(default=200, validator=one_of(200, 202))
    pending_body: int = field(default=202, validator=one_of(102, 202))
    trial_calls_a_day: int = 10


class VirtualClock:
    """A clock in seconds since the epoch. Thread-safe: one lock guards the offset."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._offset_s = 0.0

    def now(self) -> float:
        return self._now() + self._offset_s

    def advance(self, seconds: float) -> None:
        if seconds < 0:
            raise ValueError(f"seconds must not be negative, got {seconds}")
        with self._lock:
            self._move(self._offset_s + seconds)

    def set(self, epoch_s: float) -> None:
        with self._lock:
            self._move(epoch_s - self._now())

    def _move(self, offset_s: float) -> None:
        if not 0 <= (epoch_s := self._now() + offset_s) <= LAST_S:
            raise ValueError(f"the time must be from 1970 to 9999, got {epoch_s:g} s since the epoch")
        self._offset_s = offset_s
