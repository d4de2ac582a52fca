"""A virtual environment with nothing but pip in it: where a stranger would install the package.

Called by ``artifacts`` and ``rehearsal``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

from .tree import ReleaseRefused

# What would let the tree, or the environment that runs us, shine through.
LEAKING = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "UV_RESOLUTION")


class EmptyEnvironment:
    """An environment made at once in ``folder``; commands run with ``folder`` as the working directory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        venv.create(folder / "venv", with_pip=True, clear=True)
        self.python = folder / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"

    def run(self, *arguments: str, env: dict[str, str] | None = None) -> str:
        """Run this environment's Python, isolated from the tree; return what it printed."""
        clean = {name: value for name, value in os.environ.items() if name not in LEAKING}
        done = subprocess.run(
            [str(self.python), *arguments],
            cwd=self.folder,
            env=clean | (env or {}),
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        if done.returncode:
            raise ReleaseRefused(f"failed: python {' '.join(arguments)}\n{done.stdout}{done.stderr}")
        return done.stdout

    def install(self, *arguments: str) -> None:
        """Install with pip."""
        self.run("-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments)
