"""Which transport a session gets: the user's, httpx2's own (``None``), or aiohttp's for async ones with the extra.

``"aiohttp"`` insists, ``"auto"`` takes aiohttp's where it can serve: not in sync, not under trio, not through a proxy.
Batches, which have much in flight and surely close what they open, use ``"auto"``.
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


def _unfit(settings: Settings, proxy: Any) -> str | None:
    """Why aiohttp cannot serve these settings here, ``None`` if it can."""
    if find_spec("aiohttp") is None:
        return "it is not installed: pip install 'groupdocs-translation[aiohttp]'"
    if proxy is not None:
        given = "proxy=" if settings.proxy is not None else proxy_variable(urlsplit(settings.base_url).scheme)
        return f"it is not used through a proxy, which {given} names for {settings.base_url}"
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return "it runs under asyncio only"
    return None


def async_transport(settings: Settings, limits: httpx2.Limits, proxy: Any, *, is_storage: bool) -> Any:
    """The transport of an async session that is opened in the running loop; ``proxy`` is the one it goes through."""
    given = (
        "auto" if settings.transport == "aiohttp" and is_storage else settings.transport
    )  # refused would be paid for
    if given in {"aiohttp", "auto"}:
        why_not = _unfit(settings, proxy)
        if why_not is None:
            from ._aiohttp import AiohttpTransport  # noqa: PLC0415  (an extra)

            return AiohttpTransport(verify=tls(settings.verify), trust_env=settings.trust_env, limits=limits)
        if given == "aiohttp":
            raise ConfigurationError(f"transport='aiohttp': {why_not}", parameter="transport")
    return _own(given, "handle_async_request")


def sync_transport(settings: Settings, limits: httpx2.Limits, proxy: Any, *, is_storage: bool) -> Any:
    del limits, proxy, is_storage
    if settings.transport == "aiohttp":
        raise ConfigurationError("transport='aiohttp' is for AsyncTranslationClient", parameter="transport")
    return _own(settings.transport, "handle_request")


def _own(given: Any, method: str) -> Any:
    if given is None or isinstance(given, str):
        return None
    if not callable(getattr(given, method, None)):
        raise ConfigurationError(
            f"transport= must be an httpx2 transport with {method}(), not a {type(given).__name__}",
            parameter="transport",
        )
    return given
