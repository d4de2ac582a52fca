"""CPU of submitting a text and fetching its result, in sync, against one server process.

A pair is two requests with JSON both ways: the text is sent, the id is read from the answer, the result is fetched by
it and the translated string is read. Raw ``httpx`` has the token already and does nothing else; the SDKs validate,
authorize, count and map as they always do. CPU seconds of the process, user and system; each contender in a process
of its own, in turns; the middle of the rounds.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

from benchmarks import _published
from benchmarks._report import Target, machine, table, write
from benchmarks._server import ROOT, running

ROUNDS = 7
PAIRS = 600
PUBLISHED = _published.NAME


def _cpu(address: str, name: str, published: str | None) -> float:
    if name == PUBLISHED:
        command = [str(published), "-P", "benchmarks/_published_client.py", "pairs", address, str(PAIRS)]
    else:
        command = [sys.executable, "-m", "benchmarks._pairs", name, address, str(PAIRS)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


def main(argv: list[str]) -> int:
    """Measure, print and write the report."""
    del argv
    published = _published.python()
    names = ["httpx", "groupdocs-translation", *([PUBLISHED] if published else [])]
    found: dict[str, list[float]] = {name: [] for name in names}
    with running() as address:
        for _ in range(ROUNDS):
            for name in names:
                found[name].append(_cpu(address, name, published))
    middle = {name: statistics.median(times) for name, times in found.items()}
    rows = [[name, 1e6 * middle[name], 1e6 * min(found[name]), middle[name] / middle["httpx"]] for name in names]
    measured = table(["contender", "CPU, µs a pair", "least", "of httpx"], rows)
    parts = [(__doc__ or "").strip(), machine("httpx", "httpcore"), measured]
    target = Target("CPU of a pair / httpx", middle["groupdocs-translation"] / middle["httpx"], 1.15)
    return write("requests", "A pair of requests: CPU", parts, [target])
