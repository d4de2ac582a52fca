"""What the identity server's answer means: a token, or an error that says what to do. Pure.

Rules: RFC 6749 §5.1 and §5.2, read strictly. IdentityServer answers every error with HTTP 400, others with 401: the
member ``error`` decides, the status only where there is none.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from attrs import frozen

from .._errors import AuthenticationError, ConnectionFailed, TokenResponseError, TranslationError
from .._rules.answers import clean
from .secret import Secret
from .token import is_json, members_of, read_token

if TYPE_CHECKING:
    from .credentials import Credentials

MAX_BODY_BYTES = 65_536  # a token is a few KB
MAX_WORDS = 256  # of what a server says, in our messages
MAX_NAME = 64  # of an OAuth error: the longest of the RFC has 25 characters

TRANSIENT_ERRORS = frozenset({"server_error", "temporarily_unavailable"})
FINAL_ERRORS = frozenset(  # RFC 6749 §5.2: asking again gets the same answer, whatever the status says
    {"invalid_request", "invalid_client", "invalid_grant", "unauthorized_client", "unsupported_grant_type"}
    | {"invalid_scope"}
)
_ADVICE = {
    "invalid_client": "check client id and secret: a wrong pair, a deleted application, or white space pasted along",
    "unauthorized_client": "this application may not use client credentials",
    "invalid_scope": "the scope is not known to the identity server, or not allowed to this application",
    "unsupported_grant_type": "token_url does not serve client credentials: is it the right address?",
    "invalid_request": "the identity server does not take the request: is token_url the right address?",
}


@frozen
class Reply:
    """What came back, with nothing raw in sight."""

    status: int
    content_type: str | None
    encoding: str
    retry_after_s: float | None
    body: Secret
    is_whole: bool


def judge(
    reply: Reply, *, host: str, credentials: Credentials, now: float
) -> tuple[tuple[Secret, float] | TranslationError, bool]:
    """Token and lifetime in seconds, or an error; and whether another try makes sense. ``now``: seconds since 1970."""
    if 300 <= reply.status < 400:
        text = f"{host} redirects the token request (HTTP {reply.status}): the secret is not sent on; correct token_url"
        return AuthenticationError(text, status_code=reply.status), False
    members = members_of(reply.body) if reply.is_whole and reply.encoding == "identity" else None
    if reply.status >= 400 or (members and members.get("error") is not None):
        error = _oauth_error(reply, members or {}, host, credentials)
        return error, is_transient(error)
    found = _read(reply, members, now)
    if not isinstance(found, str):
        return found, False
    kind = reply.content_type or "no content type"
    text = f"the answer of {host} is no token: {found} (HTTP {reply.status}, {kind})"
    return TokenResponseError(text, status_code=reply.status), False


def is_transient(error: TranslationError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, TokenResponseError) or not isinstance(error, AuthenticationError):
        return isinstance(error, ConnectionFailed)
    if error.status_code == 429 or error.error in TRANSIENT_ERRORS:
        return True
    return error.error not in FINAL_ERRORS and (error.status_code == 408 or (error.status_code or 0) >= 500)


def basic(credentials: Credentials) -> Secret:
    """The value for HTTP Basic, with form-encoded parts (RFC 6749 §2.3.1).

    A space becomes ``%20``: every form decoder takes that, and servers have been seen that do not take ``+``.
    """
    parts = (credentials.client_id, credentials.client_secret.reveal())
    pair = Secret(":".join(quote(part, safe="") for part in parts))
    del parts
    return Secret(base64.b64encode(pair.reveal().encode()).decode())


def masked(text: object, credentials: Credentials) -> str | None:
    """One short ASCII line of what a server or a library said; servers have been seen to echo the secret."""
    if not isinstance(text, str):
        return None
    secret = credentials.client_secret
    for form in (secret, Secret(quote_plus(secret.reveal())), basic(credentials)):
        text = form.hidden_in(text)
    line = clean(text)
    return None if line is None else line.encode("ascii", "replace").decode()[:MAX_WORDS]


def _read(reply: Reply, members: dict[str, Any] | None, now: float) -> tuple[Secret, float] | str:
    """Token and lifetime of a success, or what is wrong with it."""
    if reply.status != 200:
        return "its status is not 200"
    if not reply.is_whole:
        return f"it is longer than {MAX_BODY_BYTES} bytes"
    if reply.encoding != "identity":
        return "it is compressed, which was not asked for"
    if not is_json(reply.content_type):
        return "it is not JSON: is token_url the right address?"
    if members is None:
        return "it is not one JSON object"
    return read_token(members, now=now)


def _oauth_error(reply: Reply, members: dict[str, Any], host: str, credentials: Credentials) -> AuthenticationError:
    """The exception for an error answer (RFC 6749 §5.2), with what to do about it."""
    name, said, uri = (masked(members.get(key), credentials) for key in ("error", "error_description", "error_uri"))
    name = name and name[:MAX_NAME]
    advice = _ADVICE.get(name or "", "the identity server did not give a token")
    return AuthenticationError(
        f"{host}: {name or 'no OAuth error'} (HTTP {reply.status}): {advice}",
        error=name,
        error_description=said,
        error_uri=uri,
        status_code=reply.status,
        retry_after=reply.retry_after_s,
    )
