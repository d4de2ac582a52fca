"""``docs/cli.md`` shows what the commands print today."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="the sessions are recorded from a Linux terminal")
def test_the_recorded_sessions_are_what_the_commands_print_today():
    line = [sys.executable, "-m", "release.terminal", "--check"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}\nnox -s screenshots records them again"


def test_every_command_has_a_session_on_the_page():
    from groupdocs_translation.cli.app import COMMANDS

    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    typed = {line.split()[2] for line in page.splitlines() if line.startswith("$ groupdocs-translation ")}
    assert typed == set(COMMANDS) - {"completion"}


@pytest.mark.parametrize("picture", ["cli-progress.png", "cli-batch.png", "batch-report.png", "batch-report-dark.png"])
def test_the_pictures_are_there_and_small_enough_for_a_page(picture):
    content = (ROOT / "docs" / "assets" / picture).read_bytes()
    assert content.startswith(b"\x89PNG")
    assert len(content) < 200_000
