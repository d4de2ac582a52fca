"""Pages that make claims about the code: the claims' names exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
THREATS = (ROOT / "docs" / "threat-model.md").read_text(encoding="utf-8")


def test_the_tests_that_the_threat_model_names_exist() -> None:
    named = set(re.findall(r"`(test_\w+)`", THREATS))
    tests = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]

    assert named
    assert named - {name for text in tests for name in re.findall(r"def (test_\w+)", text)} == set()


def test_every_threat_has_a_defense_and_its_test() -> None:
    rows = [line.strip("|").split("|") for line in THREATS.splitlines() if line.startswith("| ")]
    threats = [[cell.strip() for cell in row] for row in rows if row[0].strip() != "threat"]

    assert len(threats) > 25
    assert [row for row in threats if len(row) != 3 or not row[1] or not re.match(r"`test_\w+`|no test", row[2])] == []


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "SECURITY.md"])
def test_files_that_a_page_points_to_exist(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link.split("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    named = re.findall(r"`((?:docs|tests|openapi|changes\.d)/[\w./-]*)`", text)

    assert [path for path in [*links, *named] if path and not (ROOT / path).exists()] == []


def test_the_guide_lists_every_session_of_the_project_and_no_other() -> None:
    readme = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `(\w+)` \|", readme[readme.index("| session |") :], flags=re.MULTILINE)
    sessions = [
        node.name
        for node in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body
        if isinstance(node, ast.FunctionDef) and any("session" in ast.unparse(mark) for mark in node.decorator_list)
    ]

    assert len(listed) == len(set(listed))
    assert set(listed) == set(sessions)


def test_the_page_on_polling_has_the_measured_figures() -> None:
    report = (ROOT / "benchmarks" / "reports" / "polling.md").read_text(encoding="utf-8")
    measured: dict[tuple[str, str], str] = {}
    for section in report.split("\n## ")[1:]:
        heading = section.partition("\n")[0]
        for schedule, calls, _, late, *_ in re.findall(
            r"^\| ([^|]+) \|([^|]+)\|([^|]+)\|([^|]+)\|", section, re.MULTILINE
        ):
            measured[heading, schedule] = f"{calls.strip()} calls, {late.strip()} s late"
    page = (ROOT / "docs" / "polling.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\S[^|]*) \| ([^|]+ late) \| ([^|]+ late) \| ([^|]+ late) \|$", page, re.MULTILINE)
    jobs = ("text, median 1.6 s", "document, median 45 s", "document, median 300 s")

    assert [row[0] for row in rows] == ['`"economy"`', '`"balanced"`', '`"responsive"`', "every 2 s"]
    for name, *cells in rows:
        schedule = "fixed 2 s" if name == "every 2 s" else name.strip('`"')
        assert cells == [measured[job, schedule] for job in jobs]
