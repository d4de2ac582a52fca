"""What a user's arguments mean: the one source that they ask for. Called by the clients and ``ClientCredentials``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._clock import SYSTEM_CLOCK
from .._errors import ConfigurationError
from .._settings import check_callable, check_methods
from .endpoint import DEADLINE_S, Endpoint
from .grant import ClientCredentialsGrant, ProvidedGrant, ReadyGrant, SuppliedGrant
from .lookup import find_credentials
from .secret import Secret
from .source import TokenSource

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from .._clock import Clock
    from .event import TokenEvent
    from .grant import Grant, Provider
    from .lookup import Supplier
    from .stores import TokenStore


def token_source(
    client_id: Secret,
    client_secret: Secret,
    *,
    token_url: str,
    credentials: Supplier | None = None,
    profile: str | None = None,
    access_token: Secret | None = None,
    token_provider: Provider | None = None,
    scope: str | None = None,
    client_auth: str = "body",
    token_params: Mapping[str, str] | None = None,
    store: TokenStore | None = None,
    proxy: Any = None,
    verify: Any = True,
    trust_env: bool = True,
    timeout: float = DEADLINE_S,
    clock: Clock = SYSTEM_CLOCK,
    on_event: Callable[[TokenEvent], object] | None = None,
) -> TokenSource:
    """The source that a client's arguments mean; nothing is sent yet. Secrets come wrapped, or hold ``None``.

    Raises:
        ConfigurationError: no credentials, wrong ones, or two ways at once.
    """
    has_pair = any(value.reveal() is not None for value in (client_id, client_secret))
    ready = access_token is not None and access_token.reveal() is not None
    ways = [has_pair, credentials is not None, profile is not None, ready, token_provider is not None]
    if ways.count(True) > 1:
        raise ConfigurationError(
            "give one of: client_id and client_secret, credentials=, profile=, access_token=, token_provider="
        )
    check_callable(credentials, "credentials")
    check_callable(token_provider, "token_provider")
    if store is not None:
        check_methods(store, "token_store", "read", "write", "lock")
    grant: Grant
    if access_token is not None and ready:
        grant = ReadyGrant(access_token)
    elif token_provider is not None:
        grant = ProvidedGrant(token_provider)
    else:
        endpoint = Endpoint(
            url=token_url,
            scope=scope,
            client_auth=client_auth,
            verify=verify,
            proxy=proxy,
            trust_env=trust_env,
            timeout_s=timeout,
            params=token_params,
        )
        if credentials is not None:
            grant = SuppliedGrant(credentials, endpoint, store)
        else:
            grant = ClientCredentialsGrant(find_credentials(client_id, client_secret, profile), endpoint, store)
    return TokenSource(grant, clock=clock, timeout=timeout, on_event=on_event)
