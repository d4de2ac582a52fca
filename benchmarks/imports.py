"""Time from nothing to a client: ``import`` in a fresh interpreter, less the interpreter's own start.

Wall time of the whole process, in turns, the middle of the rounds; files are in the system's cache and compiled.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from benchmarks import _published
from benchmarks._report import Target, machine, table, write

ROUNDS = 21
NOTHING = "an interpreter that does nothing"
OURS = "groupdocs_translation, and a client"
PUBLISHED = "groupdocs_translation_cloud (published)"
CODE = {
    NOTHING: "pass",
    "httpx2": "import httpx2",
    OURS: "from groupdocs_translation import TranslationClient; TranslationClient(client_id='a', client_secret='b')",
    "groupdocs_translation": "import groupdocs_translation",
    PUBLISHED: "import groupdocs_translation_cloud as s; s.TranslationApi(s.ApiClient(s.Configuration()))",
}


def _seconds(python: str, code: str) -> float:
    before = time.perf_counter()
    subprocess.run([python, "-c", code], check=True)
    return time.perf_counter() - before


def main(argv: list[str]) -> int:
    """Measure, print and write the report."""
    del argv
    published = _published.python()
    names = [name for name in CODE if name != PUBLISHED or published]
    found: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(ROUNDS + 1):
        for name in names:
            seconds = _seconds(str(published) if name == PUBLISHED else sys.executable, CODE[name])
            if turn:  # the first compiles
                found[name].append(seconds)
    start = statistics.median(found[NOTHING])
    middle = {name: statistics.median(times) - start for name, times in found.items()}
    rows = [[name, 1000 * middle[name], middle[name] / middle["httpx2"]] for name in names if name != NOTHING]
    measured = table(["import", "ms", "of httpx2"], rows)
    parts = [(__doc__ or "").strip(), machine("httpx2", "attrs"), measured]
    return write("imports", "Imports", parts, [Target(f"{OURS} / httpx2", middle[OURS] / middle["httpx2"], 1.15)])
