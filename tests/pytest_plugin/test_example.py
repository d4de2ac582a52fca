"""The example of ``docs/sandbox.md``: an application whose tests use the fixtures, run as a user would run them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
def run(tmp_path):
    """A function that runs the application's tests in a copy of its folder and returns pytest's output."""
    folder = tmp_path / "catalogue_app"
    shutil.copytree(APP, folder, ignore=shutil.ignore_patterns("__pycache__", ".pytest_cache"))

    def run(source: str) -> str:
        (folder / "catalogue.py").write_text(source, "utf-8")
        # A separate folder: sessions that share one delete each other's files, and warn.
        options = [
            "-q",
            "-p",
            "no:asyncio",
            "--strict-markers",
            "--assert=plain",
            "-Werror",
            f"--basetemp={tmp_path / 'temp'}",
        ]
        command = [sys.executable, "-m", "pytest", *options]
        return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True).stdout

    return run


def test_the_examples_own_tests_pass(run):
    printed = run((APP / "catalogue.py").read_text("utf-8"))
    tests = (APP / "test_catalogue.py").read_text("utf-8").count("def test_")
    assert re.search(rf"^{tests} passed in ", printed, re.MULTILINE), printed


def test_the_examples_tests_detect_mistakes_in_the_application(run):
    source = (APP / "catalogue.py").read_text("utf-8")
    for old, new in MISTAKES:
        assert old in source
        source = source.replace(old, new)
    printed = run(source)
    assert set(re.findall(r"^FAILED test_catalogue.py::(\w+)", printed, re.MULTILINE)) >= set(MISTAKES.values()), (
        printed
    )
