"""One table says what each error means on the command line."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import groupdocs_translation.batch
import pytest
from groupdocs_translation import _errors
from groupdocs_translation._errors import TranslationError
from groupdocs_translation.cli.exits import MEANINGS, Exit, cli_wording, meaning_of


def every(kind):
    yield kind
    for below in kind.__subclasses__():
        yield from every(below)


PUBLIC = {*groupdocs_translation.__all__, *groupdocs_translation.batch.__all__}
OURS = [kind for kind in every(TranslationError) if kind.__name__ in PUBLIC]  # others mean what their parents mean


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_error_has_a_row_of_its_own(kind):
    assert kind.__name__ in MEANINGS


def test_the_table_has_no_row_for_an_unknown_error():
    assert set(MEANINGS) == {kind.__name__ for kind in OURS}
    assert len(OURS) > len(_errors.__doc__.splitlines()) // 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (_errors.ConfigurationError("x"), Exit.USAGE),
        (_errors.UnsupportedFormat("x"), Exit.USAGE),
        (_errors.AuthenticationError("x"), Exit.AUTHENTICATION),
        (_errors.TokenResponseError("x"), Exit.AUTHENTICATION),
        (_errors.JobPartial("x", job=None, result=None, missing=["de"]), Exit.PARTLY),
        (_errors.JobFailed("x", job=None), Exit.FAILED),
        (_errors.ServerError("x", status_code=500, operation="x"), Exit.FAILED),
        (_errors.SubmissionUncertain("x", operation="x", request=None), Exit.FAILED),
    ],
)
def test_codes_are_the_documented_ones(error, code):
    assert meaning_of(error).exit == code


def test_a_users_own_error_means_what_its_parent_means():
    class Mine(_errors.AuthenticationError):
        pass

    assert meaning_of(Mine("x")).exit == Exit.AUTHENTICATION


@pytest.mark.parametrize(
    ("error", "in_ours"),
    [
        (
            _errors.ConfigurationError("already exists: a", parameter="overwrite", hint="give overwrite=True"),
            "already exists: a; use --overwrite or another --out",
        ),
        (
            _errors.ConfigurationError(
                "translatePdf does not support ocr_format, slides",
                parameter="ocr_format, slides",
                allowed=["pages", "saving_mode"],
                hint="it supports pages, saving_mode",
            ),
            "does not support --ocr-format, --slides; it supports --pages, --saving-mode",
        ),
        (_errors.CallBudgetExceeded("call_budget=5 is used up", budget=5, used=5), "--max-calls 5 is used up"),
        (_errors.UnsupportedLanguage("target='xx': there is no language", parameter="target"), "--to 'xx'"),
        (_errors.ConfigurationError("whatever: said", parameter="target"), "whatever: said"),
        (
            _errors.ConfigurationError("style, summarize and as_text cannot be combined", parameter="style"),
            "--style, --summarize and --as-text cannot be combined",
        ),
        (_errors.ConfigurationError("style must be 'slang'", parameter="style"), "--style must be 'slang'"),
        (_errors.ConfigurationError("base_url must use https", parameter="base_url"), "base_url must use https"),
    ],
)
def test_messages_name_options_instead_of_python_arguments(error, in_ours):
    error.add_note("(a.docx)")
    assert in_ours in cli_wording(error)
    assert "=" not in cli_wording(error)
    assert cli_wording(error).endswith("\n(a.docx)")


def test_no_advice_names_an_unknown_command():
    from groupdocs_translation.cli.main import COMMANDS

    named = set(re.findall(r"groupdocs-translation (\w+)", " ".join(row.advice for row in MEANINGS.values())))
    assert named
    assert named <= set(COMMANDS)


def test_the_page_has_the_codes():
    page = (Path(__file__).parents[2] / "docs" / "cli.md").read_text(encoding="utf-8")
    for code in Exit:
        assert f"| {code.value} |" in page


@pytest.mark.parametrize("detail", [[], ["-v"], ["-vv"]])
def test_a_fault_of_the_command_is_one_line_and_its_traceback_is_for_vv(command, monkeypatch, detail):
    log = logging.getLogger("groupdocs_translation")
    monkeypatch.setattr(log, "handlers", [])  # the command's own is gone again afterwards
    monkeypatch.setattr(log, "level", log.level)

    def fail(*_, word="canary"):
        raise KeyError(word)

    monkeypatch.setattr("groupdocs_translation.cli.output.write_table", fail)
    done = command("formats", *detail)
    assert done.code == 1
    assert "the command: a bug in this package (KeyError): report it" in done.err
    assert "canary" not in done.err
    assert ("test_exits.py" in done.err) == (detail == ["-vv"])
    if detail != ["-vv"]:
        assert len(done.err.splitlines()) == 1


def test_an_error_of_the_file_system_is_one_line(command, monkeypatch):
    def fail(*_, **__):
        raise OSError(28, "No space left on device", "state.json")

    monkeypatch.setattr("groupdocs_translation.cli.history.History.record", fail)
    done = command("languages", "--json")
    assert (done.code, done.error["type"]) == (1, "TransferError")
    assert done.error["message"] == "the command: No space left on device: state.json"
