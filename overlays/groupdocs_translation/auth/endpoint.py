"""The token request: one POST, a few careful retries, and an outcome that holds nothing it should not.

Runs in the worker thread of ``source``. The client is its own, never the API's: no event hook, history or redirect of
the API client may see the secret.
"""

from __future__ import annotations

import base64
import logging
from random import random
from typing import TYPE_CHECKING, Any
from urllib.parse import quote_plus, urlsplit

from attrs import frozen

from .._config import is_loopback
from .._errors import AuthenticationError, ConfigurationError, ConnectionFailed, TranslationError
from .._rules.answers import clean
from .._rules.retry import RetryPolicy, pause, retry_after
from .secret import Secret
from .token import AccessToken, parse_token, refusal

if TYPE_CHECKING:
    import httpx

    from .._clock import Clock
    from .credentials import Credentials

log = logging.getLogger("groupdocs_translation.auth")

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 15.0
MAX_BODY_BYTES = 2**20  # a token is a few KB
RETRIES = RetryPolicy(tries=3, first_pause_s=0.5, longest_pause_s=8.0, longest_retry_after_s=60.0, total_s=30.0)


@frozen(kw_only=True)
class Endpoint:
    """Where and how tokens are asked for; nothing secret in it."""

    url: str
    scope: str | None = None
    client_auth: str = "body"
    verify: Any = True
    proxy: Any = None
    trust_env: bool = True

    def __attrs_post_init__(self) -> None:
        if self.client_auth not in {"body", "basic"}:
            raise ConfigurationError(f"client_auth={self.client_auth!r} is not one of 'body', 'basic'")

    @property
    def host(self) -> str:
        """For messages."""
        return urlsplit(self.url).hostname or "?"

    def request_token(self, credentials: Credentials, clock: Clock) -> AccessToken:
        """Ask until there is a token or no point in asking.

        Raises:
            AuthenticationError: the server refused, or its answer is no token (``TokenResponseError``).
            ConnectionFailed: it could not be reached in three tries.
        """
        started, tries = clock.monotonic(), 0
        while True:
            tries += 1
            before = (clock.monotonic(), clock.wall())
            outcome, repeatable = self._try(credentials, clock)
            if not isinstance(outcome, TranslationError):
                return AccessToken(*outcome, *before)
            wait = None
            if repeatable:
                asked = getattr(outcome, "retry_after", None)
                elapsed = clock.monotonic() - started
                wait = pause(RETRIES, tries=tries, elapsed_s=elapsed, retry_after_s=asked, random=random)
            if wait is None:
                raise outcome
            log.warning("token request to %s: %s; again in %.1f s", self.host, outcome, wait)
            clock.sleep(wait)

    def _try(self, credentials: Credentials, clock: Clock) -> tuple[tuple[Secret, float] | TranslationError, bool]:
        """One try: token and lifetime, or an error; and whether another try makes sense.

        Errors are returned, not raised: a traceback through httpx's frames would carry the form with the secret.
        """
        import httpx  # noqa: PLC0415  (loaded in the worker, with the first token)

        try:
            answer = self._post(credentials)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failure = f"{type(error).__name__}: {clean(str(error)) or 'no details'}"
        else:
            return self._judge(*answer, clock)
        return ConnectionFailed(f"token request to {self.host}: {failure}"), "CERTIFICATE_VERIFY" not in failure

    def _judge(
        self, status: int, headers: httpx.Headers, body: Secret, clock: Clock
    ) -> tuple[tuple[Secret, float] | TranslationError, bool]:
        """What an answer means, as ``_try`` returns it."""
        if status == 200:
            try:
                return parse_token(status, headers.get("content-type"), body), False
            except AuthenticationError as error:
                return error.with_traceback(None), False
        if 300 <= status < 400:
            text = (
                f"{self.host} redirects the token request (HTTP {status}): the secret is not sent on; correct token_url"
            )
            return AuthenticationError(text, status_code=status), False
        asked = retry_after(headers.get("retry-after"), date=headers.get("date"), now=clock.wall())
        return refusal(status, body, retry_after=asked), status == 429 or status >= 500

    def _post(self, credentials: Credentials) -> tuple[int, httpx.Headers, Secret]:
        """Status, headers and at most ``MAX_BODY_BYTES`` of the body."""
        import httpx  # noqa: PLC0415  (loaded in the worker, with the first token)

        form = {"grant_type": "client_credentials"}
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self.scope:
            form["scope"] = self.scope
        is_local = is_loopback(self.host)
        with (
            httpx.Client(
                verify=self.verify,
                proxy=self.proxy,
                trust_env=self.trust_env and not is_local,  # or HTTP_PROXY would carry the secret in clear
                timeout=httpx.Timeout(READ_TIMEOUT_S, connect=CONNECT_TIMEOUT_S),
                follow_redirects=False,
            ) as client,
            client.stream(
                "POST",
                self.url,
                data=form if self.client_auth == "basic" else _with_credentials(form, credentials),
                headers=headers if self.client_auth == "body" else {**headers, "Authorization": _basic(credentials)},
            ) as response,
        ):
            chunks: list[bytes] = []
            size = 0
            for chunk in response.iter_raw():
                size += len(chunk)
                if size > MAX_BODY_BYTES:
                    chunks.clear()  # not a token: parsed as empty, and said so
                    break
                chunks.append(chunk)
            return response.status_code, response.headers, Secret(b"".join(chunks).decode(errors="replace"))


def _with_credentials(form: dict[str, str], credentials: Credentials) -> dict[str, str]:
    """The documented order: grant_type, client_id, client_secret, then scope."""
    ordered = {"grant_type": form["grant_type"], "client_id": credentials.client_id}
    return {**ordered, "client_secret": credentials.client_secret.reveal(), **form}


def _basic(credentials: Credentials) -> str:
    """HTTP Basic with form-encoded parts (RFC 6749 §2.3.1)."""
    pair = f"{quote_plus(credentials.client_id)}:{quote_plus(credentials.client_secret.reveal())}"
    return f"Basic {base64.b64encode(pair.encode()).decode()}"
