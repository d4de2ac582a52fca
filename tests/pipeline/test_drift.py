"""Committed files equal the output of the pipeline; differences are listed, and writing is all or nothing."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from openapi import client, regenerate, toolchain

ROOT = regenerate.ROOT
PACKAGE = client.PACKAGE
SYNC = "overlays/groupdocs_translation/_sync"
MODEL = f"{PACKAGE}/models/text_request.py"
LINES = (ROOT / MODEL).read_text(encoding="utf-8").splitlines()
LINE, END = LINES.index("    texts: list[str]") + 1, len(LINES) + 1


def test_the_committed_files_are_what_the_command_derives_for_any_hash_seed() -> None:
    command = [sys.executable, "-m", "openapi.regenerate", "--check"]
    environment = os.environ | {"PYTHONHASHSEED": "0", "LC_ALL": "C"}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1].endswith("nothing differs")


@pytest.fixture
def quick(staged: regenerate.Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Replace the build by a copy of the staged files; the rest of the command is real."""

    def build(self: regenerate.Run, source: str | None = None, *, is_draft: bool = False) -> None:
        shutil.copytree(staged.stage, self.stage, dirs_exist_ok=True)

    monkeypatch.setattr(regenerate.Run, "build", build)


def edit(path: Path, old: bytes, new: bytes) -> None:
    data = path.read_bytes()
    assert old in data
    path.write_bytes(data.replace(old, new))


def add_folder(tree: Path) -> None:
    (tree / PACKAGE / "old").mkdir()
    (tree / PACKAGE / "old/x.py").touch()


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (
            lambda tree: edit(tree / MODEL, b"texts: list[str]\n", b"texts: list[bytes]\n"),
            f"differs: {MODEL}, line {LINE}: is '    texts: list[bytes]\\n', should be '    texts: list[str]\\n'",
        ),
        (lambda tree: edit(tree / MODEL, b"\n", b"\r\n"), f"differs: {MODEL}, line 1: is "),
        (
            lambda tree: (tree / MODEL).write_bytes((tree / MODEL).read_bytes() + b"\n"),
            f"differs: {MODEL}, line {END}: is '\\n', should be '(end)'",
        ),
        (lambda tree: (tree / MODEL).unlink(), f"missing: {MODEL}"),
        (lambda tree: (tree / PACKAGE / "py.typed").unlink(), f"missing: {PACKAGE}/py.typed"),
        (add_folder, f"extra: {PACKAGE}/old/x.py"),
        (lambda tree: (tree / "generated/notes.txt").touch(), "extra: generated/notes.txt"),
        (lambda tree: (tree / regenerate.TRANSLATION).write_text("{}"), f"differs: {regenerate.TRANSLATION}, line 1: "),
        (lambda tree: (tree / regenerate.PROVENANCE).unlink(), f"missing: {regenerate.PROVENANCE}"),
        (lambda tree: (tree / SYNC / "old.py").touch(), f"extra: {SYNC}/old.py"),
        (lambda tree: edit(tree / SYNC / "client.py", b"def ", b"async def "), f"differs: {SYNC}/client.py, line "),
    ],
)
def test_a_manual_change_is_listed_and_reverted(
    spoil: Callable[[Path], Any],
    expected: str,
    tree: Path,
    quick: None,
    snapshot: Callable[[], dict[str, bytes]],
    capsys: Any,
) -> None:
    before = snapshot()
    spoil(tree)
    spoiled = snapshot()
    assert regenerate.main(["--check"], tree) == 1
    found = capsys.readouterr().out.splitlines()
    assert found[0].startswith(expected)
    assert len(found) == 2
    assert snapshot() == spoiled
    assert regenerate.main([], tree) == 0
    assert snapshot() == before


def test_python_caches_are_not_drift(tree: Path, quick: None) -> None:
    cache = tree / PACKAGE / "__pycache__"
    cache.mkdir()
    (cache / "client.pyc").touch()
    assert regenerate.main(["--check"], tree) == 0


@pytest.mark.parametrize("failing", range(1, 7))
def test_a_failed_swap_leaves_the_tree_unchanged(
    failing: int,
    tree: Path,
    staged: regenerate.Run,
    snapshot: Callable[[], dict[str, bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [regenerate.TRANSLATION, "generated", SYNC]
    for name in (MODEL, regenerate.TRANSLATION, f"{SYNC}/client.py"):
        (tree / name).write_text("old")
    before = snapshot()
    rename, calls = Path.rename, [0]

    def stumbling(self: Path, target: Path) -> Path:
        calls[0] += 1
        if calls[0] == failing:
            raise PermissionError("in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", stumbling)
    with pytest.raises(PermissionError):
        regenerate.swap_in(staged.stage, tree, names)
    assert snapshot() == before
    regenerate.swap_in(staged.stage, tree, names)
    assert list(regenerate.differences(staged.stage, tree, names)) == []
    assert not [path for path in tree.rglob("*") if path.suffix in {".new", ".old"}]


def test_a_missing_derived_folder_is_written_and_a_twin_without_a_source_removed(
    tree: Path, quick: None, snapshot: Callable[[], dict[str, bytes]]
) -> None:
    before = snapshot()
    shutil.rmtree(tree / "generated")
    (tree / "tests/_sync").mkdir(parents=True, exist_ok=True)
    (tree / "tests/_sync/test_of_nothing.py").touch()
    assert regenerate.main([], tree) == 0
    assert snapshot() == before


def test_the_provenance_lists_inputs_outputs_and_tools() -> None:
    recorded = json.loads((ROOT / regenerate.PROVENANCE).read_text(encoding="utf-8"))
    assert set(recorded["inputs"]) >= {regenerate.UPSTREAM, regenerate.CORRECTIONS, client.CONFIG}
    assert any(name.startswith(client.TEMPLATES) for name in recorded["inputs"])
    for name, digest in recorded["inputs"].items():
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == digest, name
    assert (
        recorded["derived"][regenerate.TRANSLATION]
        == hashlib.sha256((ROOT / regenerate.TRANSLATION).read_bytes()).hexdigest()
    )
    assert recorded["tools"] == toolchain.versions(ROOT / "pyproject.toml")
    assert set(recorded["tools"]) >= {"openapi-python-client", "ruff", "python-jsonpath", "ruamel.yaml", "unasync"}


@pytest.mark.parametrize("pin", ["ruff==0.0.1", "ruamel.yaml==0.1", "no-such-tool==1.0"])
def test_a_tool_that_differs_from_its_pin_is_rejected(pin: str, tree: Path, capsys: Any) -> None:
    ours = toolchain.versions(ROOT / "pyproject.toml")["ruff"]
    (tree / "pyproject.toml").write_text(f'[dependency-groups]\ncodegen = ["ruff=={ours}", "{pin}"]\n')
    assert regenerate.main(["--check"], tree) == 1
    assert "{} must be {}, got ".format(*pin.split("==")) in capsys.readouterr().err


def test_a_wrong_indentation_in_the_corrections_is_one_message_with_file_and_line(tree: Path, capsys: Any) -> None:
    path = tree / "openapi/corrections.yaml"
    line = len(path.read_text().splitlines()) + 1
    path.write_text(f"{path.read_text()}- target: $.info\n")
    assert regenerate.main([], tree) == 1
    error = capsys.readouterr().err
    assert error.startswith("regenerate: openapi/corrections.yaml is not valid YAML: ")
    assert f"at line {line}, column 1" in error.splitlines()[0]
