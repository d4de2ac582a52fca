"""The token request: one POST, a few careful retries, and an outcome that holds nothing it should not.

Runs in the worker thread of ``source``. The HTTP client is its own, never the API's: no event hook, history, cookie jar
or redirect of the API client may see the secret.
"""

from __future__ import annotations

import logging
import re
import ssl
from collections.abc import Mapping
from random import random
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from attrs import field, frozen

from .._config import USER_AGENT, is_loopback
from .._errors import ConfigurationError, ConnectionFailed, TranslationError
from .._rules.answers import clean
from .._rules.retry import RetryPolicy, pause, retry_after
from .reply import MAX_BODY_BYTES, Reply, basic, judge, masked
from .secret import Secret
from .token import AccessToken

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock
    from .credentials import Credentials

log = logging.getLogger("groupdocs_translation.auth")

DEADLINE_S = 30.0  # for a whole token request with its retries: below the timeouts of usual callers
CONNECT_TIMEOUT_S = 5.0  # with READ_TIMEOUT_S: two tries and a pause fit the deadline
READ_TIMEOUT_S = 10.0
TRIES = 3  # a new token replaces none: the POST may be repeated
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 4.0  # full jitter; two pauses of any length fit the deadline
LONGEST_RETRY_AFTER_S = 60.0  # a longer one is the caller's to know, at once; so is one that passes the deadline
LAST_TRY_S = 5.0  # a pause that leaves less than this before the deadline is not worth waiting for

_SCOPES = re.compile(r"([\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*)?")  # RFC 6749 §3.3; none is none
_OURS = frozenset({"grant_type", "client_id", "client_secret", "scope"})


def _params(given: object) -> dict[str, str]:
    """A copy of a user's ``token_params``, checked."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        entries = cast("Mapping[str, str]", given)
        if all(_is_param(name, value) for name, value in entries.items()):
            return dict(entries)
    ours = ", ".join(sorted(_OURS))
    raise ConfigurationError(f"token_params holds strings by name, and none of {ours}: these are set elsewhere")


def _is_param(name: object, value: object) -> bool:
    return isinstance(name, str) and isinstance(value, str) and name != "" and name not in _OURS


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

    def __attrs_post_init__(self) -> None:
        if self.client_auth not in {"body", "basic"}:
            raise ConfigurationError(f"client_auth={self.client_auth!r} is not one of 'body', 'basic'")
        if self.scope is not None and not (isinstance(self.scope, str) and _SCOPES.fullmatch(self.scope)):
            raise ConfigurationError(
                "scope is a string of printable ASCII: scopes with a space between (RFC 6749 §3.3)"
            )
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
        policy = RetryPolicy(
            tries=TRIES,
            first_pause_s=FIRST_PAUSE_S,
            longest_pause_s=LONGEST_PAUSE_S,
            longest_retry_after_s=LONGEST_RETRY_AFTER_S,
            total_s=self.timeout_s - min(LAST_TRY_S, self.timeout_s / 2),
        )
        while True:
            tries += 1
            before = (clock.monotonic(), clock.wall())  # before: what the answer takes is part of the token's age
            outcome, is_repeatable = self._try(credentials, clock, until=started + self.timeout_s)
            if not isinstance(outcome, TranslationError):
                return AccessToken(*outcome, *before, jitter=random())  # noqa: S311  (spreads load, guards nothing)
            asked, elapsed = getattr(outcome, "retry_after", None), clock.monotonic() - started
            wait = pause(policy, tries=tries, elapsed_s=elapsed, retry_after_s=asked, random=random)
            if wait is None or not is_repeatable or not is_awaited():
                raise outcome
            log.warning("%s; again in %.1f s", outcome, wait)
            clock.sleep(wait)

    def _try(
        self, credentials: Credentials, clock: Clock, *, until: float
    ) -> tuple[tuple[Secret, float] | TranslationError, bool]:
        """One try: token and lifetime, or an error; and whether another try makes sense.

        Errors are made here, from words: the frames and the ``request`` of the original hold the form with the secret.
        """
        import httpx2  # noqa: PLC0415  (loaded in the worker, with the first token)

        try:
            reply = self._post(credentials, clock, until=until)
        except (httpx2.InvalidURL, ValueError) as failure:  # of a proxy: token_url is known to be well formed
            text = f"token request to {self.host}: proxy= or a proxy variable is wrong ({type(failure).__name__})"
            return ConfigurationError(text), False  # what httpx2 says of it may quote a password
        except (httpx2.HTTPError, OSError) as failure:
            kind, said, is_final = type(failure), masked(str(failure), credentials), _is_tls_failure(failure)
        else:
            return judge(reply, host=self.host, credentials=credentials, now=clock.wall())
        error = ConnectionFailed(f"token request to {self.host}: {kind.__name__}: {said or 'no details'}")
        if issubclass(kind, httpx2.RequestError):
            error.__cause__ = kind(said or "no details")
        return error, not is_final

    def _post(self, credentials: Credentials, clock: Clock, *, until: float) -> Reply:
        """Send the form and read at most ``MAX_BODY_BYTES`` of the answer."""
        import httpx2  # noqa: PLC0415  (loaded in the worker, with the first token)

        read, connect = min(READ_TIMEOUT_S, self.timeout_s), min(CONNECT_TIMEOUT_S, self.timeout_s)
        with (
            httpx2.Client(
                verify=self.verify if self.url.startswith("https:") else False,  # spares loading certificates
                proxy=self.proxy,
                trust_env=self.trust_env and not is_loopback(self.host),  # HTTP_PROXY would carry the secret in clear
                timeout=httpx2.Timeout(read, connect=connect, pool=connect),
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
                    raise httpx2.ReadTimeout(f"the answer was not complete within {self.timeout_s:g} s")
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
        """The documented order: grant_type, client_id, client_secret, then scope, then what else the server wants."""
        form = {"grant_type": "client_credentials"}
        if self.client_auth == "body":
            form |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret.reveal()}
        return form | ({"scope": self.scope} if self.scope else {}) | self.params

    def _headers(self, credentials: Credentials) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": USER_AGENT}
        if self.client_auth == "basic":
            headers["Authorization"] = f"Basic {basic(credentials).reveal()}"
        return headers


def _is_tls_failure(failure: BaseException | None) -> bool:
    """Whether the certificate or the protocol is at fault; the same comes with every try."""
    while failure is not None:
        if isinstance(failure, ssl.SSLError) and not isinstance(failure, ssl.SSLEOFError | ssl.SSLZeroReturnError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False
