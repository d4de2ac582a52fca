"""What is sent once and billed: uploads, and the requests that make jobs; and the texts of one call, put in order."""

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
from .jobs import AsyncJob

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
    """Send the request that makes a job; ``spec`` is all that is known of it before it has an id.

    Raises:
        SubmissionUncertain: the job may have been made; it is not sent twice.
    """
    if progress is not None:
        progress(Progress("submit", spec.name, 0, None))
    try:
        response = await connection.call(operation.id, body=request)
    except Exception:
        raise
    except BaseException as interrupt:
        interrupt.add_note(f"{operation.id} was cut short: the service may have taken and billed the job")
        raise
    handle = JobHandle(response.parsed.id, spec, connection.clock.wall())
    log.info("%s: job %s", operation.id, handle.id)
    job: AsyncJob[Any] = AsyncJob(
        connection, handle, submitted=connection.clock.monotonic(), request_id=request_id(response.headers)
    )
    if progress is not None:
        progress(Progress("submitted", spec.name or handle.id, 0, None, job))
    return job


async def submit_file(
    connection: AsyncConnection, call: FileCall, progress: ProgressCallback | None = None
) -> AsyncJob[Any]:
    """Upload what the call is for, unless it is at a URL, and submit it."""
    url = call.source.url or await upload(connection, call.source, call.format, progress)
    return await submit(connection, call.operation, call.request(url), call.job_spec(), progress)


async def upload(
    connection: AsyncConnection, source: Source, source_format: str, progress: ProgressCallback | None = None
) -> str:
    """Store a file at the service, in constant memory; its URL there."""
    from .transfer import AsyncUpload  # noqa: PLC0415  (loads httpx2)

    session = connection.session()
    body = AsyncUpload(source, progress)
    url = f"{session.base_url}file/upload?format={quote(source_format)}"  # given in parts, httpx2 parses it three times
    request = session.build_request("POST", url, headers=body.headers)
    request.stream = body
    try:
        response = await session.send(request)
    finally:
        body.discard()
    return uploaded_url(response.content)


class AsyncTexts:
    """The texts of one call: each chunk that was submitted, with its job (``None`` for one that is all blank).

    An error gets as ``jobs`` those whose translations were not handed out yet. Used by one task or thread.
    """

    def __init__(self, connection: AsyncConnection, call: TextCall, *, is_single: bool = False) -> None:
        self._connection = connection
        self._call = call
        self._is_single = is_single
        self._sent: list[tuple[TextChunk, AsyncJob[Any] | None]] = []
        self._is_settled = False  # the languages are

    async def submit(self, chunk: TextChunk) -> AsyncJob[Any] | None:
        """One request for one chunk, behind those before it; nothing is sent if all of it is blank."""
        with self._keeping():
            if chunk.texts and not self._is_settled:
                self._is_settled = True
                self._call.settle(*await self._connection.settled(self._call.source, self._call.targets))
            job = await self._submitted(chunk) if chunk.texts else None
        self._sent.append((chunk, job))
        return job

    async def collect(self) -> TextTranslation[Any]:
        """Wait for all that was submitted, and return it as one."""
        rows: dict[str, list[str]] = {language: [] for language in self._call.targets}
        with self._keeping():
            for chunk, job in self._sent:
                for language, texts in (await self._found(chunk, job)).items():
                    rows[language].extend(texts)
        jobs = [job for _, job in self._sent if job is not None]
        found: dict[str, Any] = {code: texts[0] if self._is_single else texts for code, texts in rows.items()}
        return TextTranslation(found, [job.id for job in jobs], jobs[-1].request_id if jobs else None)

    async def stream(self, texts: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[Any]:
        """Submit as texts come, one chunk ahead of what is handed out, and yield the translations in order."""
        chunker = self._call.chunker()
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
        with self._keeping():
            found = await self._found(*self._sent[0])
        del self._sent[0]
        return self._call.rows(found)

    async def _submitted(self, chunk: TextChunk) -> AsyncJob[Any]:
        call = self._call
        spec = call.job_spec(chunk, is_single=self._is_single)
        return await submit(self._connection, call.operation, call.request(chunk), spec, call.progress)

    async def _found(self, chunk: TextChunk, job: AsyncJob[Any] | None) -> dict[str, list[str]]:
        call = self._call
        if job is None:
            return {language: list(chunk.blanks) for language in call.targets}
        result: TextTranslation[Any] = await job.result(call.timeout, polling=call.polling, progress=call.progress)
        return {code: [texts] if self._is_single else texts for code, texts in result.by_language.items()}

    @contextmanager
    def _keeping(self) -> Generator[None]:
        """Under the call's retries; an error gets the jobs. Entered for each step: a generator must keep none open."""
        try:
            with calling(policy=self._call.retries):
                yield
        except TranslationError as error:
            error.jobs = [job for _, job in self._sent if job is not None]
            if others := [job.id for job in error.jobs if job is not error.job]:
                error.add_note(f"other jobs of the same call are in error.jobs: {', '.join(others)}")
            raise
