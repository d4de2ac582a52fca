"""Uploads and submissions, and the texts of one call in order."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .._concurrency import async_each
from .._errors import TranslationError
from .._results import Progress, ProgressCallback, TextTranslation
from .._rules.job_handle import JobHandle, JobSpec
from .._rules.responses import request_id, uploaded_url
from .._usage import calling
from .jobs import AsyncJob, naming

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, AsyncIterator, Generator, Iterable, Iterator

    from .._inputs import Source
    from .._rules.requests import FileCall, TextCall
    from .._rules.texts import TextChunk
    from ..spec.operations import Operation
    from .connection import AsyncConnection

log = logging.getLogger("groupdocs_translation.client")


async def submit(
    connection: AsyncConnection,
    operation: Operation,
    request: Any,
    spec: JobSpec,
    progress: ProgressCallback | None = None,
) -> AsyncJob[Any]:
    """Submit a job. ``spec`` describes it before it has an ID.

    Raises:
        SubmissionUncertain: the service may have accepted the job; it was not sent again.
    """
    if progress is not None:
        progress(Progress("submit", spec.name, 0, None))
    try:
        response = await connection.call(operation.id, body=request)
    except Exception:
        raise
    except BaseException as interrupt:
        interrupt.add_note(f"{operation.id} was interrupted: the service may have accepted and billed the job")
        raise
    handle = JobHandle(response.parsed.id, spec, connection.clock.wall())
    log.info("%s: job %s", operation.id, handle.id)
    job: AsyncJob[Any] = AsyncJob(
        connection, handle, submitted=connection.clock.monotonic(), request_id=request_id(response.headers)
    )
    if progress is not None:
        with naming(job):
            progress(Progress("submitted", spec.name or handle.id, 0, None, job))
    return job


async def submit_file(
    connection: AsyncConnection, call: FileCall, progress: ProgressCallback | None = None
) -> AsyncJob[Any]:
    """Upload the file, unless it is a URL, and submit it."""
    url = call.source.url or await upload(connection, call.source, call.format, progress)
    return await submit(connection, call.operation, call.request(url), call.job_spec(), progress)


async def upload(
    connection: AsyncConnection, source: Source, source_format: str, progress: ProgressCallback | None = None
) -> str:
    """Upload a file and return its URL."""
    from .transfer import AsyncUpload, callback_errors  # noqa: PLC0415  (loads httpx2)

    session = connection.session()
    body = AsyncUpload(source, progress)
    base_url = connection.settings.base_url  # without a trailing slash
    url = f"{base_url}/file/upload?format={quote(source_format)}"  # in one piece: httpx2 parses parts three times
    request = session.build_request("POST", url, headers=body.headers)
    request.stream = body
    try:
        with callback_errors():
            response = await session.send(request)
    finally:
        body.discard()
    return uploaded_url(response.content)


class AsyncTexts:
    """The texts of one call, in chunks, each with its job (``None`` if all its texts are blank).

    Errors get the jobs whose translations were not returned yet, as ``error.jobs``. For one task or thread.
    """

    def __init__(self, connection: AsyncConnection, call: TextCall, *, is_single: bool = False) -> None:
        self._connection = connection
        self._call = call
        self._is_single = is_single
        self._sent: list[tuple[TextChunk, AsyncJob[Any] | None]] = []
        self._has_languages = False

    async def submit(self, chunk: TextChunk) -> AsyncJob[Any] | None:
        """Submit a chunk and return its job. Send nothing and return ``None`` if all its texts are blank."""
        call = self._call
        job: AsyncJob[Any] | None = None
        if chunk.texts:
            with calling(policy=call.retries):
                if not self._has_languages:
                    self._has_languages = True
                    call.source, call.targets = await self._connection.resolve_languages(call.source, call.targets)
                spec = call.job_spec(chunk, is_single=self._is_single)
                job = await submit(self._connection, call.operation, call.request(chunk), spec, call.progress)
        self._sent.append((chunk, job))
        return job

    async def translate(self, chunks: Iterable[TextChunk]) -> TextTranslation[Any]:
        """Submit all chunks, wait for their jobs and return the translations as one result."""
        with self._naming_jobs():
            for chunk in chunks:
                await self.submit(chunk)
            rows: dict[str, list[str]] = {language: [] for language in self._call.targets}
            for chunk, job in self._sent:
                for language, texts in (await self._translations(chunk, job)).items():
                    rows[language].extend(texts)
        jobs = self._jobs()
        found: dict[str, Any] = {code: texts[0] if self._is_single else texts for code, texts in rows.items()}
        return TextTranslation(found, [job.id for job in jobs], jobs[-1].request_id if jobs else None)

    async def stream(self, texts: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[Any]:
        """Submit texts as they arrive, one chunk ahead, and yield the translations in order."""
        chunker = self._call.chunker()
        with self._naming_jobs():
            async for text in async_each(texts):
                chunk = chunker.add(text)
                if chunk is not None:
                    await self.submit(chunk)
                    if len(self._sent) > 1:
                        for row in await self._next_rows():
                            yield row
            last = chunker.flush()
            if last is not None:
                await self.submit(last)
            while self._sent:
                for row in await self._next_rows():
                    yield row

    async def _next_rows(self) -> Iterator[Any]:
        found = await self._translations(*self._sent[0])
        del self._sent[0]
        return self._call.rows(found)

    async def _translations(self, chunk: TextChunk, job: AsyncJob[Any] | None) -> dict[str, list[str]]:
        call = self._call
        if job is None:
            return {language: list(chunk.blanks) for language in call.targets}
        result: TextTranslation[Any] = await job.result(
            call.timeout, polling=call.polling, progress=call.progress, retries=call.retries
        )
        return {code: [texts] if self._is_single else texts for code, texts in result.by_language.items()}

    def _jobs(self) -> list[AsyncJob[Any]]:
        return [job for _, job in self._sent if job is not None]

    @contextmanager
    def _naming_jobs(self) -> Generator[None]:
        """Add the jobs to errors, also to those of the user's texts."""
        try:
            yield
        except TranslationError as error:
            error.jobs = self._jobs()
            if others := [job.id for job in error.jobs if job is not error.job]:
                error.add_note(f"error.jobs has the other jobs of this call: {', '.join(others)}")
            raise
        except BaseException as interrupt:
            if ids := [job.id for job in self._jobs()]:
                interrupt.add_note(f"all jobs of this call so far: {', '.join(ids)}")
            raise
