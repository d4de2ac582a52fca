"""``file``: translate documents to documents, texts, or a job ID."""

from __future__ import annotations

import os
import re
import sys
from types import SimpleNamespace

import pytest


@pytest.fixture
def note(tmp_path):
    path = tmp_path / "note.txt"
    path.write_text("Hello\n")
    return path


def test_the_paths_of_the_results_are_all_that_is_printed(command, note, tmp_path):
    done = command("file", note, "--to", "de,fr", "--out", "out")
    assert done.code == 0
    assert done.out.splitlines() == ["out/note.de.txt", "out/note.fr.txt"]
    assert "[fr]" in (tmp_path / "out" / "note.fr.txt").read_text()


def test_messages_name_the_steps_in_plain_lines(command, note):
    done = command("file", note, "--to", "de")
    assert [line.split(": ", 1)[1].split(" ")[0] for line in done.err.splitlines()] == [
        "uploading",
        "submitted",
        "waiting,",
        "downloading",
    ]
    assert "\x1b" not in done.err
    assert command("file", note, "--to", "de", "--overwrite", "-q").err == ""


def test_json_has_paths_sizes_jobs_and_calls(command, note, sandbox):
    done = command("file", note, "--to", "de", "--json")
    (file,) = done.json["files"]
    assert file["results"]["de"]["path"] == "note.de.txt"
    assert file["results"]["de"]["size"] > 0
    assert len(sandbox.jobs) == 1
    assert done.json["calls"] == {"getFileTranslation": 1, "translateDocument": 1, "uploadFile": 1}


def test_a_folder_is_refused_with_the_command_that_translates_folders(command, tmp_path, sandbox):
    done = command("file", tmp_path, "--to", "de")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert f"{tmp_path} is a folder, not a file; use 'groupdocs-translation batch'" in done.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes")
def test_files_that_cannot_be_translated_are_refused_before_the_first_one_is_sent(command, note, tmp_path, sandbox):
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "empty.txt").touch()
    done = command("file", note, "pipe.txt", "empty.txt", "--to", "de")
    first, second, *_ = (line for line in done.err.splitlines() if line.startswith("groupdocs-translation: "))
    assert first.endswith(
        "pipe.txt is a pipe or a device, not a file; "
        "use 'groupdocs-translation batch' for a folder, or - for standard input"
    )
    assert second.endswith("empty.txt is empty")
    assert done.err.index("is empty") < done.err.index("uploading")
    assert (done.code, done.out, len(sandbox.jobs)) == (4, "note.de.txt\n", 1)


def test_standard_input_needs_a_name_and_is_translated_like_a_file(command, sandbox):
    refused = command("file", "-", "--to", "de", stdin=b"Hello\n")
    assert (refused.code, len(sandbox.records)) == (2, 0)
    assert "--name" in refused.err
    assert command("file", "-", "--to", "de", "--name", "note.txt", stdin=b"Hello\n").out == "note.de.txt\n"


def test_an_option_that_the_kind_does_not_take_is_refused_with_those_it_takes(command, note, sandbox):
    done = command("file", note, "--to", "de", "--slides", "1")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "does not support --slides; it supports --alignment, --glossary, --pages, --preserve-formatting" in done.err


def test_options_of_a_kind_reach_the_service(command, tmp_path, sandbox):
    table = tmp_path / "table.csv"
    table.write_text("Name;Price\nApple;1\n")
    assert command("file", table, "--to", "de", "--separator", ";").code == 0
    assert "[de]" in (tmp_path / "table.de.csv").read_text().split(";")[1]


def test_a_conversion_gives_the_result_its_extension_and_an_impossible_one_costs_nothing(command, note, sandbox):
    done = command("file", note, "--to", "de", "--output-format", "mp3")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "txt cannot be converted to mp3" in done.err


def test_an_existing_result_is_not_replaced_and_nothing_is_billed(command, note, tmp_path, sandbox):
    (tmp_path / "note.de.txt").write_text("mine")
    done = command("file", note, "--to", "de")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "use --overwrite or another --out" in done.err
    assert (tmp_path / "note.de.txt").read_text() == "mine"
    assert command("file", note, "--to", "de", "--overwrite").code == 0


def test_one_of_several_files_fails_and_the_others_are_done(command, note, sandbox):
    done = command("file", note, "nowhere.docx", "--to", "de")
    assert done.code == 4
    assert done.out == "note.de.txt\n"
    assert "(nowhere.docx)" in done.err
    found = command("file", note, "nowhere.docx", "--to", "de", "--overwrite", "--json").json["files"]
    assert "results" in found[0]
    assert found[1]["error"]["type"] == "ConfigurationError"


def test_several_files_that_fail_in_different_ways_are_not_partly_done(command, note, sandbox):
    sandbox.fail("translateDocument", status=400)
    assert command("file", note, "nowhere.docx", "--to", "de").code == 1
    assert command("file", "nowhere.docx", "nothing.docx", "--to", "de").code == 2


def test_the_results_of_a_job_that_lacks_a_language_are_printed(command, note, sandbox):
    sandbox.fail("translateDocument", job="partial")
    done = command("file", note, "--to", "de,fr")
    assert (done.code, done.out) == (4, "note.de.txt\n")
    assert "got de, missing fr" in done.err


def test_a_wrong_secret_stops_at_the_first_file(command, note, sandbox):
    done = command("file", note, note, "--to", "de", client_secret="wrong")
    assert (done.code, done.out) == (3, "")
    assert sandbox.calls()["/connect/token"] == 1
    assert "groupdocs-translation doctor" in done.err


def test_no_wait_prints_the_id_with_which_the_files_are_fetched_later(command, note, tmp_path):
    submitted = command("file", note, "--to", "de", "--no-wait")
    (job_id,) = submitted.out.split()
    fetched = command("jobs", "download", job_id, "--out", "later")
    assert fetched.out == "later/note.de.txt\n", "the file's name was remembered"
    assert (tmp_path / "later" / "note.de.txt").exists()


def test_an_image_is_read_as_text(command, tmp_path, sandbox):
    image = tmp_path / "sign.png"
    image.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(32))
    done = command("file", image, "--to", "de,fr", "--as-text")
    assert done.code == 0
    assert [line.split("\t")[0] for line in done.out.splitlines()] == ["de", "fr"]
    assert sandbox.calls()["translateImageToText"] == 1
    (file,) = command("file", image, "--to", "de", "--as-text", "--json").json["files"]
    assert file["texts"]["de"] == [done.out.splitlines()[0].removeprefix("de\t")]


def test_texts_that_were_not_printed_are_listed_for_resuming(command, tmp_path, sandbox):
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(32))
    line = ("file", "a.png", "b.png", "--to", "de", "--as-text", "--max-calls", "5")  # two uploads, two jobs, one poll
    resume = command(*line, "--json").error["resume"]
    assert resume == [f"groupdocs-translation jobs wait {job}" for job in sandbox.state.jobs]
    printed = command(*line)
    assert printed.out
    assert printed.err.count("jobs wait") == 1


def test_a_download_that_fails_says_how_to_fetch_what_was_paid_for(command, note, sandbox, monkeypatch):
    sandbox.fail("/storage", status=403, times=50)
    done = command("file", note, "--to", "de", "--out", "my out")
    assert done.code == 1
    assert "jobs download" in done.err
    assert "--out 'my out'" in done.err
    assert len(sandbox.jobs) == 1


def test_a_job_that_is_not_ready_in_time_is_reported_with_the_command_that_resumes_it(command, note, sandbox):
    sandbox.fail("getFileTranslation", status=200, body=b'{"status": 202, "message": "in work"}', times=1000)
    done = command("file", note, "--to", "de", "--timeout", "30", "--json")
    assert done.code == 1
    assert done.error["type"] == "JobTimeout"
    (command_line,) = done.error["resume"]
    assert command_line == f"groupdocs-translation jobs download {next(iter(sandbox.state.jobs))}"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every file name is text")
def test_a_file_whose_name_is_not_utf_8_is_translated(command, tmp_path):
    path = os.fsencode(tmp_path) + b"/gr\xfc\xdf.txt"
    with open(path, "wb") as file:
        file.write(b"Hello")
    done = command("file", os.fsdecode(path), "--to", "de")
    assert (done.code, done.out) == (0, "gr__.de.txt\n")


def test_all_files_are_submitted_before_one_is_waited_for(command, note, tmp_path, sandbox):
    names = ["note.txt", "b.txt", "c.txt", "d.txt"]
    for name in names[1:]:
        (tmp_path / name).write_text("Hello\n")
    done = command("file", *names, "--to", "de")
    assert (done.code, done.out.splitlines()) == (0, [name.replace(".", ".de.") for name in names])
    stages = [line.partition(": ")[2].split(" ")[0].rstrip(",") for line in done.err.splitlines()]
    assert stages.index("waiting") > max(place for place, stage in enumerate(stages) if stage == "submitted")


def test_each_unfinished_file_is_reported_with_the_command_that_downloads_it(command, note, tmp_path, sandbox):
    (tmp_path / "b.txt").write_text("Hello\n")
    sandbox.fail("/storage", status=403, times=100)
    found = command("file", "note.txt", "b.txt", "--to", "de", "--json").json["files"]
    assert {entry["job"] for entry in found} == set(sandbox.state.jobs)
    done = command("file", "note.txt", "b.txt", "--to", "de")
    assert done.code == 1
    assert [line.split()[:3] for line in done.err.splitlines() if "jobs download" in line] == [
        ["groupdocs-translation", "jobs", "download"]
    ] * 2


def test_a_result_goes_where_out_says(command, note, tmp_path, sandbox):
    assert command("file", note, "--to", "de", "-o", "out/bericht.txt").out == "out/bericht.txt\n"
    assert "[de]" in (tmp_path / "out" / "bericht.txt").read_text()
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["bericht.txt"]
    sent = len(sandbox.records)
    refused = command("file", note, "--to", "de", "-o", "out/bericht.txt")
    assert (refused.code, len(sandbox.records)) == (2, sent), "nothing is paid for"
    assert "already exists: bericht.txt; use --overwrite" in refused.err
    assert command("file", note, "--to", "de", "-o", "out/bericht.txt", "--overwrite").code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="links and long names are others there")
@pytest.mark.parametrize("out", ["link.txt", f"{'n' * 300}.txt", "n" * 300, "file/b.txt", "full.txt"])
def test_a_result_that_has_no_place_is_refused_before_anything_is_sent(
    command, note, tmp_path, sandbox, monkeypatch, out
):
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere" / "else.txt")
    (tmp_path / "file").touch()
    if out == "full.txt":
        monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3))
    refused = command("file", note, "--to", "de", "-o", out)
    assert (refused.code, len(sandbox.records)) == (2, 0)
    assert re.match("groupdocs-translation: (--out .* cannot be used for results|cannot write )", refused.err)


def test_the_name_of_a_result_says_its_format(command, note, tmp_path):
    (tmp_path / "table.csv").write_text("Name,Price\nApple,1\n")
    done = command("file", "table.csv", "--to", "de", "-o", "table.de.tsv", "--json")
    assert done.json["files"][0]["results"]["de"]["path"] == "table.de.tsv"
    assert "\t" in (tmp_path / "table.de.tsv").read_text()
    (tmp_path / "folder.txt").mkdir()
    assert command("file", note, "--to", "de", "-o", "folder.txt").out == "folder.txt/note.de.txt\n"


def test_a_result_goes_to_standard_output_as_it_is(command, note):
    done = command("file", note, "--to", "de", "-o", "-", "-q")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("[de]")
    job_id = command("file", note, "--to", "de", "--no-wait").out.strip()
    assert command("jobs", "download", job_id, "-o", "-").out == done.out
    assert command("jobs", "download", job_id, "-o", "late.txt").out == "late.txt\n"


@pytest.mark.parametrize("line", [["--to", "de,fr", "-o", "-"], ["--to", "de,fr", "-o", "a.txt"]])
def test_several_results_need_a_folder(command, note, sandbox, line):
    done = command("file", note, *line)
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "use a folder" in done.err


def test_two_files_whose_results_would_be_one_are_not_both_paid_for(command, tmp_path, sandbox):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "note.txt").write_text(f"Hello {folder}\n")
    done = command("file", "a/note.txt", "b/note.txt", "--to", "de", "--overwrite")
    assert (done.code, done.out) == (4, "note.de.txt\n")
    assert "(b/note.txt)" in done.err
    assert len(sandbox.jobs) == 1


def test_no_wait_ignores_existing_results(command, note, tmp_path, sandbox):
    (tmp_path / "note.de.txt").write_text("mine")
    assert command("file", note, "--to", "de", "--no-wait").code == 0
    assert len(sandbox.jobs) == 1


def test_a_result_whose_name_has_an_unknown_extension_is_refused_with_the_closest(command, note, tmp_path, sandbox):
    done = command("file", note, "--to", "de", "-o", "x.dcx")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "'.dcx' is not a known format; the closest is 'doc" in done.err
    assert not (tmp_path / "x.dcx").exists()
    assert command("jobs", "download", "a", "-o", "x.dcx").code == 2
    assert command("file", note, "--to", "de", "-o", "x.dcx/").out == "x.dcx/note.de.txt\n"
    assert command("file", note, "--to", "de", "-o", "v1.2").out == "v1.2/note.de.txt\n"


@pytest.mark.parametrize("option", ["--output-format", "--format"])
def test_an_unknown_format_is_refused_with_the_closest(command, note, sandbox, option):
    done = command("file", note, "--to", "de", option, "pfd")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "'pfd' is not a known format; the closest is 'pdf'; 'groupdocs-translation formats' lists all" in done.err


def test_room_for_all_results_is_checked_before_the_first_file_is_sent(command, note, tmp_path, sandbox, monkeypatch):
    (tmp_path / "b.txt").write_text("Hello\n")
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=2 * 2 * len("Hello\n") - 1))
    done = command("file", "note.txt", "b.txt", "--to", "de,fr")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "not enough free space in .: 23 B of about 24 B" in done.err
    command("file", "note.txt", "--to", "de,fr")
    assert len(sandbox.jobs) == 1, "for one of them there is enough"


def test_all_files_are_checked_before_the_first_one_is_sent(command, note):
    done = command("file", note, "nowhere.docx", "--to", "de")
    assert done.err.splitlines()[0] == "groupdocs-translation: cannot read nowhere.docx: No such file or directory"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["--as-text"], "--as-text does not support the kind 'document'"),
        (["--style", "medical"], "'--style': 'medical' is not one of 'slang', 'classification'"),
        (["--style", "slang", "--summarize"], "--style, --summarize and --as-text cannot be combined"),
        (["--trial", "--output-format", "pdf"], "--output-format must be txt in the trial"),
    ],
)
def test_a_message_names_the_options(command, note, line, said):
    assert said in command("file", note, "--to", "de", *line).err
