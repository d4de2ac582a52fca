"""The decisions of a batch: the next state of a file, what an error means, what it costs. Pure functions.

::

    planned ──> uploaded ──> submitting ──> submitted ──> done
       └───────────┴─────────────┴─────────────┴────────> failed        (and back to planned, when it is tried again)
                                 └──> uncertain                         (the service may have taken the job)

Called by the planner for every file; the workers make the steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, StrEnum
from typing import Literal

from attrs import evolve, frozen

from .._data import Data
from .._errors import (
    APIError,
    AuthenticationError,
    CallBudgetExceeded,
    ConnectionFailed,
    JobExpired,
    JobFailed,
    JobTimeout,
    NotFound,
    RateLimited,
    ServerError,
    SubmissionUncertain,
    TokenUnavailable,
    TransferError,
)

RESULT_LIFETIME_S = 24 * 3600.0  # results stay so long after the request (service page, "How a translation runs")
GRACE_S = 3600.0  # a job unknown this close to its end has expired; a younger job may still exist
UPLOAD_LIFETIME_S = 3600.0  # no page says how long an upload is kept; an hour saves the call after a crash or Ctrl-C


BatchStep = Literal[
    "planning", "start", "uploading", "submitting", "waiting", "fetching",
    "done", "failed", "uncertain", "again", "stopping", "end",
]  # fmt: skip
StopReason = Literal["interrupted", "max_calls", "call_budget", "authentication", "refused"]


class FileState(StrEnum):
    """Where a file is; the journal stores these words."""

    PLANNED = "planned"
    UPLOADED = "uploaded"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


OVER: dict[FileState, BatchStep] = {
    FileState.DONE: "done",
    FileState.FAILED: "failed",
    FileState.UNCERTAIN: "uncertain",
}


class Queue(StrEnum):
    """What a file waits for, by its state."""

    FETCH = "fetch"  # submitted before: only waiting and fetching are left, and it expires
    SEND = "send"


@frozen
class Recorded:
    """What the journal knows of a file.

    ``targets`` are the languages of the job that is under way or was the last; ``upload_age_s`` and ``job_age_s`` are
    in seconds, ``None`` if there is no upload or no job. ``is_transient``: it failed for a reason that passes (network,
    too many calls), not because of the file.
    """

    state: FileState
    targets: Sequence[str] = ()
    upload_age_s: float | None = None
    job_age_s: float | None = None
    is_transient: bool = False


@frozen
class Desired:
    """What is wanted now.

    ``targets`` are the languages to have, ``present`` those whose results lie on disk, made of the source as it is,
    with the options as they are. ``is_changed``: source or options are not those of the journal's entry.
    """

    targets: Sequence[str]
    present: Sequence[str] = ()
    is_changed: bool = False
    retry_failed: bool = False
    retry_uncertain: bool = False


@frozen
class Decision:
    """The state to resume from, and the languages that are still missing."""

    state: FileState
    targets: Sequence[str]


def next_state(known: Recorded | None, desired: Desired) -> Decision:
    """Return what to do with a file at the start of a run.

    Nothing that was paid for is paid again: a job younger than 24 hours is fetched by its ID, a submission whose
    outcome is unknown stays ``uncertain`` unless ``retry_uncertain`` says to risk it.
    """
    missing = [language for language in desired.targets if language not in desired.present]
    if known is None or desired.is_changed:
        return Decision(FileState.PLANNED if missing else FileState.DONE, missing)
    if not missing:
        return Decision(FileState.DONE, ())
    match known.state:
        case FileState.SUBMITTED | FileState.DONE if _is_fetchable(known, missing):
            return Decision(FileState.SUBMITTED, known.targets)
        case FileState.FAILED if known.is_transient and _is_fetchable(known, missing):
            return Decision(FileState.SUBMITTED, known.targets)
        case FileState.SUBMITTING | FileState.UNCERTAIN if not desired.retry_uncertain:
            return Decision(FileState.UNCERTAIN, known.targets)
        case FileState.FAILED if not (known.is_transient or desired.retry_failed) and _is_of(known, desired, missing):
            return Decision(FileState.FAILED, missing)
        case FileState.UPLOADED | FileState.SUBMITTING | FileState.UNCERTAIN if _is_fresh(known):
            return Decision(FileState.UPLOADED, missing)
        case _:
            return Decision(FileState.PLANNED, missing)


def _is_fetchable(known: Recorded, missing: Sequence[str]) -> bool:
    """Return whether the last job can still be fetched and has a missing language."""
    if known.job_age_s is None or known.job_age_s >= RESULT_LIFETIME_S:
        return False
    return known.state is FileState.SUBMITTED or not set(missing).isdisjoint(known.targets)


def _is_of(known: Recorded, desired: Desired, missing: Sequence[str]) -> bool:
    """Return whether a failed job had only these languages: another may have been the cause."""
    return set(missing) <= set(known.targets) <= set(desired.targets)


def _is_fresh(known: Recorded) -> bool:
    return known.upload_age_s is not None and known.upload_age_s < UPLOAD_LIFETIME_S


def is_expired(job_age_s: float) -> bool:
    """Return whether a job unknown to the service has expired; a younger one is never submitted again by default."""
    return job_age_s >= RESULT_LIFETIME_S - GRACE_S


# -- what an error means -----------------------------------------------------------------------------------------------

TRIES = 4  # of a step of one file in one run, on top of the retries of each call
REFUSALS = 20  # of one file in one run: with limits that halve and pauses that are kept this is minutes
FIRST_PAUSE_S = 1.0
LONGEST_PAUSE_S = 60.0
REVOKED_PAUSE_S = 6.0  # a token younger than 5 s is not given up for a 401: before that nothing would be different
REVOCATIONS = 5  # of one file: the pauses, 6 to 48 s, outlast the minute in which the source keeps an untried token


class Step(Enum):
    """What was being done with a file."""

    UPLOAD = "upload"
    SUBMIT = "submit"
    WAIT = "wait"
    FETCH = "fetch"


class ErrorAction(Enum):
    """What an error means."""

    AGAIN = "again"  # temporary: retry the step later
    REFUSED = "refused"  # too many calls: later, with fewer at a time
    FAILED = "failed"  # the file's own fault, or the service's judgment of it
    UNCERTAIN = "uncertain"
    EXPIRED = "expired"
    UNFINISHED = "unfinished"  # still running at the service; the next run fetches it
    REVOKED = "revoked"  # the API rejects new tokens: transient, unless it happens again and again
    STOP = "stop"  # every other file would meet the same


def classify_error(error: Exception, step: Step) -> ErrorAction:
    """Return what an error of a step means."""
    match error:
        case SubmissionUncertain():
            return ErrorAction.UNCERTAIN
        case AuthenticationError() if error.status_code == 401 and error.error == "invalid_token":
            return ErrorAction.REVOKED  # two revocations in a row look like this
        case CallBudgetExceeded() | AuthenticationError():
            return ErrorAction.STOP
        case RateLimited() | TokenUnavailable():  # credentials are fine, and outages last minutes
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
            return ErrorAction.AGAIN  # an invalid success response, such as a proxy's
        case _:  # HTTP 403 from a firewall, for example, says nothing about a paid job
            is_unfinished = step in {Step.WAIT, Step.FETCH} and not isinstance(error, JobFailed)
            return ErrorAction.UNFINISHED if is_unfinished else ErrorAction.FAILED


_OF_ONE_FILE = {
    "url", "originalFileName", "format", "elements", "pages", "slides", "worksheets", "ranges", "fragments"
}  # fmt: skip


def names_an_option(message: str, request: Iterable[str]) -> bool:
    """Return whether an error message names a request field that is the same for all files of a batch."""
    words = "".join(letter if letter.isalnum() else " " for letter in message.lower()).split()
    return any(name.lower() in words for name in request if name not in _OF_ONE_FILE)


def pause_s(tries: int, retry_after_s: float | None) -> float:
    """Seconds before a file's next try, after ``tries`` that failed; respects the service's ``Retry-After``."""
    return max(retry_after_s or 0.0, min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (tries - 1)))


# -- what it costs -----------------------------------------------------------------------------------------------------

CALLS_LEFT = {  # at least, in a state; a submission in flight may be counted already, so this is on the safe side
    FileState.PLANNED: 3,
    FileState.UPLOADED: 2,
    FileState.SUBMITTING: 2,
    FileState.SUBMITTED: 1,
}
USUAL_POLLS = 2.9  # of a job, before this journal has experience: balanced, 20 s (benchmarks/reports/polling.md)


@frozen(kw_only=True)
class KindCost(Data):
    """The expected calls for the files of one kind.

    ``files`` counts the files that need calls, ``bytes`` their size. ``polls`` is the minimum, ``expected_polls`` the
    average of such jobs so far, or the usual number.
    """

    kind: str
    files: int
    bytes: int
    uploads: int
    submissions: int
    polls: int
    expected_polls: float

    @property
    def minimum(self) -> int:
        """The fewest calls."""
        return self.uploads + self.submissions + self.polls

    @property
    def expected(self) -> int:
        """The calls that are likely."""
        return self.uploads + self.submissions + round(self.expected_polls)


def kind_cost(kind: str, states: Iterable[tuple[FileState, int, int]], polls_per_job: float | None) -> KindCost:
    """Return the cost of one kind from its (state, files, bytes); ``polls_per_job`` as measured, if it was."""
    uploads = submissions = polls = size = 0
    for state, files, total in states:
        left = CALLS_LEFT.get(state, 0)
        uploads += files if left > 2 else 0
        submissions += files if left > 1 else 0
        polls += files if left > 0 else 0
        size += total if left > 2 else 0
    each = polls_per_job if polls_per_job is not None else USUAL_POLLS
    return KindCost(
        kind=kind,
        files=polls,
        bytes=size,
        uploads=uploads,
        submissions=submissions,
        polls=polls,
        expected_polls=polls * max(1.0, each),
    )


def fits(remaining: int | None, *, promised: int, need: int) -> bool:
    """Return whether a file that needs ``need`` calls may start while those in progress need ``promised``."""
    return remaining is None or promised + need <= remaining


# -- how many at a time ------------------------------------------------------------------------------------------------

FIRST = 4  # where a limit starts, if allowed: enough to keep the connection busy, few enough to be accepted
DECREASE = 0.5
CALM_S = 1.0  # refusals within so long of one that counted are of the same burst: it counts once


@frozen
class AimdLimit:
    """A limit that learns; every method returns another one.

    ``value`` is at least 1 and at most ``most``. Until the first refusal it doubles each round of ``value`` successes,
    after it a round adds one. ``calm_at`` (seconds, monotonic) is when the next refusal counts.
    """

    most: int
    value: float
    is_probing: bool = True
    calm_at: float = 0.0

    @classmethod
    def up_to(cls, most: int) -> AimdLimit:
        """Return the initial limit."""
        return cls(most, float(min(FIRST, most)))

    @property
    def width(self) -> int:
        """How many at a time."""
        return int(self.value)

    def succeeded(self) -> AimdLimit:
        """After one that went well."""
        step = 1.0 if self.is_probing else 1.0 / self.value
        return evolve(self, value=min(float(self.most), self.value + step))

    def refused(self, now: float, retry_after_s: float | None = None) -> AimdLimit:
        """Return the limit after an HTTP 429 or 503; ``now`` in monotonic seconds, ``retry_after_s`` as sent by it."""
        if now < self.calm_at:
            return self
        calm_at = now + max(CALM_S, retry_after_s or 0.0)
        return AimdLimit(self.most, max(1.0, self.value * DECREASE), is_probing=False, calm_at=calm_at)
