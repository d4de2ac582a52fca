"""A batch of 300 files whose process is killed 40 times submits one job per file."""

from __future__ import annotations

import random
import sys

import pytest

from interop.faults.children import command, is_readable, run_command
from tests.batch.conftest import results
from tests.batch.killed import run_and_kill
from tests.faults.matrix import FAULTS, FILE_ROLES, make_files
from tests.faults.server import Fault, Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and a fork server")

FILES, KILLS = 300, 40
RANDOM_FAULTS = (
    "500",
    "503",
    "429 before",
    "401 before",
    "reset before",
    "reset after",
    "closed in the body",
    "cut JSON",
)


class RandomFaults:
    """A fault in one of twenty requests."""

    def __init__(self, seed):
        self._chance = random.Random(seed)

    def met_by(self, role):
        if role not in FILE_ROLES or self._chance.random() > 0.05:
            return None
        name = "500" if role == "token" else self._chance.choice(RANDOM_FAULTS)  # a rejected token would be final
        return Fault(role, **FAULTS[name])


@pytest.mark.parametrize("seed", [None, 16], ids=["good", "failing"])
def test_killed_40_times_each_of_300_files_is_one_job(tmp_path, seed):
    source, out, log = make_files(tmp_path / "src", FILES), tmp_path / "out", tmp_path / "log"
    line = ["batch", str(source), "--to", "de", "--out", str(out)]
    with Server(None if seed is None else RandomFaults(seed), polls=1) as server:
        settings = server.settings()
        chance, killed = random.Random(16), 0
        while killed < KILLS:  # processes ended by a fault do not count
            killed += run_and_kill(
                (line, settings, str(log)), lambda: server.requests, target=command,
                after_requests=chance.randint(1, 60), pause_s=chance.uniform(0.0, 0.008),
            )  # fmt: skip
        assert len(server.jobs) < FILES, "the last kills came too late"
        rest = 3
        while rest == 3:  # a 401 of a public operation ends a batch, and is one of the faults
            rest = run_command([*line, "--json"], settings, tmp_path / "rest.json")
        jobs = len(server.jobs)
        assert rest in {0, 4}
        assert not server.paid_twice
        uncertain = FILES - len(results(out))
        assert FILES - uncertain <= jobs <= FILES

        last = run_command([*line, "--retry-uncertain", "--retry-failed"], settings, log)
        again = len(server.jobs) - jobs
        if seed is None:
            assert (last, again) == (0, uncertain)  # each uncertain file is submitted once
        for _ in range(5):
            last = last and run_command([*line, "--retry-uncertain", "--retry-failed"], settings, log)
        assert last == 0
        assert results(out) == [f"{number:03}.de.txt" for number in range(FILES)]
        for path in source.iterdir():
            assert (out / path.with_suffix(".de.txt").name).read_bytes() == server.result(path.read_bytes())
    assert is_readable(log)
    assert not list(out.rglob("*.part"))
