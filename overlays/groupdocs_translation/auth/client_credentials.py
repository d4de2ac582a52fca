"""OAuth 2.0 client credentials for any ``httpx`` client, apart from everything else in this package."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import httpx

from .._clock import SYSTEM_CLOCK
from .._config import is_loopback, service_url
from .arguments import token_source
from .bearer import BearerAuth, origin_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock
    from .providers import Supplier
    from .source import TokenEvent
    from .stores import TokenStore

log = logging.getLogger("groupdocs_translation.auth")


class ClientCredentials(BearerAuth):
    """Keeps a token and puts it on requests: ``httpx.Client(auth=ClientCredentials(...))``, or an ``AsyncClient``.

    One object may serve any number of clients, threads and event loops. A request that stays refused after one replay
    comes back as the 401 that it is.

    Args:
        client_id, client_secret: of the application; or ``credentials``, a callable that returns both.
        token_url: of the authorization server; https, or http on loopback.
        api_url: of the API; only its origin is sent the token. Without it, the origin of the first request.
        scope, client_auth: of the token request; ``client_auth`` is ``body`` or ``basic``.
        token_store: shared with other clients or processes. verify, proxy, trust_env: as in ``httpx.Client``, for the
            token request. on_event: called with every ``TokenEvent``. clock: a source of time, for tests.

    Raises:
        ConfigurationError: an argument is wrong; nothing was sent.
    """

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        token_url: str = "",
        *,
        api_url: str | None = None,
        credentials: Supplier | None = None,
        scope: str | None = None,
        client_auth: str = "body",
        token_store: TokenStore | None = None,
        verify: Any = True,
        proxy: Any = None,
        trust_env: bool = True,
        on_event: Callable[[TokenEvent], object] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        service_url(token_url, parameter="token_url", variable="", default="https://id.example.com/connect/token")
        if api_url is not None:
            service_url(api_url, parameter="api_url", variable="", default="https://api.example.com")
        self.source = token_source(
            client_id,
            client_secret,
            credentials=credentials,
            token_url=token_url,
            scope=scope,
            client_auth=client_auth,
            store=token_store,
            verify=verify,
            proxy=proxy,
            trust_env=trust_env,
            on_event=on_event,
            clock=clock,
        )
        super().__init__(self.source, origin=api_url or "")
        if api_url is None:
            self._origin = None

    def close(self) -> None:
        """Forget the token."""
        self.source.close()

    def _is_ours(self, request: httpx.Request) -> bool:
        if self._origin is None and (request.url.scheme == "https" or is_loopback(request.url.host)):
            self._origin = origin_of(request.url)
            log.info("the token goes to %s only; give api_url= to say so beforehand", request.url.host)
        return super()._is_ours(request)
