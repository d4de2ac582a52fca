"""OAuth 2.0 client credentials for any ``httpx2`` client, apart from everything else in this package."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

import httpx2

from .._clock import SYSTEM_CLOCK, Clock
from .._config import ClientAuth, service_url, trusted
from .._errors import ConfigurationError
from .._later import Later
from .bearer import BearerAuth, LimitedStream
from .credentials import Secret, Supplier
from .stores import TokenStore
from .token_source import TokenEvent, make_token_source

if TYPE_CHECKING:
    import ssl

    import httpx
else:  # loaded when an annotation that names it is read: most programs have no httpx
    httpx, ssl = Later("httpx"), Later("ssl")


class ClientCredentials(BearerAuth):
    """OAuth 2.0 client credentials (RFC 6749 §4.4): ``httpx2.Client(auth=ClientCredentials(...))``, or ``AsyncClient``.

    One object may serve any number of clients, threads and event loops. A request that stays refused after one replay
    comes back as the 401 that it is; requests to other origins than ``api_url``'s get no token.

    Args:
        client_id, client_secret: of the application; or ``credentials``, a callable that returns both.
        token_url: of the authorization server; https, or http on loopback.
        api_url: of the API; only its origin is sent the token.
        scope, client_auth: of the token request; ``client_auth`` is ``body`` or ``basic``.
        token_params: more members of the token request's form, such as ``audience``, or ``resource`` (RFC 8707).
        token_store: shared with other clients or processes. verify, proxy, trust_env: as in ``httpx2.Client``, for the
            token request. on_event: called with every ``TokenEvent``. clock: a source of time, for tests.

    Raises:
        ConfigurationError: an argument is wrong; nothing was sent. While requests are sent: ``AuthenticationError`` and
            ``ConnectionFailed``, when there is no token to be had.
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
        del client_id, client_secret  # the frames of an error are shown by crash reporters
        if credentials is None and any(value.reveal() is None for value in pair):
            raise ConfigurationError("give client_id and client_secret, or credentials=")
        source = make_token_source(
            *pair,
            credentials=credentials,
            token_url=service_url(token_url, parameter="token_url"),
            scope=scope,
            client_auth=client_auth,
            token_params=token_params,
            store=token_store,
            verify=trusted(verify, trust_env=trust_env),
            proxy=proxy,
            trust_env=trust_env,
            on_event=on_event,
            clock=clock,
        )
        self._api_url = service_url(api_url, parameter="api_url")
        super().__init__(source, origin=self._api_url)

    def for_httpx(self) -> httpx.Auth:
        """Return the same authorization for a program that still uses ``httpx``, sync or async; one token serves all.

        Raises:
            ConfigurationError: ``httpx`` is not installed.
        """
        try:
            import httpx  # noqa: PLC0415  (of the program that uses it; this package needs httpx2 alone)
        except ImportError:
            raise ConfigurationError(
                "for_httpx() is for programs that use httpx, and httpx is not installed: pip install httpx, or give "
                "this object itself to a client of httpx2"
            ) from None

        class Limited(LimitedStream, httpx.SyncByteStream, httpx.AsyncByteStream):
            pass

        # Requests, responses and the flow have the same shape in both libraries; only the classes differ.
        bearer: Any = BearerAuth(self._source, origin=self._api_url, limited=Limited)

        class HttpxAuth(httpx.Auth):
            def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
                flow: Generator[httpx.Request, httpx.Response, None] = bearer.sync_auth_flow(request)
                return flow

            def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
                flow: AsyncGenerator[httpx.Request, httpx.Response] = bearer.async_auth_flow(request)
                return flow

        return HttpxAuth()

    def __repr__(self) -> str:
        source = self.__dict__.get("_source", "not made")  # a crash reporter shows what could not be made
        return f"ClientCredentials({source!r})"
