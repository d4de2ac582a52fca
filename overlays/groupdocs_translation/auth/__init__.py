"""Authorization: id and secret in, a valid access token on every request, for as long as the process lives.

One role a file, each knowing only those before it:

- ``credentials`` are an id and a secret, wrapped and found; ``token`` is the value; ``token_endpoint`` asks for one;
- ``stores`` keep tokens for others; ``providers`` are ways to a token; ``token_source`` holds the token;
- ``bearer`` is the ``httpx2.Auth``; ``client_credentials`` the same for users of any API.

Imported on first use, because some of them load httpx2.
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
