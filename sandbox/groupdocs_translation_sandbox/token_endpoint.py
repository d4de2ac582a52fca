"""``POST /connect/token`` and its discovery, as IdentityServer answers: every error is HTTP 400 without a challenge.

Order of its checks: the form, the application and its secret, the grant, the scope. Sources: RFC 6749 sections 2.3.1,
3.2 and 5.2; the observed behaviour of the service's identity server.
"""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote_plus

from .answers import Answer
from .identity import GRANT, key_set

if TYPE_CHECKING:
    from .exchange import Exchange
    from .identity import Identity

TOKEN_PATH = "/connect/token"  # noqa: S105  (a path)
DISCOVERY_PATH = "/.well-known/openid-configuration"
KEYS_PATH = "/.well-known/openid-configuration/jwks"
FORM = "application/x-www-form-urlencoded"
OTHER_GRANTS = frozenset({"authorization_code", "refresh_token", "password", "implicit"})  # known, but not for machines


class _OAuthError(Exception):
    """An ``error`` of RFC 6749, section 5.2."""


def discovery(address: str) -> Answer:
    """OpenID Connect discovery, as far as client credentials need it."""
    return Answer.json(
        {
            "issuer": address,
            "token_endpoint": f"{address}{TOKEN_PATH}",
            "jwks_uri": f"{address}{KEYS_PATH}",
            "grant_types_supported": [GRANT],
            "response_types_supported": ["token"],
            "subject_types_supported": ["public"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }
    )


def keys() -> Answer:
    """The keys that tokens are verified with."""
    return Answer.json(key_set())


def give_token(exchange: Exchange, identity: Identity, address: str) -> Answer:
    """The answer to a token request."""
    try:
        answer = Answer.json(_token(exchange, identity, address))
    except _OAuthError as error:
        answer = Answer.json({"error": str(error)}, 400)
    answer.headers |= {"cache-control": "no-store, no-cache, max-age=0", "pragma": "no-cache"}
    return answer


def _token(exchange: Exchange, identity: Identity, address: str) -> dict[str, Any]:
    form = _form(exchange)
    application = identity.authenticate(*_credentials(exchange, form))
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
    token, lifetime_s = identity.issue(application, wanted, address)
    return {
        "access_token": token,
        "expires_in": lifetime_s,
        "token_type": "Bearer",
        "scope": " ".join(sorted(wanted)),
    }


def _form(exchange: Exchange) -> dict[str, str]:
    if exchange.content_type != FORM:
        raise _OAuthError("invalid_request")
    try:
        pairs = parse_qsl(exchange.body.decode(), keep_blank_values=True, errors="strict")
    except ValueError:
        raise _OAuthError("invalid_request") from None
    if len({name for name, _ in pairs}) != len(pairs):  # "parameters MUST NOT be included more than once"
        raise _OAuthError("invalid_request")
    return dict(pairs)


def _credentials(exchange: Exchange, form: dict[str, str]) -> tuple[str, str]:
    """Id and secret, from HTTP Basic or the form, never from both."""
    kind, _, encoded = exchange.headers.get("authorization", "").partition(" ")
    if not kind:
        return form.get("client_id", ""), form.get("client_secret", "")
    if "client_secret" in form:
        raise _OAuthError("invalid_request")
    try:
        if kind.lower() != "basic":
            raise ValueError(kind)
        client_id, colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _OAuthError("invalid_client") from None
    client_id, secret = unquote_plus(client_id), unquote_plus(secret)
    if not colon or form.get("client_id", client_id) != client_id:
        raise _OAuthError("invalid_client")
    return client_id, secret
