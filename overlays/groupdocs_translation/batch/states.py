"""What becomes of a file when a batch starts, decided from what the journal says and what lies on disk. Pure.

::

    planned ──> uploaded ──> submitting ──> submitted ──> done
       └───────────┴─────────────┴─────────────┴────────> failed        (and back to planned, when it is tried again)
                                 └──> uncertain                         (the service may have taken the job)

Called by the planner for every file; the workers make the steps.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

RESULT_LIFETIME_S = 24 * 3600.0  # results stay so long after the request (service page, "How a translation runs")
GRACE_S = (
    3600.0  # a job said to be unknown this close to its end has expired; a younger one is a riddle, not asked twice
)
UPLOAD_LIFETIME_S = 3600.0  # no page says how long an upload is kept; an hour saves the call after a crash or Ctrl-C


class FileState(StrEnum):
    """Where a file is; the journal stores these words."""

    PLANNED = "planned"
    UPLOADED = "uploaded"
    SUBMITTING = "submitting"
    SUBMITTED = "submitted"
    DONE = "done"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


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
    """The state to go on from, and the languages that are still to be made."""

    state: FileState
    targets: Sequence[str]


def next_state(known: Recorded | None, desired: Desired) -> Decision:
    """What to do with a file at the start of a run.

    Nothing that was paid for is paid again: a job younger than 24 hours is fetched by its id, a submission whose fate
    is unknown stays ``uncertain`` unless ``retry_uncertain`` says to risk it.
    """
    missing = [language for language in desired.targets if language not in desired.present]
    if known is None or desired.is_changed:
        return Decision(FileState.PLANNED if missing else FileState.DONE, missing)
    if not missing:
        return Decision(FileState.DONE, ())
    match known.state:
        case FileState.SUBMITTED | FileState.DONE if _is_fetchable(known, missing):
            return Decision(FileState.SUBMITTED, known.targets)
        case FileState.SUBMITTING | FileState.UNCERTAIN if not desired.retry_uncertain:
            return Decision(FileState.UNCERTAIN, known.targets)
        case FileState.FAILED if not (known.is_transient or desired.retry_failed):
            return Decision(FileState.FAILED, missing)
        case FileState.UPLOADED | FileState.SUBMITTING | FileState.UNCERTAIN if _is_fresh(known):
            return Decision(FileState.UPLOADED, missing)
        case _:
            return Decision(FileState.PLANNED, missing)


def _is_fetchable(known: Recorded, missing: Sequence[str]) -> bool:
    """Whether the last job can still be fetched, and brings something that is missing."""
    if known.job_age_s is None or known.job_age_s >= RESULT_LIFETIME_S:
        return False
    return known.state is FileState.SUBMITTED or not set(missing).isdisjoint(known.targets)


def _is_fresh(known: Recorded) -> bool:
    return known.upload_age_s is not None and known.upload_age_s < UPLOAD_LIFETIME_S


def is_expired(job_age_s: float) -> bool:
    """Whether a job that the service does not know has expired; a younger one is not paid for again unasked."""
    return job_age_s >= RESULT_LIFETIME_S - GRACE_S
