"""Time from start to a client: ``import`` in a new interpreter, without the interpreter's own startup.

Wall time of the whole process, measured in turns, as the median of all rounds. Files are cached and compiled.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks._measure import Target, machine, published, table, write

ROUNDS = 21
NOTHING = "empty program"
OURS = "groupdocs_translation, and a client"
PUBLISHED = "groupdocs_translation_cloud (published)"
CODE = {
    NOTHING: "pass",
    "httpx2": "import httpx2",
    OURS: "from groupdocs_translation import TranslationClient; TranslationClient(client_id='a', client_secret='b')",
    "groupdocs_translation": "import groupdocs_translation",
    PUBLISHED: "import groupdocs_translation_cloud as s; s.TranslationApi(s.ApiClient(s.Configuration()))",
}


def main() -> int:
    """Measure, print and write the report."""
    commands = {
        name: published("-c", code) if name == PUBLISHED else [sys.executable, "-c", code]
        for name, code in CODE.items()
    }
    found: dict[str, list[float]] = {name: [] for name, command in commands.items() if command}
    for turn in range(ROUNDS + 1):
        for name, times in found.items():
            before = time.perf_counter()
            subprocess.run(commands[name] or [], check=True)
            if turn:  # the first round compiles
                times.append(time.perf_counter() - before)
    start = statistics.median(found[NOTHING])
    middle = {name: statistics.median(times) - start for name, times in found.items()}
    rows = [[name, 1000 * middle[name], middle[name] / middle["httpx2"]] for name in found if name != NOTHING]
    measured = table(["import", "ms", "of httpx2"], rows)
    parts = [__doc__, machine("httpx2", "attrs"), measured]
    return write("imports", "Imports", parts, [Target(f"{OURS} / httpx2", middle[OURS] / middle["httpx2"], 1.15)])
