"""Our package and raw libraries, each contender in its own process: ``python -m benchmarks._contender KIND …``.

``pairs NAME ADDRESS`` and ``flight NAME ADDRESS IN_FLIGHT`` answer each number on the standard input with the CPU
seconds of one pair: a text of 13 characters is submitted as a JSON body, the id is read from the JSON answer, the
result is fetched by that id and the translated string is read from its JSON. Raw libraries do it with a token that they
have. In flight, each of ``IN_FLIGHT`` tasks makes one pair after another. ``memory`` and ``folder`` print JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from benchmarks._measure import OURS
from benchmarks._server import BASE, EXPECTED

BODY = {"sourceLanguage": "en", "targetLanguages": ["de"], "texts": ["Hello, world!"]}
AUTHORIZATION = {"Authorization": f"Bearer {'t' * 900}"}

# Each contender loads its own library, and no other.
# ruff: noqa: PLC0415


def answer(batch: Callable[[int], object]) -> None:
    """Answer each number on the standard input with the CPU seconds of one unit of a batch of that size."""
    for line in sys.stdin:
        before = time.process_time()
        batch(int(line))
        print((time.process_time() - before) / int(line), flush=True)


def peak_mib() -> float:
    """Return the peak of this process's memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _settings(address: str) -> dict[str, Any]:
    place = {"base_url": address + BASE, "token_url": f"{address}/connect/token"}
    return {"client_id": "id", "client_secret": "secret", **place}


def _sync_httpx2(address: str) -> Callable[[], None]:
    import httpx2

    client = httpx2.Client(base_url=address + BASE, headers=AUTHORIZATION)

    def pair() -> None:
        submitted = client.post("/text", json=BODY)
        submitted.raise_for_status()
        found = client.get(f"/text/{submitted.json()['id']}")
        found.raise_for_status()
        assert found.json()["translations"]["de"][0] == EXPECTED

    return pair


def _sync_ours(address: str) -> Callable[[], None]:
    from groupdocs_translation import TranslationClient

    client = TranslationClient(**_settings(address))

    def pair() -> None:
        job = client.submit_text("Hello, world!", target="de")
        job.status()
        assert job.result().text == EXPECTED

    return pair


def pairs(name: str, address: str) -> None:
    """Make pairs one after another, in sync."""
    pair = {"httpx2": _sync_httpx2, OURS: _sync_ours}[name](address)
    answer(lambda count: [pair() for _ in range(count)])


def _async_httpx2(address: str, in_flight: int) -> Callable[[], Awaitable[None]]:
    import httpx2

    limits = httpx2.Limits(max_connections=in_flight, max_keepalive_connections=in_flight)
    client = httpx2.AsyncClient(base_url=address + BASE, headers=AUTHORIZATION, limits=limits, timeout=60)

    async def pair() -> None:
        submitted = await client.post("/text", json=BODY)
        submitted.raise_for_status()
        found = await client.get(f"/text/{submitted.json()['id']}")
        found.raise_for_status()
        assert found.json()["translations"]["de"][0] == EXPECTED

    return pair


def _async_aiohttp(address: str, in_flight: int) -> Callable[[], Awaitable[None]]:
    import aiohttp

    session = aiohttp.ClientSession(headers=AUTHORIZATION, connector=aiohttp.TCPConnector(limit=in_flight))
    url = f"{address}{BASE}/text"

    async def pair() -> None:
        async with session.post(url, json=BODY) as submitted:
            submitted.raise_for_status()
            job = (await submitted.json())["id"]
        async with session.get(f"{url}/{job}") as found:
            found.raise_for_status()
            assert (await found.json())["translations"]["de"][0] == EXPECTED

    return pair


def _async_ours(address: str, in_flight: int, transport: str = "httpx2") -> Callable[[], Awaitable[None]]:
    from groupdocs_translation import AsyncTranslationClient

    given: dict[str, Any] = {"max_connections": in_flight, "transport": transport}
    client = AsyncTranslationClient(**_settings(address), **given)

    async def pair() -> None:
        job = await client.submit_text("Hello, world!", target="de")
        await job.status()
        assert (await job.result()).text == EXPECTED

    return pair


ASYNC: dict[str, Callable[[str, int], Callable[[], Awaitable[None]]]] = {
    "httpx2": _async_httpx2,
    OURS: _async_ours,
    f"{OURS}[aiohttp]": lambda address, in_flight: _async_ours(address, in_flight, "aiohttp"),
    "aiohttp": _async_aiohttp,
}


def flight(name: str, address: str, in_flight: str) -> None:
    """Make pairs in many tasks."""

    async def make() -> Callable[[], Awaitable[None]]:  # some libraries want a running loop
        return ASYNC[name](address, int(in_flight))

    async def batch(pair: Callable[[], Awaitable[None]], count: int) -> None:
        left = count

        async def one_after_another() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                await pair()

        async with asyncio.TaskGroup() as group:
            for _ in range(int(in_flight)):
                group.create_task(one_after_another())

    loop = asyncio.new_event_loop()
    pair = loop.run_until_complete(make())
    answer(lambda count: loop.run_until_complete(batch(pair, count)))


def memory(direction: str, mode: str, address: str, path: str, size: str) -> None:
    """Transfer a big file ``up`` or ``down``, ``sync`` or ``async``; print the growth of peak memory in MiB.

    The client is made before; all that its first call loads is counted.
    """
    from groupdocs_translation import AsyncTranslationClient, TranslationClient

    kind: Callable[..., Any] = AsyncTranslationClient if mode == "async" else TranslationClient
    client = kind(**_settings(address))
    before = peak_mib()

    def transfer() -> Any:
        if direction == "up":
            return client.upload(Path(path))
        downloader = client._connection.downloader(None)  # what download() does once the service has named the address
        return downloader.fetch(f"{address}/storage/{size}", Path(path), size=int(size), overwrite=True)

    async def wait() -> None:
        await transfer()

    if mode == "async":
        asyncio.run(wait())
    else:
        transfer()
    print(peak_mib() - before)


def folder(task: str) -> None:
    """Translate a folder, or only plan it; ``task`` is JSON, with the members read below."""
    from groupdocs_translation import Batch, TranslationClient
    from groupdocs_translation.batch import BatchProgress

    given = json.loads(task)
    began, cpu = time.monotonic(), time.process_time()
    with TranslationClient(**given["settings"]) as client:
        doubts: list[str] = []  # submissions of this run that fell into doubt and were repeated, as it was told to

        def watch(step: BatchProgress) -> None:
            if step.step == "again" and "outcome is unknown" in (step.reason or ""):
                doubts.append(step.path)

        out = {"output_dir": given["out"], "progress": watch}
        batch = Batch(client, given["source"], target="de", **out, **given["options"])
        found: dict[str, Any] = {}
        if given["is_plan"]:
            batch.plan()
        else:
            found = {"by_state": dict(batch.run().by_state), "doubts": len(doubts)}
    used = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu, "peak_mib": peak_mib()}
    print(json.dumps(found | used))


if __name__ == "__main__":
    kinds: dict[str, Callable[..., None]] = {"pairs": pairs, "flight": flight, "memory": memory, "folder": folder}
    kinds[sys.argv[1]](*sys.argv[2:])
