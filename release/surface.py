"""What the public surface has lost or changed since the last release, for the overlay and the generated package.

``python -m release.surface`` is the session ``api_diff``. Breaking changes are refused while the version promises none.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import tarfile
import tempfile
from pathlib import Path

import griffe
from packaging.version import Version

from .attrs_signatures import AttrsSignatures
from .tree import ROOT, ReleaseRefused, git, metadata

COLOUR = re.compile(r"\x1b\[\d*m")  # griffe explains in colours, wherever its text goes
PACKAGES = {"groupdocs_translation": "overlays", "groupdocs_translation_api": "generated"}


def load(tree: Path, package: str, folder: str) -> griffe.Object | griffe.Alias:
    """Read a package's surface from its sources, importing nothing."""
    return griffe.load(
        package,
        search_paths=[tree / folder],
        extensions=griffe.load_extensions("unpack_typeddict", AttrsSignatures()),
        allow_inspection=False,
        resolve_aliases=True,
    )


def breaking_changes(old: Path, new: Path) -> list[str]:
    """One line a breaking change of the public surface between two trees, sorted."""
    lines: set[str] = set()
    for package, folder in PACKAGES.items():
        before, after = load(old, package, folder), load(new, package, folder)
        for name in _exports(before) - _exports(after):
            lines.add(f"{package}: {name}: Public name is no longer in __all__")
        for change in griffe.find_breaking_changes(before, after):
            _, _, explained = COLOUR.sub("", change.explain(griffe.ExplanationStyle.ONE_LINE)).partition(": ")
            lines.add(f"{change.obj.module.path}: {explained}")
    return sorted(lines)


def _exports(package: griffe.Object | griffe.Alias) -> set[str]:
    return {str(name) for name in package.exports or ()}


def may_break(released: Version, coming: Version) -> bool:
    """Whether semantic versioning lets ``coming`` break what ``released`` promised (before 1.0 a minor version may)."""
    if released.major == 0:
        return (coming.major, coming.minor) > (0, released.minor)
    return coming.major > released.major


def compare(root: Path, tag: str | None) -> None:
    """Print what is broken since ``tag`` (default: the last one); refuse if the version does not say so."""
    tag = tag or git("describe", "--tags", "--abbrev=0", "--match", "v*", root=root)
    if not tag:
        print("there is no tag v… yet: nothing is released, so nothing can be broken")
        return
    with tempfile.TemporaryDirectory() as folder:
        command = ["git", "archive", "--format=tar", tag, *PACKAGES.values()]
        archive = subprocess.run(command, cwd=root, capture_output=True, check=False)
        if archive.returncode:
            raise ReleaseRefused(f"cannot read {tag}: {archive.stderr.decode(errors='replace').strip()}")
        with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as sources:
            sources.extractall(folder, filter="data")
        changes = breaking_changes(Path(folder), root)
    released, coming = Version(tag.removeprefix("v")), Version(metadata(root)["version"])
    print(f"{tag} -> {coming}: {len(changes)} breaking changes of the public surface")
    for change in changes:
        print(f"- {change}")
    if changes and not may_break(released, coming):
        raise ReleaseRefused(
            f"refused: {coming} after {tag} promises to break nothing; raise it, or keep the old names"
        )


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="nox -s api_diff --", description=compare.__doc__)
    parser.add_argument("tag", nargs="?", help="the release to compare with")
    compare(ROOT, parser.parse_args().tag)


if __name__ == "__main__":
    main()
