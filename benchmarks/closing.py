"""Submissions with an unknown outcome because the server closed an idle connection without notice.

The server closes each connection right after its response, like a load balancer at its limit or a restarting worker,
without ``Connection: close``. The next request may be sent before the client sees that. Such a submission is not
repeated, because it may have been billed. ``submissions``: only submissions, back to back. ``pairs``: each submission
is followed by a poll, and the server closes after every second response. Each client submits 150 texts.
"""

from __future__ import annotations

import asyncio
import inspect
from typing import Any

from groupdocs_translation import AsyncTranslationClient, SubmissionUncertain, TranslationClient

from benchmarks._measure import Target, machine, process, table, write
from benchmarks._server import BASE
from tests.clocks import FakeClock

SUBMISSIONS = 150


async def _result(value: Any) -> Any:
    """Return the result of a call of either client."""
    return await value if inspect.isawaitable(value) else value


async def _lost(client: Any, is_polled: bool) -> int:
    """Submit the texts, and return how many outcomes are unknown."""
    lost = 0
    for _ in range(SUBMISSIONS):
        try:
            job = await _result(client.submit_text("Hello, world!", target="de"))
        except SubmissionUncertain:
            lost += 1
        else:
            if is_polled:
                await _result(job.result())
    return lost


async def _run(contender: str, settings: dict[str, Any], is_polled: bool) -> int:
    if contender == "sync":
        with TranslationClient(**settings) as client:
            return await _lost(client, is_polled)
    async with AsyncTranslationClient(**settings, transport=contender.rpartition(" ")[2]) as client:
        return await _lost(client, is_polled)


def main(clients: str = "10") -> int:
    """Measure, print and write the report."""
    submissions = int(clients) * SUBMISSIONS
    rows: list[list[object]] = []
    targets: list[Target] = []
    for what, limit in (("submissions", 1), ("pairs", 2)):
        with process("benchmarks._server", str(limit)) as server:
            url = f"http://127.0.0.1:{server.read()}"
            clock = FakeClock()  # lost polls are repeated immediately
            settings = {"access_token": "t", "base_url": url + BASE, "clock": clock}
            for contender in ("sync", "async, httpx2", "async, aiohttp"):
                lost = sum(asyncio.run(_run(contender, settings, what == "pairs")) for _ in range(int(clients)))
                rate = 100 * lost / submissions
                rows.append([what, contender, submissions, lost, rate])
                targets.append(Target(f"{what}, {contender}: % uncertain", rate, 1))
    measured = table(["traffic", "client", "submissions", "uncertain", "%"], rows)
    parts = [__doc__, machine("httpx2", "httpcore2", "aiohttp"), measured]
    return write("closing", "Connections closed without notice", parts, targets)
