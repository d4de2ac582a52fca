"""The table of errors in ``docs/errors.md``: complete, and each row shown by a test that exists."""

from __future__ import annotations

import re
from pathlib import Path

import groupdocs_translation as package
import pytest
from groupdocs_translation import RetryPolicy, TranslationClient, TranslationError

ROOT = Path(__file__).resolve().parents[2]
ROWS = re.findall(r"^\| `(\w+)` \|(.*)\|$", (ROOT / "docs" / "errors.md").read_text(encoding="utf-8"), re.MULTILINE)
TESTS = {
    name
    for path in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"def (test_\w+)", path.read_text(encoding="utf-8"))
}
PUBLIC = {
    name
    for name in package.__all__
    if isinstance(thing := getattr(package, name), type) and issubclass(thing, TranslationError)
}


def test_every_public_error_that_is_raised_has_a_row_and_no_other_name_has():
    assert {name for name, _ in ROWS} == PUBLIC - {"TranslationError", "JobError"}  # nobody raises the bases


@pytest.mark.parametrize(("name", "row"), ROWS)
def test_a_row_has_the_cause_the_cost_the_action_and_its_test(name, row):
    cells, shown = re.fullmatch(r"(.*) <!-- (test_\w+) --> ", row).groups()
    when, paid, advice = (cell.strip() for cell in cells.split("|"))
    assert when
    assert paid
    assert advice
    assert shown in TESTS


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, "BadRequest"), (404, "NotFound"), (409, "APIError"), (422, "BadRequest"), (429, "RateLimited"),
     (500, "ServerError"), (503, "ServerError")],
)  # fmt: skip
def test_each_status_is_an_error_of_its_own(sandbox, status, error):
    sandbox.fail("getHealth", status=status)
    client = TranslationClient(**sandbox.client_settings(), retries=RetryPolicy.never())
    with client, pytest.raises(getattr(package, error)) as caught:
        client.health()
    assert type(caught.value).__name__ == error
    assert (caught.value.status_code, caught.value.operation) == (status, "getHealth")
