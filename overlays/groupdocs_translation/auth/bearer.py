"""The ``httpx.Auth``: puts the token on each request, and answers a 401 once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from .._clock import SYSTEM_CLOCK
from .._config import service_url
from .source import TokenSource, token_source

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from .._clock import Clock
    from .source import TokenEvent
    from .token import AccessToken


def _origin(url: httpx.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _rewinder(request: httpx.Request) -> Callable[[], object] | None:
    """How to send the body again, decided before it is sent: httpx would send a used-up one as empty."""
    if isinstance(request.stream, httpx.ByteStream):
        return lambda: None
    rewind: Callable[[], object] | None = getattr(request.stream, "rewind", None)
    return rewind


class BearerAuth(httpx.Auth):
    """Authorizes requests to one origin with the token of a source.

    Public requests and other origins pass as they are, without causing a token request. ``before_send`` is called
    before every send, the replay included, and may raise to prevent it. After a 401 the token is dropped and the
    request sent once more with another, if its body can be sent again; the second answer is final.
    """

    def __init__(
        self,
        source: TokenSource,
        *,
        origin: httpx.URL | str,
        is_public: Callable[[httpx.Request], bool] = lambda _: False,
        before_send: Callable[[httpx.Request], None] = lambda _: None,
    ) -> None:
        self._source = source
        self._origin = _origin(httpx.URL(origin))
        self._is_public = is_public
        self._before_send = before_send

    def _is_ours(self, request: httpx.Request) -> bool:
        return (
            _origin(request.url) == self._origin
            and "authorization" not in request.headers
            and not self._is_public(request)
        )

    def _again(self, request: httpx.Request, response: httpx.Response, token: AccessToken) -> bool:
        """Whether the answer is a 401 to this very request, and the source will try for another token."""
        if response.status_code != 401 or response.request is not request:
            return False
        challenge = response.headers.get("www-authenticate", "").lower()
        if "insufficient_scope" in challenge:
            return False
        return self._source.invalidate(token)

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Authorize, send, and replay once after a 401."""
        if not self._is_ours(request):
            self._before_send(request)
            yield request
            return
        rewind = _rewinder(request)
        token = self._source.get()
        request.headers["Authorization"] = f"Bearer {token.value.reveal()}"
        self._before_send(request)
        response = yield request
        if self._again(request, response, token) and rewind is not None:
            token = self._source.get()
            rewind()
            request.headers["Authorization"] = f"Bearer {token.value.reveal()}"
            self._source.report_replay()
            self._before_send(request)
            yield request

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Authorize, send, and replay once after a 401; waits without blocking the event loop."""
        if not self._is_ours(request):
            self._before_send(request)
            yield request
            return
        rewind = _rewinder(request)
        token = self._source.usable() or await self._source.aget()
        request.headers["Authorization"] = f"Bearer {token.value.reveal()}"
        self._before_send(request)
        response = yield request
        if self._again(request, response, token) and rewind is not None:
            token = await self._source.aget()
            rewind()
            request.headers["Authorization"] = f"Bearer {token.value.reveal()}"
            self._source.report_replay()
            self._before_send(request)
            yield request


class ClientCredentials(BearerAuth):
    """OAuth 2.0 client credentials (RFC 6749 §4.4) for any ``httpx`` client.

    Use it as ``httpx.Client(auth=ClientCredentials(...))`` or with an ``AsyncClient``.

    Args:
        client_id, client_secret: of the application.
        token_url: of the authorization server; https, or http on loopback.
        api_url: of the API; only its origin is sent the token.
        scope, client_auth: of the token request; ``client_auth`` is ``body`` or ``basic``.
        verify, proxy: as in ``httpx.Client``, for the token request.
        on_event: called with every ``TokenEvent``. clock: a source of time, for tests.

    Raises:
        ConfigurationError: an argument is wrong; nothing was sent.
    """

    def __init__(
        self,
        client_id: str,
        client_secret: str,
        *,
        token_url: str,
        api_url: str,
        scope: str | None = None,
        client_auth: str = "body",
        verify: Any = True,
        proxy: Any = None,
        on_event: Callable[[TokenEvent], object] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        source = token_source(
            client_id,
            client_secret,
            token_url=service_url(token_url, parameter="token_url", variable="", default=token_url),
            scope=scope,
            client_auth=client_auth,
            verify=verify,
            proxy=proxy,
            on_event=on_event,
            clock=clock,
        )
        super().__init__(source, origin=service_url(api_url, parameter="api_url", variable="", default=api_url))
