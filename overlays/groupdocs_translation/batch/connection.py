"""A batch's own connection: the user's token and settings, calls counted twice (client and batch), refusals noticed."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import httpx2
from attrs import evolve

from .._async.connection import AsyncConnection
from .._async.jobs import AsyncJob
from .._async.session import OPERATION
from .._async.submissions import upload
from .._concurrency import async_run
from .._errors import CallBudgetExceeded, ConfigurationError
from .._job_ref import job_ref
from .._rules.retry import REFUSED_STATUSES, retry_after
from .._sources import read_source
from .._usage import Usage
from ..spec.formats import recognize

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    from .._async.session import AsyncSession
    from .._face import Face

# The calls of the file that a task works on.
_CALL_COUNTS: ContextVar[Counter[str] | None] = ContextVar("groupdocs_batch_call_counts", default=None)


@contextmanager
def counting_calls(call_counts: Counter[str]) -> Generator[None, None, None]:
    """Let the calls made inside be counted, by operation."""
    token = _CALL_COUNTS.set(call_counts)
    try:
        yield
    finally:
        _CALL_COUNTS.reset(token)


class BatchUsage(Usage):
    """Counts of one run, with its own budget (``max_calls``); every call counts for the user's client too."""

    def __init__(self, budget: int | None, above: Usage) -> None:
        super().__init__(budget)
        self._above = above

    def reserve(self, operation: str) -> None:
        """Count a call that is about to be sent.

        Raises:
            CallBudgetExceeded: it would pass the run's budget or the client's; nothing is counted.
        """
        try:
            super().reserve(operation)
        except CallBudgetExceeded as error:
            raise CallBudgetExceeded(
                f"max_calls={error.budget} is used up: {operation} was not sent", budget=error.budget, used=error.used
            ) from None
        try:
            self._above.reserve(operation)
        except BaseException:
            super().release(operation)
            raise
        if (call_counts := _CALL_COUNTS.get()) is not None:
            call_counts[operation] += 1

    def release(self, operation: str) -> None:
        """Take back a call that surely never reached the service."""
        super().release(operation)
        self._above.release(operation)
        if (call_counts := _CALL_COUNTS.get()) is not None:
            call_counts[operation] -= 1

    @property
    def left(self) -> int | None:
        """Calls left, by the tighter of the two budgets."""
        return min((left for left in (self.remaining, self._above.remaining) if left is not None), default=None)

    def count_token_event(self, kind: str) -> None:
        """Token events are the client's."""
        self._above.count_token_event(kind)


class BatchConnection(AsyncConnection):
    """A connection that tells of refusals (HTTP 429 and 503); closing it leaves the user's token alone.

    ``on_refusal`` is called with the seconds that the service asked for, if it did.
    """

    def __init__(self, *arguments: Any, on_refusal: Callable[[float | None], object]) -> None:
        super().__init__(*arguments)
        self._on_refusal = on_refusal

    def session(self) -> AsyncSession:
        """The API session of the running loop, watched."""
        session = super().session()
        if not session.event_hooks["response"]:
            session.event_hooks = {"request": [], "response": [self._watch]}
        return session

    async def _watch(self, response: httpx2.Response) -> None:
        if response.status_code in REFUSED_STATUSES and response.request.extensions.get(OPERATION) is not None:
            headers = response.headers
            self._on_refusal(retry_after(headers.get("retry-after"), date=headers.get("date"), now=self.clock.wall()))

    async def aclose(self) -> None:
        """Close the sessions, not the token's source: it is the user's client's."""
        self.source = None
        await super().aclose()


class _LentTransport(httpx2.AsyncBaseTransport):
    """The user's transport, which stays open when a batch is over."""

    def __init__(self, transport: httpx2.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._transport.handle_async_request(request)


class BatchClient:
    """Uploads files and resumes jobs on a connection of its own, with the token and settings of the user's client."""

    def __init__(self, face: Face, usage: BatchUsage, on_refusal: Callable[[float | None], object]) -> None:
        settings = face._settings
        if settings.transport is not None and not isinstance(settings.transport, str):
            if not isinstance(settings.transport, httpx2.AsyncBaseTransport):
                raise ConfigurationError(
                    "this client's transport is a synchronous one, and folders are translated with asynchronous "
                    "connections: use AsyncTranslationClient with an httpx2.AsyncBaseTransport"
                )
            settings = evolve(settings, transport=_LentTransport(settings.transport))
        elif settings.transport is None:
            settings = evolve(settings, transport="auto")
        self.settings = settings
        self.connection = BatchConnection(settings, face._source, usage, on_refusal=on_refusal)

    async def upload(self, path: Path) -> str:
        """Store a file at the service; its URL there."""
        source = await async_run(read_source, path)
        return await upload(self.connection, source, recognize(source.name)[1])

    def job(self, id: str, *, kind: str = "file", **details: Any) -> AsyncJob:
        """A job of an earlier run."""
        return AsyncJob(self.connection, job_ref(id, kind, details, trial=self.settings.trial))

    async def aclose(self) -> None:
        """Close the batch's own connections."""
        await self.connection.aclose()
