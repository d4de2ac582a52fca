"""What is sent once and billed: a file's upload, and the request that makes a job of it or of texts."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from attrs import evolve

from .._job_ref import JobRef
from .._plans import uploaded_url
from .._results import Progress
from .jobs import AsyncJob

if TYPE_CHECKING:
    from .._plans import FilePlan
    from .._sources import Source
    from ..spec.operations import Operation
    from .connection import AsyncConnection
    from .transfer import Watcher

log = logging.getLogger("groupdocs_translation.client")


async def submit(
    connection: AsyncConnection, operation: Operation, request: Any, ref: JobRef, progress: Watcher | None = None
) -> AsyncJob:
    """Send the request that makes a job; ``ref`` is all that is known of it before it has an id.

    Raises:
        SubmissionUncertain: the job may have been made; it is not sent twice.
    """
    if progress is not None:
        progress(Progress("submit", ref.name, 0, None))
    try:
        response = await connection.call(operation.id, body=request)
    except Exception:
        raise
    except BaseException as interrupt:
        interrupt.add_note(f"{operation.id} was cut short: the service may have taken and billed the job")
        raise
    ref = evolve(ref, id=response.parsed.id, trial=connection.settings.trial, submitted_at=connection.clock.wall())
    log.info("%s: job %s", operation.id, ref.id)
    job = AsyncJob(connection, ref, submitted=connection.clock.monotonic())
    if progress is not None:
        progress(Progress("submitted", ref.name or ref.id, 0, None, job))
    return job


async def submit_file(connection: AsyncConnection, plan: FilePlan, progress: Watcher | None = None) -> AsyncJob:
    """Upload what the plan is for, unless it is at a URL, and submit it."""
    plan.request.url = plan.source.url or await upload(connection, plan.source, plan.format, progress)
    ref = JobRef(
        id="",
        kind=plan.operation.family,
        subject=plan.kind.name,
        size=plan.source.size,
        targets=plan.targets,
        name=plan.source.name,
        output_format=plan.output,
    )
    return await submit(connection, plan.operation, plan.request, ref, progress)


async def upload(
    connection: AsyncConnection, source: Source, source_format: str, progress: Watcher | None = None
) -> str:
    """Store a file at the service, in constant memory; its URL there."""
    from .transfer import AsyncUpload  # noqa: PLC0415  (loads httpx2)

    session = connection.session()
    body = AsyncUpload(source, progress)
    request = session.build_request("POST", "/file/upload", params={"format": source_format}, headers=body.headers)
    request.stream = body
    try:
        response = await session.send(request)
    finally:
        body.discard()
    return uploaded_url(response.content)
