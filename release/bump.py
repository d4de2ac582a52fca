"""Set the version and the changelog of the next release; you commit and tag them.

``python -m release.bump VERSION`` is the session ``changelog`` with a version.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from packaging.version import InvalidVersion, Version

from .tree import ROOT, ReleaseRefused, distributions, git, metadata, run

VERSION_LINE = re.compile(r'^version = "[^"\n]*"$', re.MULTILINE)


def next_version(wanted: str, current: str, tags: set[str]) -> str:
    """Return ``wanted`` in its normal form, or refuse one that is malformed, released or older than the current one."""
    try:
        version = Version(wanted)
    except InvalidVersion as error:
        raise ReleaseRefused(
            f"refused: {wanted!r} is not a version (PEP 440); use one such as 1.4.0 or 2.0.0rc1"
        ) from error
    if f"v{version}" in tags:
        raise ReleaseRefused(f"refused: v{version} is already tagged")
    if version < Version(current):
        raise ReleaseRefused(f"refused: {version} is older than the current {current}")
    return str(version)


def bump(wanted: str, root: Path = ROOT) -> None:
    """Write the version into each ``pyproject.toml`` and move ``changes.d`` into the changelog."""
    version = next_version(wanted, metadata(root)["version"], set((git("tag", root=root) or "").split()))
    together = distributions(root)
    texts: dict[Path, str] = {}
    for folder in together.values():
        manifest = folder / "pyproject.toml"
        text, count = VERSION_LINE.subn(f'version = "{version}"', manifest.read_text(encoding="utf-8"))
        if count != 1:
            raise ReleaseRefused(f"refused: {manifest} has {count} version lines, expected one")
        texts[manifest] = re.sub(rf'"({"|".join(together)})==[^"]*"', rf'"\1=={version}"', text)
    for manifest, text in texts.items():
        manifest.write_text(text, encoding="utf-8", newline="\n")
    run(sys.executable, "-m", "towncrier", "build", "--yes", "--version", version, cwd=root)
    print(f"read CHANGELOG.md, commit, then: git tag v{version} && nox -s publish")


if __name__ == "__main__":
    bump(sys.argv[1])
