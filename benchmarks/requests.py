"""CPU of submitting a text and fetching its result, in sync, against one server process.

A pair is two requests with JSON in both directions: a text is submitted, the job ID is read from the response, and the
result is fetched. Raw ``httpx2`` is given the token and does nothing else; the SDKs work as usual. CPU is user and
system time of the process. Each contender is a process that runs for all rounds, with one turn per round, and ratios
are taken within rounds.
"""

from __future__ import annotations

import statistics

from benchmarks._measure import OURS, PUBLISHED, Target, machine, ours, published, ratio, server, table, turns, write

PAIRS = 150


def main(rounds: str = "30") -> int:
    """Measure, print and write the report."""
    with server() as url:
        commands = {name: ours("pairs", name, url) for name in ("httpx2", OURS)}
        if theirs := published("pairs", url):
            commands[PUBLISHED] = theirs
        found: dict[str, list[float]] = {name: [] for name in commands}
        for turn in turns(commands, rounds=int(rounds), count=PAIRS):
            found[turn.name].append(turn.cost)
    rows = [
        [name, 1e6 * statistics.median(times), 1e6 * min(times), ratio(found, name, "httpx2")]
        for name, times in found.items()
    ]
    measured = table(["contender", "CPU, µs per pair", "min", "of httpx2"], rows)
    targets = [Target("CPU / httpx2", ratio(found, OURS, "httpx2"), 1.05)]
    if theirs:
        targets.append(Target("CPU / official SDK", ratio(found, OURS, PUBLISHED), 1.25))
    parts = [__doc__, machine("httpx2", "httpcore2"), measured]
    return write("requests", "A pair of requests: CPU", parts, targets)
