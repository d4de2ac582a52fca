"""What an answer or a failure of httpx2 comes to: its fate, and the exception that callers see, without the token.

Below both sessions: nothing here waits.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING, Any, cast

import httpx2

from ._errors import (
    APIError,
    AuthenticationError,
    ConnectionFailed,
    SubmissionUncertain,
    TransferError,
    TranslationError,
)
from ._rules import answers
from ._rules.retry import Fate, fate_of_status
from .auth.credentials import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

    from .spec.operations import Operation

_NOT_SENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)
_OF_THE_BODY = {"content-encoding", "content-length", "transfer-encoding"}  # headers
_DOCUMENTED = {"submit": {200, 202}, "poll": {200, 202}, "upload": {200}, "read": {200}}


def judge(
    response: httpx2.Response, operation: Operation | None, name: str, *, now: float
) -> tuple[httpx2.Response | None, Fate, TranslationError | None]:
    """The answer if it is a good one, else its fate and the error; ``now`` in seconds since the epoch."""
    status = response.status_code
    if status == 401:
        return None, Fate.REJECTED, _refused_token(name, response)
    if not response.is_success:
        return None, fate_of_status(status), _status_error(name, status, response, now)
    if operation is None:
        return response, Fate.REJECTED, None
    reason = answers.wrong_shape(operation, response.content)
    if reason is None:
        if status not in _DOCUMENTED[operation.role] and (status, operation.id) != (206, "getFileTranslation"):
            response.status_code = 200  # the generated parser knows documented statuses only; the body says the rest
        return _unechoed(response, operation), Fate.REJECTED, None
    if operation.role != "submit":
        return None, Fate.REJECTED, answers.nonsense(name, status, reason)
    if (refused := answers.refusal(response.content)) is not None:
        return None, fate_of_status(refused.status), _status_error(name, refused.status, response, now)
    return None, Fate.BROKEN, answers.nonsense(name, status, reason)


def _status_error(name: str, status: int, response: httpx2.Response, now: float) -> APIError:
    mask = _mask(response.request)
    return answers.status_error(name, status, response.headers, response.content, now=now, mask=mask)


def network_failure(failure: httpx2.HTTPError, request: httpx2.Request, name: str) -> tuple[Fate, TranslationError]:
    """The fate and the error of a request that got no whole answer.

    The cause is rebuilt: the frames of the original hold the request's headers, token included.
    """
    what = _mask(request)(str(failure)) or type(failure).__name__  # a broken status line is quoted
    if isinstance(failure, httpx2.LocalProtocolError):
        return Fate.REJECTED, TransferError(f"{name}: the request broke off on our side: {what}")
    error = ConnectionFailed(f"{name}: {request.url.host}: {type(failure).__name__}: {what}")
    error.__cause__ = type(failure)(what)
    if not isinstance(failure, _NOT_SENT):
        return Fate.BROKEN, error
    if isinstance(failure, httpx2.UnsupportedProtocol) or _is_certificate_failure(failure):
        return Fate.UNREACHABLE, error
    return Fate.NOT_SENT, error


def _is_certificate_failure(failure: BaseException | None) -> bool:
    while failure is not None:
        if isinstance(failure, ssl.SSLCertVerificationError):
            return True
        failure = failure.__cause__ or failure.__context__
    return False


def _token(request: httpx2.Request) -> Secret:
    return Secret(request.headers.get("authorization", "").removeprefix("Bearer "))


def _mask(request: httpx2.Request) -> Callable[[str], str]:
    """Hides the token that a request carried: gateways have been seen to echo it."""
    return _token(request).redact


def _unechoed(response: httpx2.Response, operation: Operation) -> httpx2.Response:
    """The answer of a poll without the request's token in what it says of the job, which errors and logs quote."""
    if operation.role != "poll" or not _token(response.request).occurs_in(response.content):
        return response
    content = answers.with_message_masked(response.content, mask=_mask(response.request))
    headers = [(name, value) for name, value in response.headers.multi_items() if name not in _OF_THE_BODY]
    return httpx2.Response(response.status_code, headers=headers, content=content, request=response.request)


def _refused_token(name: str, response: httpx2.Response) -> AuthenticationError:
    challenge = answers.clean(response.headers.get("www-authenticate"), mask=_mask(response.request))
    return AuthenticationError(
        f"{name}: the API refused the access token (HTTP 401{': ' + challenge if challenge else ''}); "
        "check that base_url and token_url belong together and that the application may use this API",
        error="invalid_token",
        error_description=challenge,
        status_code=401,
    )


def uncertain(name: str, request: httpx2.Request, error: TranslationError) -> SubmissionUncertain:
    """The error of a submission that may have been taken, and with it what was sent."""
    detail = f"HTTP {error.status_code}" if isinstance(error, APIError) else "no whole answer"
    try:
        sent: Any = answers.parse(request.content)
    except (ValueError, httpx2.RequestNotRead):
        sent = None
    in_doubt = SubmissionUncertain(
        f"{name} was sent and its outcome is unknown ({detail}): the service may have taken and billed the job. "
        "It was not sent again. If no result turns up on your account, send it once more.",
        operation=name,
        request=cast("dict[str, Any]", sent) if isinstance(sent, dict) else None,
    )
    in_doubt.__cause__ = error
    return in_doubt
