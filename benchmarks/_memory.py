"""One transfer of a big file: ``python -m benchmarks._memory up|down sync|async ADDRESS PATH SIZE``.

Prints by how many MiB the peak memory of the process grew. The client is made before; all that its first call loads is
counted.
"""

from __future__ import annotations

import asyncio
import resource
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groupdocs_translation import AsyncTranslationClient, TranslationClient

from benchmarks._server import BASE

if TYPE_CHECKING:
    from collections.abc import Callable


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _transfer(client: Any, direction: str, address: str, path: Path, size: int) -> Any:
    if direction == "up":
        return client.upload(path)
    downloader = client._connection.downloader(None)  # what download() does once the service has named the address
    return downloader.fetch(f"{address}/storage/{size}", path, size=size, overwrite=True)


def main(direction: str, mode: str, address: str, path: str, size: str) -> None:
    """Make the client, transfer, print."""
    kind: Callable[..., Any] = AsyncTranslationClient if mode == "async" else TranslationClient
    client = kind("id", "secret", base_url=address + BASE, token_url=f"{address}/connect/token")
    before = _peak_mib()

    async def wait() -> None:
        await _transfer(client, direction, address, Path(path), int(size))

    if mode == "async":
        asyncio.run(wait())
    else:
        _transfer(client, direction, address, Path(path), int(size))
    print(_peak_mib() - before)


if __name__ == "__main__":
    main(*sys.argv[1:])
