"""A disk that is full or read-only, then writable again: no billed job is lost or repeated."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from contextlib import suppress

import pytest

from interop.faults.children import is_readable, run_command
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
    """A folder on a separate file system; ``resize`` changes its size in KiB, ``make`` its mount options."""

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
        pytest.skip("mount is missing")
    if done.returncode:
        pytest.skip(f"cannot mount a file system: {done.stderr.strip()}")
    yield Disk()
    subprocess.run(["umount", "--lazy", str(Disk.path)], check=True)


@pytest.fixture
def server():
    with Server(result=large) as server:
        yield server


@pytest.mark.parametrize("kib", [60, 90, 120, 200, 400, 700, 1000])
def test_a_batch_on_a_full_disk_resumes_later_and_is_billed_once(tmp_path, disk, server, kib):
    source, out, log = make_files(tmp_path / "src", FILES), disk.path / "out", tmp_path / "log"
    line = ["batch", str(source), "--to", "de", "--out", str(out)]
    disk.resize(kib)
    for _ in range(2):
        assert run_command(line, server.settings(), log) in {1, 2, 4}
    text = log.read_text()
    assert "No space left" in text or "full" in text or "bytes are free" in text
    assert "room" in text or "free" in text
    assert is_readable(log), text
    assert not server.paid_twice
    assert not list(out.rglob("*.part"))

    disk.resize(20_000)
    code = run_command(line, server.settings(), log)
    uncertain = FILES - len(results(out))
    assert code == (4 if uncertain else 0), log.read_text()
    assert log.read_text().count("\tuncertain\t") >= uncertain
    assert len(server.jobs) == FILES


@pytest.mark.parametrize("kib", [4, 36, 60, 100, 300, 316, 332, 348])
def test_a_journal_on_a_full_disk_stops_the_batch_and_loses_no_job(tmp_path, disk, server, kib):
    source, out, log = make_files(tmp_path / "src", FILES), tmp_path / "out", tmp_path / "log"
    line = ["batch", str(source), "--to", "de", "--out", str(out), "--journal", str(disk.path / "journal")]
    disk.resize(kib)
    assert run_command(line, server.settings(), log) in {0, 1, 2, 4}
    assert is_readable(log), log.read_text()
    assert not server.paid_twice

    disk.resize(20_000)
    code = run_command([*line, "--json"], server.settings(), log)
    assert not server.paid_twice
    uncertain = FILES - len(results(out))
    assert code == (4 if uncertain else 0), log.read_text()
    assert FILES - uncertain <= len(server.jobs) <= FILES


@pytest.mark.parametrize("nth", [1, 3, 6])
def test_a_job_made_in_the_moment_in_which_the_disk_fills_is_recorded(tmp_path, disk, server, nth):
    filler = disk.path / "filler"

    class Jobs(dict):
        def __setitem__(self, id, source):
            super().__setitem__(id, source)
            if len(self) == nth:
                with suppress(OSError), filler.open("wb", buffering=0) as file:
                    with suppress(OSError):  # in one call: a slow filler would take the reserve's space, too
                        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk.path).free)
                    file.seek(0, os.SEEK_END)
                    while file.write(bytes(4096)):
                        pass

    source, out, log = make_files(tmp_path / "src", FILES), tmp_path / "out", tmp_path / "log"
    line = ["batch", str(source), "--to", "de", "--out", str(out), "--journal", str(disk.path / "journal")]
    disk.resize(20_000)
    server.jobs = Jobs()
    assert run_command(line, server.settings(), log) == 1
    assert "full" in log.read_text()
    assert is_readable(log), log.read_text()
    assert filler.exists()

    filler.unlink()
    assert run_command(line, server.settings(), log) == 0, log.read_text()
    assert len(results(out)) == FILES == len(server.jobs)
    assert "uncertain" not in log.read_text()


def test_a_file_without_space_keeps_its_job(tmp_path, disk, server):
    source, log = make_files(tmp_path / "src", 1) / "000.txt", tmp_path / "log"
    assert run_command(["file", str(source), "--to", "de", "--out", str(disk.path)], server.settings(), log) == 1
    text = log.read_text()
    assert re.search("No space left|bytes are free", text), text
    assert not list(disk.path.iterdir())  # no partial file either
    (resume,) = re.findall(r"^  groupdocs-translation (.*)$", text, re.MULTILINE)

    disk.resize(20_000)
    assert run_command(resume.split(), server.settings(), log) == 0, log.read_text()
    assert len(server.jobs) == 1
    assert [path.read_bytes() for path in disk.path.iterdir()] == [large(source.read_bytes())]


def test_a_read_only_folder_is_reported_before_anything_is_billed(tmp_path, disk, server):
    source, log = make_files(tmp_path / "src", FILES), tmp_path / "log"
    lines = (
        ["batch", str(source), "--to", "de", "--out", str(disk.path / "out")],
        ["file", str(source / "000.txt"), "--to", "de", "--out", str(disk.path)],
    )
    assert not disk.make("ro").returncode
    for line in lines:
        assert run_command(line, server.settings(), log) == 2
    assert log.read_text().count("Read-only file system") == len(lines)
    assert is_readable(log)
    assert not server.requests

    assert not disk.make("rw,size=20000k").returncode
    assert [run_command(line, server.settings(), log) for line in lines] == [0, 0]


def test_a_batch_is_not_billed_again_after_its_folder_was_read_only(tmp_path, disk, server):
    source, out, log = make_files(tmp_path / "src", FILES), disk.path / "out", tmp_path / "log"
    line = ["batch", str(source), "--to", "de", "--out", str(out)]
    disk.resize(20_000)
    assert run_command([*line, "--include", "00[0-2]*"], server.settings(), log) == 0
    seen = server.requests
    assert not disk.make("ro").returncode
    assert run_command(line, server.settings(), log) in {1, 2}
    assert "Read-only file system" in log.read_text() or "readonly" in log.read_text()
    assert is_readable(log)
    assert server.requests == seen

    assert not disk.make("rw").returncode
    assert run_command(line, server.settings(), log) == 0
    assert len(server.jobs) == FILES
