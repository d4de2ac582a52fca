"""Authorization: id and secret in, a valid access token on every request, for as long as the process lives.

One role a file: ``secret`` (masking), ``credentials`` (what identifies the application), ``token`` (value and parser),
``endpoint`` (the token request), ``source`` (one flight for all callers), ``bearer`` (the ``httpx.Auth``).
Imported on first use, because some of them load httpx.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .bearer import BearerAuth, ClientCredentials
    from .credentials import Credentials
    from .source import TokenEvent, TokenSource, token_source
    from .token import AccessToken

__all__ = [
    "AccessToken",
    "BearerAuth",
    "ClientCredentials",
    "Credentials",
    "TokenEvent",
    "TokenSource",
    "token_source",
]

_HOMES = {
    "AccessToken": ".token",
    "BearerAuth": ".bearer",
    "ClientCredentials": ".bearer",
    "Credentials": ".credentials",
    "TokenEvent": ".source",
    "TokenSource": ".source",
    "token_source": ".source",
}


def __getattr__(name: str) -> Any:
    """Import a name on first use (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name], __name__), name)
