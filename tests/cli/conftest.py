"""Runs the command inside this process, against a sandbox whose clock and ours never wait."""

from __future__ import annotations

import io
import json
import sys
from typing import NamedTuple

import pytest
from groupdocs_translation.cli.main import run


class Outcome(NamedTuple):
    """How a command line ended."""

    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def error(self):
        return json.loads(self.err)["error"]


class Terminal(io.StringIO):
    """A standard input with nobody at it."""

    def isatty(self):
        return True


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    """Keep tests out of the user's own folders."""
    for variable in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / variable))
    monkeypatch.delenv("GROUPDOCS_PROFILE", raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def command(sandbox, capsys, monkeypatch):
    """Run one command line; ``stdin`` is bytes in a pipe, without it there is a terminal."""

    def command(*arguments, stdin=None, **settings):
        source = Terminal() if stdin is None else io.TextIOWrapper(io.BytesIO(stdin))
        monkeypatch.setattr(sys, "stdin", source)
        capsys.readouterr()
        given = sandbox.client_settings() | settings
        code = run([str(argument) for argument in arguments], **given)
        return Outcome(code, *capsys.readouterr())

    return command
