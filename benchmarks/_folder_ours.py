"""A folder translated by this package, in a process of its own: prints what it took as JSON.

``python -m benchmarks._folder_ours JSON`` with ``settings``, ``source``, ``out``, ``options``; ``plan`` only plans.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from groupdocs_translation import Batch, TranslationClient
from groupdocs_translation.batch import BatchProgress


def peak_mib() -> float:
    """The peak of this process's memory so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(task: dict[str, Any]) -> dict[str, Any]:
    """Do it."""
    began, cpu = time.monotonic(), time.process_time()
    with TranslationClient(**task["settings"]) as client:
        doubts: list[str] = []  # submissions of this run that fell into doubt and were repeated, as it was told to

        def watch(step: BatchProgress) -> None:
            if step.step == "again" and "outcome is unknown" in (step.reason or ""):
                doubts.append(step.path)

        batch = Batch(client, task["source"], target="de", output_dir=task["out"], progress=watch, **task["options"])
        if task["is_plan"]:
            plan = batch.plan()
            found: dict[str, Any] = {"files": plan.files, "minimum_calls": plan.minimum_calls}
        else:
            report = batch.run()
            found = {"by_state": dict(report.by_state), "calls": report.total_calls, "files": report.files}
            found["doubts"] = len(doubts)
    return found | {
        "seconds": time.monotonic() - began,
        "cpu": time.process_time() - cpu,
        "peak_mib": peak_mib(),
    }


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1]))))
