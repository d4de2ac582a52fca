"""Authentication: obtain, cache and renew access tokens, and add them to requests.

Each module imports only those listed before it:

- ``credentials`` finds the client ID and secret; ``token`` is the access token; ``token_endpoint`` requests one;
- ``stores`` share tokens; ``providers`` obtain tokens; ``token_source`` caches and renews the token;
- ``bearer`` is the ``httpx2.Auth`` of the clients, and the one for any other API.

Names are imported on first use, because ``bearer`` loads httpx2.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bearer import BearerAuth, ClientCredentials
    from .credentials import Secret
    from .providers import Provider
    from .stores import FileTokenStore, MemoryTokenStore, RedisTokenStore, TokenStore
    from .token_source import TokenEvent, TokenSource

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
]

_MODULES = ("credentials", "stores", "providers", "token_source", "bearer")


def __getattr__(name: str) -> Any:
    """Import a name on first use (PEP 562)."""
    if name in __all__:
        for module in _MODULES:
            if (found := getattr(import_module(f".{module}", __name__), name, None)) is not None:
                return found
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
