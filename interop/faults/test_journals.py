"""Journals with flipped bits or truncated: the batch runs again and no job is billed twice."""

from __future__ import annotations

import random
import sys

import pytest

from interop.faults.children import command, is_readable, run_command
from tests.batch.conftest import results
from tests.batch.killed import run_and_kill
from tests.faults.matrix import make_files
from tests.faults.server import Server

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL and a fork server")

FILES = 12


def damage(content, chance):
    """Flip one to eight bits, or truncate."""
    if chance.random() < 0.4:
        return content[: chance.randrange(1, len(content))]
    flipped = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        flipped[chance.randrange(len(flipped))] ^= 1 << chance.randrange(8)
    return bytes(flipped)


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_journal_causes_no_second_job_and_is_kept(tmp_path, seed):
    chance = random.Random(seed)
    source, out, log = make_files(tmp_path / "src", FILES), tmp_path / "out", tmp_path / "log"
    line = ["batch", str(source), "--to", "de", "--out", str(out)]
    with Server(polls=1) as server:
        settings = server.settings()
        assert run_command([*line, "--include", "00[0-4]*"], settings, log) == 0
        run_and_kill(
            (line, settings, str(log)), lambda: server.requests, target=command,
            after_requests=chance.randint(10, 25), pause_s=0.0,
        )  # fmt: skip
        journal = out / ".groupdocs-batch" / "journal.sqlite3"
        assert not journal.with_name(f"{journal.name}-wal").exists()
        damaged = damage(journal.read_bytes(), chance)
        journal.write_bytes(damaged)

        code = run_command(line, settings, log)
        assert not server.paid_twice, log.read_text()
        assert code in {0, 1, 2, 4}
        assert is_readable(log), log.read_text()
        set_aside = sorted(journal.parent.glob("*.damaged-1"))
        assert all(path.read_bytes() == damaged for path in set_aside)
        jobs = len(server.jobs)
        uncertain = FILES - len(results(out))
        for _ in range(3):
            code = run_command([*line, "--retry-uncertain", "--retry-failed"], settings, log)
        assert code == 0, log.read_text()
        assert len(results(out)) == FILES
        assert len(server.jobs) - jobs <= uncertain
        for path in source.iterdir():
            assert (out / path.with_suffix(".de.txt").name).read_bytes() == server.result(path.read_bytes())
