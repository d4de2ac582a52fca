"""Runs the terminal sessions of ``docs/cli.md`` again: what the page shows is what the commands print today.

A block after ``<!-- recorded -->`` is a session: lines that begin with ``$`` are typed, the rest is what came. All run
in order, in one folder with copies of ``examples/files``, on a pseudo-terminal, against one sandbox. Ids, times and
addresses, which differ each time, are written as the same ones always; an id in a typed line means the one it stands
for. ``# Ctrl-C`` presses it while a job is waited for. ``python -m release.terminal`` writes the page, ``--check``
compares it. POSIX only.
"""

from __future__ import annotations

import argparse
import difflib
import fcntl
import json
import os
import pty
import re
import select
import shlex
import shutil
import ssl
import struct
import subprocess
import sys
import tempfile
import termios
from pathlib import Path
from typing import TYPE_CHECKING

import anyio.lowlevel
from groupdocs_translation._clock import SYSTEM_CLOCK, SystemClock
from groupdocs_translation.cli.app import run

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "cli.md"
PROGRAM = "groupdocs-translation"
COLUMNS = 120
PATIENCE_S = 60.0
CERTIFICATES = ssl.create_default_context()  # reading them takes longer than all the rest of a command
HOME = ".h"  # short: what it is in is put into lines
SESSION = re.compile(r"(<!-- recorded -->\n```console\n)(.*?)(```\n)", re.DOTALL)

_END = re.compile(r"\x1e(\d+)\x1f")
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_ALWAYS_THE_SAME = [
    (re.compile(pattern), shown)
    for pattern, shown in (
        (r"127\.0\.0\.1:\d+", "127.0.0.1:8080"),
        (r"answers in \d+ ms", "answers in 3 ms"),
        (r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", "2026-11-24 12:00:00 UTC"),
        (r"\d{4}-\d\d(?=, http)", "2026-11"),
        (r"(?<=python )3[\d.]+\w*", "3.13.1"),
        (r"(?<=httpx2 )[\d.]+", "2.16.2"),
        (r"(?<=openssl )[\d.]+", "3.5.4"),
        (r"(?<=groupdocs-translation )\d+\.\d+[\w.]*", "0.1.0"),
        (r"─+", "─" * 60),
        (r"(?<=took)( +)\d+ s", r"\g<1>1 s"),
        (r'("(?:seconds|started|expires_at|lifetime_s)": )[\d.]+', r"\g<1>1.5"),
    )
]


class HastyClock(SystemClock):
    """The time as it is, for a client that need not wait: the sandbox's jobs are ready at once."""

    def sleep(self, seconds: float) -> None:
        """Do not."""

    async def asleep(self, seconds: float) -> None:
        """Let others go on."""
        await anyio.lowlevel.checkpoint()


class Shell:
    """A process on a pseudo-terminal of its own that runs one command line after the other, modules loaded once."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        theirs, self._orders = os.pipe()
        self._child, self._terminal = pty.fork()
        if self._child == 0:
            os.close(self._orders)
            try:
                os.chdir(folder)
                os.environ.clear()
                os.environ.update(environment)
                _obey(theirs)
            finally:
                os._exit(0)
        os.close(theirs)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, COLUMNS, 0, 0))

    def run(self, words: list[str], source: str | None, answers: dict[str, str], *, is_hasty: bool) -> tuple[str, int]:
        """What a command line prints, and its exit code; ``answers`` are typed when their questions appear."""
        os.write(self._orders, f"{json.dumps([words, source, is_hasty])}\n".encode())
        printed = ""
        while (end := _END.search(printed)) is None:
            if not select.select([self._terminal], [], [], PATIENCE_S)[0]:
                raise SystemExit(f"{words} does not end; it printed: {printed}")
            printed += os.read(self._terminal, 65536).decode(errors="replace")
            for question in [question for question in answers if question in printed]:
                os.write(self._terminal, answers.pop(question).encode())
        return printed[: end.start()].replace("\r\n", "\n"), int(end[1])

    def close(self) -> None:
        """End it."""
        os.close(self._orders)
        os.close(self._terminal)  # ends a command that is still under way
        os.waitpid(self._child, 0)


def _obey(orders: int) -> None:
    """In the child: run what is ordered, with streams of its own, and print the exit code between marks."""
    keyboard = os.dup(0)
    with open(orders, encoding="utf-8") as lines:
        for line in lines:
            words, source, is_hasty = json.loads(line)
            descriptor = keyboard if source is None else os.open(source, os.O_RDONLY)
            os.dup2(descriptor, 0)
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115  (the streams live on)
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
            code = run(words, clock=HastyClock() if is_hasty else SYSTEM_CLOCK, verify=CERTIFICATES)
            sys.stdout.flush()
            sys.stderr.flush()
            os.write(1, f"\x1e{code}\x1f".encode())


class Recorder:
    """The sessions of the page: the folder, the shell, and the ids that were shown."""

    def __init__(self, folder: Path, service: Mapping[str, str]) -> None:
        self._folder = folder
        home = {name: str(folder / HOME) for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME")}
        kept = {"PATH": os.environ["PATH"], "TERM": "dumb", "NO_COLOR": "1"}
        addresses = {name: value for name, value in service.items() if name.endswith("_URL")}
        self._shell = Shell(folder, kept | home | addresses)
        self._answers = {
            "Client id: ": f"{service['GROUPDOCS_CLIENT_ID']}\n",
            "Client secret: ": f"{service['GROUPDOCS_CLIENT_SECRET']}\n",
        }
        self._shown: dict[str, str] = {}
        self._code = 0

    def session(self, block: str) -> str:
        """The block with what its commands print now."""
        lines: list[str] = []
        for line in block.splitlines():
            if line.startswith("$ "):
                lines += [line, *self._typed(line[2:]).splitlines()]
        return "".join(f"{line.rstrip()}\n" for line in lines)

    def close(self) -> None:
        """End the shell."""
        self._shell.close()

    def _typed(self, line: str) -> str:
        for real, shown in self._shown.items():
            line = line.replace(shown, real)
        if line == "echo $?":
            return str(self._code)
        command, _, remark = line.partition("  #")
        words = shlex.split(command)
        if words[0] != PROGRAM:
            done = subprocess.run(["sh", "-c", command], cwd=self._folder, capture_output=True, text=True, check=True)
            return self._settled(done.stdout)
        source = None
        if "<" in words:
            words, source = words[: words.index("<")], words[words.index("<") + 1]
        is_interrupted = remark.strip() == "Ctrl-C"
        answers = self._answers | ({"waiting": "\x03"} if is_interrupted else {})
        printed, self._code = self._shell.run(words[1:], source, answers, is_hasty=not is_interrupted)
        return self._settled(printed)

    def _settled(self, text: str) -> str:
        """What differs from run to run, made the same."""
        for real in _ID.findall(text):
            self._shown.setdefault(real, f"5d0e8f1a-7c42-4b8e-9a61-{len(self._shown) + 1:012}")
        for real, shown in self._shown.items():
            text = text.replace(real, shown)
        text = text.replace(str(self._folder / HOME), "~/.config")
        text = text.replace(str(self._folder), "~/work")
        for pattern, shown in _ALWAYS_THE_SAME:
            text = pattern.sub(shown, text)
        return text


def record(page: str) -> str:
    """The page with every session run again."""
    starter = [sys.executable, "-m", "groupdocs_translation.cli", "sandbox", "--latency", "0", "--json", "--quiet"]
    with tempfile.TemporaryDirectory(dir="/tmp") as name:  # not TMPDIR: its name may be too long for a line
        folder = Path(os.path.realpath(name))
        shutil.copytree(ROOT / "examples" / "files", folder, dirs_exist_ok=True)
        service = subprocess.Popen(starter, stdout=subprocess.PIPE, text=True)
        try:
            assert service.stdout is not None
            said = ""
            for line in service.stdout:
                said += line
                if said.rstrip().endswith("}"):
                    break
            settings: dict[str, str] = json.loads(said)
            recorder = Recorder(folder, settings)
            try:
                return SESSION.sub(lambda match: f"{match[1]}{recorder.session(match[2])}{match[3]}", page)
            finally:
                recorder.close()
        finally:
            service.terminate()
            service.wait()
            if service.stdout is not None:
                service.stdout.close()


def main() -> int:
    """Record, or compare."""
    parser = argparse.ArgumentParser(description="Run the terminal sessions of docs/cli.md again.")
    parser.add_argument("--check", action="store_true", help="say what differs and write nothing")
    is_check = parser.parse_args().check
    page = PAGE.read_text(encoding="utf-8")
    recorded = record(page)
    if is_check:
        names = (PAGE.name, "what the commands print")
        difference = difflib.unified_diff(page.splitlines(), recorded.splitlines(), *names, lineterm="")
        sys.stdout.writelines(f"{line}\n" for line in difference)
        return int(page != recorded)
    PAGE.write_text(recorded, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
