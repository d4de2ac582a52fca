"""Run one contender (this package or a raw library) in a process: ``python -m benchmarks._contender KIND …``.

``pairs NAME URL`` and ``concurrent NAME URL TASKS`` read numbers from standard input, make that many pairs, and print
the CPU seconds per pair. A pair submits a text of 13 characters as JSON, reads the job ID from the response, and
fetches the result. Raw libraries use a given token. With ``concurrent``, each task makes one pair after another.
``memory`` and ``folder`` print JSON.
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

# Each contender imports only its own library.
# ruff: noqa: PLC0415


def serve(batch: Callable[[int], object]) -> None:
    """Run a batch for each number on standard input, and print the CPU seconds per unit."""
    for line in sys.stdin:
        before = time.process_time()
        batch(int(line))
        print((time.process_time() - before) / int(line), flush=True)


def peak_mib() -> float:
    """Return the peak of this process's memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _settings(url: str) -> dict[str, Any]:
    urls = {"base_url": url + BASE, "token_url": f"{url}/connect/token"}
    return {"client_id": "id", "client_secret": "secret", **urls}


def _sync_httpx2(url: str) -> Callable[[], None]:
    import httpx2

    client = httpx2.Client(base_url=url + BASE, headers=AUTHORIZATION)

    def pair() -> None:
        submitted = client.post("/text", json=BODY)
        submitted.raise_for_status()
        found = client.get(f"/text/{submitted.json()['id']}")
        found.raise_for_status()
        assert found.json()["translations"]["de"][0] == EXPECTED

    return pair


def _sync_ours(url: str) -> Callable[[], None]:
    from groupdocs_translation import TranslationClient

    client = TranslationClient(**_settings(url))

    def pair() -> None:
        job = client.submit_text("Hello, world!", target="de")
        job.status()
        assert job.result().text == EXPECTED

    return pair


def pairs(name: str, url: str) -> None:
    """Make sync pairs one after another."""
    pair = {"httpx2": _sync_httpx2, OURS: _sync_ours}[name](url)
    serve(lambda count: [pair() for _ in range(count)])


def _async_httpx2(url: str, tasks: int) -> Callable[[], Awaitable[None]]:
    import httpx2

    limits = httpx2.Limits(max_connections=tasks, max_keepalive_connections=tasks)
    client = httpx2.AsyncClient(base_url=url + BASE, headers=AUTHORIZATION, limits=limits, timeout=60)

    async def pair() -> None:
        submitted = await client.post("/text", json=BODY)
        submitted.raise_for_status()
        found = await client.get(f"/text/{submitted.json()['id']}")
        found.raise_for_status()
        assert found.json()["translations"]["de"][0] == EXPECTED

    return pair


def _async_aiohttp(url: str, tasks: int) -> Callable[[], Awaitable[None]]:
    import aiohttp

    session = aiohttp.ClientSession(headers=AUTHORIZATION, connector=aiohttp.TCPConnector(limit=tasks))
    url = f"{url}{BASE}/text"

    async def pair() -> None:
        async with session.post(url, json=BODY) as submitted:
            submitted.raise_for_status()
            job = (await submitted.json())["id"]
        async with session.get(f"{url}/{job}") as found:
            found.raise_for_status()
            assert (await found.json())["translations"]["de"][0] == EXPECTED

    return pair


def _async_ours(url: str, tasks: int, transport: str = "httpx2") -> Callable[[], Awaitable[None]]:
    from groupdocs_translation import AsyncTranslationClient

    given: dict[str, Any] = {"max_connections": tasks, "transport": transport}
    client = AsyncTranslationClient(**_settings(url), **given)

    async def pair() -> None:
        job = await client.submit_text("Hello, world!", target="de")
        await job.status()
        assert (await job.result()).text == EXPECTED

    return pair


ASYNC: dict[str, Callable[[str, int], Callable[[], Awaitable[None]]]] = {
    "httpx2": _async_httpx2,
    OURS: _async_ours,
    f"{OURS}[aiohttp]": lambda url, tasks: _async_ours(url, tasks, "aiohttp"),
    "aiohttp": _async_aiohttp,
}


def concurrent(name: str, url: str, tasks: str) -> None:
    """Make async pairs in many tasks."""

    async def make() -> Callable[[], Awaitable[None]]:  # some libraries need a running loop
        return ASYNC[name](url, int(tasks))

    async def batch(pair: Callable[[], Awaitable[None]], count: int) -> None:
        left = count

        async def worker() -> None:
            nonlocal left
            while left > 0:
                left -= 1
                await pair()

        async with asyncio.TaskGroup() as group:
            for _ in range(int(tasks)):
                group.create_task(worker())

    loop = asyncio.new_event_loop()
    pair = loop.run_until_complete(make())
    serve(lambda count: loop.run_until_complete(batch(pair, count)))


def memory(direction: str, mode: str, url: str, path: str, size: str) -> None:
    """Transfer a big file ``up`` or ``down``, ``sync`` or ``async``, and print the growth of peak memory in MiB.

    The client is created before the measurement. Modules loaded by its first call count.
    """
    from groupdocs_translation import AsyncTranslationClient, TranslationClient

    kind: Callable[..., Any] = AsyncTranslationClient if mode == "async" else TranslationClient
    client = kind(**_settings(url))
    before = peak_mib()

    def transfer() -> Any:
        if direction == "up":
            return client.upload(Path(path))
        downloader = client._connection.downloader(None)  # as download() does with a result URL
        return downloader.fetch(f"{url}/storage/{size}", Path(path), size=int(size), overwrite=True)

    async def wait() -> None:
        await transfer()

    if mode == "async":
        asyncio.run(wait())
    else:
        transfer()
    print(peak_mib() - before)


def folder(task: str) -> None:
    """Translate or plan a folder; ``task`` is JSON with the members read below."""
    from groupdocs_translation import Batch, TranslationClient
    from groupdocs_translation.batch import BatchProgress

    given = json.loads(task)
    began, cpu = time.monotonic(), time.process_time()
    with TranslationClient(**given["settings"]) as client:
        repeated: list[str] = []  # uncertain submissions repeated by this run, as configured

        def watch(step: BatchProgress) -> None:
            if step.step == "again" and "outcome is unknown" in (step.reason or ""):
                repeated.append(step.path)

        out = {"output_dir": given["out"], "progress": watch}
        batch = Batch(client, given["source"], target="de", **out, **given["options"])
        found: dict[str, Any] = {}
        if given["is_plan"]:
            batch.plan()
        else:
            found = {"by_state": dict(batch.run().by_state), "repeated": len(repeated)}
    used = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu, "peak_mib": peak_mib()}
    print(json.dumps(found | used))


if __name__ == "__main__":
    kinds: dict[str, Callable[..., None]] = {
        "pairs": pairs,
        "concurrent": concurrent,
        "memory": memory,
        "folder": folder,
    }
    kinds[sys.argv[1]](*sys.argv[2:])
