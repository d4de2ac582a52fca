"""The token request: send it, retry it, and parse the response strictly by RFC 6749 §5.1 and §5.2.

Runs in the worker thread of ``TokenSource``. It has its own HTTP client: no event hook, history, cookie jar or redirect
of the API client may see the secret. IdentityServer returns HTTP 400 for every error, other servers 401, so the member
``error`` decides, and the status only without it.
"""

from __future__ import annotations

import base64
import logging
import re
import sys
from collections.abc import Mapping
from functools import cache
from random import random
from typing import Any, cast, get_args
from urllib.parse import quote, quote_plus, urlsplit
from uuid import uuid4

from attrs import field, frozen

from .._config import ClientAuth, Trust, is_loopback, tls
from .._errors import (
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    TokenResponseError,
    TokenUnavailable,
    TranslationError,
)
from .._rules.responses import REQUEST_ID, clean, library_message, request_id
from .._rules.retry import RetryPolicy, pause, retry_after
from .credentials import Credentials, Secret
from .token import AccessToken, TokenRequest, is_json, members_of, read_token

log = logging.getLogger("groupdocs_translation.auth")

DEADLINE_S = 30.0  # for a token request with its retries; below the usual timeouts of callers
CONNECT_TIMEOUT_S = 5.0  # with READ_TIMEOUT_S: two tries and a pause fit the deadline
READ_TIMEOUT_S = 10.0
TRIES = 3  # a new token does not revoke the old one, so the POST may be repeated
LONGEST_PAUSE_S = 4.0  # two pauses of any length fit the deadline
LAST_TRY_S = 5.0  # before the deadline, in which no further try starts
MAX_BODY_BYTES = 65_536  # a token is a few KB
MAX_MESSAGE_LENGTH = 256  # of text from a server, in error messages
MAX_ERROR_LENGTH = 64  # of an OAuth error; the longest of the RFC has 25 characters

TRANSIENT_ERRORS = frozenset({"server_error", "temporarily_unavailable"})
_ADVICE = {
    "invalid_client": "check the client ID and secret; the pair is wrong or the application was deleted",
    "unauthorized_client": "this application may not use client credentials",
    "invalid_scope": "the scope is unknown to the token endpoint, or not allowed for this application",
    "unsupported_grant_type": "the token endpoint does not support client credentials; check token_url",
    "invalid_request": "the token endpoint rejected the request; check token_url",
}
FINAL_ERRORS = {*_ADVICE, "invalid_grant"}  # all of RFC 6749 §5.2: not retryable, whatever the status
_SCOPES = re.compile(r"([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?")  # RFC 6749 §3.3, or empty
_RESERVED_PARAMS = frozenset({"grant_type", "client_id", "client_secret", "scope"})


@cache
def user_agent(application: str | None = None) -> str:
    """Return the ``User-Agent``: the application's product, this package, Python and the platform."""
    import platform  # noqa: PLC0415  (with the first request)
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415  (the same)

    try:
        own = version("groupdocs-translation")
    except PackageNotFoundError:  # not installed, imported from a folder
        own = "0"
    agent = f"groupdocs-translation-python/{own} Python/{platform.python_version()} ({sys.platform})"
    return f"{application} {agent}" if application else agent


def _params(given: object) -> dict[str, str]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        params = dict(cast("Mapping[object, object]", given))
        are_strings = all(isinstance(name, str) and name and isinstance(value, str) for name, value in params.items())
        if are_strings and _RESERVED_PARAMS.isdisjoint(params):
            return cast("dict[str, str]", params)
    reserved = ", ".join(sorted(_RESERVED_PARAMS))
    raise ConfigurationError(f"token_params must map names to strings, and must not contain {reserved}")


@frozen(kw_only=True)
class Endpoint:
    """The token endpoint and the parameters of the token request, without secrets."""

    url: str = field(alias="token_url")
    scope: str | None = None
    client_auth: str = "body"
    verify: Trust = True
    proxy: Any = field(default=None, repr=False)  # its URL may contain a password
    timeout_s: float = DEADLINE_S
    params: dict[str, str] = field(default=None, converter=_params, repr=False, alias="token_params")
    jitter: float = 0.0  # the same for all tokens: with another one, a renewal could load the same token again

    def __attrs_post_init__(self) -> None:
        if not isinstance(self.client_auth, str) or self.client_auth not in get_args(ClientAuth):
            raise ConfigurationError(
                f"client_auth must be 'body' or 'basic', got {self.client_auth!r}",
                parameter="client_auth",
                allowed=get_args(ClientAuth),
            )
        if self.scope is not None and not (isinstance(self.scope, str) and _SCOPES.fullmatch(self.scope)):
            raise ConfigurationError(
                "scope must be printable ASCII: scopes separated by a space (RFC 6749 §3.3)", parameter="scope"
            )
        if self.verify is False and not is_loopback(self.host):
            log.warning("verify=False: anyone on the network path to %s can read the client secret", self.host)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "?"

    def request_token(self, credentials: Credentials, request: TokenRequest) -> AccessToken:
        """Request a token, with retries while a caller waits for it.

        Raises:
            AuthenticationError: the server rejected the request, or the response is invalid (``TokenResponseError``).
            ConnectionFailed: the server could not be reached, or not in time.
        """
        clock = request.clock
        started, tries = clock.monotonic(), 0
        while True:
            tries += 1
            try:
                return self._try(credentials, request, until=started + self.timeout_s)
            except TokenUnavailable as error:
                total_s = self.timeout_s - min(LAST_TRY_S, self.timeout_s / 2)
                policy = RetryPolicy(tries=TRIES, longest_pause_s=LONGEST_PAUSE_S, total_s=total_s)
                elapsed, after = clock.monotonic() - started, error.retry_after
                wait = pause(policy, tries=tries, elapsed_s=elapsed, retry_after_s=after, random=random)
                if wait is None or not request.is_awaited:
                    raise
                log.warning("%s; retrying in %.1f s", error, wait)
            clock.sleep(wait)

    def _try(self, credentials: Credentials, request: TokenRequest, *, until: float) -> AccessToken:
        """Send the request once; only ``TokenUnavailable`` is retryable.

        Errors are built from text only: the frames and the ``request`` of the original contain the secret.
        """
        import httpx2  # noqa: PLC0415  (loaded in the worker, with the first token)

        clock = request.clock
        before = (clock.monotonic(), clock.wall())  # the duration of the request is part of the token's age
        try:
            response = self._post(credentials, request, until=until)
        except ConfigurationError:  # the certificates
            raise
        except (httpx2.InvalidURL, ValueError) as failure:  # from the proxy: token_url is known to be valid
            text = f"token request to {self.host}: proxy= or a proxy variable is invalid ({type(failure).__name__})"
            raise ConfigurationError(text) from None  # the message of httpx2 may contain a password
        except (httpx2.HTTPError, OSError) as failure:
            kind = type(failure)
            reason = masked(library_message(failure), credentials) or "no details"
            error_class = ConnectionFailed if _is_tls_failure(failure) else TokenUnavailable
            cause = kind(reason) if isinstance(failure, httpx2.RequestError) else None
            raise error_class(f"token request to {self.host}: {kind.__name__}: {reason}") from cause
        outcome = parse_token_response(response, host=self.host, credentials=credentials, now=clock.wall())
        if isinstance(outcome, TranslationError):
            outcome.request_id = masked(request_id(response.headers), credentials)
            raise outcome
        return AccessToken(*outcome, *before, self.jitter)

    def _post(self, credentials: Credentials, request: TokenRequest, *, until: float) -> Response:
        """Send the form and read at most ``MAX_BODY_BYTES`` of the response."""
        import httpx2  # noqa: PLC0415  (loaded in the worker, with the first token)

        read, connect = min(READ_TIMEOUT_S, self.timeout_s), min(CONNECT_TIMEOUT_S, self.timeout_s)
        with httpx2.Client(
            verify=tls(self.verify) if self.url.startswith("https:") else False,  # avoids loading certificates
            proxy=self.proxy,
            trust_env=False,  # proxy and verify already reflect the environment
            timeout=httpx2.Timeout(read, connect=connect, pool=connect),
            follow_redirects=False,
        ) as client:
            request.request_id = request.request_id or uuid4().hex  # the same for all tries
            headers = self._headers(credentials) | {REQUEST_ID: request.request_id}
            with client.stream("POST", self.url, data=self._form(credentials), headers=headers) as response:
                chunks: list[bytes] = []
                size = 0
                for chunk in response.iter_raw():  # raw: 50 KB of gzip can become 50 MB
                    size += len(chunk)
                    if size > MAX_BODY_BYTES:
                        break
                    if request.clock.monotonic() > until:
                        raise httpx2.ReadTimeout(f"the response was not complete within {self.timeout_s:g} s")
                    chunks.append(chunk)
                body = Secret(b"".join(chunks).decode("utf-8-sig", errors="replace"))
                return Response(response.status_code, response.headers, body, size <= MAX_BODY_BYTES)

    def _form(self, credentials: Credentials) -> dict[str, str]:
        form = {"grant_type": "client_credentials"}  # in the documented order
        if self.client_auth == "body":
            form |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret.reveal()}
        return form | ({"scope": self.scope} if self.scope else {}) | self.params

    def _headers(self, credentials: Credentials) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": user_agent()}
        if self.client_auth == "basic":
            headers["Authorization"] = f"Basic {basic(credentials).reveal()}"
        return headers


def _is_tls_failure(failure: BaseException | None) -> bool:
    """Return whether the certificate or the TLS protocol is the cause, which is not retryable."""
    import ssl  # noqa: PLC0415  (already loaded by httpx2)

    while failure is not None:
        if isinstance(failure, ssl.SSLError) and not isinstance(failure, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


@frozen
class Response:
    """A token response whose body is wrapped; ``is_whole`` is false if it was longer than ``MAX_BODY_BYTES``."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: Secret
    is_whole: bool

    @property
    def is_encoded(self) -> bool:
        return self.headers.get("content-encoding", "identity").strip().lower() != "identity"


def parse_token_response(
    response: Response, *, host: str, credentials: Credentials, now: float
) -> tuple[Secret, float] | TranslationError:
    """Return the token and its lifetime in seconds, or an error; ``now`` in seconds since the epoch."""
    status = response.status
    if 300 <= status < 400:
        text = f"{host} redirects the token request (HTTP {status}), and the secret is not sent on; correct token_url"
        return AuthenticationError(text, status_code=status)
    members = members_of(response.body) if response.is_whole and not response.is_encoded else None
    if status >= 400 or (members and members.get("error") is not None):
        return _oauth_error(response, members or {}, host, credentials, now)
    found = _read(response, members, now)
    if not isinstance(found, str):
        return found
    kind = clean(response.headers.get("content-type")) or "no content type"
    text = f"the response of {host} has no valid token: {found} (HTTP {status}, {kind})"
    return TokenResponseError(text, status_code=status)


def basic(credentials: Credentials) -> Secret:
    """Return the value for HTTP Basic, with form-encoded parts (RFC 6749 §2.3.1).

    A space becomes ``%20``, which every form decoder accepts; some servers do not accept ``+``.
    """
    parts = (credentials.client_id, credentials.client_secret.reveal())
    pair = Secret(":".join(quote(part, safe="") for part in parts))
    del parts
    return Secret(base64.b64encode(pair.reveal().encode()).decode())


def masked(text: object, credentials: Credentials) -> str | None:
    """Return text from a server or library as one short ASCII line without the secret, which some servers echo."""
    if not isinstance(text, str):
        return None
    secret = credentials.client_secret
    for form in (secret, Secret(quote_plus(secret.reveal())), basic(credentials)):
        text = form.redact(text)
    line = clean(text)
    return None if line is None else line.encode("ascii", "replace").decode()[:MAX_MESSAGE_LENGTH]


def _read(response: Response, members: dict[str, Any] | None, now: float) -> tuple[Secret, float] | str:
    if response.status != 200:
        return "its status is not 200"
    if not response.is_whole:
        return f"it is longer than {MAX_BODY_BYTES} bytes"
    if response.is_encoded:
        return "it is compressed, which was not requested"
    if not is_json(response.headers.get("content-type")):
        return "it is not JSON; check token_url"
    if members is None:
        return "it is not one JSON object"
    return read_token(members, now=now)


def _oauth_error(
    response: Response, members: dict[str, Any], host: str, credentials: Credentials, now: float
) -> AuthenticationError | TokenUnavailable:
    status, headers = response.status, response.headers
    keys = ("error", "error_description", "error_uri")
    name, description, uri = (masked(members.get(key), credentials) for key in keys)
    name = name and name[:MAX_ERROR_LENGTH]
    is_transient = status == 429 or name in TRANSIENT_ERRORS
    if is_transient or (name not in FINAL_ERRORS and (status == 408 or status >= 500)):
        error_class: type[AuthenticationError | TokenUnavailable] = TokenUnavailable
        advice = "the token endpoint is unavailable; the credentials may be valid, try again later"
    else:
        error_class, advice = AuthenticationError, _ADVICE.get(name or "", "the token endpoint returned no token")
    return error_class(
        f"{host}: {name or 'no OAuth error'} (HTTP {status}): {advice}",
        error=name,
        error_description=description,
        error_uri=uri,
        status_code=status,
        retry_after=retry_after(headers.get("retry-after"), date=headers.get("date"), now=now),
    )
