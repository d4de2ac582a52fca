"""Check and run the pinned tools, whose versions determine the output. Used by all steps."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

# This environment's scripts first: the generator starts the first `ruff` on PATH.
ENVIRONMENT = os.environ | {"PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))}


class ToolError(Exception):
    """A tool is missing, has another version than the pinned one, or failed."""


def pins(pyproject: Path) -> dict[str, str]:
    """Return the exact versions of the dependency group ``codegen``."""
    group = tomllib.loads(pyproject.read_text(encoding="utf-8"))["dependency-groups"]["codegen"]
    found = (re.fullmatch(r"([\w.-]+)(?:\[.*\])?==([\w.]+)", str(line)) for line in group)
    return {pin[1]: pin[2] for pin in found if pin}


def versions(pyproject: Path) -> dict[str, str]:
    """Check that the tools of the dependency group ``codegen`` are installed as pinned, and return their versions."""
    wanted = pins(pyproject)
    installed = {name: _installed(name) for name in wanted}
    if shutil.which("ruff", path=ENVIRONMENT["PATH"]):
        installed["ruff"] = run("ruff", "--version").split()[-1]
    if wrong := [
        f"{name} must be {pin}, got {installed[name]}" for name, pin in wanted.items() if installed[name] != pin
    ]:
        raise ToolError(f"tools differ from the pins: {'; '.join(wrong)}; `nox -s regenerate` installs them")
    return wanted


def _installed(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "missing"


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a tool of this environment, and return its output."""
    try:
        done = subprocess.run(command, cwd=cwd, env=ENVIRONMENT, capture_output=True, text=True, check=False)
    except OSError as error:
        raise ToolError(f"{command[0]} cannot be started: {error}") from error
    if done.returncode:
        raise ToolError(f"{' '.join(map(str, command))} failed ({done.returncode}):\n{done.stdout}{done.stderr}")
    return done.stdout
