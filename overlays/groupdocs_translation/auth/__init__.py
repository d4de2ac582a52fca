"""Authentication: obtain, cache and renew access tokens, and add them to requests.

Each module imports only those listed before it:

- ``credentials`` finds the client ID and secret; ``token`` is the access token; ``token_endpoint`` requests one;
- ``stores`` share tokens; ``providers`` obtain tokens; ``token_source`` caches and renews the token;
- ``bearer`` is the ``httpx2.Auth`` of the clients; ``client_credentials`` is the one for any other API.

Names are imported on first use, because some of these modules load httpx2.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bearer import BearerAuth
    from .client_credentials import ClientCredentials
    from .credentials import Secret
    from .providers import Provider
    from .stores import FileTokenStore, MemoryTokenStore, RedisTokenStore, TokenStore
    from .token_source import TokenEvent, TokenSource, make_token_source

__all__ = [
    "BearerAuth",
    "ClientCredentials",
    "FileTokenStore",
    "MemoryTokenStore",
    "Provider",
    "RedisTokenStore",
    "Secret",
    "TokenEvent",
    "TokenSource",
    "TokenStore",
    "make_token_source",
]

_HOMES = {
    "BearerAuth": ".bearer",
    "ClientCredentials": ".client_credentials",
    "FileTokenStore": ".stores",
    "MemoryTokenStore": ".stores",
    "Provider": ".providers",
    "RedisTokenStore": ".stores",
    "Secret": ".credentials",
    "TokenEvent": ".token_source",
    "TokenSource": ".token_source",
    "TokenStore": ".stores",
    "make_token_source": ".token_source",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
