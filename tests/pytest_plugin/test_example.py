"""The example of ``docs/sandbox.md``: an application whose tests use the fixtures, run as a user would run them."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

OPTIONS = ("-q", "-p", "no:asyncio", "--strict-markers", "--assert=plain", "-Werror")
APP = Path(__file__).parents[2] / "examples" / "catalogue_app"
# Mistakes in the application, and the application's test that must detect each.
MISTAKES = {
    ('{"uncertain": True}', "{}"): "test_a_submission_without_a_response_is_not_billed_twice",
    ('{"job": job.to_dict(), ', "{"): "test_a_slow_job_is_resumed_by_the_next_run",
    (' if text not in kept["texts"]]', "]"): "test_only_new_products_are_submitted",
    ("glossary=BRANDS", "glossary={}"): "test_products_are_shown_in_english_until_they_are_translated",
}


PAGE = APP.parents[1] / "docs" / "sandbox.md"


def test_the_page_quotes_the_example_exactly():
    quotes = re.findall(
        r"a part of examples/catalogue_app.*?^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    code = [path.read_text("utf-8") for path in sorted(APP.glob("*.py"))]
    assert len(quotes) == 5
    for quote in quotes:
        assert any(quote in source for source in code), quote


@pytest.fixture
def app(pytester):
    """The folder of the application, in which it may be changed."""
    pytester.makeini("[pytest]")  # a separate project, even if the folder for temporary files is in another one
    for path in APP.glob("*.py"):
        shutil.copy(path, pytester.path)
    return pytester.path


def test_the_examples_own_tests_pass(pytester, app):
    result = pytester.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(passed=(app / "test_catalogue.py").read_text("utf-8").count("def test_"))


def test_the_examples_tests_detect_mistakes_in_the_application(pytester, app):
    source = (app / "catalogue.py").read_text("utf-8")
    for old, new in MISTAKES:
        assert old in source
        source = source.replace(old, new)
    (app / "catalogue.py").write_text(source, "utf-8")
    result = pytester.runpytest_inprocess(*OPTIONS, *(f"test_catalogue.py::{name}" for name in MISTAKES.values()))
    result.assert_outcomes(failed=len(MISTAKES))
