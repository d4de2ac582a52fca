"""httpx2's failures as the exceptions that callers see, and its answers as generated operations can read them.

Below both sessions: nothing here waits. And the rule of both transports for the connections that a submission may use.
"""

from __future__ import annotations

import logging
import re
import select
import ssl
from collections.abc import Callable
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

import httpx2

from ._config import PresignedUrl
from ._errors import APIError, ConnectionFailed, SubmissionUncertain, TransferError, TranslationError
from ._rules import responses
from ._rules.responses import Failed
from ._rules.retry import FailureKind
from .auth.credentials import Secret
from .spec.operations import Operation

_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}  # headers


REUSE_S = 2.0  # common servers close an idle connection after 5 s, some after 2 s


class ReuseGuard:
    """Decides for the connections of one pool which of them may carry a POST.

    A POST makes a paid job and is not sent again when the connection breaks, so it must not meet one that the server
    has closed without a word: the news may still be on its way. A new connection is always good. A used one must have
    answered more than once, or the server might close after each answer, must have been used in the last ``REUSE_S``,
    and must not be at its end already; none is good once one was lost (``has_lost``). Other requests use any.
    """

    def __init__(self) -> None:
        self.has_lost = False
        self._used: WeakKeyDictionary[object, tuple[int, float]] = WeakKeyDictionary()

    def admits(self, method: str, connection: object, has_ended: Callable[[], bool]) -> bool:
        """Whether the connection may carry the next request; if not, close it and take another one."""
        now = monotonic()
        used, last = self._used.get(connection, (0, now))
        self._used[connection] = used + 1, now
        if method != "POST" or not used:
            return True
        return used > 1 and not self.has_lost and now - last < REUSE_S and not has_ended()


def has_surplus(connection: Any) -> bool:
    """Whether bytes came after the last response on a pooled connection of httpx2.

    They are no response to the next request (RFC 9112 §6.3), and httpcore2 would take them for one: a file would get
    the translation of another.
    """
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    state: Any = getattr(connection, "_h11_state", None)
    return state is not None and bool(state.trailing_data[0])


def is_readable(socket: Any) -> bool:
    """Whether something is to be read: before a request that can only be the end of the connection."""
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()  # select() knows no descriptor above 1,023
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


def network_failure(failure: httpx2.HTTPError, request: httpx2.Request, name: str) -> Failed:
    """The failure of a request that got no whole answer.

    The cause is rebuilt: the frames of the original hold the request's headers, token included.
    """
    what = responses.library_message(failure, mask=token_mask(request)) or type(failure).__name__
    if isinstance(failure, httpx2.LocalProtocolError):
        return Failed(FailureKind.REJECTED, TransferError(f"{name}: the request broke off on our side: {what}"))
    error = ConnectionFailed(f"{name}: {request.url.host}: {type(failure).__name__}: {what}")
    error.__cause__ = type(failure)(what)
    if not isinstance(failure, _NOT_SENT):
        return Failed(FailureKind.BROKEN, error)
    if isinstance(failure, httpx2.UnsupportedProtocol) or _is_certificate_failure(failure):
        return Failed(FailureKind.UNREACHABLE, error)
    return Failed(FailureKind.NOT_SENT, error)


def _is_certificate_failure(failure: BaseException | None) -> bool:
    while failure is not None:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def _token(request: httpx2.Request) -> Secret:
    return Secret(request.headers.get("authorization", "").removeprefix("Bearer "))


def token_mask(request: httpx2.Request) -> Callable[[str], str]:
    """Hides the token that a request carried: gateways have been seen to echo it."""
    return _token(request).redact


def readable(response: httpx2.Response, operation: Operation) -> httpx2.Response:
    """A good answer as its generated operation can read it; a poll's without the token that some gateways echo.

    The generated parser knows documented statuses only, and the body says the rest.
    """
    response.encoding = "utf-8"  # JSON and YAML are, whatever the header says
    status = response.status_code
    is_known = status in responses.DOCUMENTED_STATUSES[operation.role] or (status, operation.id) == (
        206,
        "getFileTranslation",
    )
    if not is_known:
        response.status_code = 200
    if operation.role != "poll" or not _token(response.request).occurs_in(response.content):
        return response
    content = responses.with_message_masked(response.content, mask=token_mask(response.request))
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_BODY]
    return httpx2.Response(response.status_code, headers=headers, content=content, request=response.request)


class StorageURL(httpx2.URL):
    """The address of a result in a request, known again by the filter of logs."""

    def __repr__(self) -> str:
        return f"URL({PresignedUrl(self)!r})"


_LOCATION = re.compile(r"(b'(?:content-)?location', b'[^'?]*\?)[^']*", re.IGNORECASE)  # httpcore2 quotes heads at DEBUG


def hide_queries(record: logging.LogRecord) -> bool:
    """Cut the queries of results' addresses in what the HTTP libraries log (httpx2 at INFO, whole addresses)."""
    if isinstance(record.args, tuple) and any(isinstance(value, StorageURL) for value in record.args):
        record.args = tuple(
            PresignedUrl(value).masked if isinstance(value, StorageURL) else value for value in record.args
        )
    elif isinstance(record.msg, str) and "location'" in record.msg.lower():
        record.msg = _LOCATION.sub(r"...", record.msg)
    return True


def guard_logs() -> None:
    """Let no log of the HTTP libraries hold the query of a result's address."""
    for name in ("httpx2", "httpcore2.http11", "httpcore2.http2"):
        logging.getLogger(name).addFilter(hide_queries)  # adds it once


def uncertain(name: str, request: httpx2.Request, error: TranslationError) -> SubmissionUncertain:
    """The error of a submission that may have been taken, and with it what was sent."""
    detail = f"HTTP {error.status_code}" if isinstance(error, APIError) else "no whole answer"
    try:
        sent: Any = responses.parse(request.content)
    except (ValueError, httpx2.RequestNotRead):
        sent = None
    members = responses.as_object(sent)
    if members is not None and isinstance(members.get("url"), str):
        members["url"] = PresignedUrl(members["url"])
    in_doubt = SubmissionUncertain(
        f"{name} was sent and its outcome is unknown ({detail}): the service may have taken and billed the job. "
        "It was not sent again. If no result turns up on your account, send it once more.",
        operation=name,
        request=members,
    )
    in_doubt.__cause__ = error
    in_doubt.request_id = error.request_id
    return in_doubt
