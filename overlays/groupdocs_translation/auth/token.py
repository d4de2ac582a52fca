"""The access token, a request for one, and functions that validate a token response. No I/O and no exceptions."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, cast

from attrs import Factory, define, field, frozen

from .._clock import SYSTEM_CLOCK, Clock
from .credentials import Secret

DEFAULT_LIFETIME_S = 300.0  # without expires_in; short, because it is a guess
MAX_LIFETIME_S = 86_400.0  # of any token; limits the harm of a revoked token or a misconfigured server
MAX_TOKEN_LENGTH = 16_384  # common servers accept no larger header
ADVISORY_S, ADVISORY_PART = 300.0, 0.2  # a share, so that a token of 5 minutes is not renewed on every call
MANDATORY_S, MANDATORY_PART = 30.0, 0.1  # for connecting, sending the headers, and clock differences
JITTER_S, JITTER_PART = 60.0, 0.02  # so that processes started together do not renew together

_B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 §2.1
_READ = frozenset({"access_token", "token_type", "expires_in", "error"})
_NUMBER = re.compile(r"[0-9]{1,10}(\.[0-9]+)?")  # ASCII digits only: \d takes more, $ takes a newline


def _header(token: AccessToken) -> Secret:
    return Secret(f"Bearer {token.value.reveal()}")


def _advisory(token: AccessToken) -> float:
    """Return the remaining lifetime below which the token is renewed in the background while it stays in use."""
    spread = min(JITTER_S, token.lifetime_s * JITTER_PART)
    return min(ADVISORY_S, token.lifetime_s * ADVISORY_PART) + token.jitter * spread


def _mandatory(token: AccessToken) -> float:
    """Return the remaining lifetime below which the token is no longer used."""
    return min(MANDATORY_S, token.lifetime_s * MANDATORY_PART)


@frozen(eq=False)
class AccessToken:
    """A token and its lifetime. Two are equal only if they are the same object, so no secrets are compared.

    ``monotonic`` and ``wall`` are the clocks before the token request; ``lifetime_s`` counts from then. ``jitter``,
    from 0 to 1, shifts its early renewal. ``is_stored`` is whether it was loaded from a token store.
    """

    value: Secret
    lifetime_s: float
    monotonic: float
    wall: float
    jitter: float = 0.0
    is_stored: bool = False
    header: Secret = field(init=False, default=Factory(_header, takes_self=True))
    advisory_s: float = field(init=False, default=Factory(_advisory, takes_self=True))
    fresh_s: float = field(init=False, default=Factory(lambda self: self.lifetime_s - self.advisory_s, takes_self=True))
    mandatory_s: float = field(init=False, default=Factory(_mandatory, takes_self=True))

    def age(self, monotonic: float, wall: float) -> float:
        """Return the seconds since the token request: the larger age, as one clock may stop and the other may jump."""
        return max(monotonic - self.monotonic, wall - self.wall)

    def remaining(self, monotonic: float, wall: float) -> float:
        return self.lifetime_s - self.age(monotonic, wall)


@define(eq=False)
class TokenRequest:
    """A request for a token other than ``rejected_token``, which the API rejected.

    It is retried only while it ``is_awaited``. ``request_id`` is the ID that was sent with it, if it was sent.
    """

    clock: Clock = SYSTEM_CLOCK
    rejected_token: AccessToken | None = None
    is_awaited: bool = False
    request_id: str | None = None

    def is_rejected(self, token: AccessToken) -> bool:
        return self.rejected_token is not None and token.value.is_same(self.rejected_token.value)


def token_of(value: object) -> Secret | None:
    """Return the token if it is valid in a header (RFC 6750 §2.1), else ``None``: h11 would quote it in its error."""
    if isinstance(value, str) and len(value) <= MAX_TOKEN_LENGTH and _B64TOKEN.fullmatch(value):
        return Secret(value)
    return None


def without_scheme(value: object) -> object:
    """Remove a leading ``Bearer `` from a token that was copied from a header."""
    return value[7:].lstrip(" ") if isinstance(value, str) and value[:7].lower() == "bearer " else value


def lifetime_of(expires_in: object, token: Secret | None, *, now: float, is_new: bool) -> float | None:
    """Return the lifetime of a token in seconds, ``None`` if ``expires_in`` is invalid.

    Without ``expires_in`` it is ``DEFAULT_LIFETIME_S``, or less if the token is a JWT with an earlier ``exp``, which is
    read but not verified. ``now`` is in seconds since the epoch. The lifetime of a JWT that ``is_new`` counts from its
    ``iat``, so the clocks may differ; that of any other, which may come from a cache, counts from ``now``.
    """
    if expires_in is None:
        lifetime = _jwt_lifetime(token, now, is_new=is_new)
        return DEFAULT_LIFETIME_S if lifetime is None else min(DEFAULT_LIFETIME_S, lifetime)
    if isinstance(expires_in, str) and _NUMBER.fullmatch(expires_in):
        expires_in = float(expires_in)
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float):
        return None
    if not 1 <= expires_in < float("inf"):  # false for NaN too
        return None
    return float(int(min(expires_in, MAX_LIFETIME_S)))


def _jwt_lifetime(token: Secret | None, now: float, *, is_new: bool) -> float | None:
    if token is None or token.reveal().count(".") != 2:
        return None
    try:
        payload = token.reveal().split(".")[1] + "=="  # JWTs omit the padding; extra padding is ignored
        claims: Any = json.loads(base64.urlsafe_b64decode(payload))
        start = claims.get("iat", now) if is_new else now
        return max(1.0, float(claims["exp"]) - float(start))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def members_of(body: Secret) -> dict[str, Any] | None:
    """Return the JSON object of a body, ``None`` for anything else, including NaN, Infinity and duplicate members."""
    try:
        found: Any = json.loads(body.reveal(), parse_constant=_refuse, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, Any]", found) if isinstance(found, dict) else None


def _refuse(_: str) -> None:
    raise ValueError("not JSON")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs if name in _READ]
    if len(set(names)) != len(names):
        raise ValueError("duplicate member")
    return dict(pairs)


def read_token(members: dict[str, Any], *, now: float) -> tuple[Secret, float] | str:
    """Return the token and its lifetime in seconds from a successful response (RFC 6749 §5.1), or what is wrong."""
    kind = members.get("token_type")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        return "token_type is not Bearer"
    token = token_of(members.get("access_token"))
    if token is None:
        return "access_token is missing, too long, or has characters that are not allowed (RFC 6750 §2.1)"
    lifetime = lifetime_of(members.get("expires_in"), token, now=now, is_new=True)
    if lifetime is None:
        return "expires_in is not a number of seconds of at least 1"
    return token, lifetime


def is_json(content_type: str | None) -> bool:
    """Return whether a media type is JSON; a missing one is accepted."""
    kind = (content_type or "application/json").partition(";")[0].strip().lower()
    return kind in {"application/json", "text/json"} or kind.endswith("+json")
