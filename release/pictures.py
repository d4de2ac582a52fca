"""Pictures for ``docs/cli.md``: the command on a terminal while it works, and the report of a batch in a browser.

The commands are real ones on a pseudo-terminal, against a sandbox; pyte is the terminal, rich draws what is on it,
Chromium (Debian's package ``chromium``) makes the pictures. ``python -m release.pictures`` is the session
``screenshots``, after the recorded sessions. POSIX only.
"""

from __future__ import annotations

import fcntl
import io
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import tempfile
import termios
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyte
from groupdocs_translation.sandbox import Sandbox
from rich.console import Console
from rich.style import Style
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "assets"
PROGRAM = "groupdocs-translation"
COLUMNS, LINES = 92, 12
FEWEST_LINES = 5  # Chromium draws nothing in a window that is lower
PATIENCE_S = 120.0
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
_ALONE = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
)
_QUIET = ("--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1")
_NAMES = {"brown": "yellow"}  # what pyte calls otherwise than rich


class Screen:
    """A terminal with a command running on it."""

    def __init__(self, words: list[str], folder: Path, environment: dict[str, str]) -> None:
        self.typed = f"$ {PROGRAM} {' '.join(words)}"
        self._shown = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self._shown)
        self._ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        line = [sys.executable, "-m", "groupdocs_translation.cli", *words]
        self.process = subprocess.Popen(
            line, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True
        )
        os.close(theirs)

    def until(self, is_enough: Callable[[str], bool]) -> Text:
        """What is on the screen as soon as it is enough."""
        limit = time.monotonic() + PATIENCE_S
        while not is_enough(self._text()):
            if time.monotonic() > limit:
                raise SystemExit(f"{self.typed} never showed what was waited for:\n{self._text()}")
            if select.select([self._ours], [], [], 0.1)[0]:
                self._stream.feed(os.read(self._ours, 65536))
        return self._drawn()

    def close(self) -> None:
        """End the command."""
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def _text(self) -> str:
        return "\n".join(self._shown.display)

    def _drawn(self) -> Text:
        """The screen's letters with their colours, below what was typed."""
        drawn = Text(f"{self.typed}\n")
        used = max((number for number, line in enumerate(self._shown.display) if line.strip()), default=0)
        for number in range(used + 1):
            for column in range(COLUMNS):
                cell = self._shown.buffer[number][column]
                colour = None if cell.fg == "default" else _NAMES.get(cell.fg, cell.fg)
                if colour is not None and re.fullmatch(r"[0-9a-f]{6}", colour):
                    colour = f"#{colour}"
                drawn.append(cell.data, Style(color=colour, bold=cell.bold))
            drawn.append("\n")
        drawn.rstrip()
        drawn.append("\n" * max(0, FEWEST_LINES - len(drawn.split())))
        return drawn


def draw(screen: Text, target: Path) -> None:
    """A picture of a terminal."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    console.print(screen)
    drawing = console.export_svg(title="Terminal")
    drawing = re.sub(r"@font-face \{.*?\}", "", drawing, flags=re.DOTALL)  # they would be fetched from elsewhere
    box = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', drawing)
    assert box is not None
    width, height = round(float(box[1])), round(float(box[2]))
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder, "terminal.html")
        page.write_text(f"<body style='margin:0'>{drawing}", encoding="utf-8")
        photograph(page, target, size=(width, height))


def photograph(page: Path, target: Path, *, size: tuple[int, int], is_dark: bool = False) -> None:
    """A picture of a page in a browser that has never been used before.

    Raises:
        SystemExit: there is no Chromium.
    """
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise SystemExit("pictures need Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as profile:
        line = [browser, *_ALONE, *_QUIET, f"--user-data-dir={profile}", f"--window-size={size[0]},{size[1]}"]
        if is_dark:
            line.append("--blink-settings=preferredColorScheme=0")
        line += [f"--screenshot={target}", page.as_uri()]
        subprocess.run(line, check=True, capture_output=True, timeout=PATIENCE_S)
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")


@contextmanager
def running(sandbox: Sandbox, words: list[str], folder: Path) -> Generator[Screen]:
    """A command on a screen, against a sandbox."""
    settings = sandbox.client_settings()
    environment = {
        "PATH": os.environ["PATH"],
        "TERM": "xterm-256color",
        "LANG": "C.UTF-8",
        "HOME": str(folder / ".home"),
        "GROUPDOCS_CLIENT_ID": settings["client_id"],
        "GROUPDOCS_CLIENT_SECRET": settings["client_secret"],
        "GROUPDOCS_TRANSLATION_URL": settings["base_url"],
        "GROUPDOCS_TOKEN_URL": settings["token_url"],
    }
    screen = Screen(words, folder, environment)
    try:
        yield screen
    finally:
        screen.close()


def wait(folder: Path) -> None:
    """A file that is being waited for."""
    words = ["file", "talk.pptx", "--to", "de,fr", "--out", "out"]
    with Sandbox(latency_s=60.0) as sandbox, running(sandbox, words, folder) as screen:
        draw(screen.until(lambda text: "waiting" in text and " 4 s" in text), PICTURES / "cli-progress.png")


def batch(folder: Path) -> None:
    """A folder half done, then its report, light and wide, dark and narrow."""
    make_handbook(folder / "handbook")
    words = ["batch", "handbook", "--to", "de,fr", "--out", "translated", "--jobs", "12"]
    with Sandbox(latency_s=3.0) as sandbox:
        sandbox.fail("translateSpreadsheet", status=400, body=b'{"message": "the workbook is protected"}', times=2)
        with running(sandbox, words, folder) as screen:
            half = screen.until(
                lambda text: text.count("failed:") >= 2 and bool(re.search(r"\b2\d of \d+ files", text))
            )
            draw(half, PICTURES / "cli-batch.png")
            screen.until(lambda text: "reports:" in text)
    report = folder / "translated" / "report.html"
    photograph(report, PICTURES / "batch-report.png", size=(1000, 900))
    photograph(report, PICTURES / "batch-report-dark.png", size=(500, 900), is_dark=True)


def make_handbook(folder: Path) -> None:
    """A folder as people have them: a tree of many kinds, one file that nobody translates."""
    files = ("report.docx", "sales.xlsx", "talk.pptx", "harbour.md", "prices.csv", "letter.odt")
    for chapter in ("benefits", "office", "travel", "news"):
        (folder / chapter).mkdir(parents=True)
        for number, name in enumerate(files * 2):
            stem, extension = name.split(".")
            shutil.copy(ROOT / "examples" / "files" / name, folder / chapter / f"{stem}-{number + 1}.{extension}")
    (folder / "news" / "logo.psd").write_bytes(b"8BPS")


def main() -> int:
    """All pictures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "examples" / "files", folder, dirs_exist_ok=True)
        wait(folder)
        batch(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
