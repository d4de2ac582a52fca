"""Retries: whether a request is sent again, and the pause before it.

Called by the sessions after every try. To never bill twice, a POST that creates a job is sent again only if the service
certainly did not accept it (see ``kind_of_status``); otherwise an error is raised.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .._config import at_least
from .._errors import ConfigurationError

if TYPE_CHECKING:
    from datetime import datetime

    from ..spec.derived import Role

REFUSED_STATUSES = frozenset({429, 503})  # rate limit or temporary overload (RFC 6585 §4, RFC 9110 §15.6.4)
FAILED_STATUSES = frozenset({303, 408})  # and 5xx: the request may have been processed (303: RFC 9110 §15.4.4)
EXPIRED_STATUSES = frozenset({401, 403, 404, 410})  # of the storage, for a result URL that it no longer accepts
LONGEST_S = 10.0**9  # of a Retry-After; JSON and time.sleep accept it


@frozen(kw_only=True)
class RetryPolicy:
    """How often a request is retried, and with which pauses; for a client or for one call.

    ``tries`` includes the first one. A pause is random between 0 and ``first_pause_s`` · 2ⁿ, at most
    ``longest_pause_s`` ("full jitter"). A ``Retry-After`` is respected up to ``longest_retry_after_s``; a longer one
    raises the error immediately. ``total_s`` limits the time of all tries and pauses of one call: a poll without a
    response by then is cancelled. A submission may exceed it by its read timeout, since its outcome would be uncertain.
    The time to upload the bytes of a file does not count.
    """

    tries: int = field(default=4, validator=at_least(1))
    first_pause_s: float = field(default=0.5, validator=at_least(0))
    longest_pause_s: float = field(default=8.0, validator=at_least(0))
    longest_retry_after_s: float = field(default=60.0, validator=at_least(0))
    total_s: float = field(default=180.0, validator=at_least(0))

    @classmethod
    def never(cls) -> RetryPolicy:
        """Return a policy without retries."""
        return cls(tries=1)


def check_policy(given: Any) -> None:
    if given is not None and not isinstance(given, RetryPolicy):
        raise ConfigurationError(
            f"retries must be a RetryPolicy such as RetryPolicy(tries=2), got {given!r:.60}", parameter="retries"
        )


class FailureKind(Enum):
    """The outcome of a failed try."""

    NOT_SENT = "not sent"  # no connection was established
    UNREACHABLE = "unreachable"  # not retryable: an untrusted certificate, an unsupported scheme
    REFUSED = "refused"  # 429, or 503 from the service
    BROKEN = "broken"  # sent, without a valid response
    FAILED = "failed"  # 303, 408, 5xx but a 503 from the service
    UNAUTHORIZED = "unauthorized"  # the token endpoint is unavailable: nothing was sent
    REJECTED = "rejected"  # any other error status: not retryable


def kind_of_status(status_code: int, *, is_own_refusal: bool = False) -> FailureKind:
    """Return the outcome of an error status.

    429 means that the request was not accepted (RFC 6585 §4). 503 guarantees nothing (RFC 9110 §15.6.4): proxies return
    it after forwarding a request. Only with ``is_own_refusal``, a ``Retry-After`` and the JSON of the service, the
    request was certainly not accepted.
    """
    if status_code == 429 or (status_code == 503 and is_own_refusal):
        return FailureKind.REFUSED
    if status_code in FAILED_STATUSES or status_code >= 500:
        return FailureKind.FAILED
    return FailureKind.REJECTED


def may_repeat(kind: FailureKind, role: Role | None) -> bool:
    """Return whether the request may be sent again; ``role`` is ``None`` for a request of no known operation."""
    if kind in {FailureKind.NOT_SENT, FailureKind.REFUSED, FailureKind.UNAUTHORIZED}:
        return True
    return kind in {FailureKind.BROKEN, FailureKind.FAILED} and role in {"poll", "read", "upload"}


def is_uncertain(kind: FailureKind, role: Role | None) -> bool:
    """Return whether the service may have created a job whose ID is unknown."""
    return role == "submit" and kind in {FailureKind.BROKEN, FailureKind.FAILED}


def pause(
    policy: RetryPolicy, *, tries: int, elapsed_s: float, retry_after_s: float | None, random: Callable[[], float]
) -> float | None:
    """Return the seconds to wait before the next try, ``None`` if there is none.

    ``tries`` and ``elapsed_s`` are those of the call so far; ``random`` returns a number in [0, 1).
    """
    if tries >= policy.tries:
        return None
    if retry_after_s is not None:
        if retry_after_s > policy.longest_retry_after_s:
            return None
        seconds = retry_after_s
    else:
        seconds = random() * min(policy.longest_pause_s, policy.first_pause_s * 2.0 ** (tries - 1))
    return seconds if elapsed_s + seconds < policy.total_s else None


def retry_after(value: str | None, *, date: str | None, now: float) -> float | None:
    """Return the seconds of a ``Retry-After`` (RFC 9110 §10.2.3), which is a number or a date, at most ``LONGEST_S``.

    A date is relative to the ``Date`` of the response, or to ``now`` (seconds since the epoch) without one; the past
    yields 0, an invalid value ``None``. If there are several, which httpx2 joins with commas, the first number counts.
    """
    if value is None:
        return None
    for text in map(str.strip, value.split(",")):
        if text.isascii() and text.isdigit():
            return min(float(text), LONGEST_S)
    until = _timestamp(value.strip())
    if until is None:
        return None
    reference = _timestamp(date) if date else None
    return max(0.0, until - (reference if reference is not None else now))


def _timestamp(text: str) -> float | None:
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  (a slow import, rarely needed)

    try:
        moment: datetime = parsedate_to_datetime(text)
        # RFC 9110 §5.6.7: an obsolete format has no time zone, and means UTC
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
