"""Every exception this package raises.

::

    TranslationError
    ├── ConfigurationError (ValueError)     an argument, setting or environment variable is wrong
    │   ├── UnsupportedFormat               no operation takes or makes this format
    │   └── UnsupportedLanguage             not a language code, or not one the service knows
    ├── AuthenticationError                 no token, or the API refused the one we have
    │   └── TokenResponseError              the token endpoint's answer is not a token
    ├── ConnectionFailed                    the server was not reached, or the answer did not arrive
    │   └── TokenUnavailable                the identity server is down for now; the credentials may be fine
    ├── TransferError                       an upload or download broke off or arrived damaged
    ├── APIError                            the service answered with an error, or with nonsense
    │   ├── BadRequest (400, 422)
    │   ├── NotFound (404)
    │   ├── RateLimited (429)
    │   └── ServerError (5xx)
    ├── JobError                            keeps the job
    │   ├── JobFailed
    │   ├── JobPartial                      some languages are there, some are not (206)
    │   ├── JobExpired                      unknown to the service: older than 24 hours, or never made
    │   └── JobTimeout                      not ready in the time given; wait again
    ├── SubmissionUncertain                 the service may have taken the job: not sent again
    └── CallBudgetExceeded                  the next call would pass ``call_budget``

No message holds a secret, a token, a response body or the query of a result URL.
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
    """Base of everything raised by this package on purpose.

    ``job`` is the job that was being waited for or fetched, ``None`` if there was none. A call that makes several jobs
    gives all that it has submitted in ``jobs``, in order, those that are done among them: what was paid for is never
    lost.

    Errors can be pickled and copied, so they pass from worker processes with all attributes; in a pickle or a deep copy
    a job is its handle, which has ``id``, ``kind`` and ``to_dict()``. ``request_id`` names the request at the service,
    or at the identity server: the id its answer gave, else the one we sent; ``None`` if nothing was sent, or if what
    was sent is still waiting for its answer.
    """

    job: Any = None
    jobs: Sequence[Any] = ()
    request_id: str | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the attributes: by default the constructor would be called with the message alone."""
        return _restored, (type(self), self.args, vars(self).copy())

    def to_dict(self) -> dict[str, Any]:
        """The class's name as ``error``, ``message``, and all attributes, as JSON types."""
        given = {"job": self.job, "jobs": self.jobs, "request_id": self.request_id, **vars(self)}
        values = {name: plain(value) for name, value in given.items() if not name.startswith("_")}
        return {**values, "error": type(self).__name__, "message": str(self)}


def _restored(kind: type[TranslationError], arguments: tuple[Any, ...], attributes: dict[str, Any]) -> TranslationError:
    error = kind.__new__(kind, *arguments)
    error.__dict__.update(attributes)
    return error


class ConfigurationError(TranslationError, ValueError):
    """An argument, a setting or an environment variable is missing or wrong; nothing was sent.

    The message is ``problem``, then ``hint``: what to do, in terms of the Python API (``None`` if there is nothing more
    to say). ``parameter`` is the name of the argument (names of
    several with commas between them), ``allowed`` the values or names that it may have, where they can
    be listed.
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
    """No operation of the service takes this source format, or makes this output from it."""


class UnsupportedLanguage(ConfigurationError):
    """The language code is malformed, or the service does not translate this pair."""


class AuthenticationError(TranslationError):
    """No usable access token could be had, or the API refused it.

    ``error``, ``error_description`` and ``error_uri`` are the members of an OAuth error answer (RFC 6749 §5.2),
    cleaned of control characters and cut; ``status_code`` is the HTTP status, ``None`` if there was no answer.
    ``retry_after`` is what the server asked for, in seconds.
    """

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


class TokenResponseError(AuthenticationError):
    """The token endpoint answered, but not with a token that can be used."""


class ConnectionFailed(TranslationError):
    """The server could not be reached, or the connection broke before a whole answer arrived."""


class TokenUnavailable(ConnectionFailed):
    """The identity server gave no token for now: it failed (5xx), wants fewer requests (429), or was not reached.

    Nothing is wrong with the credentials, and nothing was sent to the service. ``error``, ``error_description``,
    ``error_uri`` and ``status_code`` are as in ``AuthenticationError``; ``retry_after`` is in seconds: before then the
    client does not ask again.
    """

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


class TransferError(TranslationError):
    """An upload or a download broke off, arrived damaged, or its address is not safe to use."""


class APIError(TranslationError):
    """The service answered with an error, or with something its document does not describe.

    ``status_code`` is the HTTP status; ``operation`` the operationId; ``message`` what the service said, cut to a line;
    ``request_id`` its id of the request, else ours.
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
    """HTTP 400 or 422: the service does not take the request as it is."""


class NotFound(APIError):
    """HTTP 404: unknown, or older than the 24 hours that results are kept."""


class RateLimited(APIError):
    """HTTP 429: too many calls; ``retry_after`` is in seconds, ``None`` if the service gave none."""


class ServerError(APIError):
    """HTTP 5xx: the service failed."""


class JobError(TranslationError):
    """Something is the matter with a job; ``job`` is kept, so nothing that was paid for is lost."""

    def __init__(self, message: str, *, job: Any) -> None:
        super().__init__(message)
        self.job = job
        self.request_id = getattr(job, "request_id", None)


class JobFailed(JobError):
    """The service could not do the job. ``status`` and ``reason`` are what its answer says."""

    def __init__(self, message: str, *, job: Any, status: int | None = None, reason: str | None = None) -> None:
        super().__init__(message, job=job)
        self.status = status
        self.reason = reason


class JobPartial(JobError):
    """Done in part (206). ``result`` holds what is there, ``missing`` the languages that are not."""

    def __init__(self, message: str, *, job: Any, result: Any, missing: Sequence[str]) -> None:
        super().__init__(message, job=job)
        self.result = result
        self.missing = tuple(missing)


class JobExpired(JobError):
    """The service does not know the job: results are kept for 24 hours."""


class JobTimeout(JobError):
    """The job was not ready in the time given. It goes on at the service; waiting again works."""


class SubmissionUncertain(TranslationError):
    """The request was sent and no usable answer came: the service may have taken, and billed, the job.

    It is not sent again, because that could be paid twice. ``request`` is what was sent, ``operation`` the operationId.
    """

    def __init__(self, message: str, *, operation: str, request: Mapping[str, Any] | None) -> None:
        super().__init__(message)
        self.operation = operation
        self.request = request


class CallBudgetExceeded(TranslationError):
    """The next call would pass ``call_budget``; it was not sent."""

    def __init__(self, message: str, *, budget: int, used: int) -> None:
        super().__init__(message)
        self.budget = budget
        self.used = used


def unexpected(what: str, error: Exception) -> TranslationError:
    """An exception that nobody foresaw, as one of ours; its text is not told, it may hold an address or a token."""
    while isinstance(error, ExceptionGroup):
        error = cast("ExceptionGroup[Exception]", error).exceptions[0]
    if isinstance(error, TranslationError):
        return error
    if isinstance(error, OSError):
        where = f": {error.filename}" if error.filename else ""
        return TransferError(f"{what}: {error.strerror or type(error).__name__}{where}")
    name = type(error).__name__
    log.debug("%s: unexpected %s\n%s", what, name, "".join(traceback.format_tb(error.__traceback__)))
    hint = "please report it with the traceback that is logged at level DEBUG (-vv)"
    return TranslationError(f"{what}: a fault of this package ({name}), {hint}")


@contextmanager
def only_our_errors(what: str) -> Generator[None]:
    """Let no other exception out of a public call than those of this package."""
    try:
        yield
    except TranslationError:
        raise
    except Exception as error:
        raise unexpected(what, error) from None
