"""``text``: from arguments, a pipe, and files of lines, to one language or many."""

from __future__ import annotations

import pytest
from groupdocs_translation._rules.texts import TextChunker


def test_one_text_in_one_language_is_printed_alone(command):
    done = command("text", "Hello", "--to", "de", "-q")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("[de] ")
    assert done.out.count("\n") == 1


def test_many_texts_and_languages_are_one_submission_and_say_their_language(command, sandbox):
    done = command("text", "Yes", "No", "--to", "de,fr", "--to", "ja")
    assert [line.split("\t")[0] for line in done.out.splitlines()] == ["de", "fr", "ja", "de", "fr", "ja"]
    assert sandbox.calls()["translateText"] == 1


def test_standard_input_is_one_text_with_its_lines(command):
    for arguments in (["text", "-"], ["text"]):
        done = command(*arguments, "--to", "de", stdin=b"First line\nSecond line\n")
        assert done.code == 0
        assert len(done.out.splitlines()) == 2


def test_each_line_of_a_text_has_its_language_when_there_are_several(command):
    done = command("text", "--to", "de,fr", stdin="Grüße\nSchluß\n".encode())
    assert [line.split("\t")[0] for line in done.out.splitlines()] == ["de", "de", "fr", "fr"]


def test_lines_stay_lines_and_blank_ones_blank(command, tmp_path, sandbox):
    lines = tmp_path / "strings.txt"
    lines.write_bytes(b"\xef\xbb\xbfOne\r\n\r\nTwo\nThree")
    done = command("text", "--lines", lines, "--to", "de")
    out = done.out.split("\n")
    assert [bool(line) for line in out] == [True, False, True, True, False]
    assert out[0].startswith("[de] ")
    assert "\ufeff" not in out[0]
    assert sandbox.calls()["translateText"] == 1
    assert command("text", "--lines", "-", "--to", "de", stdin=lines.read_bytes()).out == done.out


def test_json_has_the_translations_the_jobs_and_the_calls(command):
    found = command("text", "Yes", "No", "--to", "de,fr", "--json")
    assert found.err == ""
    assert {language: len(texts) for language, texts in found.json["translations"].items()} == {"de": 2, "fr": 2}
    assert len(found.json["jobs"]) == 1
    assert found.json["calls"]["translateText"] == 1
    lines = command("text", "--lines", "-", "--to", "de", "--json", stdin=b"Yes\nNo\n")
    assert lines.json["translations"]["de"] == found.json["translations"]["de"]


@pytest.mark.parametrize(("given", "meant"), [("DE", "de"), ("zh_cn,DE,de", "zh de")])
def test_json_has_the_languages_as_the_service_spells_them(command, given, meant):
    found = command("text", "Hello", "--to", given, "--json")
    assert (found.code, sorted(found.json["translations"])) == (0, sorted(meant.split()))
    assert all(len(texts) == 1 for texts in found.json["translations"].values())


def test_the_options_reach_the_service(command, sandbox):
    assert command("text", "Hello", "--to", "de", "--style", "medical").code == 0
    assert command("text", "Hello", "--to", "de", "--summarize").code == 0
    assert {"translateTextMedical", "summarizeText"} <= set(sandbox.calls())
    glossary = command("text", "The harbour is open", "--to", "de", "--glossary", "harbour=Hafen")
    assert "Hafen" in glossary.out


def test_the_trial_needs_no_credentials(command, sandbox):
    done = command("text", "Hello", "--to", "de", "--trial", "-q")
    assert done.code == 0
    assert "/connect/token" not in sandbox.calls()
    assert sandbox.calls()["translateTextTrial"] == 1


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (["text", "Hello"], None, "Missing option '-t' / '--to'"),
        (["text", "--to", "de"], None, "no text given"),
        (["text", "Hello", "--to", "de", "--lines", "-"], b"x", "cannot be combined"),
        (["text", "Hello", "--to", "de,,fr"], None, "empty item"),
        (
            ["text", "Hello", "--to", "deutsch"],
            None,
            "--to must be a language code such as 'de' or 'zh', got 'deutsch'",
        ),
        (["text", "Hello", "--to", "xx"], None, "'xx' is not in ISO 639-1"),
        (["text", "Hello", "--to", "en"], None, "is the source language"),
        (["text", "Hello", "--to", "de", "--style", "rude"], None, "'rude' is not one of"),
        (["text", "Hello", "--to", "de", "--style", "slang", "--summarize"], None, "cannot be combined"),
        (["text", "Hello", "--to", "de", "--glossary", "harbour"], None, "not a pair such as word=translation"),
        (
            ["text", "Hello", "--to", "de", "--timeout", "0"],
            None,
            "'--timeout': '0' is not a positive number of seconds",
        ),
        (["text", "--to", "de"], b"\xff\xfe\x00", "standard input is not UTF-8 (byte 0)"),
        (["text", "--lines", "nowhere.txt", "--to", "de"], None, "'nowhere.txt' does not exist"),
    ],
)
def test_a_wrong_line_is_usage_and_costs_nothing(command, sandbox, arguments, stdin, said):
    done = command(*arguments, stdin=stdin)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert not sandbox.records


def test_the_budget_stops_before_the_call_that_would_pass_it(command, sandbox):
    done = command("text", "Hello", "--to", "de", "--max-calls", "1")
    assert done.code == 1
    assert "--max-calls 1 is used up" in done.err
    assert sandbox.calls()["getTextTranslation"] == 0
    assert "groupdocs-translation jobs wait" in done.err, "the job was paid for: say how to fetch it"


def test_text_that_no_answer_came_for_is_not_sent_again(command, sandbox):
    sandbox.fail("translateText", status=500, after=True)
    done = command("text", "Hello", "--to", "de", "--json")
    assert done.code == 1
    assert done.error["type"] == "SubmissionUncertain"
    assert "billed twice" in done.error["advice"]
    assert sandbox.calls()["translateText"] == 1


def test_other_jobs_of_a_failed_call_are_named_by_the_commands_that_resume_them(command, sandbox, monkeypatch):
    monkeypatch.setitem(TextChunker.__init__.__kwdefaults__, "max_texts", 1)
    done = command("text", "--lines", "-", "--to", "de", "--max-calls", "2", stdin=b"one\ntwo\n")
    assert (done.code, len(sandbox.jobs)) == (1, 2)
    assert done.err.count("groupdocs-translation jobs wait ") == 2
    assert "error.jobs" not in done.err


def test_a_job_of_a_temporary_sandbox_is_not_offered_for_resuming(command):
    done = command("text", "Hello", "--to", "de", "--max-calls", "1", "--sandbox")
    assert done.code == 1
    assert "is used up" in done.err
    assert "jobs wait" not in done.err
