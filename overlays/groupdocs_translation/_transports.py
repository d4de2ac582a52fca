"""The transport of a session: the user's, httpx2's own (``None``) or, for async sessions, aiohttp's (an extra).

``"aiohttp"`` requires aiohttp. ``"auto"`` uses it where possible: not in sync sessions, under trio or through a proxy.
Batches use ``"auto"``, because they have many requests in flight and always close their sessions.
"""

from __future__ import annotations

import asyncio
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ._config import proxy_variable, tls
from ._errors import ConfigurationError

if TYPE_CHECKING:
    import httpx2

    from ._base_client import Settings


def chosen_transport(settings: Settings, limits: httpx2.Limits, proxy: Any, method: str, *, is_storage: bool) -> Any:
    """Return the transport of a session that calls ``method`` of it, opened in the running loop through ``proxy``."""
    given = settings.transport
    if given == "httpx2":
        return None
    if not isinstance(given, str):
        if not callable(getattr(given, method, None)):
            raise ConfigurationError(
                f"transport must be an httpx2 transport with {method}(), got {type(given).__name__}",
                parameter="transport",
            )
        return given
    problem = _aiohttp_problem(settings, proxy, method)
    if problem is None:
        from ._aiohttp import AiohttpTransport  # noqa: PLC0415  (an extra)

        return AiohttpTransport(verify=tls(settings.verify), limits=limits)
    if given == "aiohttp" and not is_storage:  # for storage, an error would lose a result that is billed already
        raise ConfigurationError(f"transport='aiohttp': {problem}", parameter="transport")
    return None


def _aiohttp_problem(settings: Settings, proxy: Any, method: str) -> str | None:
    """Return why aiohttp cannot be used with these settings, ``None`` if it can."""
    if method != "handle_async_request":
        return "it is for AsyncTranslationClient"
    if find_spec("aiohttp") is None:
        return "it is not installed: pip install 'groupdocs-translation[aiohttp]'"
    if proxy is not None:
        given = "proxy=" if settings.proxy is not None else proxy_variable(urlsplit(settings.base_url).scheme)
        return f"it does not support proxies, and {given} sets one for {settings.base_url}"
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return "it requires asyncio"
    return None
