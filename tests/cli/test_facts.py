"""``languages``, ``formats``, ``usage``, ``completion``: facts, as tables and as JSON."""

from __future__ import annotations

import pytest
from groupdocs_translation.cli.commands.account import FREE_CALLS
from groupdocs_translation.spec.formats import KINDS


def test_languages_are_one_call_without_a_token(command, sandbox):
    done = command("languages")
    rows = {line.split("\t")[0]: line.split("\t")[2].split() for line in done.out.splitlines()}
    assert "de" in rows["en"]
    assert sandbox.calls() == {"listLanguages": 1}
    assert command("languages", "--json").json["languages"]["en"] == rows["en"]


def test_languages_from_one_are_a_line_each_and_an_unknown_one_is_refused(command):
    assert "fr" in command("languages", "--from", "de").out.splitlines()
    done = command("languages", "--from", "tlh")
    assert done.code == 2
    assert "'tlh' is not translated" in done.err


def test_formats_are_those_of_the_table_that_the_clients_have(command):
    found = command("formats", "--json").json["kinds"]
    assert set(found) == set(KINDS) - {"auto"}
    assert found["presentation"]["formats"] == list(KINDS["presentation"].formats)
    assert "--slides" in found["presentation"]["options"]
    rows = [line.split("\t") for line in command("formats").out.splitlines()]
    assert [row[0] for row in rows] == list(found)
    assert all(cell == cell.lower() for row in rows for cell in row)


@pytest.mark.parametrize("given", ["docx", ".DOCX", "my report.docx"])
def test_formats_of_one_are_found_however_it_is_written(command, given):
    assert command("formats", given).out.startswith("document\t")


def test_pdf_is_both_text_and_scan_and_an_unknown_format_is_refused(command):
    assert [line.split("\t")[0] for line in command("formats", "pdf").out.splitlines()] == ["pdf", "image"]
    for unknown in ("exe", ".", ""):
        done = command("formats", unknown)
        assert done.code == 2
        assert "known source formats" in done.err


def test_usage_counts_what_the_commands_of_the_month_have_sent(command, clock):
    assert command("usage", "--json").json["total"] == 0
    command("text", "Hello", "--to", "de")
    command("languages")
    command("text", "Hello", "--to", "xx")
    told = command("usage", "--json").json
    assert told["total"] == 3
    assert told["by_command"] == {
        "languages": {"listLanguages": 1},
        "text": {"translateText": 1, "getTextTranslation": 1},
    }
    table = command("usage")
    assert table.out.splitlines()[-1] == "\ttotal\t3"
    assert str(FREE_CALLS) in table.err
    clock.advance(40 * 86_400)
    assert command("usage", "--json").json["total"] == 0
    assert command("usage", "--json", "--month", told["month"]).json["total"] == 3


def test_an_invalid_month_is_a_usage_error(command):
    assert command("usage", "--month", "November").code == 2


def test_a_temporary_sandbox_leaves_no_history(command, tmp_path):
    assert command("text", "Hello", "--to", "de", "--sandbox", "-q").code == 0
    assert not list((tmp_path / "XDG_STATE_HOME").rglob("*.jsonl"))


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_the_completion_script_runs_this_command(command, shell):
    done = command("completion", shell)
    assert "_GROUPDOCS_TRANSLATION_COMPLETE" in done.out
    assert command("completion", shell, "--json").json["script"].strip() == done.out.strip()
