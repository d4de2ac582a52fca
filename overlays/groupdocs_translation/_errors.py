"""The exceptions that this package raises.

::

    TranslationError
    ├── ConfigurationError (ValueError)     an argument, setting or environment variable is wrong
    │   ├── UnsupportedFormat               the service does not read or write this format
    │   └── UnsupportedLanguage             not a language code, or not one the service supports
    ├── AuthenticationError                 no token, or the API rejected it
    │   └── TokenResponseError              the response of the token endpoint is not a token
    ├── ConnectionFailed                    the server was not reached, or no complete response arrived
    │   └── TokenUnavailable                the token endpoint is down for now; the credentials may be valid
    ├── TransferError                       an upload or download failed or the file is damaged
    ├── APIError                            the service returned an error or an invalid response
    │   ├── BadRequest (400, 422)
    │   ├── NotFound (404)
    │   ├── RateLimited (429)
    │   └── ServerError (5xx)
    ├── JobError                            has the job
    │   ├── JobFailed
    │   ├── JobPartial                      some languages are ready, others are missing (206)
    │   ├── JobExpired                      unknown to the service: older than 24 hours, or never made
    │   └── JobTimeout                      not ready before the timeout; wait again
    ├── SubmissionUncertain                 the service may have accepted the job; it was not sent again
    └── CallBudgetExceeded                  the next call would exceed ``call_budget``

No message contains a secret, a token, a response body or the query of a result URL.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Generator, Iterable, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, cast

from ._data import plain

log = logging.getLogger("groupdocs_translation.errors")


class TranslationError(Exception):
    """Base class of all exceptions of this package.

    Attributes:
        job: the job that was waited for or downloaded, a ``Job`` or ``AsyncJob``, or ``None``.
        jobs: all jobs that a call with several has submitted, in order, including those that are done. You can still
            get their results, which are billed already.
        request_id: ID of the failed request, a string: from the response, or else the one that was sent. ``None`` if
            nothing was sent or no response is due yet.

    Errors can be pickled and copied with all attributes, for example to return them from worker processes. In a pickle
    or a deep copy, a job becomes its handle, which has ``id``, ``kind`` and ``to_dict()``.
    """

    job: Any = None
    jobs: Sequence[Any] = ()
    request_id: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the attributes. By default, unpickling calls the constructor with the message only."""
        return _restored, (type(self), self.args, vars(self).copy())

    def to_dict(self) -> dict[str, Any]:
        """Return the class name as ``error``, the ``message`` and all attributes, as JSON types."""
        given = {"job": self.job, "jobs": self.jobs, "request_id": self.request_id, **vars(self)}
        values = {name: plain(value) for name, value in given.items() if not name.startswith("_")}
        return {**values, "error": type(self).__name__, "message": str(self)}


def _restored(kind: type[TranslationError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> TranslationError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class ConfigurationError(TranslationError, ValueError):
    """An argument, a setting or an environment variable is missing or wrong. Nothing was sent.

    The message is ``problem``, followed by ``hint``: what to do in the Python API, or ``None``. ``parameter`` is the
    name of the argument or variable, or several names separated by commas. ``allowed`` is a tuple of the allowed values
    or names, if they can be listed.
    """

    def __init__(
        self, problem: str, *, parameter: str | None = None, allowed: Iterable[object] = (), hint: str | None = None
    ) -> None:
        super().__init__(f"{problem}; {hint}" if hint else problem)
        self.problem = problem
        self.parameter = parameter
        self.allowed = tuple(allowed)
        self.hint = hint


class UnsupportedFormat(ConfigurationError):
    """The service does not translate this source format, or cannot produce this output format from it."""


class UnsupportedLanguage(ConfigurationError):
    """The language code is malformed, or the service does not translate this pair."""


class _TokenError(TranslationError):
    def __init__(
        self,
        message: str,
        *,
        error: str | None = None,
        error_description: str | None = None,
        error_uri: str | None = None,
        status_code: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.error = error
        self.error_description = error_description
        self.error_uri = error_uri
        self.status_code = status_code
        self.retry_after = retry_after


class AuthenticationError(_TokenError):
    """No usable access token could be obtained, or the API rejected it.

    ``error``, ``error_description`` and ``error_uri`` are the members of an OAuth error response (RFC 6749 §5.2),
    truncated and without control characters. ``status_code`` is the HTTP status, ``None`` without a response.
    ``retry_after`` is the delay in seconds that the server requested, or ``None``.
    """


class TokenResponseError(AuthenticationError):
    """The token endpoint responded, but not with a usable token."""


class ConnectionFailed(TranslationError):
    """The server could not be reached, or the connection broke before a complete response arrived."""


class TokenUnavailable(_TokenError, ConnectionFailed):
    """The token endpoint is temporarily unavailable: it failed (5xx), limits requests (429) or was not reached.

    This says nothing about the credentials. Nothing was sent to the service. ``error``, ``error_description``,
    ``error_uri`` and ``status_code`` are as in ``AuthenticationError``. ``retry_after`` is in seconds: the client
    requests no token before then.
    """


class TransferError(TranslationError):
    """An upload or a download failed, the file is damaged, or its URL is not safe to use.

    ``status_code`` is the HTTP status that the storage returned, or ``None``.
    """

    status_code: int | None = None


class APIError(TranslationError):
    """The service returned an error, or a response that its OpenAPI document does not describe.

    ``status_code`` is the HTTP status, an int. ``operation`` is the operationId. ``message`` is the message of the
    service, truncated to a line, or ``None``. ``request_id`` is the ID in the response, or else the one that was sent.
    """

    def __init__(
        self,
        text: str,
        *,
        status_code: int,
        operation: str,
        message: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(text)
        self.status_code = status_code
        self.operation = operation
        self.message = message
        self.request_id = request_id
        self.retry_after = retry_after


class BadRequest(APIError):
    """HTTP 400 or 422: the service rejected the request as invalid."""


class NotFound(APIError):
    """HTTP 404: unknown, or older than 24 hours, after which results are deleted."""


class RateLimited(APIError):
    """HTTP 429: too many calls. ``retry_after`` is in seconds, or ``None``."""


class ServerError(APIError):
    """HTTP 5xx: the service failed."""


class JobError(TranslationError):
    """A job has no complete result. ``job`` is the ``Job`` or ``AsyncJob``, to wait again or read its status."""

    def __init__(self, message: str, *, job: Any) -> None:
        super().__init__(message)
        self.job = job
        self.request_id = getattr(job, "request_id", None)


class JobFailed(JobError):
    """The service failed to translate. ``status`` and ``reason`` are its status code and message, or ``None``."""

    def __init__(self, message: str, *, job: Any, status: int | None = None, reason: str | None = None) -> None:
        super().__init__(message, job=job)
        self.status = status
        self.reason = reason


class JobPartial(JobError):
    """Some languages are missing (206). ``result`` has the others, ``missing`` is a tuple of the missing codes."""

    def __init__(self, message: str, *, job: Any, result: Any, missing: Sequence[str]) -> None:
        super().__init__(message, job=job)
        self.result = result
        self.missing = tuple(missing)


class JobExpired(JobError):
    """The job is unknown to the service, which keeps results for 24 hours."""


class JobTimeout(JobError):
    """The job was not ready before the timeout. It continues at the service, so you can wait again."""


class SubmissionUncertain(TranslationError):
    """The request was sent, but no usable response arrived: the service may have accepted and billed the job.

    It is not sent again, because that could be billed twice. ``request`` is the body that was sent, as a dictionary, or
    ``None``. ``operation`` is the operationId.
    """

    def __init__(self, message: str, *, operation: str, request: Mapping[str, Any] | None) -> None:
        super().__init__(message)
        self.operation = operation
        self.request = request


class CallBudgetExceeded(TranslationError):
    """The next call would exceed ``call_budget`` and was not sent. ``budget`` and ``used`` are numbers of calls."""

    def __init__(self, message: str, *, budget: int, used: int) -> None:
        super().__init__(message)
        self.budget = budget
        self.used = used


def unexpected(what: str, error: Exception) -> TranslationError:
    """Convert an unforeseen exception to one of this package, without its text, which may contain a URL or a token."""
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    if isinstance(error, TranslationError):
        return error
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return TransferError(f"{what}: {error.strerror or type(error).__name__}{where}")
    name = type(error).__name__
    log.debug("%s: unexpected %s\n%s", what, name, "".join(traceback.format_tb(error.__traceback__)))
    hint = "report it with the traceback that is logged at level DEBUG (-vv)"
    return TranslationError(f"{what}: a bug in this package ({name}): {hint}")


@contextmanager
def only_our_errors(what: str) -> Generator[None]:
    """Convert other exceptions of a public call to those of this package."""
    try:
        yield
    except TranslationError:
        raise
    except Exception as error:
        raise unexpected(what, error) from None
