"""Authorization: id and secret in, a valid access token on every request, for as long as the process lives.

One role a file, each knowing only those before it:

- ``secret`` masks; ``credentials`` are an id and a secret; ``lookup`` finds them; ``event`` tells observers;
- ``token`` is the value; ``reply`` reads the identity server's answer; ``endpoint`` asks for one;
- ``stores`` (memory), ``file_store``, ``redis_store`` keep tokens for others; ``shelf`` seals them;
- ``grant`` is a way to a token; ``patience`` decides; ``flight`` is one request under way; ``source`` holds the token;
- ``replay`` knows bodies; ``bearer`` is the ``httpx2.Auth``; ``arguments`` and ``client_credentials`` are for users.

Imported on first use, because some of them load httpx2.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .arguments import token_source
    from .bearer import BearerAuth
    from .client_credentials import ClientCredentials
    from .event import TokenEvent
    from .file_store import FileTokenStore
    from .redis_store import RedisTokenStore
    from .secret import Secret
    from .source import TokenSource
    from .stores import MemoryTokenStore, TokenStore

__all__ = [
    "BearerAuth",
    "ClientCredentials",
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
    "BearerAuth": ".bearer",
    "ClientCredentials": ".client_credentials",
    "FileTokenStore": ".file_store",
    "MemoryTokenStore": ".stores",
    "RedisTokenStore": ".redis_store",
    "Secret": ".secret",
    "TokenEvent": ".event",
    "TokenSource": ".source",
    "TokenStore": ".stores",
    "token_source": ".arguments",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
