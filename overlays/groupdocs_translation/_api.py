"""The generated client on our session: what every generated operation gets as ``client=``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Self

import httpx2
from groupdocs_translation_api.client import Client

from ._errors import ConfigurationError


class ApiClient(Client):
    """The generated ``Client``, with authorization, retries and errors of the client that made it.

    It keeps its session: the ``with_…`` methods and setters of the generated class, which would lose it or change it
    for everyone, are refused, and so is the mode (sync or async) that its maker does not have.
    """

    def __init__(
        self,
        base_url: str,
        *,
        session: Callable[[], httpx2.Client] | None = None,
        async_session: Callable[[], httpx2.AsyncClient] | None = None,
    ) -> None:
        super().__init__(base_url=base_url)
        self._make_session = session
        self._make_async_session = async_session

    def get_httpx_client(self) -> httpx2.Client:
        if self._make_session is None:
            raise ConfigurationError(
                "this is the api of an AsyncTranslationClient: await asyncio(...) or asyncio_detailed(...)"
            )
        return self._make_session()

    def get_async_httpx_client(self) -> httpx2.AsyncClient:
        """The session of the async client, for the running event loop."""
        if self._make_async_session is None:
            raise ConfigurationError("this is the api of a TranslationClient: call sync(...) or sync_detailed(...)")
        return self._make_async_session()

    def __enter__(self) -> Self:
        """Leaving does not close the session: its owner does."""
        return self

    def __exit__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to close here."""

    async def __aenter__(self) -> Self:
        """Leaving does not close the session: its owner does."""
        return self

    async def __aexit__(self, *args: Any, **kwargs: Any) -> None:
        """Nothing to close here."""

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise ConfigurationError(
            "client.api keeps its session: give timeout, headers and transport to the TranslationClient"
        )

    with_headers = _refuse
    with_cookies = _refuse
    with_timeout = _refuse
    set_httpx_client = _refuse
    set_async_httpx_client = _refuse
