"""What a user's arguments mean: the one source that they ask for. Called by the clients and ``ClientCredentials``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._clock import SYSTEM_CLOCK
from .._errors import ConfigurationError
from .grant import ProvidedToken, ReadyToken
from .providers import find_credentials
from .source import TokenSource

if TYPE_CHECKING:
    from collections.abc import Callable

    from .._clock import Clock
    from .providers import Supplier
    from .source import TokenEvent
    from .stores import TokenStore


def token_source(
    client_id: str | None = None,
    client_secret: str | None = None,
    *,
    token_url: str,
    credentials: Supplier | None = None,
    access_token: str | None = None,
    token_provider: Callable[[], Any] | None = None,
    scope: str | None = None,
    client_auth: str = "body",
    store: TokenStore | None = None,
    proxy: Any = None,
    verify: Any = True,
    trust_env: bool = True,
    clock: Clock = SYSTEM_CLOCK,
    on_event: Callable[[TokenEvent], object] | None = None,
) -> TokenSource:
    """The source that a client's arguments mean; nothing is sent yet.

    Raises:
        ConfigurationError: no credentials, wrong ones, or two ways at once.
    """
    given_pair = client_id is not None or client_secret is not None
    if [given_pair, credentials is not None, access_token is not None, token_provider is not None].count(True) > 1:
        raise ConfigurationError(
            "give one of: client_id and client_secret, credentials=, access_token=, token_provider="
        )
    if access_token is not None:
        return TokenSource(ReadyToken(access_token), clock=clock, on_event=on_event)
    if token_provider is not None:
        return TokenSource(ProvidedToken(token_provider), clock=clock, on_event=on_event)
    return TokenSource(
        find_credentials(client_id, client_secret) if credentials is None else credentials,
        token_url=token_url,
        scope=scope,
        client_auth=client_auth,
        store=store,
        proxy=proxy,
        verify=verify,
        trust_env=trust_env,
        clock=clock,
        on_event=on_event,
    )
