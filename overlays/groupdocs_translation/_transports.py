"""Which transport a session gets: the user's, httpx2's own, or aiohttp's for async sessions with the extra ``aiohttp``.

httpx2's pool (``None`` here) is the default. ``"aiohttp"`` insists, ``"auto"`` takes aiohttp's where it can serve: not
in sync, not under trio, not through a proxy. Batches, which have much in flight and surely close what they open, use
``"auto"``.
"""

from __future__ import annotations

import asyncio
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

from ._errors import ConfigurationError

if TYPE_CHECKING:
    import httpx2

    from ._base_client import Settings


@cache
def _is_installed() -> bool:
    return find_spec("aiohttp") is not None


def _runs_under_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _is_proxied(settings: Settings) -> bool:
    if settings.proxy is not None:
        return True
    return settings.trust_env and not {"http", "https", "all"}.isdisjoint(getproxies())


def _unfit(settings: Settings) -> str | None:
    """Why aiohttp cannot serve these settings here, ``None`` if it can."""
    if not _is_installed():
        return "it is not installed: pip install 'groupdocs-translation[aiohttp]'"
    if _is_proxied(settings):
        return "it is not used through a proxy"
    return None if _runs_under_asyncio() else "it runs under asyncio only"


def async_transport(settings: Settings, limits: httpx2.Limits) -> Any:
    """The transport of an async session that is opened in the running loop; ``None`` is httpx2's own pool.

    Raises:
        ConfigurationError: ``transport="aiohttp"`` was asked for and cannot be had; or one that is no async transport.
    """
    given = settings.transport
    if given is not None and not isinstance(given, str):
        return _own(given, "handle_async_request")
    if given in {"aiohttp", "auto"}:
        why_not = _unfit(settings)
        if why_not is None:
            from ._aiohttp import AiohttpTransport  # noqa: PLC0415  (an extra)

            return AiohttpTransport(verify=settings.verify, trust_env=settings.trust_env, limits=limits)
        if given == "aiohttp":
            raise ConfigurationError(f"transport='aiohttp': {why_not}")
    return None


def sync_transport(settings: Settings, limits: httpx2.Limits) -> Any:
    """The transport of a sync session; ``None`` is httpx2's own.

    Raises:
        ConfigurationError: ``transport="aiohttp"``, which is for async; or one that is no sync transport.
    """
    del limits
    if settings.transport == "aiohttp":
        raise ConfigurationError("transport='aiohttp' is for AsyncTranslationClient")
    given = settings.transport
    return None if given is None or isinstance(given, str) else _own(given, "handle_request")


def _own(given: Any, method: str) -> Any:
    """A transport of the user's, if it is one."""
    if not callable(getattr(given, method, None)):
        raise ConfigurationError(
            f"transport= must be an httpx2 transport with {method}(), not a {type(given).__name__}"
        )
    return given


def _named(given: Any) -> str:
    """Name the type of what was given; one of httpx, which has the same names, with its module."""
    kind = type(given)
    name = f"{kind.__module__}.{kind.__qualname__}"
    return f"{name}: this package uses httpx2, take httpx2.{kind.__name__}" if kind.__module__ == "httpx" else name
