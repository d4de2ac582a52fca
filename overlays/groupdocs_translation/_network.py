"""What both sessions share: errors for network failures, responses for generated operations, and log filters.

Also the rule, for both transports, which connections a submission may use. Nothing here blocks.
"""

from __future__ import annotations

import logging
import re
import select
import ssl
from collections.abc import Callable
from functools import partial
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
_BODY_HEADERS = {"content-encoding", "content-length", "transfer-encoding"}

REUSE_S = 2.0  # common servers close an idle connection after 5 s, some after 2 s


class ReuseGuard:
    """Decides which connections of one pool may carry a POST.

    A POST makes a billed job and is not sent again when its connection breaks. So it must not use a connection that the
    server has closed: the close may not have arrived yet. A new connection is safe. A used one is safe if it had more
    than one response (some servers close after each), was used in the last ``REUSE_S`` seconds, and is still open. No
    used connection is safe after one was lost (``has_lost``). Other requests may use any connection.
    """

    def __init__(self) -> None:
        self.has_lost = False
        self._used: WeakKeyDictionary[object, tuple[int, float]] = WeakKeyDictionary()

    def admits(self, method: str, connection: object, has_ended: Callable[[], bool]) -> bool:
        """Return whether the connection may carry the next request. If not, close it and use another."""
        now = monotonic()
        used, last = self._used.get(connection, (0, now))
        self._used[connection] = used + 1, now
        if method != "POST" or not used:
            return True
        return used > 1 and not self.has_lost and now - last < REUSE_S and not has_ended()


def has_surplus(connection: Any) -> bool:
    """Return whether bytes arrived after the last response on a pooled connection of httpx2.

    They are not a response to the next request (RFC 9112 §6.3), but httpcore2 would read them as one: a file would get
    the translation of another.
    """
    while (inner := getattr(connection, "_connection", None)) is not None:
        connection = inner
    state: Any = getattr(connection, "_h11_state", None)
    return state is not None and bool(state.trailing_data[0])


def is_readable(socket: Any) -> bool:
    """Return whether the socket is readable. Before a request this means that the connection was closed."""
    if not hasattr(select, "poll"):  # Windows
        return bool(select.select([socket], [], [], 0)[0])
    poll = select.poll()  # select() supports no descriptor above 1,023
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))


def network_failure(failure: httpx2.HTTPError, request: httpx2.Request, name: str) -> Failed:
    """Return the failure of a request without a complete response.

    The cause is a new exception: the frames of the original contain the request's headers, including the token.
    """
    what = responses.library_message(failure, mask=partial(mask_token, request)) or type(failure).__name__
    if isinstance(failure, httpx2.LocalProtocolError):
        return Failed(FailureKind.REJECTED, TransferError(f"{name}: the request could not be sent: {what}"))
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


def mask_token(request: httpx2.Request, text: str) -> str:
    """Return the text without the request's token: some gateways echo it."""
    return _token(request).redact(text)


def readable(response: httpx2.Response, operation: Operation) -> httpx2.Response:
    """Return a successful response in a form that its generated operation can parse.

    The generated parser accepts only documented statuses. The response to a poll loses the token that some gateways
    echo.
    """
    response.encoding = "utf-8"  # of JSON and YAML, regardless of the header
    status = response.status_code
    is_known = status in responses.DOCUMENTED_STATUSES[operation.role] or (status, operation.id) == (
        206,
        "getFileTranslation",
    )
    if not is_known:
        response.status_code = 200
    if operation.role != "poll" or not _token(response.request).occurs_in(response.content):
        return response
    content = responses.with_message_masked(response.content, mask=partial(mask_token, response.request))
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _BODY_HEADERS]
    return httpx2.Response(response.status_code, headers=headers, content=content, request=response.request)


class StorageURL(httpx2.URL):
    """The URL of a result in a request, which the log filter recognizes by its type."""

    def __repr__(self) -> str:
        return f"URL({PresignedUrl(self)!r})"


_LOCATION = re.compile(r"(b'(?:content-)?location', b'[^'?]*\?)[^']*", re.IGNORECASE)  # httpcore2 logs headers at DEBUG


def hide_queries(record: logging.LogRecord) -> bool:
    """Remove the queries of result URLs from a record of the HTTP libraries. httpx2 logs whole URLs at INFO."""
    if isinstance(record.args, tuple) and any(isinstance(value, StorageURL) for value in record.args):
        record.args = tuple(
            PresignedUrl(value).masked if isinstance(value, StorageURL) else value for value in record.args
        )
    elif isinstance(record.msg, str) and "location'" in record.msg.lower():
        record.msg = _LOCATION.sub(r"...", record.msg)
    return True


def guard_logs() -> None:
    """Keep the queries of result URLs out of the logs of the HTTP libraries."""
    for name in ("httpx2", "httpcore2.http11", "httpcore2.http2"):
        logging.getLogger(name).addFilter(hide_queries)  # a second call has no effect


def uncertain(name: str, request: httpx2.Request, error: TranslationError) -> SubmissionUncertain:
    """Return the error for a submission that the service may have accepted, with the request body."""
    detail = f"HTTP {error.status_code}" if isinstance(error, APIError) else "no complete response"
    members = responses.members_of(request.content)
    if isinstance(members.get("url"), str):
        members["url"] = PresignedUrl(members["url"])
    result = SubmissionUncertain(
        f"{name} was sent and its outcome is unknown ({detail}): the service may have accepted and billed the job. "
        "It was not sent again. If your account does not show the job, submit it again.",
        operation=name,
        request=members or None,
    )
    result.__cause__ = error
    result.request_id = error.request_id
    return result
