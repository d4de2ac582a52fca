"""The command as a process of its own: signals, pipes, terminals, locales. Windows has neither pty nor SIGINT."""

from __future__ import annotations

import contextlib
import json
import os
import re
import select
import shlex
import signal
import struct
import subprocess
import sys
import time

import pytest
from groupdocs_translation import PollingSchedule
from groupdocs_translation.cli.main import run
from groupdocs_translation.sandbox import Sandbox

from tests.clocks import until

fcntl = pytest.importorskip("fcntl", reason="no POSIX, no pseudo-terminals")
pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")

PATIENCE_S = 60.0  # for what takes a tenth of a second on a quiet machine
# The unchanged command with frequent polls: time is real here, in the sandbox and in the client.
STARTER = (
    "import sys; from groupdocs_translation import PollingSchedule; from groupdocs_translation.cli.main import run; "
    "sys.exit(run(sys.argv[1:], polling=PollingSchedule.every(0.2)))"
)
COLOR = re.compile(rb"\x1b\[[0-9;]*3[0-9][;m]")


@pytest.fixture
def sandbox():
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def environment(sandbox):
    return os.environ | sandbox.environment()


@pytest.fixture
def start(environment):
    """Start the command; whatever still runs is ended with the test."""
    started = []

    def start(*arguments, **options):
        options = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
        options["env"] = environment | options.pop("env", {})
        process = subprocess.Popen([sys.executable, "-c", STARTER, *arguments], **options)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        for pipe in (process.stdout, process.stderr):
            if pipe is not None:
                pipe.close()


class Terminal:
    """A pseudo-terminal and what was printed on it."""

    def __init__(self, columns=100):
        self.ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.printed = b""

    def until(self, wanted, process):
        """Read until something was printed, or, with ``wanted=None``, until the process ended."""
        limit = time.monotonic() + PATIENCE_S
        while wanted is None or wanted not in self.printed:
            assert time.monotonic() < limit, self.printed
            is_over = process.poll() is not None
            if select.select([self.ours], [], [], 0.05)[0]:
                with contextlib.suppress(OSError):
                    self.printed += os.read(self.ours, 65536)
            elif is_over:
                assert wanted is None, self.printed
                return self.printed
        return self.printed

    def close(self):
        os.close(self.ours)
        os.close(self.theirs)


@pytest.fixture
def terminal():
    with contextlib.closing(Terminal()) as terminal:
        yield terminal


def line_with(process, words):
    """Read stderr until a line has the words."""
    for line in process.stderr:
        if words in line:
            return line
    raise AssertionError(f"it ended without {words!r}")


def test_ctrl_c_while_a_job_is_waited_for_stops_and_the_command_it_names_fetches_the_file(
    start, sandbox, environment, tmp_path, monkeypatch, capsys
):
    (tmp_path / "note.txt").write_text("Hello\n")
    in_work = b'{"status": 202, "message": "in work"}'
    sandbox.fail("getFileTranslation", status=200, body=in_work, times=10_000)
    process = start("file", "note.txt", "--to", "de", "--out", "out dir")
    line_with(process, b"waiting")
    process.send_signal(signal.SIGINT)
    rest = process.stderr.read().decode()
    assert process.wait(PATIENCE_S) == 130
    assert "Traceback" not in rest
    (resume,) = [line.strip() for line in rest.splitlines() if "jobs download" in line]

    sandbox.state.faults.clear()
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    program, *line = shlex.split(resume)
    assert program == "groupdocs-translation"
    assert run(line) == 0
    assert capsys.readouterr().out == "out dir/note.de.txt\n"
    assert len(sandbox.state.jobs) == 1


def test_ctrl_c_while_a_job_is_submitted_waits_for_its_id_and_twice_does_not(start, sandbox):
    def pressed(delay_s):
        """Press Ctrl-C while the job is submitted: the token request shows when that is."""
        sandbox.fail("translateText", delay_s=delay_s)
        tokens = sandbox.calls()["/connect/token"]
        process = start("text", "Hello", "--to", "de")
        until(lambda: sandbox.calls()["/connect/token"] > tokens)
        process.send_signal(signal.SIGINT)
        line_with(process, b"stopping when the service has returned the job ID")
        return process

    first, second = pressed(delay_s=1.0), pressed(delay_s=60)
    second.send_signal(signal.SIGINT)
    said = first.stderr.read()
    assert (first.wait(PATIENCE_S), second.wait(PATIENCE_S)) == (130, 130)
    assert b"groupdocs-translation jobs wait " in said
    assert b"jobs wait" not in second.stderr.read()


def test_an_interrupted_batch_prints_the_command_that_resumes_it(start, sandbox, tmp_path):
    folder = tmp_path / "src"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.txt").write_text(f"Text {number}\n")
    in_work = b'{"status": 202, "message": "in work"}'
    sandbox.fail("getFileTranslation", status=200, body=in_work, times=10_000)
    process = start("batch", "src", "--to", "de", "--out", "out")
    line_with(process, b"6 of 6 files to do")
    until(lambda: len(sandbox.state.jobs) >= 2)
    process.send_signal(signal.SIGINT)
    said = process.stderr.read()
    assert process.wait(PATIENCE_S) == 130
    assert b"stopping when the current steps are finished; a second Ctrl-C stops immediately" in said
    assert b"groupdocs-translation batch src --to de --out out" in said
    assert b"Traceback" not in said


def test_a_closed_pipe_prints_no_error(start):
    process = start("formats")
    process.stdout.close()
    said = process.stderr.read()
    assert (process.wait(PATIENCE_S), said) == (1, b"")
    process.stdout = None


def test_no_locale_and_no_encoding_makes_it_crash(start, environment, monkeypatch, capsys):
    """In a locale of ASCII, as cron has it, results are UTF-8 all the same; another encoding gets escapes."""
    bare = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    line = ("text", "Größe".encode(), "--to", "de", "-q")
    plain, latin = start(*line, env=bare), start(*line, env=bare | {"PYTHONIOENCODING": "latin-1"})
    document = start(*line, "--json", env=bare | {"PYTHONIOENCODING": "ascii"})
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(["text", "Größe", "--to", "de", "-q"], polling=PollingSchedule.every(0.2)) == 0
    right = capsys.readouterr().out
    assert not right.isascii()
    outcomes = [process.communicate(timeout=PATIENCE_S) for process in (plain, latin, document)]
    assert [process.returncode for process in (plain, latin, document)] == [0, 0, 0]
    assert [error for _, error in outcomes] == [b"", b"", b""]
    assert outcomes[0][0] == right.encode()
    assert outcomes[1][0] == right.encode("latin-1", "backslashreplace")
    assert outcomes[2][0].isascii()
    assert json.loads(outcomes[2][0])["translations"]["de"] == [right.strip()]


def test_a_terminal_gets_bars_that_are_erased_at_the_end(start, sandbox, terminal, tmp_path):
    (tmp_path / "note.txt").write_text("Hello\n")
    sandbox.fail("getFileTranslation", status=200, body=b'{"status": 202}', times=2)
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.theirs)
    process = start("file", "note.txt", "--to", "de", env={"TERM": "xterm-256color", "COLUMNS": ""}, **streams)
    printed = terminal.until(None, process)
    assert process.returncode == 0
    assert b"waiting" in printed
    assert COLOR.search(printed)
    assert b"\x1b[?25l" in printed
    assert printed.rstrip().endswith(b"\x1b[?25h") or printed.index(b"\x1b[?25h") > printed.index(b"\x1b[?25l")
    assert b"\r\x1b[1A\x1b[2K" in printed or b"\x1b[2K" in printed, "the bar is erased"
    assert b"note.de.txt\r\n" in printed


def test_no_color_and_a_narrow_terminal_are_respected(start, terminal):
    fcntl.ioctl(terminal.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.theirs)
    settings = {"TERM": "xterm-256color", "NO_COLOR": "1", "COLUMNS": ""}
    process = start("languages", env=settings, **streams)
    printed = terminal.until(None, process)
    assert process.returncode == 0
    assert not COLOR.search(printed)
    widths = [len(line.rstrip()) for line in printed.decode().splitlines() if "\x1b" not in line]
    assert len(widths) > 46
    assert max(widths) <= 40


def test_a_dumb_terminal_gets_lines_and_no_escape_sequence_of_a_response(start, terminal, sandbox):
    body = json.dumps({"status": 200, "translations": {"de": ["\x1b]0;owned\x07Hallo"]}}).encode()
    sandbox.fail("getTextTranslation", status=200, headers={"content-type": "application/json"}, body=body)
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.theirs)
    process = start("text", "Hello", "--to", "de", env={"TERM": "dumb"}, **streams)
    printed = terminal.until(None, process)
    assert process.returncode == 0
    assert b"\x1b" not in printed
    assert b"waiting" in printed
    assert "\ufffd]0;owned\ufffdHallo".encode() in printed


def test_the_secret_is_typed_without_echo(start, terminal, sandbox, environment):
    secret = environment["GROUPDOCS_CLIENT_SECRET"]
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.theirs)
    process = start("login", "--client-id", environment["GROUPDOCS_CLIENT_ID"], start_new_session=True, **streams)
    terminal.until(b"Client secret", process)
    until(lambda: not termios.tcgetattr(terminal.theirs)[3] & termios.ECHO)  # which follows the prompt
    os.write(terminal.ours, secret.encode() + b"\n")
    printed = terminal.until(None, process)
    assert process.returncode == 0, printed
    assert b"profile 'default' stored" in printed
    assert secret.encode() not in printed


def test_a_sandbox_runs_until_ctrl_c_or_for_one_command_and_passes_its_settings(start):
    script = "import os, sys; print(os.environ['GROUPDOCS_TRANSLATION_URL']); sys.exit(7)"
    lasting, brief = start("sandbox"), start("sandbox", "--", sys.executable, "-c", script)
    lines = [lasting.stdout.readline().decode() for _ in range(4)]
    assert [line.split("=")[0] for line in lines] == [
        "export GROUPDOCS_CLIENT_ID",
        "export GROUPDOCS_CLIENT_SECRET",
        "export GROUPDOCS_TRANSLATION_URL",
        "export GROUPDOCS_TOKEN_URL",
    ]
    lasting.send_signal(signal.SIGINT)
    assert lasting.wait(PATIENCE_S) == 130
    said, _ = brief.communicate(timeout=PATIENCE_S)
    assert brief.returncode == 7
    assert said.startswith(b"http://127.0.0.1:")


def test_the_command_of_a_sandbox_ends_as_it_wants_after_ctrl_c_and_its_exit_code_is_that_of_a_shell(start):
    script = (
        "import os, sys, time\n"
        "try:\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
        "except KeyboardInterrupt:\n"
        "    time.sleep(0.5)  # longer than subprocess.run() waits before it kills\n"
        "    print('cleaned up')\n"
        "    sys.exit(3)\n"
    )
    slow = start("sandbox", "--", sys.executable, "-c", script, start_new_session=True)
    killed = start("sandbox", "--", sys.executable, "-c", "import os; os.kill(os.getpid(), 15)")
    assert slow.stdout.readline() == b"ready\n"
    os.killpg(slow.pid, signal.SIGINT)
    said, _ = slow.communicate(timeout=PATIENCE_S)
    assert (slow.returncode, said) == (3, b"cleaned up\n")
    assert killed.wait(PATIENCE_S) == 128 + 15


def shown_lines(printed):
    """Return the lines that stay on the terminal: what was drawn before an erase of the line is gone."""
    return [line.rpartition(b"\x1b[2K")[2] for line in printed.split(b"\r\n")]


def test_results_are_not_printed_into_the_bar(start, sandbox, terminal, tmp_path):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("Hello\n")
    sandbox.fail("getFileTranslation", status=200, body=b'{"status": 202}', times=2)
    streams = dict.fromkeys(("stdin", "stdout", "stderr"), terminal.theirs)
    line = ("file", "a.txt", "b.txt", "--to", "de", "-v")
    process = start(*line, env={"TERM": "xterm-256color", "COLUMNS": ""}, **streams)
    lines = shown_lines(terminal.until(None, process))
    assert process.returncode == 0
    assert {b"a.de.txt", b"b.de.txt"} <= set(lines)
    logged = [line for line in lines if b"INFO" in line]
    assert logged
    assert all(line.startswith(b"INFO") for line in logged)


def test_an_id_is_never_cut(start, sandbox, environment, monkeypatch, capsys):
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert run(["text", "Hello", "--to", "de", "-q"], polling=PollingSchedule.every(0.2)) == 0
    (job_id,) = sandbox.state.jobs
    with contextlib.closing(Terminal(columns=40)) as terminal:
        process = start("jobs", "list", env={"TERM": "xterm-256color", "COLUMNS": ""}, stdout=terminal.theirs)
        assert job_id.encode() in terminal.until(None, process)
