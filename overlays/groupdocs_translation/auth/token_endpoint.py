"""The token request: one POST, a few careful retries, and what the answer means.

Runs in the worker thread of ``TokenSource``. The HTTP client is its own, never the API's: no event hook, history,
cookie jar or redirect of the API client may see the secret. The answer is read by RFC 6749 §5.1 and §5.2, strictly.
IdentityServer answers every error with HTTP 400, others with 401: the member ``error`` decides, the status only where
there is none.
"""

from __future__ import annotations

import base64
import logging
import re
import sys
from collections.abc import Mapping
from functools import cache
from random import random
from typing import TYPE_CHECKING, Any, cast, get_args
from urllib.parse import quote, quote_plus, urlsplit
from uuid import uuid4

from attrs import Factory, field, frozen

from .._config import ClientAuth, is_loopback, proxy_for, tls
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
from .token import AccessToken, is_json, members_of, read_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock

log = logging.getLogger("groupdocs_translation.auth")

DEADLINE_S = 30.0  # for a whole token request with its retries: below the timeouts of usual callers
CONNECT_TIMEOUT_S = 5.0  # with READ_TIMEOUT_S: two tries and a pause fit the deadline
READ_TIMEOUT_S = 10.0
TRIES = 3  # a new token replaces none: the POST may be repeated
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 4.0  # full jitter; two pauses of any length fit the deadline
LONGEST_RETRY_AFTER_S = 60.0  # a longer one is the caller's to know, at once; so is one that passes the deadline
LAST_TRY_S = 5.0  # a pause that leaves less than this before the deadline is not worth waiting for
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
_SCOPES = re.compile(r"([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?")  # RFC 6749 §3.3; none is none
_OURS = frozenset({"grant_type", "client_id", "client_secret", "scope"})


@cache
def user_agent(application: str | None = None) -> str:
    """What each request says of its sender: the application's product, this package, Python and the platform."""
    import platform  # noqa: PLC0415  (with the first request)
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        own = version("groupdocs-translation")
    except PackageNotFoundError:  # run out of a folder
        own = "0"
    said = f"groupdocs-translation-python/{own} Python/{platform.python_version()} ({sys.platform})"
    return f"{application} {said}" if application else said


def _params(given: object) -> dict[str, str]:
    if given is None:
        return {}
    if isinstance(given, Mapping):
        params = dict(cast("Mapping[object, object]", given))
        strings = all(isinstance(name, str) and name and isinstance(value, str) for name, value in params.items())
        if strings and _OURS.isdisjoint(params):
            return cast("dict[str, str]", params)
    ours = ", ".join(sorted(_OURS))
    raise ConfigurationError(f"token_params holds strings by name, and none of {ours}: these are set elsewhere")


def _retries(endpoint: Endpoint) -> RetryPolicy:
    return RetryPolicy(
        tries=TRIES,
        first_pause_s=FIRST_PAUSE_S,
        longest_pause_s=LONGEST_PAUSE_S,
        longest_retry_after_s=LONGEST_RETRY_AFTER_S,
        total_s=endpoint.timeout_s - min(LAST_TRY_S, endpoint.timeout_s / 2),
    )


def _proxy(endpoint: Endpoint) -> Any:
    return proxy_for(endpoint.url) if endpoint.proxy is None and endpoint.trust_env else endpoint.proxy


@frozen
class Issued:
    """A token from the endpoint, and how long it lives."""

    value: Secret
    lifetime_s: float


@frozen
class Failed:
    """Why there is no token, and whether another try may bring one."""

    error: TranslationError
    is_repeatable: bool


@frozen(kw_only=True)
class Endpoint:
    """Where and how tokens are asked for; nothing secret in it."""

    url: str
    scope: str | None
    client_auth: str
    verify: Any
    proxy: Any = field(repr=False)  # its URL may hold a password
    trust_env: bool
    timeout_s: float
    params: dict[str, str] = field(converter=_params, repr=False)
    is_local: bool = field(init=False, default=Factory(lambda self: is_loopback(self.host), takes_self=True))
    _used_proxy: Any = field(init=False, repr=False, default=Factory(_proxy, takes_self=True))
    retries: RetryPolicy = field(init=False, default=Factory(_retries, takes_self=True))

    def __attrs_post_init__(self) -> None:
        if self.client_auth not in get_args(ClientAuth):
            raise ConfigurationError(
                f"client_auth={self.client_auth!r} is not one of 'body', 'basic'",
                parameter="client_auth",
                allowed=get_args(ClientAuth),
            )
        if self.scope is not None and not (isinstance(self.scope, str) and _SCOPES.fullmatch(self.scope)):
            raise ConfigurationError(
                "scope is a string of printable ASCII: scopes with a space between (RFC 6749 §3.3)"
            )
        if self.verify is False and not self.is_local:
            log.warning("verify=False: anybody on the way to %s can read the client secret", self.host)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or "?"

    def request_token(self, credentials: Credentials, clock: Clock, *, is_awaited: Callable[[], bool]) -> AccessToken:
        """Ask until there is a token or no point in asking; only once while nobody waits for it.

        Raises:
            AuthenticationError: the server refused, or its answer is no token (``TokenResponseError``).
            ConnectionFailed: it could not be reached, or not in time.
        """
        started, tries = clock.monotonic(), 0
        sent_id = uuid4().hex  # the same for all tries
        while True:
            tries += 1
            before = (clock.monotonic(), clock.wall())  # before: what the answer takes is part of the token's age
            match self._try(credentials, clock, sent_id, until=started + self.timeout_s):
                case Issued(value, lifetime_s):
                    return AccessToken(value, lifetime_s, *before, jitter=random())  # noqa: S311  (spreads load)
                case Failed(error, is_repeatable):
                    asked, elapsed = getattr(error, "retry_after", None), clock.monotonic() - started
                    wait = pause(self.retries, tries=tries, elapsed_s=elapsed, retry_after_s=asked, random=random)
                    if wait is None or not is_repeatable or not is_awaited():
                        raise error
                    log.warning("%s; again in %.1f s", error, wait)
                    clock.sleep(wait)

    def _try(self, credentials: Credentials, clock: Clock, sent_id: str, *, until: float) -> Issued | Failed:
        """Send one request; an error gets the id that the answer has, else ``sent_id``.

        Errors are made here, from words: the frames and the ``request`` of the original hold the form with the secret.
        """
        import httpx2  # noqa: PLC0415  (loaded in the worker, with the first token)

        try:
            reply = self._post(credentials, clock, sent_id, until=until)
        except ConfigurationError as failure:  # the certificates
            return Failed(failure, is_repeatable=False)
        except (httpx2.InvalidURL, ValueError) as failure:  # of a proxy: token_url is known to be well formed
            text = f"token request to {self.host}: proxy= or a proxy variable is wrong ({type(failure).__name__})"
            return Failed(ConfigurationError(text), is_repeatable=False)  # what httpx2 says may quote a password
        except (httpx2.HTTPError, OSError) as failure:
            kind, said, is_final = (
                type(failure),
                masked(library_message(failure), credentials),
                _is_tls_failure(failure),
            )
        else:
            outcome = parse_token_response(reply, host=self.host, credentials=credentials, now=clock.wall())
            if isinstance(outcome, Failed):
                outcome.error.request_id = masked(request_id(reply.headers), credentials) or sent_id
            return outcome
        text = f"token request to {self.host}: {kind.__name__}: {said or 'no details'}"
        error = ConnectionFailed(text) if is_final else TokenUnavailable(text)
        error.request_id = sent_id
        if issubclass(kind, httpx2.RequestError):
            error.__cause__ = kind(said or "no details")
        return Failed(error, is_repeatable=not is_final)

    def _post(self, credentials: Credentials, clock: Clock, sent_id: str, *, until: float) -> Reply:
        """Send the form and read at most ``MAX_BODY_BYTES`` of the answer."""
        import httpx2  # noqa: PLC0415  (loaded in the worker, with the first token)

        read, connect = min(READ_TIMEOUT_S, self.timeout_s), min(CONNECT_TIMEOUT_S, self.timeout_s)
        with (
            httpx2.Client(
                verify=tls(self.verify) if self.url.startswith("https:") else False,  # spares loading certificates
                proxy=self._used_proxy,
                trust_env=False,  # it was asked for what is needed of it
                timeout=httpx2.Timeout(read, connect=connect, pool=connect),
                follow_redirects=False,
            ) as client,
            client.stream(
                "POST",
                self.url,
                data=self._form(credentials),
                headers=self._headers(credentials) | {REQUEST_ID: sent_id},
            ) as answer,
        ):
            chunks: list[bytes] = []
            size = 0
            for chunk in answer.iter_raw():  # raw: 50 KB of gzip can become 50 MB
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    break
                if clock.monotonic() > until:
                    raise httpx2.ReadTimeout(f"the answer was not complete within {self.timeout_s:g} s")
                chunks.append(chunk)
            headers, after = answer.headers, answer.headers.get("retry-after")
            return Reply(
                answer.status_code,
                headers.get("content-type"),
                headers.get("content-encoding", "identity").strip().lower(),
                None if after is None else retry_after(after, date=headers.get("date"), now=clock.wall()),
                Secret(b"".join(chunks).decode("utf-8-sig", errors="replace")),
                size <= MAX_BODY_BYTES,
                headers,
            )

    def _form(self, credentials: Credentials) -> dict[str, str]:
        """The documented order: grant_type, client_id, client_secret, then scope, then what else the server wants."""
        form = {"grant_type": "client_credentials"}
        if self.client_auth == "body":
            form |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret.reveal()}
        return form | ({"scope": self.scope} if self.scope else {}) | self.params

    def _headers(self, credentials: Credentials) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": user_agent()}
        if self.client_auth == "basic":
            headers["Authorization"] = f"Basic {basic(credentials).reveal()}"
        return headers


def _is_tls_failure(failure: BaseException | None) -> bool:
    """Whether the certificate or the protocol is at fault; the same comes with every try."""
    import ssl  # noqa: PLC0415  (loaded by now)

    while failure is not None:
        if isinstance(failure, ssl.SSLError) and not isinstance(failure, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


@frozen
class Reply:
    """What came back, with nothing raw in sight."""

    status: int
    content_type: str | None
    encoding: str
    retry_after_s: float | None
    body: Secret
    is_whole: bool
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)


def parse_token_response(reply: Reply, *, host: str, credentials: Credentials, now: float) -> Issued | Failed:
    """Return what an answer means; ``now`` in seconds since 1970."""
    if 300 <= reply.status < 400:
        text = f"{host} redirects the token request (HTTP {reply.status}): the secret is not sent on; correct token_url"
        return Failed(AuthenticationError(text, status_code=reply.status), is_repeatable=False)
    members = members_of(reply.body) if reply.is_whole and reply.encoding == "identity" else None
    if reply.status >= 400 or (members and members.get("error") is not None):
        error = _oauth_error(reply, members or {}, host, credentials)
        return Failed(error, is_transient(error))
    found = _read(reply, members, now)
    if not isinstance(found, str):
        return Issued(*found)
    kind = clean(reply.content_type) or "no content type"
    text = f"the answer of {host} is no token: {found} (HTTP {reply.status}, {kind})"
    return Failed(TokenResponseError(text, status_code=reply.status), is_repeatable=False)


def is_transient(error: TranslationError) -> bool:
    """Whether the same request may succeed a little later."""
    return isinstance(error, ConnectionFailed)


def _is_passing(error: str | None, status: int) -> bool:
    if status == 429 or error in TRANSIENT_ERRORS:
        return True
    return error not in FINAL_ERRORS and (status == 408 or status >= 500)


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
        text = form.redact(text)
    line = clean(text)
    return None if line is None else line.encode("ascii", "replace").decode()[:MAX_WORDS]


def _read(reply: Reply, members: dict[str, Any] | None, now: float) -> tuple[Secret, float] | str:
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


def _oauth_error(
    reply: Reply, members: dict[str, Any], host: str, credentials: Credentials
) -> AuthenticationError | TokenUnavailable:
    name, said, uri = (masked(members.get(key), credentials) for key in ("error", "error_description", "error_uri"))
    name = name and name[:MAX_NAME]
    advice = _ADVICE.get(name or "", "the identity server did not give a token")
    if is_passing := _is_passing(name, reply.status):
        advice = "the identity server gives no tokens for now; the credentials may be fine"
    return (TokenUnavailable if is_passing else AuthenticationError)(
        f"{host}: {name or 'no OAuth error'} (HTTP {reply.status}): {advice}",
        error=name,
        error_description=said,
        error_uri=uri,
        status_code=reply.status,
        retry_after=reply.retry_after_s,
    )
