"""Other users of the machine, who read files during a download or put links where results are written."""

from __future__ import annotations

import os
import stat
import sys

import pytest
from groupdocs_translation import TranslationClient, TranslationError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")


@pytest.fixture
def client(sandbox):
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "source" / "secret.txt"
    path.parent.mkdir()
    path.write_text("Known to us alone.\n" * 20_000)
    return path


@pytest.fixture
def in_pieces(monkeypatch):
    """Write a result piece by piece: one below ``CHUNK_BYTES`` is in memory until it is complete."""
    monkeypatch.setattr("groupdocs_translation._sync.transfer.CHUNK_BYTES", 2**16)


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "results"
    path.mkdir()
    return path


@pytest.mark.usefixtures("in_pieces")
def test_a_document_is_private_during_its_download(client, source, folder):
    growing: dict[str, int] = {}

    def look(step):
        if step.stage == "download":
            growing.update({path.name: stat.S_IMODE(path.lstat().st_mode) for path in folder.iterdir()})

    before = os.umask(0o022)
    try:
        result = client.translate_file(source, target="de", output_dir=folder, progress=look)
    finally:
        os.umask(before)

    partial = {name: mode for name, mode in growing.items() if name != result.path.name}
    assert partial
    assert set(partial.values()) == {0o600}
    assert [path.name for path in folder.iterdir()] == ["secret.de.txt"]
    assert stat.S_IMODE(result.path.stat().st_mode) == 0o644


def test_a_temporary_file_is_created_private_and_not_restricted_later(client, source, folder, monkeypatch):
    made: list[tuple[int, int]] = []
    chmod: list[int] = []
    really_open, really_chmod = os.open, os.chmod

    def look(path, flags, mode=0o777, **options):
        if str(path).endswith(".part"):
            made.append((flags & os.O_EXCL, mode))
        return really_open(path, flags, mode, **options)

    monkeypatch.setattr(os, "open", look)
    monkeypatch.setattr(os, "chmod", lambda path, mode, **more: (chmod.append(mode), really_chmod(path, mode, **more)))
    client.translate_file(source, target="de", output_dir=folder)

    assert made == [(os.O_EXCL, 0o600)]
    assert 0o600 not in [stat.S_IMODE(mode) for mode in chmod]


@pytest.mark.usefixtures("in_pieces")
def test_the_temporary_name_is_random_and_in_the_folder_of_the_result(client, source, folder):
    names: set[str] = set()

    def look(step):
        if step.stage == "download":
            names.update(path.name for path in folder.iterdir() if path.suffix == ".part")

    for _ in range(3):
        client.translate_file(source, target="de", output_dir=folder, overwrite=True, progress=look)

    assert len(names) == 3


def test_a_link_instead_of_a_result_is_replaced_and_not_followed(client, source, folder, tmp_path):
    victim = tmp_path / "victim"
    victim.write_text("untouched")
    (folder / "secret.de.txt").symlink_to(victim)

    result = client.translate_file(source, target="de", output_dir=folder, overwrite=True)

    assert victim.read_text() == "untouched"
    assert not result.path.is_symlink()


def test_a_dangling_link_instead_of_a_result_is_not_followed(client, source, folder, tmp_path):
    (folder / "secret.de.txt").symlink_to(tmp_path / "planted")

    with pytest.raises(TranslationError, match=r"secret\.de\.txt"):
        client.translate_file(source, target="de", output_dir=folder)

    assert not (tmp_path / "planted").exists()
