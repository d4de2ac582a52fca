"""``batch``: the batch's own tests are in ``tests/batch``; here is what the command makes of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path):
    source = tmp_path / "src"
    (source / "deep").mkdir(parents=True)
    (source / "a.txt").write_text("Hello\n")
    (source / "deep" / "b.csv").write_text("Name,Price\nApple,1\n")
    (source / "tool.exe").write_bytes(b"MZ")
    return source


def test_a_folder_is_translated_and_the_tree_kept(command, folder, tmp_path):
    done = command("batch", folder, "--to", "de,fr", "--out", "out")
    assert done.code == 0
    assert (tmp_path / "out" / "deep" / "b.fr.csv").exists()
    table = dict(line.split("\t") for line in done.out.splitlines())
    assert table["files"] == table["done"] == "2"
    assert table["calls"] == "6"
    assert "report.html" in done.err


def test_a_dry_run_shows_unknown_pairs_and_skipped_files(command, folder, sandbox):
    line = ("batch", folder, "--to", "zh-TW", "--out", "out")
    assert "unknown language pairs: en-zh-TW; the run checks them first (1 call)" in command(*line, "--dry-run").err
    refused = command(*line)
    assert (refused.code, list(sandbox.calls())) == (2, ["listLanguages"])
    assert "'en' is not translated into 'zh-TW'; the closest is 'zh'" in refused.err

    sandbox.fail("translateDocument", status=400)
    line = ("batch", folder, "--to", "de", "--out", "out")
    assert command(*line).code != 0
    assert "1 failed" in command(*line, "--dry-run").err
    assert "use --retry-failed to retry" in command(*line, "--dry-run").err


def test_a_dry_run_shows_the_calls_by_kind_and_sends_and_writes_nothing(command, folder, tmp_path, sandbox):
    done = command("batch", folder, "--to", "de,fr", "--out", "out", "--dry-run")
    assert done.code == 0
    rows = [line.split("\t") for line in done.out.splitlines()]
    assert [(row[0], row[1]) for row in rows] == [("csv", "1"), ("document", "1")]
    assert all(int(row[-1]) >= 3 for row in rows)
    assert "1 exe" in done.err
    assert not sandbox.records
    assert not (tmp_path / "out").exists()
    plan = command("batch", folder, "--to", "de", "--out", "out", "--dry-run", "--json").json
    assert plan["minimum_calls"] == 6


def test_a_dry_run_of_a_finished_batch_says_that_nothing_is_to_do(command, folder):
    line = ["batch", folder, "--to", "de", "--out", "out"]
    assert command(*line).code == 0
    done = command(*line, "--dry-run")
    assert (done.code, done.out) == (0, "")
    assert "2 files: 2 done; nothing to do" in done.err


def test_one_file_is_one_file(command, folder, tmp_path):
    (folder / "a.txt").unlink()
    line = ["batch", folder, "--to", "de", "--out", "out"]
    assert "1 file; at least 3 calls" in command(*line, "--dry-run").err
    done = command(*line)
    assert "1 of 1 file to do" in done.err
    assert "The file is translated." in (tmp_path / "out" / "report.html").read_text()


def test_a_file_that_fails_is_listed_with_its_reason_and_makes_it_partly(command, folder, sandbox):
    sandbox.fail("translateCsv", status=400, body=b'{"message": "no such separator"}')
    done = command("batch", folder, "--to", "de", "--out", "out")
    assert done.code == 4
    assert any(line.startswith("deep/b.csv\tfailed\t") for line in done.out.splitlines())
    again = command("batch", folder, "--to", "de", "--out", "out", "--retry-failed", "--json")
    assert again.code == 0
    assert again.json["is_complete"]
    assert json.loads(Path(again.json["json"]).read_text())["files"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such names")
def test_a_row_without_a_terminal_is_one_line_of_cells(command, folder, sandbox):
    (folder / "a.txt").rename(folder / "a\n\tb.txt")
    sandbox.fail("translateDocument", status=400)
    done = command("batch", folder, "--to", "de", "--out", "out")
    (row,) = [line for line in done.out.splitlines() if "failed\t" in line and "b.txt" in line]
    assert row.split("\t")[:2] == ["a  b.txt", "failed"]


def test_the_budget_stops_it_and_the_same_command_resumes(command, folder, sandbox):
    line = ["batch", folder, "--to", "de", "--out", "out", "--jobs", "1", "--uploads", "1"]
    done = command(*line, "--max-calls", "3")
    assert done.code == 4
    assert sum(count for name, count in sandbox.calls().items() if not name.startswith("/")) == 3
    assert "--max-calls" in done.err
    assert "to resume: groupdocs-translation batch" in done.err
    assert command(*line).code == 0
    assert len(sandbox.jobs) == 2


def test_options_of_a_kind_are_refused_with_the_list_before_anything_is_sent(command, folder, sandbox):
    done = command("batch", folder, "--to", "de", "--out", "out", "--slides", "1")
    assert done.code == 1
    (line,) = [line for line in done.out.splitlines() if line.startswith("deep/b.csv\tfailed\t")]
    assert "does not support --slides; it supports --alignment, --glossary, --saving-mode, --separator" in line
    assert not [name for name in sandbox.calls() if name[0].islower()], "no operation of the service"


@pytest.mark.parametrize("journal", ["/", "."])
def test_a_journal_that_is_a_folder_is_a_usage_error(command, folder, journal):
    done = command("batch", folder, "--to", "de", "--out", "out", "--journal", journal)
    assert done.code == 2
    assert "as a journal: it is not a file" in done.err


def test_a_missing_folder_is_a_usage_error(command):
    done = command("batch", "nowhere", "--to", "de", "--out", "out")
    assert done.code == 2
    assert "'nowhere' does not exist" in done.err


def test_a_file_that_is_held_up_is_listed_with_its_reason(command, folder, sandbox, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("groupdocs_translation._files.PartialFile.finish", full)
    line = ["batch", folder, "--to", "de", "--out", "out"]
    done = command(*line)
    assert done.code == 1
    assert any(row.startswith("a.txt\tsubmitted\t") and "No space left" in row for row in done.out.splitlines())
    assert "free disk space or fix the permissions" in done.out
    monkeypatch.undo()


def test_an_unknown_output_format_is_usage_and_writes_nothing(command, folder, tmp_path, sandbox):
    done = command("batch", folder, "--to", "de", "--out", "out", "--output-format", "pfd")
    assert (done.code, len(sandbox.records)) == (2, 0)
    assert "the closest is 'pdf'" in done.err
    assert not (tmp_path / "out").exists()


def test_a_folder_with_nothing_to_translate_says_so(command, folder):
    done = command("batch", folder, "--to", "de", "--out", "out", "--include", "*.nowhere")
    assert done.code == 0
    assert "no file to translate: check the folder, --include and --exclude" in done.err


def test_a_damaged_journal_is_a_warning_without_verbose(command, folder, tmp_path):
    line = ("batch", folder, "--to", "de", "--out", "out", "--journal", "journal")
    assert command(*line).code == 0
    journal = tmp_path / "journal"
    damaged = journal.read_bytes()[:100].ljust(journal.stat().st_size, b"x")
    journal.write_bytes(damaged)
    assert "was damaged and is now" in command(*line).err
    journal.write_bytes(damaged)
    assert command(*line, "--json").err == ""
