"""The generated client on a session of this package, for the ``client=`` of generated operations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn, Self

import httpx2
from groupdocs_translation_api.client import Client

from ._errors import ConfigurationError


class ApiClient(Client):
    """The generated ``Client``, with the authentication, retries and errors of the client it belongs to.

    The session is fixed. The ``with_…`` methods and setters of the generated class would drop it or change it for all
    users, so they raise ``ConfigurationError``. So do sync calls of an async client and async calls of a sync one.
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
                "client.api of an AsyncTranslationClient is async: await asyncio(...) or asyncio_detailed(...)"
            )
        return self._make_session()

    def get_async_httpx_client(self) -> httpx2.AsyncClient:
        """Return the session of the async client for the running event loop."""
        if self._make_async_session is None:
            raise ConfigurationError("client.api of a TranslationClient is sync: call sync(...) or sync_detailed(...)")
        return self._make_async_session()

    # The session is closed by the client it belongs to, not by a `with` block of this class.

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *args: Any, **kwargs: Any) -> None: ...

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *args: Any, **kwargs: Any) -> None: ...

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise ConfigurationError(
            "client.api cannot be reconfigured: pass timeout, headers and transport to the TranslationClient"
        )

    with_headers = _refuse
    with_cookies = _refuse
    with_timeout = _refuse
    set_httpx_client = _refuse
    set_async_httpx_client = _refuse
