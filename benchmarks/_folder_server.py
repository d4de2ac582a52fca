"""A sandbox in a process of its own, where a share of all requests goes wrong; and what it has seen.

``python -m benchmarks._folder_server SHARE REQUESTS [--no-revocation]`` prints the settings of a client as JSON, then
answers each line of its standard input with what happened so far.
"""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from typing import Any

from groupdocs_translation.sandbox import Sandbox
from groupdocs_translation_sandbox.jobs import FACTORS

SEED = 6
MEDIAN_S = 2.0  # of a job: the least that the service's page lets one expect of a small document
# What happens to a request; a submission may also be carried out without anybody being told, or come to a bad end.
ANY: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 503},
    {"status": 429, "headers": {"Retry-After": "1"}},
    {"html": True},
    {"reset": "before"},
    {"reset": "after"},
    {"reset": "middle"},
    {"truncate": True},
    {"delay_s": 0.5},
    {"drip_s": 0.02},
]
API: list[dict[str, Any]] = [*ANY, {"wrong_type": True}, {"revoke": True}]
OPERATIONS = {
    "uploadFile": ANY,
    "translateDocument": [*API, {"status": 500, "after": True}, {"job": "failed"}],
    "getFileTranslation": API,
    "/storage/*": ANY,
}


def add_faults(sandbox: Sandbox, share: float, requests: int, *, is_revoking: bool) -> int:
    """Let a share of the next requests of each operation go wrong; how many."""
    chance = random.Random(SEED)
    count = 0
    for operation, all_faults in OPERATIONS.items():
        faults = [fault for fault in all_faults if is_revoking or "revoke" not in fault]
        ordinary = 0  # a fault counts from the one before it, whose request it does not see
        for _ in range(requests):
            ordinary += 1
            if chance.random() < share:
                sandbox.fail(operation, nth=ordinary, **chance.choice(faults))
                ordinary = 0
                count += 1
    return count


def seen(sandbox: Sandbox) -> dict[str, Any]:
    """Calls, jobs, and how many jobs were made beyond one a file."""
    of_file = Counter(str(job.request["originalFileName"]) for job in sandbox.jobs.values())
    calls = {name: count for name, count in sandbox.calls().items() if not name.startswith("/")}
    return {"calls": calls, "jobs": len(sandbox.jobs), "repeated": sum(count - 1 for count in of_file.values())}


def main(share: float, requests: int, *, is_revoking: bool) -> None:
    """Serve until the standard input is closed."""
    with Sandbox(latency_s=MEDIAN_S / FACTORS["file"]) as sandbox:
        add_faults(sandbox, share, requests, is_revoking=is_revoking)
        print(json.dumps(sandbox.client_settings()), flush=True)
        for _ in sys.stdin:
            print(json.dumps(seen(sandbox)), flush=True)


if __name__ == "__main__":
    main(float(sys.argv[1]), int(sys.argv[2]), is_revoking=sys.argv[3:] != ["--no-revocation"])
