"""The facts of the source tree that every step of a release asks for; git is asked where there is a repository.

Called by ``artifacts``, ``publish``, ``rehearsal``, ``bump`` and ``surface``.
"""

from __future__ import annotations

import subprocess
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

WITHOUT_GIT_EPOCH = "1735689600"  # 2025-01-01: any fixed date that zip can hold, for a tree unpacked from an sdist


class ReleaseRefused(SystemExit):
    """A release step will not go on; the message says why and what to do. Ends the command with status 1."""


def run(*command: str, cwd: Path = ROOT, env: dict[str, str] | None = None) -> None:
    """Run a command, its output on ours; a failure ends this one."""
    print(f"$ {' '.join(command)}", flush=True)
    if subprocess.run(command, cwd=cwd, env=env, check=False).returncode:
        raise ReleaseRefused(f"failed: {' '.join(command)}")


def git(*arguments: str, root: Path = ROOT) -> str | None:
    """What git answers, stripped; ``None`` where it refuses, has no answer or is not installed."""
    try:
        done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def files(root: Path = ROOT) -> list[Path]:
    """The tree's own files, relative: tracked and not yet tracked ones, without what is ignored."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard", "-z", root=root)
    if listed is None or not (root / ".git").exists():
        return sorted(path.relative_to(root) for path in root.rglob("*") if path.is_file())
    return sorted(Path(name) for name in listed.split("\0") if name and (root / name).is_file())


def source_date_epoch(root: Path = ROOT) -> str:
    """The date of the last commit in seconds since 1970, which build tools stamp on what they write."""
    return (git("log", "-1", "--format=%ct", root=root) if (root / ".git").exists() else None) or WITHOUT_GIT_EPOCH


def metadata(root: Path = ROOT) -> dict[str, str]:
    """Name and version of the distribution. ``pyproject.toml`` is the one place that says them."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {"name": project["name"], "version": project["version"]}
