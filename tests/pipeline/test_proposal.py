"""The weekly proposal as a dry run on loopback with a bare repository, and the report on a new generator."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from openapi import newest, proposal, regenerate


@pytest.fixture
def repository(tree: Path) -> Path:
    """The inputs and outputs of the pipeline as a repository with one commit."""
    (tree / "changes.d").mkdir()
    (tree / "changes.d/README.md").write_text("One file a change.\n")
    shutil.copyfile(regenerate.ROOT / ".gitignore", tree / ".gitignore")
    identity = ("-c", "user.name=t", "-c", "user.email=t@localhost")
    for command in (("init", "--quiet"), ("add", "--all"), (*identity, "commit", "--quiet", "--message", "All")):
        subprocess.run(["git", *command], cwd=tree, check=True, capture_output=True)
    return tree


def undecided(document: Any) -> None:
    document["components"]["schemas"]["HtmlFileRequest"]["properties"]["savingMode"]["enum"].append("Zip")


def style(document: Any) -> None:
    document["paths"]["/text/sample"] = document["paths"]["/text/slang"]


@pytest.mark.parametrize(
    ("change", "files", "expected"),
    [
        (undecided, {"openapi/refresh.txt"}, "HtmlFileRequest/properties/savingMode differs from SavingMode"),
        (style, {proposal.FRAGMENT, regenerate.CORRECTIONS, regenerate.UPSTREAM}, "translateTextSample"),
    ],
)
def test_a_proposal_is_made_even_if_corrections_do_not_fit(
    change: Any, files: set[str], expected: str, upstream: Any, repository: Path, tmp_path: Path, no_generator: None
) -> None:
    change(upstream)
    (tmp_path / "document.json").write_text(json.dumps(upstream))
    shown = proposal.rehearse(tmp_path / "document.json", repository, tmp_path)
    assert shown.startswith(f"branch {proposal.BRANCH}\ncommit The service's document has changed: it ")
    assert all(f" {name} " in shown for name in files)
    assert expected in shown
    assert "do not fit the document" in shown
    assert "## Draft and open decisions" in shown


def test_nothing_is_proposed_for_the_current_document(upstream: Any, repository: Path, tmp_path: Path) -> None:
    (tmp_path / "document.json").write_text(json.dumps(upstream))
    assert "nothing to propose" in proposal.rehearse(tmp_path / "document.json", repository, tmp_path)


def test_the_pinned_generator_changes_nothing(capsys: Any) -> None:
    assert newest.main() == 0
    assert "surface: 0 lines removed, 0 added\nbehavior: the code of 0 files differs\n" in capsys.readouterr().out
