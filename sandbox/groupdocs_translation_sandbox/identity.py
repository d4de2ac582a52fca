"""Who may call: applications with their secrets, and the tokens that were given to them.

Tokens are RS256 JWTs; each request's token is verified by signature, expiry and revocation. ``token_endpoint`` gives
them out.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from functools import cache
from typing import TYPE_CHECKING, Any

import jwt
from attrs import evolve, field, frozen
from cryptography.hazmat.primitives.asymmetric import rsa

from .answers import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .clock import VirtualClock

GRANT = "client_credentials"
SCOPE = "translation"
KEY_ID = "sandbox"


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """One key a process: making one takes a while."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def key_set() -> dict[str, Any]:
    """The public key as a JSON Web Key Set (RFC 7517)."""
    numbers = signing_key().public_key().public_numbers()

    def encoded(number: int) -> str:
        data = number.to_bytes((number.bit_length() + 7) // 8, "big")
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    key = {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": encoded(numbers.n), "e": encoded(numbers.e)}
    return {"keys": [key]}


@frozen
class Application:
    """One client of the service: its id, the secrets that are valid now, the scopes and grants that it may ask for."""

    client_id: str
    secrets: tuple[str, ...] = field(repr=False)
    scopes: frozenset[str] = frozenset({SCOPE})
    grants: frozenset[str] = frozenset({GRANT})

    def knows(self, secret: str) -> bool:
        """Whether the secret is one of its own; how long a comparison takes tells nothing."""
        return any(hmac.compare_digest(secret.encode(), own.encode()) for own in self.secrets)


class Identity:
    """Applications and tokens. One lock guards what changes; any thread may call.

    ``token_lifetime_s`` may be changed; it holds for the tokens that are issued from then on.
    """

    def __init__(self, clock: VirtualClock, *, token_lifetime_s: int) -> None:
        self.token_lifetime_s = token_lifetime_s
        self.tokens_issued = 0
        self._clock = clock
        self._lock = threading.Lock()
        self._applications: dict[str, Application] = {}
        self._issued: dict[str, tuple[str, float]] = {}  # token id to application and expiry
        self._revoked: set[str] = set()

    # -- applications --------------------------------------------------------------------------------------------------

    def add(
        self,
        client_id: str,
        secret: str | None = None,
        *,
        scopes: Iterable[str] = (SCOPE,),
        grants: Iterable[str] = (GRANT,),
    ) -> str:
        """Register an application, or register it anew; its secret."""
        secret = secret or secrets.token_urlsafe(24)
        with self._lock:
            self._applications[client_id] = Application(client_id, (secret,), frozenset(scopes), frozenset(grants))
        return secret

    def rotate(self, client_id: str, secret: str | None = None, *, keep_old: bool = False) -> str:
        """Give an application a new secret; with ``keep_old`` the ones before it work on. Tokens stay valid.

        Raises:
            KeyError: there is no such application.
        """
        secret = secret or secrets.token_urlsafe(24)
        with self._lock:
            application = self._applications[client_id]
            old = application.secrets if keep_old else ()
            self._applications[client_id] = evolve(application, secrets=(secret, *old))
        return secret

    def authenticate(self, client_id: str, secret: str) -> Application | None:
        """The application, if the secret is its own."""
        application = self._applications.get(client_id)
        return application if application is not None and application.knows(secret) else None

    # -- tokens --------------------------------------------------------------------------------------------------------

    def issue(self, application: Application, scopes: Iterable[str], issuer: str) -> tuple[str, int]:
        """A new token, and its lifetime in seconds."""
        now, lifetime_s, token_id = self._clock.now(), self.token_lifetime_s, secrets.token_hex(8)
        claims = {
            "iss": issuer,
            "aud": "translation",
            "client_id": application.client_id,
            "scope": sorted(scopes),
            "nbf": int(now),
            "iat": int(now),
            "exp": now + lifetime_s,
            "jti": token_id,
        }
        token = jwt.encode(claims, signing_key(), algorithm="RS256", headers={"kid": KEY_ID, "typ": "at+jwt"})
        with self._lock:
            self.tokens_issued += 1
            self._issued[token_id] = application.client_id, now + lifetime_s
        return token, lifetime_s

    def verify(self, authorization: str | None) -> str:
        """The id of the token that an ``Authorization`` header carries.

        Raises:
            Refused: 401 with the challenge of RFC 6750, section 3.
        """
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer":
            raise Refused(401, "a bearer token is needed", headers={"www-authenticate": "Bearer"})
        # Times are checked below, by the sandbox's own clock.
        options: Any = dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf", "verify_aud"), False)
        try:
            claims = jwt.decode(token.strip(), signing_key().public_key(), ["RS256"], options=options)
            token_id, expiry = str(claims["jti"]), float(claims["exp"])
        except (jwt.InvalidTokenError, KeyError, ValueError):
            raise _invalid("the token is none of this server's", "The signature is invalid") from None
        if token_id in self._revoked:
            raise _invalid("the token was revoked", "The token was revoked")
        if self._clock.now() >= expiry:
            raise _invalid("the token expired", "The token expired")
        return token_id

    def revoke(self, token_id: str) -> None:
        """Refuse a token from now on."""
        with self._lock:
            self._revoked.add(token_id)

    def revoke_all(self, client_id: str | None = None) -> int:
        """Refuse all tokens issued so far, or those of one application; how many that were."""
        now = self._clock.now()
        with self._lock:
            self._issued = {key: value for key, value in self._issued.items() if value[1] > now}
            found = {key for key, (owner, _) in self._issued.items() if client_id in {None, owner}} - self._revoked
            self._revoked |= found
        return len(found)


def _invalid(message: str, description: str) -> Refused:
    challenge = f'Bearer error="invalid_token", error_description="{description}"'
    return Refused(401, message, headers={"www-authenticate": challenge})
