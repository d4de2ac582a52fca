# Derived from overlays/groupdocs_translation/_async/session.py by `nox -s regenerate`: edit that file, never this one.
"""The HTTP client below the generated operations: counts, retries, and turns bad answers into exceptions.

It overrides ``send()``, which runs outside the auth flow: a 401 has been refreshed and replayed before an answer gets
here.
"""

from __future__ import annotations

import logging
import ssl
from random import random
from typing import TYPE_CHECKING, Any, cast

import httpx

from .._concurrency import sync_sleep
from .._cookies import NoCookies
from .._errors import (
    APIError,
    AuthenticationError,
    ConfigurationError,
    ConnectionFailed,
    SubmissionUncertain,
    TransferError,
    TranslationError,
)
from .._operations import Operation, match
from .._rules import answers
from .._rules.retry import Fate, fate_of_status, is_uncertain, may_repeat, pause
from .._settings import CALL_RETRIES, CLOSED
from ..auth.replay import rewinder
from ..auth.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .._clock import Clock
    from .._rules.retry import RetryPolicy
    from .._usage import Usage

log = logging.getLogger("groupdocs_translation.session")

KNOWN_URLS = 256  # parsed once: the paths of all operations, and those of jobs that are asked for again

OPERATION = "groupdocs.operation"  # the request extension that tells auth and counting what a request is

SHORTEST_TIMEOUT_S = 0.001  # httpx reads 0 as "do not wait", some transports as "for ever"

_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}  # headers
_DOCUMENTED = {"submit": {200, 202}, "poll": {200, 202}, "upload": {200}, "read": {200}}


class TooLargeError(Exception):
    """An answer passed the limit and was not read further."""

    def __init__(self, status_code: int) -> None:
        super().__init__(status_code)
        self.status_code = status_code


class CappedStream(httpx.SyncByteStream):
    """The stream of a response, broken off when it passes a number of bytes or a moment."""

    def __init__(self, response: httpx.Response, *, limit: int, clock: Clock, until: float) -> None:
        assert isinstance(response.stream, httpx.SyncByteStream)
        self._stream = response.stream
        self._status_code = response.status_code
        self._limit = limit
        self._clock = clock
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        """Yield what the stream yields."""
        total = 0
        for chunk in self._stream:
            total += len(chunk)
            if total > self._limit:
                raise TooLargeError(self._status_code)
            if self._clock.monotonic() > self._until:
                raise httpx.ReadTimeout("the answer was not complete in the time that one call may take")
            yield chunk

    def close(self) -> None:
        """Close the stream below."""
        self._stream.close()


class Session(httpx.Client):
    """An ``httpx`` client that keeps the rules of this package for every request sent through it.

    A billed submission is sent again only if the service surely did not take it; other calls are repeated as the policy
    says. Raises exceptions of this package only.
    """

    def __init__(self, *, usage: Usage, retries: RetryPolicy, clock: Clock, **settings: Any) -> None:
        super().__init__(**settings)
        self._usage = usage
        self._retries = retries
        self._clock = clock
        self._prefix = self.base_url.raw_path.decode("ascii").rstrip("/")
        self._base = str(self.base_url).rstrip("/")
        self._urls: dict[str, httpx.URL] = {}
        self._no_cookies = NoCookies()
        del self.headers["Connection"]  # keep-alive is what HTTP/1.1 means anyway (RFC 9112 §9.3)

    @property
    def cookies(self) -> httpx.Cookies:
        """Always empty."""
        return self._no_cookies

    @cookies.setter
    def cookies(self, cookies: Any) -> None:
        raise ConfigurationError("sessions of this package have no cookies")

    def build_request(self, method: str, url: httpx.URL | str, **options: Any) -> httpx.Request:
        """Build a request, as ``httpx`` does; paths that were used before are not parsed again."""
        if isinstance(url, str):
            known = self._urls.get(url)
            if known is None:
                if len(self._urls) >= KNOWN_URLS:
                    self._urls.clear()
                known = self._urls[url] = self._joined(url)
            url = known
        return super().build_request(method, url, **options)

    def _joined(self, url: str) -> httpx.URL:
        """The absolute address, parsed once; ``httpx`` parses both parts of it."""
        return httpx.URL(f"{self._base}{url}") if url[:1] == "/" != url[1:2] else self._merge_url(url)

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send, as ``httpx`` does, with counting, retries and errors.

        Raises:
            TranslationError: see ``_errors``; ``SubmissionUncertain`` when a job may have been made.
        """
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")  # a job's id may hold an encoded slash
        operation = match(request.method, path.removeprefix(self._prefix))
        name = operation.id if operation else f"{request.method} {request.url.path}"
        request.extensions[OPERATION] = operation
        policy = CALL_RETRIES.get() or self._retries
        started = self._clock.monotonic()
        role = operation.role if operation else None
        rewind = rewinder(request)
        limits: dict[str, float | None] = request.extensions.get("timeout", {})
        tries = 0
        while True:
            tries += 1
            tried = self._clock.monotonic()
            if role in {"poll", "read"}:  # cutting a submission short would leave its outcome in doubt
                left = max(SHORTEST_TIMEOUT_S, started + policy.total_s - tried)
                request.extensions["timeout"] = {
                    what: left if limit is None else min(limit, left) for what, limit in limits.items()
                }
            response, fate, error = self._try(request, operation, name, stream, policy.total_s, options)
            if role == "upload":  # moving bytes is work, not waiting
                started += self._clock.monotonic() - tried
            if error is None and response is not None:
                return response
            assert error is not None
            if fate in {Fate.NOT_SENT, Fate.UNREACHABLE}:
                self._usage.release(name)
            wait = None
            if rewind is not None and may_repeat(fate, role):
                wait = pause(
                    policy,
                    tries=tries,
                    elapsed_s=self._clock.monotonic() - started,
                    retry_after_s=getattr(error, "retry_after", None),
                    random=random,
                )
            if wait is None:
                if is_uncertain(fate, role):
                    raise _uncertain(name, request, error)
                raise error
            log.warning("%s; sent again in %.1f s (try %d of %d)", error, wait, tries + 1, policy.tries)
            sync_sleep(self._clock, wait)
            if rewind is not None and not rewind():
                raise error

    def _try(
        self,
        request: httpx.Request,
        operation: Operation | None,
        name: str,
        stream: bool,
        total_s: float,
        options: dict[str, Any],
    ) -> tuple[httpx.Response | None, Fate, TranslationError | None]:
        """One try: the answer, or its fate and the error that it would raise; ``total_s`` bounds the answer."""
        failure: httpx.HTTPError
        try:
            response = super().send(request, stream=True, **options)
            if stream and response.is_success:
                return response, Fate.REJECTED, None
            try:
                self._read(response, operation, self._clock.monotonic() + total_s)
            finally:
                response.close()
        except TooLargeError as too_large:
            fate = Fate.BROKEN if operation and operation.role == "submit" else Fate.REJECTED
            return None, fate, answers.nonsense(name, too_large.status_code, "it is too large")
        except httpx.HTTPError as caught:
            failure = caught
        except RuntimeError:
            if self.is_closed:
                raise ConfigurationError(CLOSED) from None
            raise
        else:
            return self._judge(response, operation, name)
        return None, *_network_failure(failure, request, name)

    def _read(self, response: httpx.Response, operation: Operation | None, until: float) -> None:
        """Read the body, never more than an answer may have."""
        is_encoded = response.headers.get("content-encoding", "identity") != "identity"
        limit = answers.MAX_ENCODED_ANSWER_BYTES if is_encoded else answers.most_bytes(operation, response.status_code)
        response.stream = CappedStream(response, limit=limit, clock=self._clock, until=until)
        response.read()

    def _judge(
        self, response: httpx.Response, operation: Operation | None, name: str
    ) -> tuple[httpx.Response | None, Fate, TranslationError | None]:
        status = response.status_code
        if status == 401:
            return None, Fate.REJECTED, _refused_token(name, response)
        if not response.is_success:
            return None, fate_of_status(status), self._status_error(name, status, response)
        if operation is None:
            return response, Fate.REJECTED, None
        reason = answers.wrong_shape(operation, response.content)
        if reason is None:
            if status not in _DOCUMENTED[operation.role] and (status, operation.id) != (206, "getFileTranslation"):
                response.status_code = (
                    200  # the generated parser knows documented statuses only; the body says the rest
                )
            return _unechoed(response, operation), Fate.REJECTED, None
        if operation.role != "submit":
            return None, Fate.REJECTED, answers.nonsense(name, status, reason)
        if (refused := answers.refusal(response.content)) is not None:
            return None, fate_of_status(refused.status), self._status_error(name, refused.status, response)
        return None, Fate.BROKEN, answers.nonsense(name, status, reason)

    def _status_error(self, name: str, status: int, response: httpx.Response) -> APIError:
        mask, now = _mask(response.request), self._clock.wall()
        return answers.status_error(name, status, response.headers, response.content, now=now, mask=mask)


def _network_failure(failure: httpx.HTTPError, request: httpx.Request, name: str) -> tuple[Fate, TranslationError]:
    """The fate and the error of a request that got no whole answer.

    The cause is rebuilt: the frames of the original hold the request's headers, token included.
    """
    what = _mask(request)(str(failure)) or type(failure).__name__  # a broken status line is quoted
    if isinstance(failure, httpx.LocalProtocolError):
        return Fate.REJECTED, TransferError(f"{name}: the request broke off on our side: {what}")
    error = ConnectionFailed(f"{name}: {request.url.host}: {type(failure).__name__}: {what}")
    error.__cause__ = type(failure)(what)
    if not isinstance(failure, _NOT_SENT):
        return Fate.BROKEN, error
    if isinstance(failure, httpx.UnsupportedProtocol) or _is_certificate_failure(failure):
        return Fate.UNREACHABLE, error
    return Fate.NOT_SENT, error


def _is_certificate_failure(failure: BaseException | None) -> bool:
    while failure is not None:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def _token(request: httpx.Request) -> Secret:
    return Secret(request.headers.get("authorization", "").removeprefix("Bearer "))


def _mask(request: httpx.Request) -> Callable[[str], str]:
    """Hides the token that a request carried: gateways have been seen to echo it."""
    return _token(request).hidden_in


def _unechoed(response: httpx.Response, operation: Operation) -> httpx.Response:
    """The answer of a poll without the request's token in what it says of the job, which errors and logs quote."""
    if operation.role != "poll" or not _token(response.request).is_in(response.content):
        return response
    content = answers.with_message_masked(response.content, mask=_mask(response.request))
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_BODY]
    return httpx.Response(response.status_code, headers=headers, content=content, request=response.request)


def _refused_token(name: str, response: httpx.Response) -> AuthenticationError:
    challenge = answers.clean(response.headers.get("www-authenticate"), mask=_mask(response.request))
    return AuthenticationError(
        f"{name}: the API refused the access token (HTTP 401{': ' + challenge if challenge else ''}); "
        "check that base_url and token_url belong together and that the application may use this API",
        error="invalid_token",
        error_description=challenge,
        status_code=401,
    )


def _uncertain(name: str, request: httpx.Request, error: TranslationError) -> SubmissionUncertain:
    detail = f"HTTP {error.status_code}" if isinstance(error, APIError) else "no whole answer"
    try:
        sent: Any = answers.parse(request.content)
    except (ValueError, httpx.RequestNotRead):
        sent = None
    uncertain = SubmissionUncertain(
        f"{name} was sent and its outcome is unknown ({detail}): the service may have taken and billed the job. "
        "It was not sent again. If no result turns up on your account, send it once more.",
        operation=name,
        request=cast("dict[str, Any]", sent) if isinstance(sent, dict) else None,
    )
    uncertain.__cause__ = error
    return uncertain
