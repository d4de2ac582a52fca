"""The page of cases names tests that exist, for each row."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "authentication-cases.md").read_text(encoding="utf-8")
CASES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("## Constants")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| case ")
]


def test_a_case_says_what_happens_and_names_its_tests() -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "auth").glob("test_*.py")]
    tests = {name for text in sources for name in re.findall(r"def (test_\w+)", text)}
    named = [set(re.findall(r"`(test_\w+)`", column)) for _, _, column in CASES]

    assert [case for case, happens, _ in CASES if not happens] == []
    assert [case for (case, *_), names in zip(CASES, named, strict=True) if not names or names - tests] == []


def test_the_page_has_all_groups_of_cases() -> None:
    assert len(CASES) > 50
