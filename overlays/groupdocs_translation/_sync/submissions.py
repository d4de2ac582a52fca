# Derived from overlays/groupdocs_translation/_async/submissions.py by `nox -s regenerate`: edit that file, never this one.
"""What is sent once and billed: a file's upload, and the request that makes a job of it or of texts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .._job_ref import JobRef
from .._plans import uploaded_url
from .._results import Progress
from .jobs import Job

if TYPE_CHECKING:
    from .._plans import FilePlan
    from .._sources import Source
    from ..spec.operations import Operation
    from .connection import Connection
    from .transfer import Watcher

log = logging.getLogger("groupdocs_translation.client")


def submit(
    connection: Connection, operation: Operation, request: Any, ref: JobRef, progress: Watcher | None = None
) -> Job:
    """Send the request that makes a job; ``ref`` is all that is known of it before it has an id.

    Raises:
        SubmissionUncertain: the job may have been made; it is not sent twice.
    """
    if progress is not None:
        progress(Progress("submit", ref.name, 0, None))
    try:
        response = connection.call(operation.id, body=request)
    except Exception:
        raise
    except BaseException as interrupt:
        interrupt.add_note(f"{operation.id} was cut short: the service may have taken and billed the job")
        raise
    ref = evolve(ref, id=response.parsed.id, trial=connection.settings.trial, submitted_at=connection.clock.wall())
    log.info("%s: job %s", operation.id, ref.id)
    job = Job(connection, ref, submitted=connection.clock.monotonic())
    if progress is not None:
        progress(Progress("submitted", ref.name or ref.id, 0, None, job))
    return job


def submit_file(connection: Connection, plan: FilePlan, progress: Watcher | None = None) -> Job:
    """Upload what the plan is for, unless it is at a URL, and submit it."""
    plan.request.url = plan.source.url or upload(connection, plan.source, plan.format, progress)
    ref = JobRef(
        id="",
        kind=plan.operation.family,
        subject=plan.kind.name,
        size=plan.source.size,
        targets=plan.targets,
        name=plan.source.name,
        output_format=plan.output,
    )
    return submit(connection, plan.operation, plan.request, ref, progress)


def upload(connection: Connection, source: Source, source_format: str, progress: Watcher | None = None) -> str:
    """Store a file at the service, in constant memory; its URL there."""
    from .transfer import Upload  # noqa: PLC0415  (loads httpx2)

    session = connection.session()
    body = Upload(source, progress)
    request = session.build_request("POST", "/file/upload", params={"format": source_format}, headers=body.headers)
    request.stream = body
    try:
        response = session.send(request)
    finally:
        body.discard()
    return uploaded_url(response.content)
