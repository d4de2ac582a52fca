"""Shared by the steps of a release: the source tree, commands, and an empty environment."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
import threading
import tomllib
import venv
from collections.abc import Generator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
CHANGELOG = ROOT / "CHANGELOG.md"

# Variables that would expose the tree or the current environment.
LEAKING = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV", "UV_RESOLUTION")

WITHOUT_GIT_EPOCH = "1735689600"  # 2025-01-01: any fixed date that zip can hold, for a tree unpacked from an sdist


class ReleaseRefused(SystemExit):
    """A release step was refused; the message says why and what to do. Ends the command with status 1."""


def run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command and show its output; raise ``ReleaseRefused`` if it fails."""
    print(f"$ {' '.join(command)}", flush=True)
    if subprocess.run(command, cwd=cwd, env=env, check=False).returncode:
        raise ReleaseRefused(f"failed: {' '.join(command)}")


def git(*arguments: str, root: Path = ROOT) -> str | None:
    """Return the output of git, stripped; ``None`` if it fails or is not installed."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def files(root: Path = ROOT) -> list[Path]:
    """Return the relative paths of the tree's files, tracked or not, without ignored ones."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", root=root)
    if listed is None or not (root / ".git").exists():
        return sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(Path(name) for name in listed.split("\0") if name and (root / name).is_file())


def copy(root: Path, target: Path) -> Path:
    """Copy the tree's own files to ``target``, and return it."""
    for path in files(root):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, target / path)
    return target


def source_date_epoch(root: Path = ROOT) -> str:
    """Return the date of the last commit in seconds since 1970, for reproducible builds."""
    return (git("log", "-1", "--format=%ct", root=root) if (root / ".git").exists() else None) or WITHOUT_GIT_EPOCH


def metadata(root: Path = ROOT) -> dict[str, str]:
    """Return name and version of the distribution, from ``pyproject.toml``."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"name": project["name"], "version": project["version"]}


def urls(root: Path = ROOT) -> dict[str, str]:
    """Return the URLs of the project by label, with empty ones, from ``pyproject.toml``."""
    tool = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("tool", {})
    found: dict[str, str] = tool.get("hatch", {}).get("metadata", {}).get("hooks", {}).get("custom", {}).get("urls", {})
    return found


def distributions(root: Path = ROOT) -> dict[str, Path]:
    """Return name and folder of the distributions that are released together."""
    found = [folder for folder in (root, root / "sandbox") if (folder / "pyproject.toml").exists()]
    return {metadata(folder)["name"]: folder for folder in found}


def section(text: str, version: str) -> str:
    """Return a version's section of ``CHANGELOG.md`` without its heading; empty if it has none."""
    found = re.search(rf"^## {re.escape(version)}(?= |$)[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def unreleased(root: Path = ROOT) -> str:
    """Return the fragments of ``changes.d`` as a section of the changelog, in the order of ``pyproject.toml``."""
    lines = ["## Unreleased"]
    for kind in tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["towncrier"]["type"]:
        if fragments := sorted((root / "changes.d").glob(f"*.{kind['directory']}.md")):
            lines += ["", f"### {kind['name']}", ""]
            lines += ["- " + " ".join(path.read_text(encoding="utf-8").split()) for path in fragments]
    return "\n".join(lines) if len(lines) > 1 else ""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Print nothing."""


@contextmanager
def served(folder: Path) -> Generator[str]:
    """Serve a folder on loopback; yield its URL."""
    with ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def without_placeholders(example: str) -> str:
    """Remove credentials written as ``...``: the example then reads the environment."""
    return re.sub(r'client_id="\.\.\.", client_secret="\.\.\."(, )?', "", example)


class EmptyEnvironment:
    """A new virtual environment in ``folder``; commands run with ``folder`` as the working directory."""

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
