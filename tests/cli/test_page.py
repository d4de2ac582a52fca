"""``docs/cli.md`` shows what the commands print today."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(sys.platform != "linux", reason="the sessions are recorded from a Linux terminal")
def test_the_recorded_sessions_are_what_the_commands_print_today():
    from release.terminal import PAGE, record

    page = PAGE.read_text(encoding="utf-8")
    assert record(page) == page, "nox -s screenshots -- page records them again"


def test_every_command_has_a_session_on_the_page():
    from groupdocs_translation.cli.main import COMMANDS

    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    typed = {line.split()[2] for line in page.splitlines() if line.startswith("$ groupdocs-translation ")}
    assert typed == set(COMMANDS) - {"completion"}


def test_recordings_show_no_path_of_the_machine():
    from release.terminal import without_folder

    assert without_folder("From /somewhere/tmpx1/handbook", Path("/somewhere/tmpx1")) == "From ~/work/handbook"
    with pytest.raises(SystemExit, match="still shows tmpx1"):
        without_folder("From ../tmpx1/handbook", Path("/somewhere/tmpx1"))


@pytest.mark.parametrize(
    ("picture", "start"),
    [
        ("cli-progress.svg", b"<svg "),
        ("cli-batch.svg", b"<svg "),
        ("batch-report.png", b"\x89PNG"),
        ("batch-report-dark.png", b"\x89PNG"),
    ],
)
def test_the_pictures_are_there_and_small_enough_for_a_page(picture, start):
    content = (ROOT / "docs" / "assets" / picture).read_bytes()
    assert content.startswith(start)
    assert len(content) < 200_000
    assert b"@font-face" not in content, "a font would be fetched from another host"
