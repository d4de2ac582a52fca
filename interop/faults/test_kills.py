"""A folder of 300 files whose command is killed 40 times: a job for each file, and none is translated twice."""

from __future__ import annotations

import random
import sys
import time
from collections import Counter

import pytest

from interop.faults.children import command, is_fit_for_people, run_command
from tests.batch.conftest import results
from tests.batch.killed import run_and_kill
from tests.faults.matrix import FAULTS, FILE_ROLES, make_files
from tests.faults.server import Fault, Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL, and no fork server")

FILES, KILLS = 300, 40
NOW_AND_THEN = (
    "500",
    "503",
    "429 before",
    "401 before",
    "reset before",
    "reset after",
    "closed in the body",
    "cut JSON",
)


class Seldom:
    """One request in twenty meets some fault."""

    def __init__(self, seed):
        self._chance = random.Random(seed)
        self.met = Counter()

    def met_by(self, role):
        if role not in FILE_ROLES or self._chance.random() > 0.05:
            return None
        name = "500" if role == "token" else self._chance.choice(NOW_AND_THEN)  # a wrong token is final
        self.met[role] += 1
        return Fault(role, **FAULTS[name])


@pytest.mark.parametrize("seed", [None, 16], ids=["good", "failing"])
def test_killed_40_times_each_of_300_files_is_one_job(tmp_path, tell, seed):
    source, out, said = make_files(tmp_path / "src", FILES), tmp_path / "out", tmp_path / "said"
    line = ["batch", str(source), "--to", "de", "--out", str(out)]
    began = time.monotonic()
    with Server(None if seed is None else Seldom(seed), polls=1) as server:
        settings = server.settings()
        chance, killed = random.Random(16), 0
        while killed < KILLS:  # one that a fault has ended does not count
            killed += run_and_kill(
                (line, settings, str(said)), lambda: server.requests, target=command,
                after_requests=chance.randint(1, 60), pause_s=chance.uniform(0.0, 0.008),
            )  # fmt: skip
        killed_at = len(server.jobs)
        assert killed_at < FILES, "the last kills met nothing"
        rest = run_command([*line, "--json"], settings, tmp_path / "rest.json")
        jobs = len(server.jobs)
        assert rest in {0, 4}
        assert not server.paid_twice
        in_doubt = FILES - len(results(out))
        assert FILES - in_doubt <= jobs <= FILES

        last = run_command([*line, "--retry-uncertain", "--retry-failed"], settings, said)
        again = len(server.jobs) - jobs
        if seed is None:
            assert (last, again) == (0, in_doubt)  # asked to, each that was in doubt is submitted once
        for _ in range(5):
            last = last and run_command([*line, "--retry-uncertain", "--retry-failed"], settings, said)
        assert last == 0
        assert results(out) == [f"{number:03}.de.txt" for number in range(FILES)]
        for path in source.iterdir():
            assert (out / path.with_suffix(".de.txt").name).read_bytes() == server.result(path.read_bytes())
    assert is_fit_for_people(said)
    assert not list(out.rglob("*.part"))
    faults = 0 if seed is None else server.fault.met.total()
    tell(
        f"{FILES} files, {KILLS} SIGKILLs, {faults} faults of the server",
        f"{killed_at} jobs at the last kill, {jobs} at the end, none twice; {in_doubt} in doubt, sent again when asked",
        f"{time.monotonic() - began:.0f} s",
    )
