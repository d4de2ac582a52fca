"""One contender with many pairs of requests in flight: ``python -m benchmarks._flight NAME ADDRESS IN_FLIGHT``.

A process of ``_turns``; the pairs are those of ``_pairs``, in async, each of ``IN_FLIGHT`` tasks making one after
another. Costs are CPU seconds a pair.
"""

from __future__ import annotations

import asyncio
import sys
import time
from typing import TYPE_CHECKING, Any

from benchmarks._pairs import BASE, EXPECTED

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

BODY = {"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello, world!"]}
AUTHORIZATION = {"Authorization": f"Bearer {'t' * 900}"}


async def raw_httpx(address: str, in_flight: int) -> Callable[[], Awaitable[None]]:
    """``httpx2`` as one would use it for two requests."""
    import httpx2  # noqa: PLC0415  (each contender loads its own library)

    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    client = httpx2.AsyncClient(base_url=address + BASE, headers=AUTHORIZATION, limits=limits, timeout=60)

    async def pair() -> None:
        answer = await client.post("/text", json=BODY)
        answer.raise_for_status()
        result = await client.get(f"/text/{answer.json()['id']}")
        result.raise_for_status()
        assert result.json()["translations"]["de"][0] == EXPECTED

    return pair


async def raw_aiohttp(address: str, in_flight: int) -> Callable[[], Awaitable[None]]:
    """``aiohttp`` likewise."""
    import aiohttp  # noqa: PLC0415  (each contender loads its own library)

    session = aiohttp.ClientSession(headers=AUTHORIZATION, connector=aiohttp.TCPConnector(limit=in_flight))
    url = f"{address}{BASE}/text"

    async def pair() -> None:
        async with session.post(url, json=BODY) as answer:
            answer.raise_for_status()
            job = (await answer.json())["id"]
        async with session.get(f"{url}/{job}") as answer:
            answer.raise_for_status()
            assert (await answer.json())["translations"]["de"][0] == EXPECTED

    return pair


def _ours(transport: str) -> Callable[[str, int], Awaitable[Callable[[], Awaitable[None]]]]:
    async def make(address: str, in_flight: int) -> Callable[[], Awaitable[None]]:
        from groupdocs_translation import AsyncTranslationClient  # noqa: PLC0415  (likewise)

        client: Any = AsyncTranslationClient(
            client_id="id",
            client_secret="secret",
            base_url=address + BASE,
            token_url=f"{address}/connect/token",
            max_connections=in_flight,
            transport=transport,
        )

        async def pair() -> None:
            job = await client.submit_text("Hello, world!", target="de")
            await job.status()
            assert (await job.result()).text == EXPECTED

        return pair

    return make


CONTENDERS: dict[str, Callable[[str, int], Awaitable[Callable[[], Awaitable[None]]]]] = {
    "httpx2": raw_httpx,
    "groupdocs-translation": _ours("httpx2"),
    "groupdocs-translation[aiohttp]": _ours("aiohttp"),
    "aiohttp": raw_aiohttp,
}


async def _fly(pair: Callable[[], Awaitable[None]], in_flight: int, count: int) -> None:
    left = count

    async def one_after_another() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await pair()

    async with asyncio.TaskGroup() as group:
        for _ in range(in_flight):
            group.create_task(one_after_another())


def main(name: str, address: str, in_flight: str) -> None:
    """Answer each number on the standard input with the cost of a pair."""
    loop = asyncio.new_event_loop()
    pair = loop.run_until_complete(CONTENDERS[name](address, int(in_flight)))
    for line in sys.stdin:
        before = time.process_time()
        loop.run_until_complete(_fly(pair, int(in_flight), int(line)))
        print((time.process_time() - before) / int(line), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
