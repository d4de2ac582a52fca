"""The transport for bulk work: aiohttp's connections under httpx's interface, with the extra ``aiohttp``.

httpx's own async pool looks through all connections for each request; with a thousand in flight that is most of the
CPU time.
"""

from __future__ import annotations

import importlib.util
import sys
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx

    from ._settings import Settings


@cache
def _is_installed() -> bool:
    return importlib.util.find_spec("httpx_aiohttp") is not None


def _runs_under_asyncio() -> bool:
    asyncio: Any = sys.modules.get("asyncio")
    return asyncio is not None and asyncio._get_running_loop() is not None


def fast_transport(session: type[Any], settings: Settings, limits: httpx.Limits) -> Any:
    """An aiohttp transport for an async session under asyncio, ``None`` where httpx's own serves."""
    import httpx  # noqa: PLC0415  (kept out of `import groupdocs_translation`)

    if (
        not issubclass(session, httpx.AsyncClient)
        or settings.proxy is not None
        or not _is_installed()
        or not _runs_under_asyncio()
    ):
        return None
    import httpx_aiohttp  # noqa: PLC0415  (an extra)

    return httpx_aiohttp.AiohttpTransport(verify=settings.verify, trust_env=settings.trust_env, limits=limits)
