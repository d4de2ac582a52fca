"""The pinned tools that decide bytes: that they are the ones found, and how they are run. Called by the pipeline's steps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

SCRIPTS = Path(sys.executable).parent
ENVIRONMENT = os.environ | {"PATH": os.pathsep.join((str(SCRIPTS), os.environ.get("PATH", "")))}


class ToolError(Exception):
    """A tool is missing, is not the pinned one, or failed; the message says which."""


def versions(pyproject: Path) -> dict[str, str]:
    """The pinned tools of the dependency group ``codegen``.

    Raises:
        ToolError: another version than the pinned one is installed, or ruff is found somewhere else.
    """
    group = tomllib.loads(pyproject.read_text(encoding="utf-8"))["dependency-groups"]["codegen"]
    pins = dict(match.groups() for line in group if (match := re.fullmatch(r"([\w.-]+)(?:\[.*\])?==([\w.]+)", line)))
    found = {name: _installed(name) for name in pins}
    wrong = [f"{name} {found[name]} in place of {pin}" for name, pin in pins.items() if found[name] != pin]
    if wrong:
        raise ToolError(f"not the pinned tools: {', '.join(wrong)}. Run `nox -s regenerate`, which installs them")
    ruff = shutil.which("ruff", path=ENVIRONMENT["PATH"])
    if ruff is None or (said := run("ruff", "--version").split()[-1]) != pins["ruff"]:
        raise ToolError(
            f"{ruff or 'ruff'} is not the pinned {pins['ruff']}" + (f" but {said}" if ruff else ": not found")
        )
    return pins


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(none)"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a tool of this environment; its output.

    Raises:
        ToolError: it cannot be started, or its exit status is not 0; with what it said.
    """
    try:
        done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ToolError(f"{command[0]} cannot be started: {error}") from error
    if done.returncode:
        raise ToolError(f"{command[0]} failed with status {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout
