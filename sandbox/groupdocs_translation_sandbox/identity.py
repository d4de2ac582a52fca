"""Applications, their tokens, and the token endpoint.

Tokens are RS256 JWTs. On each request, the signature, expiry and revocation of the token are verified.
``POST /connect/token`` behaves like IdentityServer: every error is HTTP 400 without a challenge. Sources: RFC 6749,
sections 2.3.1, 3.2 and 5.2; the observed behavior of the service's token endpoint.
"""

from __future__ import annotations

import base64
import hmac
import secrets
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import jwt
from attrs import evolve, field, frozen
from cryptography.hazmat.primitives.asymmetric import rsa
from groupdocs_translation.spec.addresses import TOKEN_URL
from jwt.algorithms import RSAAlgorithm
from starlette.responses import JSONResponse, Response

from .http import HTTPError, Request
from .settings import Settings, VirtualClock

GRANT = "client_credentials"
SCOPE = "translation"
KEY_ID = "sandbox"
TOKEN_PATH = urlsplit(TOKEN_URL).path
DISCOVERY_PATH = "/.well-known/openid-configuration"
KEYS_PATH = "/.well-known/openid-configuration/jwks"
FORM = "application/x-www-form-urlencoded"
OTHER_GRANTS = frozenset({"authorization_code", "refresh_token", "password", "implicit"})  # known, but not allowed


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """Return the key of this process; generating one is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def key_set() -> dict[str, Any]:
    """Return the public key as a JSON Web Key Set (RFC 7517)."""
    key = RSAAlgorithm.to_jwk(signing_key().public_key(), as_dict=True)
    return {"keys": [{"kty": key["kty"], "use": "sig", "alg": "RS256", "kid": KEY_ID, "n": key["n"], "e": key["e"]}]}


@frozen
class Application:
    """A client of the service: its ID, currently valid secrets, and allowed scopes and grants."""

    client_id: str
    secrets: tuple[str, ...] = field(repr=False)
    scopes: frozenset[str] = frozenset({SCOPE})
    grants: frozenset[str] = frozenset({GRANT})


class Identity:
    """Applications and tokens. Thread-safe: one lock guards all changes."""

    def __init__(self, clock: VirtualClock, settings: Settings) -> None:
        self.tokens_issued = 0
        self._clock, self._settings = clock, settings
        self._lock = threading.Lock()
        self._applications: dict[str, Application] = {}
        self._issued: dict[str, tuple[str, float]] = {}  # valid and expired tokens: ID to client ID and expiry

    def add(
        self,
        client_id: str,
        secret: str | None = None,
        *,
        scopes: Iterable[str] = (SCOPE,),
        grants: Iterable[str] = (GRANT,),
    ) -> str:
        """Register an application, or replace it, and return its secret."""
        secret = secret or secrets.token_urlsafe(24)
        with self._lock:
            self._applications[client_id] = Application(client_id, (secret,), frozenset(scopes), frozenset(grants))
        return secret

    def rotate(self, client_id: str, secret: str | None = None, *, keep_old: bool = False) -> str:
        """Give an application a new secret. With ``keep_old``, its old secrets stay valid. Tokens stay valid.

        Raises:
            KeyError: the application is not registered.
        """
        secret = secret or secrets.token_urlsafe(24)
        with self._lock:
            application = self._applications[client_id]
            old = application.secrets if keep_old else ()
            self._applications[client_id] = evolve(application, secrets=(secret, *old))
        return secret

    def secret(self, client_id: str) -> str:
        return self._applications[client_id].secrets[0]

    def authenticate(self, client_id: str, secret: str) -> Application | None:
        """Return the application if the secret is valid. The comparison takes constant time."""
        application = self._applications.get(client_id)
        known = application.secrets if application is not None else ()
        return application if any(hmac.compare_digest(secret.encode(), own.encode()) for own in known) else None

    def issue(self, application: Application, scopes: Iterable[str], issuer: str) -> tuple[str, int]:
        now, lifetime_s, token_id = self._clock.now(), self._settings.token_lifetime_s, secrets.token_hex(8)
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
        """Return the ID of the token in an ``Authorization`` header.

        Raises:
            HTTPError: 401 with the challenge of RFC 6750, section 3.
        """
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() != "bearer":
            raise HTTPError(401, "a bearer token is required", headers={"www-authenticate": "Bearer"})
        # Times are checked below, against the sandbox's clock.
        options: Any = dict.fromkeys(("verify_exp", "verify_iat", "verify_nbf", "verify_aud"), False)
        try:
            claims = jwt.decode(token.strip(), signing_key().public_key(), ["RS256"], options=options)
            token_id, expiry = str(claims["jti"]), float(claims["exp"])
        except (jwt.InvalidTokenError, KeyError, ValueError):
            raise _invalid("the token was not issued by this server", "The signature is invalid") from None
        if self._clock.now() >= expiry:
            raise _invalid("the token expired", "The token expired")
        if token_id not in self._issued:
            raise _invalid("the token was revoked", "The token was revoked")
        return token_id

    def revoke(self, token_id: str) -> None:
        with self._lock:
            self._issued.pop(token_id, None)

    def revoke_all(self, client_id: str | None = None) -> int:
        """Revoke all tokens issued so far, or those of one application, and return their number."""
        now = self._clock.now()
        with self._lock:
            valid = {key: (owner, expiry) for key, (owner, expiry) in self._issued.items() if expiry > now}
            self._issued = {key: token for key, token in valid.items() if client_id not in {None, token[0]}}
        return len(valid) - len(self._issued)


def _invalid(message: str, description: str) -> HTTPError:
    challenge = f'Bearer error="invalid_token", error_description="{description}"'
    return HTTPError(401, message, headers={"www-authenticate": challenge})


class _OAuthError(Exception):
    """An ``error`` of RFC 6749, section 5.2."""


def discovery(origin: str) -> dict[str, Any]:
    """Return the OpenID Connect discovery document, as far as client credentials need it."""
    return {
        "issuer": origin,
        "token_endpoint": f"{origin}{TOKEN_PATH}",
        "jwks_uri": f"{origin}{KEYS_PATH}",
        "grant_types_supported": [GRANT],
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }


async def token_response(request: Request, identity: Identity, origin: str) -> Response:
    """Respond to a token request. Checks, in this order: the form, the credentials, the grant, the scope."""
    try:
        response = JSONResponse(_token(request, await request.body(), identity, origin))
    except _OAuthError as error:
        response = JSONResponse({"error": str(error)}, 400)
    response.headers.update({"cache-control": "no-store, no-cache, max-age=0", "pragma": "no-cache"})
    return response


def _token(request: Request, body: bytes, identity: Identity, origin: str) -> dict[str, Any]:
    form = _form(request, body)
    application = identity.authenticate(*_credentials(request, form))
    if application is None:
        raise _OAuthError("invalid_client")
    grant = form.get("grant_type", "")
    if grant not in {GRANT, *OTHER_GRANTS}:
        raise _OAuthError("unsupported_grant_type")
    if grant not in application.grants or grant != GRANT:
        raise _OAuthError("unauthorized_client")
    wanted = set(form.get("scope", "").split()) or application.scopes
    if not wanted <= application.scopes:
        raise _OAuthError("invalid_scope")
    token, lifetime_s = identity.issue(application, wanted, origin)
    scope = " ".join(sorted(wanted))
    return {"access_token": token, "expires_in": lifetime_s, "token_type": "Bearer", "scope": scope}


def _form(request: Request, body: bytes) -> dict[str, str]:
    if request.media_type != FORM:
        raise _OAuthError("invalid_request")
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")  # Starlette's forms replace bad bytes
    except ValueError:
        raise _OAuthError("invalid_request") from None
    if len({name for name, _ in pairs}) != len(pairs):  # "parameters MUST NOT be included more than once"
        raise _OAuthError("invalid_request")
    return dict(pairs)


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return form.get("client_id", ""), form.get("client_secret", "")
    if "client_secret" in form:
        raise _OAuthError("invalid_request")
    try:
        if scheme.lower() != "basic":
            raise ValueError(scheme)
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:
        raise _OAuthError("invalid_client") from None
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if not colon or form.get("client_id", client_id) != client_id:
        raise _OAuthError("invalid_client")
    return client_id, secret
