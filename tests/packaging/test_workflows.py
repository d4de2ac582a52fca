"""The workflows: pinned, without stored secrets, allowed no more than they need, and calling sessions that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")


def _sessions() -> dict[str, str]:
    """Name to docstring of every nox session."""
    tree = ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8"))
    return {
        node.name: ast.get_docstring(node) or ""
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and any("session" in ast.unparse(d) for d in node.decorator_list)
    }


def _jobs(workflow: Path) -> dict[str, dict[str, Any]]:
    jobs: dict[str, dict[str, Any]] = yaml.safe_load(workflow.read_text(encoding="utf-8"))["jobs"]
    return jobs


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_to_a_commit_and_names_its_version(workflow: Path) -> None:
    used = re.findall(r"uses: (.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE)

    assert used
    assert [action for action in used if not PINNED.match(action)] == []


def test_one_action_has_one_digest_everywhere() -> None:
    digests: dict[str, set[str]] = {}
    for workflow in WORKFLOWS:
        for name, digest in re.findall(r"uses: ([\w./-]+)@(.+)$", workflow.read_text(encoding="utf-8"), re.MULTILINE):
            digests.setdefault(name, set()).add(digest)

    assert {name: found for name, found in digests.items() if len(found) > 1} == {}


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_permissions_start_from_none_and_no_secret_is_stored(workflow: Path) -> None:
    text = workflow.read_text(encoding="utf-8")

    assert yaml.safe_load(text)["permissions"] == {}
    assert all("permissions" in job and "timeout-minutes" in job for job in _jobs(workflow).values())
    assert "secrets." not in text


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_job_that_may_write_runs_none_of_our_sessions(workflow: Path) -> None:
    writing = [job for job in _jobs(workflow).values() if "write" in job["permissions"].values()]

    assert [job["name"] for job in writing if "nox" in str(job["steps"])] == []


def test_sessions_that_are_called_exist() -> None:
    matrix = _jobs(ROOT / ".github" / "workflows" / "ci.yml")["sessions"]["strategy"]["matrix"]["session"]
    texts = [path.read_text(encoding="utf-8") for path in [*WORKFLOWS, ROOT / ".ci" / "run", ROOT / "README.md"]]
    commands = [found for text in texts for found in re.findall(r"(?:nox -s|^step) ([^#\n|`$]+)", text, re.MULTILINE)]
    called = {word.strip('"') for command in [*commands, *matrix] for word in command.split(" -- ")[0].split()}
    named = {word.split("-")[0] for word in called if word[:1].isalpha()}

    assert named - set(_sessions()) == set()
    assert {"tests", "lint", "types", "regenerate", "publish", "demo"} <= named


def test_the_readme_has_a_demo_and_a_test_command_and_the_gate_runs_them() -> None:
    blocks = re.findall(r"```sh\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    commands = re.findall(r"\.venv/bin/nox -s (\w+)$", "".join(blocks), re.MULTILINE)
    steps = re.findall(r"^step (\w+)$", (ROOT / ".ci" / "run").read_text(encoding="utf-8"), re.MULTILINE)

    assert commands == ["demo", "tests"]
    assert set(commands) <= set(steps)


@pytest.mark.parametrize("name", _sessions())
def test_a_session_has_a_description_of_one_line(name: str) -> None:
    described = _sessions()[name]

    assert described.endswith(".")
    assert "\n" not in described
