"""CPU of submitting a text and fetching its result, in sync, against one server process.

A pair is two requests with JSON both ways: the text is sent, the id is read from the answer, the result is fetched by
it and the translated string is read. Raw ``httpx2`` has the token already and does nothing else; the SDKs validate,
authorize, count and map as they always do. CPU seconds of the process, user and system. Each contender is a process
that lives through all rounds; in each round each has its turn, and ratios are taken within rounds.
"""

from __future__ import annotations

import statistics
import sys

from benchmarks import _published
from benchmarks._report import Target, machine, table, write
from benchmarks._server import running
from benchmarks._turns import ratio, take_turns

ROUNDS = 30
PAIRS = 150
OURS = "groupdocs-translation"


def main(argv: list[str]) -> int:
    """Measure, print and write the report."""
    del argv
    published = _published.python()
    with running() as address:
        commands = {name: [sys.executable, "-m", "benchmarks._pairs", name, address] for name in ("httpx2", OURS)}
        if published:
            commands[_published.NAME] = [published, "-P", "benchmarks/_published_client.py", "pairs", address]
        found = take_turns(commands, rounds=ROUNDS, count=PAIRS)
    rows = [
        [name, 1e6 * statistics.median(times), 1e6 * min(times), ratio(found, name, "httpx2")]
        for name, times in found.items()
    ]
    measured = table(["contender", "CPU, µs a pair", "least", "of httpx2"], rows)
    parts = [(__doc__ or "").strip(), machine("httpx2", "httpcore2"), measured]
    return write(
        "requests", "A pair of requests: CPU", parts, [Target("CPU / httpx2", ratio(found, OURS, "httpx2"), 1.15)]
    )
