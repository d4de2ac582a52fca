"""A small disk that is full, then has room; and one that cannot be written: what is paid for is known and fetched."""

from __future__ import annotations

import re
import subprocess

import pytest

from interop.faults.children import is_fit_for_people, run_command
from tests.batch.conftest import results
from tests.faults.matrix import make_files
from tests.faults.server import Server

FILES = 6
RESULT = 200_000  # bytes


def large(source):
    return (b"[de] " + source).ljust(RESULT)


def mount(*arguments):
    return subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)


@pytest.fixture
def disk(tmp_path):
    """A folder on a file system of its own; ``resize`` gives it another size, in KiB, ``make`` other options."""

    class Disk:
        path = tmp_path / "disk"

        def make(self, options):
            return mount("-o", f"remount,{options}", str(self.path))

        def resize(self, kib):
            assert not self.make(f"size={kib}k").returncode

    Disk.path.mkdir()
    try:
        done = mount("-t", "tmpfs", "-o", "size=64k", "tmpfs", str(Disk.path))
    except FileNotFoundError:
        pytest.skip("there is no mount")
    if done.returncode:
        pytest.skip(f"no file system can be mounted: {done.stderr.strip()}")
    yield Disk()
    subprocess.run(["umount", "--lazy", str(Disk.path)], check=True)


@pytest.fixture
def server():
    with Server(result=large) as server:
        yield server


@pytest.mark.parametrize("kib", [60, 90, 120, 200, 400, 700, 1000])
def test_a_batch_whose_disk_is_full_resumes_when_there_is_room_and_pays_once(tmp_path, disk, server, kib):
    source, out, said = make_files(tmp_path / "src", FILES), disk.path / "out", tmp_path / "said"
    line = ["batch", str(source), "--to", "de", "--out", str(out)]
    disk.resize(kib)
    for _ in range(2):
        assert run_command(line, server.settings(), said) in {1, 2, 4}
    text = said.read_text()
    assert "No space left" in text or "full" in text or "bytes are free" in text
    assert "room" in text or "free" in text
    assert is_fit_for_people(said), text
    assert not server.paid_twice
    assert not list(out.rglob("*.part"))

    disk.resize(20_000)
    code = run_command(line, server.settings(), said)
    in_doubt = FILES - len(results(out))
    assert code == (4 if in_doubt else 0), said.read_text()
    assert said.read_text().count("\tuncertain\t") >= in_doubt
    assert len(server.jobs) == FILES


@pytest.mark.parametrize("kib", [4, 36, 60, 80, 100, 140])
def test_a_journal_whose_disk_is_full_stops_the_batch_and_loses_no_job(tmp_path, disk, server, kib):
    source, out, said = make_files(tmp_path / "src", FILES), tmp_path / "out", tmp_path / "said"
    line = ["batch", str(source), "--to", "de", "--out", str(out), "--journal", str(disk.path / "journal")]
    disk.resize(kib)
    assert run_command(line, server.settings(), said) in {0, 1, 2, 4}
    assert is_fit_for_people(said), said.read_text()
    assert not server.paid_twice

    disk.resize(20_000)
    code = run_command([*line, "--json"], server.settings(), said)
    assert not server.paid_twice
    in_doubt = FILES - len(results(out))
    assert code == (4 if in_doubt else 0), said.read_text()
    assert FILES - in_doubt <= len(server.jobs) <= FILES


def test_a_file_that_finds_no_room_keeps_its_job(tmp_path, disk, server):
    source, said = make_files(tmp_path / "src", 1) / "000.txt", tmp_path / "said"
    assert run_command(["file", str(source), "--to", "de", "--out", str(disk.path)], server.settings(), said) == 1
    text = said.read_text()
    assert re.search("No space left|bytes are free", text), text
    assert not list(disk.path.iterdir())  # nor a part of it
    (resume,) = re.findall(r"^  groupdocs-translation (.*)$", text, re.MULTILINE)

    disk.resize(20_000)
    assert run_command(resume.split(), server.settings(), said) == 0, said.read_text()
    assert len(server.jobs) == 1
    assert [path.read_bytes() for path in disk.path.iterdir()] == [large(source.read_bytes())]


def test_a_folder_that_cannot_be_written_is_said_before_anything_is_paid_for(tmp_path, disk, server):
    source, said = make_files(tmp_path / "src", FILES), tmp_path / "said"
    lines = (
        ["batch", str(source), "--to", "de", "--out", str(disk.path / "out")],
        ["file", str(source / "000.txt"), "--to", "de", "--out", str(disk.path)],
    )
    assert not disk.make("ro").returncode
    for line in lines:
        assert run_command(line, server.settings(), said) == 2
    assert said.read_text().count("Read-only file system") == len(lines)
    assert is_fit_for_people(said)
    assert not server.requests

    assert not disk.make("rw,size=20000k").returncode
    assert [run_command(line, server.settings(), said) for line in lines] == [0, 0]


def test_a_batch_that_was_begun_is_not_paid_for_again_when_its_folder_was_read_only_meanwhile(tmp_path, disk, server):
    source, out, said = make_files(tmp_path / "src", FILES), disk.path / "out", tmp_path / "said"
    line = ["batch", str(source), "--to", "de", "--out", str(out)]
    disk.resize(20_000)
    assert run_command([*line, "--include", "00[0-2]*"], server.settings(), said) == 0
    seen = server.requests
    assert not disk.make("ro").returncode
    assert run_command(line, server.settings(), said) in {1, 2}
    assert "Read-only file system" in said.read_text() or "readonly" in said.read_text()
    assert is_fit_for_people(said)
    assert server.requests == seen

    assert not disk.make("rw").returncode
    assert run_command(line, server.settings(), said) == 0
    assert len(server.jobs) == FILES
