"""What an error means for a file and for the batch. Pure; called by the workers."""

from __future__ import annotations

from enum import Enum

from .._errors import (
    APIError,
    AuthenticationError,
    CallBudgetExceeded,
    ConnectionFailed,
    JobExpired,
    JobTimeout,
    NotFound,
    RateLimited,
    ServerError,
    SubmissionUncertain,
    TransferError,
)

TRIES = 4  # of a step of one file in one run, on top of the retries of each call
REFUSALS = 20  # of one file in one run: with limits that halve and pauses that are kept this is minutes
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
REVOKED_PAUSE_S = 6.0  # a token younger than 5 s is not given up for a 401: before that nothing would be different


class Step(Enum):
    """What was being done with a file."""

    UPLOAD = "upload"
    SUBMIT = "submit"
    WAIT = "wait"
    FETCH = "fetch"


class ErrorAction(Enum):
    """What an error means."""

    AGAIN = "again"  # it passes: the same step once more, later
    REFUSED = "refused"  # too many calls: later, with fewer at a time
    FAILED = "failed"  # the file's own fault, or the service's judgement of it
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    UNFINISHED = "unfinished"  # it goes on at the service; the next run fetches it
    REVOKED = "revoked"  # the API refuses what the identity server gives: passes, unless it comes again and again
    STOP = "stop"  # every other file would meet the same


def classify_error(error: Exception, step: Step) -> ErrorAction:
    """The meaning of an error that a step raised."""
    match error:
        case SubmissionUncertain():
            return ErrorAction.UNCERTAIN
        case AuthenticationError() if error.status_code == 401 and error.error == "invalid_token":
            return ErrorAction.REVOKED  # two revocations in a row look like this
        case CallBudgetExceeded() | AuthenticationError():
            return ErrorAction.STOP
        case RateLimited():
            return ErrorAction.REFUSED
        case ServerError() if error.status_code == 503:
            return ErrorAction.REFUSED
        case JobExpired():
            return ErrorAction.EXPIRED
        case JobTimeout():
            return ErrorAction.UNFINISHED
        case ConnectionFailed() | ServerError() | TransferError():
            return ErrorAction.AGAIN
        case NotFound() if step is Step.WAIT:
            return ErrorAction.EXPIRED
        case APIError() if step in {Step.UPLOAD, Step.WAIT} and error.status_code < 400:
            return ErrorAction.AGAIN  # a success with nonsense in it: of a proxy, say
        case _:
            return ErrorAction.FAILED


def pause_s(tries: int, retry_after_s: float | None) -> float:
    """Seconds before a file's next try, after ``tries`` that failed; what the service asked for is kept."""
    return max(retry_after_s or 0.0, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (tries - 1)))
