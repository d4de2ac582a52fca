"""The page of cases names tests that exist, one for each row."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "authentication-cases.md").read_text(encoding="utf-8")
TESTS = {
    name
    for path in (ROOT / "tests" / "auth").glob("test_*.py")
    for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
}
CASES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("## Constants")[0].splitlines()
    if line.startswith("| ") and not line.startswith("| case ")
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case[0][:50])
def test_a_case_of_authorization_names_the_test_that_shows_it(case: list[str]) -> None:
    _, happens, tests = case
    named = set(re.findall(r"`(test_\w+)`", tests))

    assert happens
    assert named
    assert named <= TESTS


def test_the_page_has_all_groups_of_cases() -> None:
    assert len(CASES) > 50
