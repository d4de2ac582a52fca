"""Record the terminal sessions of ``docs/cli.md`` again, and draw the pictures of its progress bars.

A block after ``<!-- recorded -->`` is a session: lines that begin with ``$`` are typed, the rest is printed. All
run in this process, in one folder with copies of ``examples/files``, against one sandbox. IDs, times and URLs, which
differ each time, are replaced by fixed ones; a fixed ID in a typed line stands for the real one. ``# Ctrl-C`` presses
it while a job is polled. ``python -m release.terminal FOLDER`` is the session ``screenshots``; the batch
whose progress is drawn, and its report, are left in FOLDER. Without FOLDER it draws no pictures.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
import signal
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path

import anyio.lowlevel
from click.testing import CliRunner
from groupdocs_translation._clock import SYSTEM_CLOCK, SystemClock
from groupdocs_translation.cli.main import run
from groupdocs_translation.sandbox import Sandbox
from rich.console import Console
from rich.text import Text

from .tree import ROOT

PAGE = ROOT / "docs" / "cli.md"
PROGRAM = "groupdocs-translation"
LOGIN = ("GROUPDOCS_CLIENT_ID", "GROUPDOCS_CLIENT_SECRET")
FOLDERS = ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME")
CERTIFICATES = ssl.create_default_context()  # loading them takes longer than the rest of a command
HOME = ".h"  # short: the folder's name is wrapped into lines
SESSION = re.compile(r"(<!-- recorded -->\n```console\n)(.*?)(```\n)", re.DOTALL)
FRAME = "\r\x1b[2K"  # rich begins each drawing of a bar of one line with it
WIDTH = 92

_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_FIXED = {
    r"127\.0\.0\.1:\d+": "127.0.0.1:8080",
    r"responds in \d+ ms": "responds in 3 ms",
    r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC": "2026-11-24 12:00:00 UTC",
    r"\d{4}-\d\d(?=, http)": "2026-11",
    r"(?<=python )3[\d.]+\w*": "3.13.1",
    r"(?<=httpx2 )[\d.]+": "2.16.2",
    r"(?<=openssl )[\d.]+": "3.5.4",
    r"(?<=groupdocs-translation )\d+\.\d+[\w.]*": "0.1.0",
    r"─+": "─" * 60,
    r"(?<=took)( +)\d+ s": r"\g<1>1 s",
    r'("(?:seconds|started|expires_at|lifetime_s)": )[\d.]+': r"\g<1>1.5",
}


class NoWaitClock(SystemClock):
    """The real time without pauses: the sandbox's jobs are ready immediately."""

    def sleep(self, seconds: float) -> None:
        """Return immediately."""

    async def asleep(self, seconds: float) -> None:
        """Let other tasks run."""
        await anyio.lowlevel.checkpoint()


class InterruptedClock(SystemClock):
    """Presses Ctrl-C ``after_s`` seconds into the first pause."""

    def __init__(self, after_s: float) -> None:
        self._after_s = after_s

    def sleep(self, seconds: float) -> None:
        """Wait, and press Ctrl-C."""
        time.sleep(self._after_s)
        sys.stderr.write("^C")
        signal.raise_signal(signal.SIGINT)


def without_folder(text: str, folder: Path) -> str:
    """Replace the path of the folder with a fixed one; fail if its name remains."""
    text = text.replace(str(folder), "~/work")
    if folder.name in text:
        raise SystemExit(f"the recording still shows {folder.name}, the name of a folder of this machine")
    return text


def printed(
    words: list[str], variables: Mapping[str, str | None], typed: bytes | None, clock: SystemClock
) -> tuple[str, int]:
    """Run a command line as on a terminal; return its output and exit code. ``typed`` is its standard input."""
    is_prompt = typed is not None and words[0] == "login"
    with CliRunner().isolation(typed, variables, color=True) as (_, _, output):
        for stream in (sys.stdout, sys.stderr, *([sys.stdin] if typed is None or is_prompt else [])):
            stream.isatty = lambda: True  # type: ignore[method-assign]
        code = run(words, clock=clock, verify=CERTIFICATES)
        sys.stdout.flush()
        sys.stderr.flush()
        return output.getvalue().decode(), code


def environment(sandbox: Sandbox) -> dict[str, str | None]:
    """Return the environment of a command that runs in the current folder; ``None`` removes a variable."""
    homes = dict.fromkeys(FOLDERS, str(Path.cwd() / HOME))
    return {**dict.fromkeys(os.environ), "PATH": os.environ["PATH"], **homes, **sandbox.environment()}


class Recorder:
    """Runs the sessions of the page in the current folder; remembers the IDs on it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._folder = Path.cwd()
        terminal = {"TERM": "dumb", "NO_COLOR": "1", "COLUMNS": "120"}
        self._environment = environment(sandbox) | dict.fromkeys(LOGIN) | terminal
        self._login = "".join(f"{sandbox.environment()[name]}\n" for name in LOGIN).encode()
        self._shown: dict[str, str] = {}
        self._code = 0

    def session(self, block: str) -> str:
        """Return the block with the current output of its commands."""
        lines: list[str] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                lines += [line, *self._with_fixed_values(self._run(line[2:])).splitlines()]
        return "".join(f"{line.rstrip()}\n" for line in lines)

    def _run(self, line: str) -> str:
        for real, shown in self._shown.items():
            line = line.replace(shown, real)
        if line == "echo $?":
            return str(self._code)
        command, _, remark = line.partition("  #")
        words = shlex.split(command)
        if words[0] != PROGRAM or "--" in words:  # a child of the command does not print on our streams
            command = command.replace(PROGRAM, f"{shlex.quote(sys.executable)} -m groupdocs_translation.cli", 1)
            return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout
        typed = self._login if words[1] == "login" else None
        if "<" in words:
            words, typed = words[: words.index("<")], Path(words[words.index("<") + 1]).read_bytes()
        clock = InterruptedClock(0.0) if remark.strip() == "Ctrl-C" else NoWaitClock()
        text, self._code = printed(words[1:], self._environment, typed, clock)
        return text

    def _with_fixed_values(self, text: str) -> str:
        for real in _ID.findall(text):
            self._shown.setdefault(real, f"5d0e8f1a-7c42-4b8e-9a61-{len(self._shown) + 1:012}")
        for real, shown in self._shown.items():
            text = text.replace(real, shown)
        text = without_folder(text.replace(str(self._folder / HOME), "~/.config"), self._folder)
        for pattern, shown in _FIXED.items():
            text = re.sub(pattern, shown, text)
        return text


def record(page: str) -> str:
    """Return the page with every session run again."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # not TMPDIR: its name may be too long for a line
        folder = Path(os.path.realpath(name))
        shutil.copytree(ROOT / "examples" / "files", folder, dirs_exist_ok=True)
        with Sandbox(latency_s=0) as sandbox, chdir(folder):
            recorder = Recorder(sandbox)
            return SESSION.sub(lambda match: f"{match[1]}{recorder.session(match[2])}{match[3]}", page)


def draw(line: str, sandbox: Sandbox, pattern: str, target: Path, clock: SystemClock = SYSTEM_CLOCK) -> None:
    """Run a command on a terminal and draw the first screen that ``pattern`` is found on, as SVG."""
    terminal = {"TERM": "xterm-256color", "COLUMNS": str(WIDTH), "LINES": "12"}
    output, _ = printed(line.split(), environment(sandbox) | terminal, None, clock)
    screen = f"$ {PROGRAM} {line}\n"
    for piece in output.split(FRAME):
        above, _, frame = piece.rpartition("\n")
        screen += f"{above}\n" if above else ""
        if re.search(pattern, Text.from_ansi(screen + frame).plain, re.DOTALL):
            break
    else:
        raise SystemExit(f"{line} did not show {pattern}; it printed:\n{output}")
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(Text.from_ansi(screen + frame))
    drawing = console.export_svg(title="Terminal", unique_id=target.stem)
    target.write_text(re.sub(r"@font-face \{.*?\}", "", drawing, flags=re.DOTALL))  # fonts would be fetched from a CDN
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")


def make_handbook(folder: Path) -> None:
    """Write a realistic folder: a tree of many kinds, and one file that the service does not accept."""
    files = ("report.docx", "sales.xlsx", "talk.pptx", "harbour.md", "prices.csv", "letter.odt")
    for chapter in ("benefits", "office", "travel", "news"):
        (folder / chapter).mkdir(parents=True)
        for number, name in enumerate(files * 2):
            stem, extension = name.split(".")
            shutil.copy(ROOT / "examples" / "files" / name, folder / chapter / f"{stem}-{number + 1}.{extension}")
    (folder / "news" / "logo.psd").write_bytes(b"8BPS")


def draw_pictures(folder: Path) -> None:
    """Draw the pictures of the page; leave the batch in ``folder``."""
    assets = ROOT / "docs" / "assets"
    make_handbook(folder / "handbook")
    with chdir(folder):
        shutil.copy(ROOT / "examples" / "files" / "talk.pptx", folder)
        with Sandbox(latency_s=60.0) as sandbox:
            line, clock = "file talk.pptx --to de,fr --out out", InterruptedClock(4.3)
            draw(line, sandbox, "waiting.* 4 s", assets / "cli-progress.svg", clock)
        with Sandbox(latency_s=3.0) as sandbox:
            sandbox.fail("translateSpreadsheet", status=400, body=b'{"message": "the workbook is protected"}', times=2)
            line = "batch handbook --to de,fr --out translated --jobs 12"
            draw(line, sandbox, r"failed:.*failed:.*\b2\d of \d+ files", assets / "cli-batch.svg")
    report = folder / "translated" / "report.html"  # photographed next: it must not show a path of this machine
    report.write_text(without_folder(report.read_text(encoding="utf-8"), folder), encoding="utf-8")


if __name__ == "__main__":
    PAGE.write_text(record(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    if len(sys.argv) > 1:
        draw_pictures(Path(sys.argv[1]))
