"""``jobs``: resume any submitted job by its ID."""

from __future__ import annotations

import json
import stat
import sys

import pytest
from groupdocs_translation import TranslationClient
from groupdocs_translation.cli.context import history_folder


@pytest.fixture
def elsewhere(sandbox):
    """Jobs of another machine: nothing is remembered of them here."""
    with TranslationClient(**sandbox.client_settings()) as client:
        yield client


def test_a_job_of_this_machine_is_listed_with_its_file_and_costs_nothing_to_list(command, tmp_path, sandbox):
    (tmp_path / "note.txt").write_text("Hello")
    job_id = command("file", "note.txt", "--to", "de,fr", "--no-wait").out.strip()
    calls = len(sandbox.records)
    assert command("jobs", "list").out == f"{job_id}\tfile\tde fr\tnote.txt\n"
    (job,) = command("jobs", "list", "--json").json["jobs"]
    assert (job["id"], job["name"]) == (job_id, "note.txt")
    assert len(sandbox.records) == calls


def test_jobs_of_yesterday_and_of_other_services_are_not_listed(command, tmp_path, clock):
    command("text", "Hello", "--to", "de")
    assert command("jobs", "list").out
    clock.advance(24 * 3600)
    assert command("jobs", "list").out == ""
    command("text", "Hello", "--to", "de")
    assert command("jobs", "list").out
    assert command("jobs", "list", base_url="https://api.example.com").out == ""


def test_a_history_with_an_incomplete_line_keeps_the_others(command):
    command("text", "Hello", "--to", "de")
    (file,) = history_folder().iterdir()
    file.write_bytes(file.read_bytes() + b'{"at": 1, "jo')
    assert len(command("jobs", "list").out.splitlines()) == 1


def test_a_history_that_cannot_be_written_stops_nothing(command, tmp_path):
    history_folder().parent.mkdir(parents=True, exist_ok=True)
    history_folder().write_text("a file in the way")
    assert command("text", "Hello", "--to", "de").code == 0


def test_a_status_costs_one_call(command, elsewhere, sandbox):
    done = elsewhere.submit_file(b"Hello", name="a.txt", target="de")
    text = elsewhere.submit_text("Hello", target="de")
    before = sandbox.calls().total()
    told = command("jobs", "status", done.id)
    assert (told.code, told.out.split("\t")[:3]) == (0, [done.id, "done", "de"])
    assert command("jobs", "status", text.id, "--kind", "text").out.split("\t")[1] == "done"
    assert sandbox.calls().total() == before + 2 + 2  # and a token each


def test_a_job_that_is_unknown_is_expired_and_fails(command):
    done = command("jobs", "status", "nowhere", "--json")
    assert done.code == 1
    assert done.json["jobs"][0]["state"] == "expired"
    waited = command("jobs", "wait", "nowhere")
    assert waited.code == 1
    assert "--kind" in waited.err


def test_waiting_for_texts_prints_them_although_they_were_submitted_elsewhere(command, elsewhere):
    job = elsewhere.submit_text(["Yes", "No\nNever"], target=["de", "fr"])
    done = command("jobs", "wait", job.id, "--kind", "text")
    assert [line.split("\t")[0] for line in done.out.splitlines()] == ["de"] * 3 + ["fr"] * 3


def test_a_job_of_another_machine_is_fetched_under_the_name_that_is_given(command, elsewhere):
    job = elsewhere.submit_file(b"Hello", name="a.txt", target="de")
    assert command("jobs", "download", job.id, "--name", "report.txt", "--out", "out").out == "out/report.de.txt\n"
    assert command("jobs", "wait", job.id).out == f"{job.id}\tdone\tde\n"


def test_the_command_that_resumes_a_download_has_its_options(command, elsewhere, sandbox):
    job = elsewhere.submit_file(b"Hello", name="a.txt", target="de")
    sandbox.fail("getFileTranslation", status=200, body=b'{"status": 202, "message": "in work"}', times=1000)
    line = ["jobs", "download", job.id, "--out", "out", "--overwrite", "--name", "a.txt", "--output-format", "Pdf"]
    done = command(*line, "--timeout", "30", "--json")
    assert done.error["resume"] == [" ".join(["groupdocs-translation", *line])]


def test_the_command_that_resumes_a_job_of_the_trial_needs_no_credentials(command, sandbox):
    stopped = command("text", "Hello", "--to", "de", "--trial", "--max-calls", "1")
    (line,) = [line.split()[1:] for line in stopped.err.splitlines() if "jobs wait" in line]
    assert command("jobs", "status", line[2], "--trial").code == 0
    done = command(*line)
    assert (done.code, done.out[:5]) == (0, "[de] ")
    assert "/connect/token" not in sandbox.calls()


def test_a_job_that_fails_does_not_hide_those_after_it(command, elsewhere, sandbox):
    jobs = [elsewhere.submit_file(b"Hello", name=f"{name}.txt", target="de") for name in "ab"]
    body = b'{"status": 500, "message": "the file is encrypted"}'
    sandbox.fail("getFileTranslation", status=200, body=body)
    done = command("jobs", "download", *(job.id for job in jobs), "--json")
    assert (done.code, done.error["resume"]) == (1, [f"groupdocs-translation jobs download {jobs[1].id}"])


def test_a_failed_job_is_reported_with_its_reason(command, elsewhere, sandbox):
    job = elsewhere.submit_file(b"Hello", name="a.txt", target="de")
    body = b'{"status": 500, "message": "the file is encrypted"}'
    sandbox.fail("getFileTranslation", status=200, body=body, times=2)
    assert command("jobs", "status", job.id).code == 1
    done = command("jobs", "download", job.id)
    assert done.code == 1
    assert "the file is encrypted" in done.err


def test_the_structure_of_a_hugo_file_is_printed(command, elsewhere, sandbox):
    from groupdocs_translation_api.api.translation import analyze_hugo
    from groupdocs_translation_api.models import HugoRequest

    url = elsewhere.upload(b"---\ntitle: Hello\n---\n# Hello\n", name="a.md")
    job = analyze_hugo.sync(client=elsewhere.api, body=HugoRequest(url=url))
    done = command("jobs", "wait", job.id, "--kind", "hugo")
    assert done.code == 0
    assert "title" in done.out


def test_with_a_sandbox_a_sample_stands_for_any_job(command):
    line = ["--sandbox", "--json", "--quiet"]
    assert command("jobs", "status", "sample", *line).json["jobs"][0]["kind"] == "file"
    assert command("jobs", "wait", "sample", "--kind", "text", *line).json["jobs"][0]["translations"]["de"]
    assert command("jobs", "download", "sample", *line).json["jobs"][0]["results"]["de"]["size"] > 0


def test_one_name_is_not_for_many_jobs(command):
    assert command("jobs", "download", "a", "b", "--name", "report.docx").code == 2


def test_the_history_contains_no_text_and_is_private(command, sandbox):
    command("text", "A text of mine", "--to", "de", "--glossary", "mine=meiner")
    (file,) = history_folder().iterdir()
    kept = file.read_text()
    for hidden in ("A text of mine", "meiner", sandbox.client_settings()["client_secret"], "eyJ"):
        assert hidden not in kept
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_an_unknown_job_is_said_to_be_unknown_once_and_in_words_of_the_command(command, sandbox):
    done = command("jobs", "wait", "nowhere")
    service = sandbox.client_settings()["base_url"]
    assert done.err.splitlines() == [
        f"groupdocs-translation: job nowhere is unknown to the service at {service}",
        "check the job ID, the credentials and --kind, and that the job is under 24 hours old",
    ]


def test_a_text_job_is_not_downloaded_but_waited_for(command, elsewhere):
    command("text", "Hello", "--to", "de")
    (job,) = command("jobs", "list", "--json").json["jobs"]
    done = command("jobs", "download", job["id"])
    assert done.code == 2
    assert f"a job of kind 'text' has no files; use 'groupdocs-translation jobs wait {job['id']}'" in done.err


def test_a_job_of_a_sandbox_that_is_not_ready_in_time_is_not_said_to_continue(command):
    done = command("jobs", "wait", "sample", "--sandbox", "--timeout", "0.01", "-q")
    assert done.code == 1
    (line,) = done.err.splitlines()
    assert line.endswith("was not ready after 0.01 s")


@pytest.mark.parametrize(
    "line",
    [
        [],
        {"calls": [1]},
        {"calls": {"translateText": "many"}},
        {"job": 5, "at": 0},
        {"job": {"id": "a"}, "at": 0},
        {"job": {"id": ["a"], "kind": "text", "targets": 1}, "at": 0},
        {"job": {"id": "a", "kind": "text", "targets": [1]}, "at": 0},
        {"job": {"id": "a", "kind": "text"}, "at": "now"},
    ],
)
def test_damaged_lines_of_the_history_are_skipped(command, sandbox, clock, line):
    command("text", "Hello", "--to", "de")
    (file,) = history_folder().iterdir()
    if line:
        line |= {"service": sandbox.client_settings()["base_url"]} | (
            {"at": clock.wall()} if line.get("at") == 0 else {}
        )
    file.write_text(file.read_text() + json.dumps(line) + "\n")
    assert len(command("jobs", "list").out.splitlines()) == 1
    assert command("usage", "--json").json["total"] == 2
