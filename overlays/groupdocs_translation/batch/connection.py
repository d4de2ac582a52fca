"""A batch's own connection: the user's token and settings, closed without closing what is the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
from attrs import evolve

from .._async.connection import AsyncConnection
from .._async.jobs import AsyncJob
from .._async.submit import upload
from .._base_client import Account
from .._concurrency import async_run
from .._errors import ConfigurationError
from .._inputs import read_source
from .._rules.job_handle import job_handle
from ..spec.formats import recognize

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from .._usage import Usage


class _LentTransport(httpx2.AsyncBaseTransport):
    """The user's transport, which stays open when a batch is over."""

    def __init__(self, transport: httpx2.AsyncBaseTransport) -> None:
        self._transport = transport

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        return await self._transport.handle_async_request(request)


class BatchClient:
    """Uploads files and resumes jobs on a connection of its own, with the token and settings of the user's client."""

    def __init__(self, account: Account, usage: Usage, on_refusal: Callable[[float | None], object]) -> None:
        settings = account.settings
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
        lent = Account(settings, account.token_source, usage)
        self.connection = AsyncConnection(lent, on_refusal=on_refusal, owns_token=False)

    async def upload(self, path: Path) -> str:
        """Store a file at the service; its URL there."""
        source = await async_run(read_source, path)
        return await upload(self.connection, source, recognize(source.name)[1])

    def job(self, id: str, *, kind: str = "file", **details: Any) -> AsyncJob:
        """A job of an earlier run."""
        return AsyncJob(self.connection, job_handle(id, kind, details, trial=self.settings.trial))

    async def aclose(self) -> None:
        """Close the batch's own connections."""
        await self.connection.aclose()
