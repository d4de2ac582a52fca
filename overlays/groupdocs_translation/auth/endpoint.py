"""The token request: one POST, a few careful retries, and an outcome that holds nothing it should not.

Runs in the worker thread of ``source``. The HTTP client is its own, never the API's: no event hook, history, cookie jar
or redirect of the API client may see the secret.
"""

from __future__ import annotations

import base64
import logging
import ssl
from random import random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

from attrs import field, frozen

from .._config import is_loopback
from .._errors import AuthenticationError, ConfigurationError, ConnectionFailed, TokenResponseError, TranslationError
from .._rules.answers import clean
from .._rules.retry import RetryPolicy, pause, retry_after
from .secret import MASK, Secret
from .token import AccessToken, is_json, members_of, read_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock
    from .credentials import Credentials

log = logging.getLogger("groupdocs_translation.auth")

DEADLINE_S = 30.0  # for a whole token request with its retries: below the timeouts of usual callers
CONNECT_TIMEOUT_S = 5.0  # with READ_TIMEOUT_S: two tries and a pause fit the deadline
READ_TIMEOUT_S = 10.0
MAX_BODY_BYTES = 65_536  # a token is a few KB
TRIES = 3
LAST_TRY_S = 5.0  # a pause that leaves less than this before the deadline is not worth waiting for

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


@frozen(kw_only=True)
class Endpoint:
    """Where and how tokens are asked for; nothing secret in it."""

    url: str
    scope: str | None = None
    client_auth: str = "body"
    verify: Any = True
    proxy: Any = field(default=None, repr=False)  # its URL may hold a password
    trust_env: bool = True
    timeout_s: float = DEADLINE_S

    def __attrs_post_init__(self) -> None:
        if self.client_auth not in {"body", "basic"}:
            raise ConfigurationError(f"client_auth={self.client_auth!r} is not one of 'body', 'basic'")
        if not 0 < self.timeout_s < float("inf"):
            raise ConfigurationError("the timeout of a token request must be a positive number of seconds")
        if self.verify is False and not is_loopback(self.host):
            log.warning("verify=False: anybody on the way to %s can read the client secret", self.host)

    @property
    def host(self) -> str:
        """For messages."""
        return urlsplit(self.url).hostname or "?"

    def request_token(self, credentials: Credentials, clock: Clock, *, is_awaited: Callable[[], bool]) -> AccessToken:
        """Ask until there is a token or no point in asking; only once while nobody waits for it.

        Raises:
            AuthenticationError: the server refused, or its answer is no token (``TokenResponseError``).
            ConnectionFailed: it could not be reached, or not in time.
        """
        started, tries = clock.monotonic(), 0
        while True:
            tries += 1
            before = (clock.monotonic(), clock.wall())
            outcome, is_repeatable = self._try(credentials, clock, until=started + self.timeout_s)
            if not isinstance(outcome, TranslationError):
                return AccessToken(*outcome, *before, jitter=random())  # noqa: S311  (spreads load, guards nothing)
            wait = None
            if is_repeatable and is_awaited():
                wait = pause(
                    _policy(self.timeout_s),
                    tries=tries,
                    elapsed_s=clock.monotonic() - started,
                    retry_after_s=getattr(outcome, "retry_after", None),
                    random=random,
                )
            if wait is None:
                raise outcome
            log.warning("%s; again in %.1f s", outcome, wait)
            clock.sleep(wait)

    def _try(
        self, credentials: Credentials, clock: Clock, *, until: float
    ) -> tuple[tuple[Secret, float] | TranslationError, bool]:
        """One try: token and lifetime, or an error; and whether another try makes sense.

        Errors are made here, from words: the frames and the ``request`` of the original hold the form with the secret.
        """
        import httpx  # noqa: PLC0415  (loaded in the worker, with the first token)

        try:
            reply = self._post(credentials, clock, until=until)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as failure:
            kind, said, is_final = type(failure), _masked(str(failure), credentials), _is_tls_failure(failure)
        else:
            return judge(reply, host=self.host, credentials=credentials, now=clock.wall())
        error = ConnectionFailed(f"token request to {self.host}: {kind.__name__}: {said or 'no details'}")
        if issubclass(kind, httpx.RequestError):
            error.__cause__ = kind(said or "no details")
        return error, not is_final

    def _post(self, credentials: Credentials, clock: Clock, *, until: float) -> Reply:
        """Send the form and read at most ``MAX_BODY_BYTES`` of the answer."""
        import httpx  # noqa: PLC0415  (loaded in the worker, with the first token)

        read = min(READ_TIMEOUT_S, self.timeout_s)
        connect = min(CONNECT_TIMEOUT_S, self.timeout_s)
        with (
            httpx.Client(
                verify=self.verify if self.url.startswith("https:") else False,  # spares loading certificates
                proxy=self.proxy,
                trust_env=self.trust_env
                and not is_loopback(self.host),  # or HTTP_PROXY would carry the secret in clear
                timeout=httpx.Timeout(read, connect=connect, pool=connect),
                follow_redirects=False,
            ) as client,
            client.stream("POST", self.url, data=self._form(credentials), headers=self._headers(credentials)) as answer,
        ):
            chunks: list[bytes] = []
            size = 0
            for chunk in answer.iter_raw():  # raw: 50 KB of gzip can become 50 MB
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    break
                if clock.monotonic() > until:
                    raise httpx.ReadTimeout(f"the answer was not complete within {self.timeout_s:g} s")
                chunks.append(chunk)
            headers = answer.headers
            return Reply(
                answer.status_code,
                clean(headers.get("content-type")),
                headers.get("content-encoding", "identity").strip().lower(),
                retry_after(headers.get("retry-after"), date=headers.get("date"), now=clock.wall()),
                Secret(b"".join(chunks).decode("utf-8-sig", errors="replace")),
                size <= MAX_BODY_BYTES,
            )

    def _form(self, credentials: Credentials) -> dict[str, str]:
        """The documented order: grant_type, client_id, client_secret, then scope."""
        form = {"grant_type": "client_credentials"}
        if self.client_auth == "body":
            form |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret.reveal()}
        return form | {"scope": self.scope} if self.scope else form

    def _headers(self, credentials: Credentials) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        return headers | {"Authorization": _basic(credentials)} if self.client_auth == "basic" else headers


def judge(
    reply: Reply, *, host: str, credentials: Credentials, now: float
) -> tuple[tuple[Secret, float] | TranslationError, bool]:
    """What a reply means: token and lifetime, or an error; and whether another try makes sense. Pure."""
    if 300 <= reply.status < 400:
        text = f"{host} redirects the token request (HTTP {reply.status}): the secret is not sent on; correct token_url"
        return AuthenticationError(text, status_code=reply.status), False
    members = members_of(reply.body) if reply.is_whole and reply.encoding == "identity" else None
    if reply.status >= 400 or (members and members.get("error") is not None):
        error = _oauth_error(reply, members or {}, host, credentials)
        return error, is_transient(error)
    wrong: str | None = None
    if reply.status != 200:
        wrong = "its status is not 200"
    elif not reply.is_whole:
        wrong = f"it is longer than {MAX_BODY_BYTES} bytes"
    elif reply.encoding != "identity":
        wrong = "it is compressed, which was not asked for"
    elif not is_json(reply.content_type):
        wrong = "it is not JSON: is token_url the right address?"
    elif members is None:
        wrong = "it is not one JSON object"
    else:
        read = read_token(members, now=now)
        if not isinstance(read, str):
            return read, False
        wrong = read
    text = f"the answer of {host} is no token: {wrong} (HTTP {reply.status}, {reply.content_type or 'no content type'})"
    return TokenResponseError(text, status_code=reply.status), False


def is_transient(error: TranslationError) -> bool:
    """Whether the same request may succeed a little later."""
    if isinstance(error, TokenResponseError) or not isinstance(error, AuthenticationError):
        return isinstance(error, ConnectionFailed)
    if error.status_code == 429 or error.error in TRANSIENT_ERRORS:
        return True
    return error.error not in FINAL_ERRORS and (error.status_code == 408 or (error.status_code or 0) >= 500)


def _oauth_error(reply: Reply, members: dict[str, Any], host: str, credentials: Credentials) -> AuthenticationError:
    """The exception for an error answer (RFC 6749 §5.2), with what to do about it."""
    name, said, uri = (_masked(members.get(key), credentials) for key in ("error", "error_description", "error_uri"))
    name = name and name[:64]
    advice = _ADVICE.get(name or "", "the identity server did not give a token")
    text = f"{host}: {name or 'no OAuth error'} (HTTP {reply.status}): {advice}"
    return AuthenticationError(
        text,
        error=name,
        error_description=said,
        error_uri=uri,
        status_code=reply.status,
        retry_after=reply.retry_after_s,
    )


def _masked(text: object, credentials: Credentials) -> str | None:
    """One clean line of what a server said; servers have been seen to echo the secret."""
    if not isinstance(text, str):
        return None
    secret = credentials.client_secret
    for form in (
        secret.reveal,
        lambda: quote_plus(secret.reveal()),
        lambda: _basic(credentials).removeprefix("Basic "),
    ):
        text = text.replace(form(), MASK)
    return clean(text)


def _is_tls_failure(failure: BaseException | None) -> bool:
    """Whether the certificate or the protocol is at fault; the same comes with every try."""
    while failure is not None:
        if isinstance(failure, ssl.SSLError) and not isinstance(failure, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def _policy(timeout_s: float) -> RetryPolicy:
    """Three tries inside the deadline; a ``Retry-After`` that does not fit is the caller's to know, at once."""
    last = min(LAST_TRY_S, timeout_s / 2)
    return RetryPolicy(
        tries=TRIES, first_pause_s=0.5, longest_pause_s=4.0, longest_retry_after_s=60.0, total_s=timeout_s - last
    )


def _basic(credentials: Credentials) -> str:
    """HTTP Basic with form-encoded parts (RFC 6749 §2.3.1)."""
    pair = f"{quote_plus(credentials.client_id)}:{quote_plus(credentials.client_secret.reveal())}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
