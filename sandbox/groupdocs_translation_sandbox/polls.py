"""Polls: the state of a job and, once it is ready, its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import define

from .answers import Answer, Refused

if TYPE_CHECKING:
    from groupdocs_translation.spec.operations import Operation

    from .clock import VirtualClock
    from .jobs import Job, Jobs
    from .storage import Storage

# The members of each family's answer that hold its result: null while the job runs.
RESULTS = {"text": ("translations",), "file": ("urls",), "hugo": ("frontmatters", "shortcodes")}


@define
class Statuses:
    """Which of the forms that the service is known to use: may be changed while the sandbox runs.

    ``submitted`` and ``pending`` are the HTTP statuses (200 or 202) of a submission and of a poll for a job that is not
    ready; ``pending_body`` is the ``status`` in the latter's body (202 or 102). A submission's is by default that which
    clients of the service rely on: 202 for ``POST /hugo``, 200 for all others.
    """

    submitted: int | None = None
    pending: int = 200
    pending_body: int = 202

    def of_submission(self, operation: Operation) -> int:
        """The HTTP status of a submission."""
        return self.submitted or (202 if operation.family == "hugo" else 200)


class Polls:
    """Answers polls."""

    def __init__(self, jobs: Jobs, storage: Storage, clock: VirtualClock, statuses: Statuses) -> None:
        self._jobs, self._storage, self._clock, self._statuses = jobs, storage, clock, statuses

    def answer(self, operation: Operation, job_id: str, address: str) -> Answer:
        """State and result of a job.

        Raises:
            Refused: 404, unknown, of another family, or older than a day.
        """
        job = self._jobs.find(job_id, operation)
        if job is None:
            raise Refused(404, "there is no such job, or it is older than 24 hours")
        body: dict[str, Any] = {"status": self._statuses.pending_body, "message": "in work"}
        body |= dict.fromkeys(RESULTS[job.family])
        if self._clock.now() < job.ready_at:
            return Answer.json(body, self._statuses.pending)
        body |= {"status": job.outcome.status, "message": job.outcome.message, **self._result(job, address)}
        if job.outcome.status == 206:
            return Answer.json(body | {"request": _request_taken(job), "details": {}}, 206)
        return Answer.json(body)

    def _result(self, job: Job, address: str) -> dict[str, Any]:
        if "files" not in job.outcome.result:
            return dict(job.outcome.result)
        urls: dict[str, Any] = {
            code: file and {"url": self._storage.url(file["key"], address), "size": file["size"]}
            for code, file in job.outcome.result["files"].items()
        }
        return {"urls": urls}


def _request_taken(job: Job) -> dict[str, Any]:
    """The request as ``CloudFileRequest`` has it."""
    request = job.request
    names = {
        "format": "format",
        "outFormat": "outputFormat",
        "url": "url",
        "masters": "masters",
        "isNeedAlignment": "isNeedAlignment",
        "translationDictionary": "translationDictionary",
        "origin": "origin",
        "originalFileName": "originalFileName",
        "separator": "separator",
        "ranges": "ranges",
        "frontMatterList": "frontMatterList",
        "savingMode": "savingMode",
    }
    return {"requestId": job.id, "isPaid": not job.trial} | {
        name: request[member] for name, member in names.items() if member in request
    }
