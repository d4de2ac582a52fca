"""How the command starts: without the extra, without what it does not need, and for a shell that completes."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib.metadata import entry_points, version
from typing import get_args

import pytest
from groupdocs_translation.cli.__main__ import main
from groupdocs_translation.cli.main import COMMANDS, app, run
from groupdocs_translation.spec.derived import FileStyle


@pytest.mark.parametrize("missing", ["click", "jinja2", "rich", "tomlkit"])
def test_without_the_extra_it_says_what_to_install(monkeypatch, capsys, missing):
    monkeypatch.setitem(sys.modules, missing, None)
    assert main() == 2
    assert f"needs {missing}: pip install 'groupdocs-translation[cli]'" in capsys.readouterr().err


def test_the_sandbox_without_its_extra_says_what_to_install(command, monkeypatch):
    monkeypatch.delitem(sys.modules, "groupdocs_translation.sandbox", raising=False)
    monkeypatch.setitem(sys.modules, "groupdocs_translation_sandbox", None)
    done = command("languages", "--sandbox")
    assert done.code == 2
    assert "pip install 'groupdocs-translation[sandbox]'" in done.err


def test_the_script_is_installed_with_and_without_the_extra():
    (script,) = entry_points(group="console_scripts", name="groupdocs-translation")
    assert script.load() is main


def test_helps_and_tables_load_neither_http_nor_models_nor_drawing():
    script = (
        "import sys\n"
        "before = set(sys.modules)  # what measures coverage, say\n"
        "from groupdocs_translation.cli.main import run\n"
        "for line in (['--help'], ['text', '--help'], ['file', '--help'], ['batch', '--help'], ['formats', '-q']):\n"
        "    assert run(line) == 0, line\n"
        "heavy = {'httpx2', 'anyio', 'rich', 'sqlite3', 'uvicorn', 'groupdocs_translation_api', 'tomlkit', 'ssl'}\n"
        "print(*sorted(heavy & (set(sys.modules) - before)), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == ""


def test_every_command_has_a_help_whose_first_line_fits_the_list(command):
    listed = command("--help").out
    for name in COMMANDS:
        told = command(name, "--help")
        assert told.code == 0
        assert "--sandbox" in told.out
        assert COMMANDS[name][1] in told.out, "the list says what the help says"
        assert f"{name:10}  {COMMANDS[name][1]}" in listed


def test_the_version_is_that_of_the_package(command):
    assert command("--version").out == f"groupdocs-translation {version('groupdocs-translation')}\n"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (["translate", "x"], "No such command 'translate'"),
        (["text", "x", "--to", "de", "--colour"], "No such option"),
        (["jobs", "cancel"], "No such command 'cancel'"),
    ],
)
def test_an_unknown_command_is_a_usage_error(command, line, said):
    done = command(*line)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    told = command(*line, "--json")
    assert told.error["exit_code"] == 2
    assert said in told.error["message"]


def test_without_arguments_it_prints_the_help_as_it_is(command):
    done = command()
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: groupdocs-translation [OPTIONS] COMMAND")
    assert "Commands:" in done.err
    assert "see 'groupdocs-translation --help'" not in done.err


def completed(monkeypatch, capsys, words):
    monkeypatch.setenv("_GROUPDOCS_TRANSLATION_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(len(words.split(" ")) - 1))
    with pytest.raises(SystemExit):
        run([])
    return [line.partition(",")[2] for line in capsys.readouterr().out.splitlines()]


def test_a_shell_completes_commands_options_and_values(monkeypatch, capsys):
    assert completed(monkeypatch, capsys, "groupdocs-translation la") == ["languages"]
    assert "--separator" in completed(monkeypatch, capsys, "groupdocs-translation file --se")
    assert completed(monkeypatch, capsys, "groupdocs-translation text --style me") == ["medical"]
    assert completed(monkeypatch, capsys, "groupdocs-translation file --style ") == [*get_args(FileStyle)]
    assert completed(monkeypatch, capsys, "groupdocs-translation --sandbox --json tok") == ["token"]


def test_a_shell_completes_languages_formats_and_kinds(monkeypatch, capsys):
    program = "groupdocs-translation"
    assert "de" in completed(monkeypatch, capsys, f"{program} text --to d")
    assert "de,fr" in completed(monkeypatch, capsys, f"{program} text --to de,f")
    assert "en" in completed(monkeypatch, capsys, f"{program} languages --from e")
    assert completed(monkeypatch, capsys, f"{program} file --format doc") == ["doc", "docm", "docx"]
    assert completed(monkeypatch, capsys, f"{program} batch --output-format od") == ["odp", "ods", "odt"]
    assert completed(monkeypatch, capsys, f"{program} file --kind PRE") == ["presentation"]


def test_powershell_completes_too(monkeypatch, capsys):
    monkeypatch.setenv("_GROUPDOCS_TRANSLATION_COMPLETE", "powershell_complete")
    for line, word, values in (("text --to d", "d", {"de", "da"}), ("jobs ", "", {"list", "wait"})):
        monkeypatch.setenv("COMP_WORDS", f"groupdocs-translation {line}")
        monkeypatch.setenv("COMP_WORD", word)
        with pytest.raises(SystemExit):
            run([])
        rows = [row.split("\t") for row in capsys.readouterr().out.splitlines()]
        assert values <= {value for value, _ in rows}


def test_the_package_runs_as_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "groupdocs_translation", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"groupdocs-translation {version('groupdocs-translation')}\n"


def test_a_shell_completes_the_ids_of_jobs(command, monkeypatch, capsys, sandbox):
    command("text", "Hello", "--to", "de")
    (job_id,) = sandbox.state.jobs
    settings = sandbox.client_settings()
    monkeypatch.setenv("GROUPDOCS_TRANSLATION_URL", settings["base_url"])
    monkeypatch.setattr("groupdocs_translation._clock.SYSTEM_CLOCK", settings["clock"])
    assert completed(monkeypatch, capsys, "groupdocs-translation jobs wait ") == [job_id]


def test_a_bug_of_this_package_is_one_line_with_a_hint_and_a_traceback_with_vv(monkeypatch, capsys):
    monkeypatch.setattr(app, "main", lambda *_, **__: 1 / 0)
    assert run(["formats"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert "ZeroDivisionError" in line
    assert "-vv" in line


def test_a_sandbox_that_cannot_start_and_a_missing_program_are_usage_errors(command):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = command("sandbox", "--port", taken.getsockname()[1], "--", "true")
    assert done.code == 2
    assert "cannot listen on port" in done.err
    nowhere = command("sandbox", "--", "no-such-command")
    assert nowhere.code == 2
    assert "cannot run no-such-command" in nowhere.err
