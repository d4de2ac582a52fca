"""Upload the built artifacts to a package index, after checking that the tree is a release.

``python -m release.publish`` is the session ``publish``. Index and credentials default to those of twine
(``TWINE_USERNAME`` / ``TWINE_PASSWORD``, keyring). ``--repository-url`` and ``--index-url`` select another index, for
tests. ``--dry-run`` does everything except the upload, for the workflow that uploads by OIDC.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import requests
from packaging.utils import canonicalize_version
from pypi_simple import NoSuchProjectError, PyPISimple

from . import artifacts
from .tree import ROOT, ReleaseRefused, distributions, git, metadata, run, section, urls


def published(name: str, index_url: str | None) -> set[str]:
    """Return the normalized versions of a distribution on an index; refuse if the index does not list them."""
    try:
        with PyPISimple(index_url) if index_url else PyPISimple() as index:
            packages = index.get_project_page(name, timeout=30).packages
    except NoSuchProjectError:
        return set()
    except (requests.RequestException, ValueError) as error:
        raise ReleaseRefused(f"refused: the index does not list its versions: {error}") from error
    return {_normalized(package.version or "") for package in packages}


def _normalized(version: str) -> str:
    return canonicalize_version(version, strip_trailing_zero=False)


def objections(root: Path, index_url: str | None) -> Iterator[str]:
    """Yield each reason not to release this tree now, with what to do about it."""
    version = metadata(root)["version"]
    status = git("status", "--porcelain", root=root)
    if Path(git("rev-parse", "--show-toplevel", root=root) or "/").resolve() != root.resolve():
        yield f"{root} is not a git repository: publish from a clone"  # it may lie inside another one
    elif status:
        yield f"the tree is dirty: commit or remove\n{status}"
    tag = f"v{version}"
    if tag not in (git("tag", "--points-at", "HEAD", root=root) or "").split():
        yield f"the commit is not tagged {tag}: run `git tag {tag}` on the commit to release"
    changelog = root / "CHANGELOG.md"
    if not section(changelog.read_text(encoding="utf-8") if changelog.exists() else "", version):
        yield f"CHANGELOG.md has no section {version}: run `nox -s changelog -- {version}` and commit"
    if waiting := sorted(path.name for path in (root / "changes.d").glob("*.md") if path.name != "README.md"):
        yield f"unreleased changes: {', '.join(waiting)}; run `nox -s changelog -- VERSION` and commit"
    if unknown := [label for label, url in urls(root).items() if not url]:
        yield f"pyproject.toml has no URL for {', '.join(unknown)}: fill it in: links of the package would lead nowhere"
    if taken := [name for name in distributions(root) if _normalized(version) in published(name, index_url)]:
        yield f"{' and '.join(taken)} {version} is already on the index, which accepts a version once: choose the next"


def publish(root: Path, *, repository_url: str | None, index_url: str | None, dry_run: bool = False) -> None:
    """Refuse, or build, check and upload."""
    if reasons := list(objections(root, index_url)):
        raise ReleaseRefused("refused:\n" + "\n".join(f"- {reason}" for reason in reasons))
    built = artifacts.build(root)
    artifacts.check(built, root)
    if dry_run:
        print("ready to upload; nothing was uploaded")
        return
    where = ("--repository-url", repository_url) if repository_url else ()
    upload = (sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar")
    run(*upload, *where, *map(str, built), cwd=root)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="nox -s publish --", description=publish.__doc__)
    parser.add_argument("--repository-url", help="upload to this index instead of the real one")
    parser.add_argument("--index-url", help="list of packages of that index (its /simple/ page)")
    parser.add_argument("--dry-run", action="store_true", help="refuse, build and check, but upload nothing")
    arguments = parser.parse_args()
    if bool(arguments.repository_url) != bool(arguments.index_url):
        parser.error("--repository-url and --index-url go together: the first is uploaded to, the second is read")
    publish(ROOT, **vars(arguments))


if __name__ == "__main__":
    main()
