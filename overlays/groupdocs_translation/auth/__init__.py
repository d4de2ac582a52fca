"""Authorization: id and secret in, a valid access token on every request, for as long as the process lives.

One role a file. Values: ``secret``, ``credentials``, ``token``. Where credentials come from: ``providers``. How a
token is had: ``grant``, over ``endpoint`` (the token request) and ``stores`` (``file_store``, ``redis_store``). Who
holds it: ``source``, which waits for a ``flight``. What httpx sees: ``bearer``, with ``replay`` for bodies. What a
user's arguments mean: ``arguments``; use without the rest of the package: ``client_credentials``.
Imported on first use, because some of them load httpx.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arguments import token_source
    from .bearer import BearerAuth
    from .client_credentials import ClientCredentials
    from .credentials import Credentials
    from .file_store import FileTokenStore
    from .redis_store import RedisTokenStore
    from .secret import Secret
    from .source import TokenEvent, TokenSource
    from .stores import MemoryTokenStore, TokenStore
    from .token import AccessToken

__all__ = [
    "AccessToken",
    "BearerAuth",
    "ClientCredentials",
    "Credentials",
    "FileTokenStore",
    "MemoryTokenStore",
    "RedisTokenStore",
    "Secret",
    "TokenEvent",
    "TokenSource",
    "TokenStore",
    "token_source",
]

_HOMES = {
    "AccessToken": ".token",
    "BearerAuth": ".bearer",
    "ClientCredentials": ".client_credentials",
    "Credentials": ".credentials",
    "FileTokenStore": ".file_store",
    "MemoryTokenStore": ".stores",
    "RedisTokenStore": ".redis_store",
    "Secret": ".secret",
    "TokenEvent": ".source",
    "TokenSource": ".source",
    "TokenStore": ".stores",
    "token_source": ".arguments",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
