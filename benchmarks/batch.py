"""A folder of 2,000 small files by default, with and without faults in 5% of requests, and memory for 100,000 files.

The sandbox and the client run in separate processes on one machine, so files per second include both. A job takes 2 s
(median of a log-normal distribution), so 64 concurrent jobs finish at most 32 files per second. Faults are drawn from a
fixed seed: errors of the service and of proxies, rejections, connections reset before, in and after the response,
truncated and slow responses, revoked tokens, accepted jobs with an error response, and failed jobs.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks._measure import Target, machine, ours, process, published, result, table, write

SHARE = 0.05  # of all requests have a fault
THREADS = 64  # of the official SDK: as many concurrent jobs as in a batch
LIMIT_MIB = 150.0
LIMIT_CPU = 3.5  # times the official SDK's: two thirds of 14.6 ms / 2.75 ms, measured in one run with httpx
CPU = 6  # the column of a row with the CPU per file

SEED = 6
MEDIAN_S = 2.0  # of a job: the minimum for a small document according to the service's page
# Faults of any request. A submission may also be accepted with an error response, or its job may fail.
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


def serve(share: float, requests: int, *, is_revoking: bool = True) -> None:
    """Run a sandbox with faults in a share of each operation's requests, until standard input is closed.

    The first line printed has the client settings. For each line read, print the calls, the jobs, and the number of
    jobs beyond one per file.
    """
    # Imported here: the peak memory of a child process starts with that of its parent.
    from groupdocs_translation.sandbox import Sandbox  # noqa: PLC0415
    from groupdocs_translation_sandbox.jobs import FACTORS  # noqa: PLC0415

    chance = random.Random(SEED)
    with Sandbox(latency_s=MEDIAN_S / FACTORS["file"]) as sandbox:
        for operation, all_faults in OPERATIONS.items():
            faults = [fault for fault in all_faults if is_revoking or "revoke" not in fault]
            ordinary = 0  # nth counts from the previous fault
            for _ in range(requests):
                ordinary += 1
                if chance.random() < share:
                    sandbox.fail(operation, nth=ordinary, **chance.choice(faults))
                    ordinary = 0
        print(json.dumps(sandbox.client_settings()), flush=True)
        for _ in sys.stdin:
            of_file = Counter(str(job.request["originalFileName"]) for job in sandbox.jobs.values())
            calls = {name: count for name, count in sandbox.calls().items() if not name.startswith("/")}
            repeated = sum(count - 1 for count in of_file.values())
            print(json.dumps({"calls": calls, "jobs": len(sandbox.jobs), "repeated": repeated}), flush=True)


def make_files(folder: Path, count: int) -> Path:
    """Create small texts, a thousand per subfolder."""
    for number in range(count):
        path = folder / f"{number // 1_000:03}" / f"{number:06}.txt"
        if number % 1_000 == 0:
            path.parent.mkdir(parents=True)
        path.write_text(f"Paragraph {number} of a folder with many files.\n")
    return folder


def _run(settings: Any, source: Path, out: Path, *, is_plan: bool = False, **options: Any) -> dict[str, Any]:
    task = {"settings": settings, "source": str(source), "out": str(out), "options": options, "is_plan": is_plan}
    return dict(result(ours("folder", json.dumps(task))))


def compare(source: Path, count: int, scratch: Path) -> tuple[list[str], list[Target]]:
    """Translate the files with and without faults, with the batch and the official SDK."""
    clean, targets = _batch(source, count, scratch / "ours", "no faults", 0.0)
    theirs = _published_sdk(source, count, scratch / "theirs", "no faults", 0.0)
    if theirs:
        name = "client CPU per file, times that of the official SDK, no faults"
        targets.append(Target(name, clean[0][CPU] / theirs[0][CPU], LIMIT_CPU))
    faulty, more = _batch(source, count, scratch / "ours-faults", f"{SHARE:.0%} faults", SHARE)
    rows = [
        *clean,
        *theirs,
        *faulty,
        *_published_sdk(source, count, scratch / "theirs-faults", f"{SHARE:.0%} faults", SHARE),
        *_published_sdk(
            source, count, scratch / "theirs-unrevoked", "5% faults, no token revoked", SHARE, "--no-revocation"
        ),
    ]
    head = ["program", "faults", "files", "done per second", "calls per file", "jobs repeated",
            "client CPU, ms per file", "peak MiB", "jobs billed and lost"]  # fmt: skip
    return [f"## {count:,} small files", EXPLAINED, table(head, rows)], [*targets, *more]


def _batch(source: Path, count: int, out: Path, faults: str, share: float) -> tuple[list[list[Any]], list[Target]]:
    """Run a batch, with faults also a second run that retries uncertain and failed files."""
    with process("benchmarks.batch", str(share), str(2 * count)) as sandbox:
        settings = json.loads(sandbox.read())
        first = last = _run(settings, source, out)
        seen = sandbox.request("")
        done = first["by_state"].get("done", 0)
        rows = [_row("batch", faults, first, seen, count, done=done, worked=count)]
        targets = [
            Target(f"jobs submitted twice without retries, {faults}", seen["repeated"], 0),
            Target(f"peak memory of a run, MiB, {faults}", first["peak_mib"], LIMIT_MIB),
        ]
        repeatable = 0
        if share:
            last = _run(settings, source, out, retry_uncertain=True, retry_failed=True)
            seen, left = sandbox.request(""), count - done
            again = last["by_state"].get("done", 0) - done
            rows.append(_row("batch, retry run", faults, last, seen, count, done=again, worked=left))
            repeatable = left + last["repeated"]
        return rows, [
            *targets,
            Target(f"files not done at the end, {faults}", count - last["by_state"].get("done", 0), 0),
            Target(f"missing results on disk, {faults}", count - len(list(out.rglob("*.de.txt"))), 0),
            Target(f"jobs beyond one per file: only for uncertain submissions, {faults}", seen["repeated"], repeatable),
        ]


def _published_sdk(source: Path, count: int, out: Path, faults: str, share: float, *options: str) -> list[list[Any]]:
    with process("benchmarks.batch", str(share), str(2 * count), *options) as sandbox:
        settings = json.loads(sandbox.read())
        url = settings["base_url"].removesuffix("/v2.0/translation")
        who = (settings["client_id"], settings["client_secret"])
        command = published("folder", url, *who, str(source), str(out), str(THREADS))
        if command is None:
            return []
        theirs, seen = result(command), sandbox.request("")
        done = theirs["by_state"].get("done", 0)
        row = _row(f"official SDK, {THREADS} threads", faults, theirs, seen, count, done=done, worked=count)
        return [[*row[:-1], seen["jobs"] - done]]


def _row(
    name: str, faults: str, used: dict[str, Any], seen: dict[str, Any], count: int, *, done: int, worked: int
) -> list[Any]:
    calls = sum(seen["calls"].values()) / count
    cpu = used["cpu"] / max(worked, 1) * 1_000
    states = ", ".join(f"{of:,} {state}" for state, of in sorted(used["by_state"].items(), key=lambda item: -item[1]))
    return [name, faults, states, done / used["seconds"], calls, seen["repeated"], cpu, used["peak_mib"], 0]


EXPLAINED = (
    "Calls and jobs are counted by the sandbox. The first run of the batch skips uncertain files and those that failed "
    "at the service; a run with retries completes them. The official SDK polls immediately and then every 2 s, as in "
    "its examples. It does not retry and has no journal: a fault loses the file and the cost of its job, and another "
    "run is billed for all files again. It also does not renew a revoked token, so all later files fail. One row "
    "is therefore measured without revocations."
)


def memory(scratch: Path, count: int) -> tuple[list[str], list[Target]]:
    """Measure planning, and a run that plans, journals and reports but makes no calls."""
    settings = {"client_id": "id", "client_secret": "secret"}
    rows: list[list[object]] = []
    targets: list[Target] = []
    for number in (count // 100, count):
        source = make_files(scratch / f"many-{number}", number)
        plan = _run(settings, source, scratch / f"out-{number}", is_plan=True)
        made = _run(settings, source, scratch / f"out-{number}", max_calls=0)
        journal = scratch / f"out-{number}" / ".groupdocs-batch" / "journal.sqlite3"
        rows.append([f"{number:,}", plan["seconds"], plan["peak_mib"], made["seconds"], made["peak_mib"],
                     journal.stat().st_size / 2**20])  # fmt: skip
    targets.append(Target(f"peak memory of {count:,} planned files, MiB", max(rows[-1][2], rows[-1][4]), LIMIT_MIB))  # type: ignore[type-var]
    head = ["files", "dry run, s", "peak MiB", "run without calls, s", "peak MiB", "journal, MiB"]
    return [
        f"## {count:,} planned files",
        "The second run writes the journal and both reports.",
        table(head, rows),
    ], targets


def main(files: str = "2000", planned: str = "100000") -> int:
    """Measure and write the report; the numbers of files and of planned files can be given."""
    count = int(files)
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        compared, targets = compare(make_files(scratch / "source", count), count, scratch)
        plans, more = memory(scratch, int(planned))
        ran_on = f"{machine('httpx2', 'anyio')}; load {os.getloadavg()[0]:.1f} at the end."
        parts = [__doc__, ran_on, *compared, *plans]
        return write("batch", "Folders", parts, [*targets, *more])


if __name__ == "__main__":
    serve(float(sys.argv[1]), int(sys.argv[2]), is_revoking=sys.argv[3:] != ["--no-revocation"])
