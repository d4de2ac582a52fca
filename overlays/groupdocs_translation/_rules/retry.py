"""When a call is sent again, and how long to wait before it.

Called by the sessions after every try. The rule that guards the user's money: a POST that makes a job is sent again
only when the service surely did not take it (see ``kind_of_status``); in every other doubt the caller is told, never
billed twice.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from enum import Enum
from typing import TYPE_CHECKING, Any

from attrs import field, frozen

from .._config import is_number
from .._errors import ConfigurationError

if TYPE_CHECKING:
    from datetime import datetime

    from attrs import Attribute

    from ..spec.derived import Role

REFUSED_STATUSES = frozenset({429, 503})  # too many calls at a time, for a while (RFC 6585 §4, RFC 9110 §15.6.4)
FAILED_STATUSES = frozenset({408, 500, 502, 503, 504})  # it may or may not have been done
LONGEST_S = 10.0**9  # thirty years: nobody waits, and it is still a number that JSON and time.sleep can take


def _at_least(minimum: float) -> Callable[[Any, Attribute[Any], Any], None]:
    def check(_: Any, attribute: Attribute[Any], value: Any) -> None:
        if not is_number(value) or not minimum <= value < float("inf"):
            raise ConfigurationError(
                f"RetryPolicy.{attribute.name} must be a number of at least {minimum}, got {value!r:.60}",
                parameter=attribute.name,
            )

    return check


@frozen(kw_only=True)
class RetryPolicy:
    """How often and how patiently a call is repeated; the same policy for a client or for one call.

    ``tries`` counts the first one. Pauses are drawn from 0 to ``first_pause_s`` · 2ⁿ, at most ``longest_pause_s``
    ("full jitter"). A ``Retry-After`` is honoured up to ``longest_retry_after_s``; a longer one ends the call with the
    error at once. ``total_s`` bounds all tries and pauses of one call together: a poll that is still waiting for its
    answer then is given up. A submission may take its read timeout longer, since its outcome would be in doubt; the
    time that an upload needs for its bytes does not count.
    """

    tries: int = field(default=4, validator=_at_least(1))
    first_pause_s: float = field(default=0.5, validator=_at_least(0))
    longest_pause_s: float = field(default=8.0, validator=_at_least(0))
    longest_retry_after_s: float = field(default=60.0, validator=_at_least(0))
    total_s: float = field(default=180.0, validator=_at_least(0))

    @classmethod
    def never(cls) -> RetryPolicy:
        """Send everything once."""
        return cls(tries=1)


def check_policy(given: Any) -> None:
    if not isinstance(given, RetryPolicy):
        raise ConfigurationError("retries must be a RetryPolicy, for example RetryPolicy(tries=2)", parameter="retries")


class FailureKind(Enum):
    """What became of a try that did not succeed."""

    NOT_SENT = "not sent"  # no connection was made
    UNREACHABLE = "unreachable"  # no connection can be made: a certificate that is not trusted, a scheme we don't speak
    REFUSED = "refused"  # 429, or 503 in the service's own words
    BROKEN = "broken"  # sent, and no usable answer
    FAILED = "failed"  # 408, 500, 502, 504, any other 503
    UNAUTHORIZED = "unauthorized"  # the identity server is down for now: nothing was sent
    REJECTED = "rejected"  # any other error status: asking again gives the same


def kind_of_status(status_code: int, *, is_own_refusal: bool = False) -> FailureKind:
    """Return what an error status means for the call.

    429 says that the request was not taken (RFC 6585 §4). 503 promises nothing (RFC 9110 §15.6.4): proxies answer it
    after they have forwarded a request. Only with ``is_own_refusal``, a ``Retry-After`` together with the service's own
    JSON, was the request surely not taken.
    """
    if status_code == 429 or (status_code == 503 and is_own_refusal):
        return FailureKind.REFUSED
    if status_code in FAILED_STATUSES or status_code > 504:
        return FailureKind.FAILED
    return FailureKind.REJECTED


def may_repeat(fate: FailureKind, role: Role | None) -> bool:
    """Whether the same request may be sent again; ``role`` is ``None`` for a request that no operation describes."""
    if fate in {FailureKind.NOT_SENT, FailureKind.REFUSED, FailureKind.UNAUTHORIZED}:
        return True
    return fate in {FailureKind.BROKEN, FailureKind.FAILED} and role in {"poll", "read", "upload"}


def is_uncertain(fate: FailureKind, role: Role | None) -> bool:
    """Whether the service may have taken a job that we hear nothing more of."""
    return role == "submit" and fate in {FailureKind.BROKEN, FailureKind.FAILED}


def pause(
    policy: RetryPolicy, *, tries: int, elapsed_s: float, retry_after_s: float | None, random: Callable[[], float]
) -> float | None:
    """Seconds to wait before the next try, ``None`` if there is none.

    ``tries`` and ``elapsed_s`` are what the call has used so far; ``random`` gives a number in [0, 1).
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
    """Seconds that a ``Retry-After`` asks for (RFC 9110 §10.2.3): a number, or a date.

    A date is compared with the answer's own ``Date``; ``now`` (seconds since the epoch) stands in for a missing
    ``Date``. Nonsense counts as absent, the past as 0. Of several, which httpx2 joins with commas, the first number
    counts; more than ``LONGEST_S`` is taken as that.
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
    from email.utils import parsedate_to_datetime  # noqa: PLC0415  (a long import, for what few servers send)

    try:
        moment: datetime = parsedate_to_datetime(text)
        # RFC 9110 §5.6.7: one of the old forms names no zone, and means UTC
        return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
    except (TypeError, ValueError, OverflowError):
        return None
