"""OAuth 2.0 client credentials for any ``httpx2`` client, independent of the translation clients."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from .._clock import SYSTEM_CLOCK, Clock
from .._config import ClientAuth, ProxyUrl, check_flag, check_proxy, service_url, trusted
from .._errors import ConfigurationError
from .._later import Later
from .bearer import BearerAuth
from .credentials import Secret, Supplier
from .stores import TokenStore
from .token_source import TokenEvent, make_token_source

if TYPE_CHECKING:
    import ssl

    import httpx
else:  # loaded only when an annotation is evaluated: most programs have no httpx
    httpx, ssl = Later("httpx"), Later("ssl")


class ClientCredentials(BearerAuth):
    """OAuth 2.0 client credentials (RFC 6749 §4.4): ``httpx2.Client(auth=ClientCredentials(...))``, or ``AsyncClient``.

    One object can serve any number of clients, threads and event loops. A request that is rejected again after one
    replay returns its 401 response. Only the origin of ``api_url`` receives the token.

    Args:
        client_id, client_secret: the credentials of the application; or ``credentials``, a callable that returns both.
        token_url: the token endpoint; https, or http on loopback.
        api_url: the API; only its origin receives the token.
        scope, client_auth: parameters of the token request; ``client_auth`` is ``body`` or ``basic``.
        token_params: additional form parameters of the token request, such as ``audience`` or ``resource`` (RFC 8707).
        token_store: a store shared with other clients or processes. verify, proxy, trust_env: as in ``httpx2.Client``,
            for the token request. on_event: called with every ``TokenEvent``. clock: a source of time, for tests.

    Raises:
        ConfigurationError: an argument is invalid; nothing was sent. Requests raise ``AuthenticationError`` or
            ``ConnectionFailed`` if no token can be obtained.
    """

    def __init__(
        self,
        client_id: str | None = None,
        client_secret: str | None = None,
        *,
        token_url: str,
        api_url: str,
        credentials: Supplier | None = None,
        scope: str | None = None,
        client_auth: ClientAuth = "body",
        token_params: Mapping[str, str] | None = None,
        token_store: TokenStore | None = None,
        verify: bool | str | os.PathLike[str] | ssl.SSLContext = True,
        proxy: str | httpx2.URL | httpx2.Proxy | None = None,
        trust_env: bool = True,
        on_event: Callable[[TokenEvent], object] | None = None,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        pair = Secret(client_id), Secret(client_secret)
        del client_id, client_secret  # crash reporters show the local variables of a traceback
        if credentials is None and any(value.reveal() is None for value in pair):
            raise ConfigurationError("credentials are missing; pass client_id and client_secret, or credentials=")
        proxy = ProxyUrl(proxy) if isinstance(proxy, str) else proxy
        check_proxy(proxy)
        source = make_token_source(
            *pair,
            credentials=credentials,
            token_url=service_url(token_url, parameter="token_url"),
            scope=scope,
            client_auth=client_auth,
            token_params=token_params,
            store=token_store,
            verify=trusted(verify, trust_env=check_flag(trust_env, "trust_env")),
            proxy=proxy,
            trust_env=trust_env,
            on_event=on_event,
            clock=clock,
        )
        self._api_url = service_url(api_url, parameter="api_url")
        super().__init__(source, origin=self._api_url)

    def for_httpx(self) -> httpx.Auth:
        """Return the same authentication for sync and async ``httpx`` clients; they share one token with this object.

        Raises:
            ConfigurationError: ``httpx`` is not installed.
        """
        try:
            import httpx  # noqa: PLC0415  (no dependency of this package)
        except ImportError:
            raise ConfigurationError(
                "for_httpx() needs httpx, which is not installed: pip install httpx, or use this object with an "
                "httpx2 client"
            ) from None

        # Requests, responses and the flow have the same shape in both libraries; only the classes differ.
        bearer: Any = BearerAuth(self._source, origin=self._api_url, library=httpx)

        class HttpxAuth(httpx.Auth):
            sync_auth_flow = bearer.sync_auth_flow
            async_auth_flow = bearer.async_auth_flow

        return HttpxAuth()

    def __repr__(self) -> str:
        source = self.__dict__.get("_source", "not created")  # in a traceback of __init__
        return f"ClientCredentials({source!r})"
