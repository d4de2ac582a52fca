"""The access token as a value, and the pure parser of a token endpoint's answer."""

from __future__ import annotations

import base64
import json
import re
from typing import Any, cast

from attrs import field, frozen

from .._errors import AuthenticationError, TokenResponseError
from .._rules.answers import clean
from .secret import Secret

DEFAULT_LIFETIME_S = 300.0  # when nobody says: short, because it is a guess
MAX_LIFETIME_S = 30 * 86_400.0  # longer is taken as this: bounds what a typing mistake at the server can do
MAX_TOKEN_LENGTH = 16_384  # common servers take no larger header

_B64TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 §2.1
_DIGITS = re.compile(r"[0-9]{1,12}")

_ADVICE = {
    "invalid_client": "check client id and secret: a wrong pair, a deleted application, or white space pasted along",
    "unauthorized_client": "this application may not use client credentials",
    "invalid_scope": "the scope is not known to the identity server, or not allowed to this application",
    "unsupported_grant_type": "token_url does not serve client credentials: is it the right address?",
    "invalid_request": "the identity server does not take the request: is token_url the right address?",
}


@frozen(eq=False)
class AccessToken:
    """A token and its life. ``generation`` tells tokens apart without comparing them.

    ``monotonic`` and ``wall`` are both clocks at the moment before it was asked for; ``lifetime_s`` counts from there.
    """

    value: Secret
    lifetime_s: float
    monotonic: float
    wall: float
    generation: int = field(default=0)

    def remaining(self, monotonic: float, wall: float) -> float:
        """Seconds left; the larger age counts, since one clock stops in sleep and the other jumps."""
        return self.lifetime_s - max(monotonic - self.monotonic, wall - self.wall)

    @property
    def advisory_s(self) -> float:
        """With less than this left it is renewed in the background: a fifth of its life, at most 5 minutes."""
        return min(300.0, self.lifetime_s / 5)

    @property
    def mandatory_s(self) -> float:
        """With less than this left nobody is given it: a twentieth of its life, at most 30 s."""
        return min(30.0, self.lifetime_s / 20)


def check_token(value: object) -> Secret:
    """The token, if it may stand in a header (RFC 6750 §2.1).

    Raises:
        TokenResponseError: it may not; the message does not show it.
    """
    if not isinstance(value, str) or len(value) > MAX_TOKEN_LENGTH or not _B64TOKEN.fullmatch(value):
        raise TokenResponseError(
            "the access token is missing, too long, or has characters that no token has (RFC 6750 §2.1)"
        )
    return Secret(value)


def parse_token(status_code: int, content_type: str | None, body: Secret) -> tuple[Secret, float]:
    """Token and lifetime in seconds, from an answer with HTTP 200; the body comes wrapped, and leaves the same way.

    Raises:
        TokenResponseError: it is no token; says what is wrong, with status and content type, never the body.
        AuthenticationError: it is an OAuth error, which some servers send with 200.
    """
    try:
        return _Answer.parse(body)
    except TokenResponseError as error:
        reason = str(error)
    raise TokenResponseError(
        f"the token endpoint's answer is no token: {reason} "
        f"(HTTP {status_code}, {clean(content_type) or 'no content type'})",
        status_code=status_code,
    )


class _Answer:
    """Keeps the steps of the parser together; holds nothing."""

    @staticmethod
    def members(body: Secret) -> dict[str, Any] | None:
        """The JSON object of a body, ``None`` if it is none."""
        try:
            found: Any = json.loads(body.reveal(), parse_constant=lambda _: None)
        except (ValueError, RecursionError):
            return None
        return cast("dict[str, Any]", found) if isinstance(found, dict) else None

    @classmethod
    def parse(cls, body: Secret) -> tuple[Secret, float]:
        """Token and lifetime, or an error without a trace of the body."""
        secret, lifetime, kind, error, is_object = cls._pick(body)
        if not is_object:
            raise TokenResponseError("it is not a JSON object")
        if error is not None:
            raise oauth_error(200, error, None, None)
        if not isinstance(kind, str) or kind.lower() != "bearer":
            raise TokenResponseError("token_type is not Bearer")
        if secret is None:
            raise TokenResponseError("access_token is missing or no token (RFC 6750 §2.1)")
        if lifetime is None:
            raise TokenResponseError("expires_in is not a number of seconds of at least 1")
        return secret, lifetime

    @classmethod
    def _pick(cls, body: Secret) -> tuple[Secret | None, float | None, object, str | None, bool]:
        members = cls.members(body)
        if members is None:
            return None, None, None, None, False
        try:
            token = check_token(members.get("access_token"))
        except TokenResponseError:
            token = None
        lifetime = lifetime_of(members.get("expires_in"), token)
        kind = "bearer" if str(members.get("token_type")).lower() == "bearer" else "other"
        error = members.get("error")
        return token, lifetime, kind, None if error is None else clean(error) or "unknown error", True


def lifetime_of(expires_in: object, token: Secret | None) -> float | None:
    """Seconds that a token lives, ``None`` if the server says nonsense.

    Missing: the JWT's own ``exp`` minus ``iat`` (read, not verified), else ``DEFAULT_LIFETIME_S``.
    """
    if expires_in is None:
        return _jwt_lifetime(token) or DEFAULT_LIFETIME_S
    if isinstance(expires_in, bool):
        return None
    if isinstance(expires_in, str) and _DIGITS.fullmatch(expires_in):
        expires_in = int(expires_in)
    if isinstance(expires_in, float) and abs(expires_in) < float("inf"):  # false for NaN too
        expires_in = int(expires_in)
    if not isinstance(expires_in, int) or expires_in < 1:
        return None
    return float(min(expires_in, int(MAX_LIFETIME_S)))


def _jwt_lifetime(token: Secret | None) -> float | None:
    if token is None or token.reveal().count(".") != 2:
        return None
    try:
        payload = token.reveal().split(".")[1]
        claims: Any = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return float(lifetime_of(int(claims["exp"]) - int(claims["iat"]), None) or 0) or None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def oauth_error(
    status_code: int, error: object, description: object, uri: object, *, retry_after: float | None = None
) -> AuthenticationError:
    """The exception for an OAuth error answer (RFC 6749 §5.2), with what to do about it."""
    name = clean(error)
    said = clean(description)
    advice = _ADVICE.get(name or "", "the identity server refused the token request")
    text = f"{name or f'HTTP {status_code}'}: {advice}{f' ({said})' if said else ''}"
    return AuthenticationError(
        text,
        error=name,
        error_description=said,
        error_uri=clean(uri),
        status_code=status_code,
        retry_after=retry_after,
    )


def refusal(status_code: int, body: Secret, *, retry_after: float | None) -> AuthenticationError:
    """The exception for an answer that is no success."""
    members = _Answer.members(body) or {}
    fields = [members.get(name) for name in ("error", "error_description", "error_uri")]
    return oauth_error(status_code, *fields, retry_after=retry_after)
