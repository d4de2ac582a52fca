"""Wheel and sdist, built twice from two copies of the tree and equal byte for byte, then checked.

``python -m release.artifacts`` is the session ``build``; ``publish`` and ``rehearsal`` call :func:`build`.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path

from .tree import ROOT, EmptyEnvironment, ReleaseRefused, files, run, source_date_epoch

IMPORTS = """
import sys, importlib.resources as resources
import groupdocs_translation as sdk
late = {"httpx2", "groupdocs_translation_api.models"} & set(sys.modules)
assert not late, f"imported too early: {late}"
missing = [name for name in sdk.__all__ if not hasattr(sdk, name)]
assert not missing, f"promised and not there: {missing}"
document = resources.files("groupdocs_translation_api") / "translation.yaml"
assert document.is_file(), "the document is not in the wheel"
with sdk.TranslationClient(client_id="id", client_secret="secret") as client:
    assert client.api
print(f"imports from an empty environment: {len(sdk.__all__)} names, version {sdk.__version__}")
"""


def _copy(root: Path, target: Path, *, disguised: bool = False) -> Path:
    """Copy the tree's own files; ``disguised`` with other dates and permissions, as on another machine."""
    for number, path in enumerate(files(root)):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(root / path, target / path)
        if disguised:
            (target / path).chmod((target / path).stat().st_mode & 0o700)
            os.utime(target / path, (1_000_000_000 + number, 1_000_000_000 + number))
    return target


def _pack(source: Path, target: Path, epoch: str, *kinds: str) -> list[Path]:
    """Run the build backend of this environment, whose version is pinned, on one tree."""
    run(
        *(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), *kinds, "."),
        cwd=source,
        env=os.environ | {"SOURCE_DATE_EPOCH": epoch},
    )
    return sorted(target.iterdir())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build(root: Path = ROOT) -> list[Path]:
    """Write ``dist/``; refuse if a second build, or the wheel built from the sdist, differs in one byte."""
    dist = root / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    epoch = source_date_epoch(root)
    with tempfile.TemporaryDirectory() as folder:
        tree = _copy(root, Path(folder, "first"))
        twin = _copy(tree, Path(folder, "deeper", "second"), disguised=True)
        first = _pack(tree, dist, epoch)  # the wheel is built from the sdist
        second = _pack(twin, Path(folder, "again"), epoch, "--sdist", "--wheel")  # and here from the tree
        hashes = [{path.name: _digest(path) for path in paths} for paths in (first, second)]
    for name, digest in hashes[0].items():
        print(f"sha256 {digest}  {name}")
    if hashes[0] != hashes[1]:
        raise ReleaseRefused(f"the second build differs: {hashes[1]}; something but the sources decides the bytes")
    print("built twice, equal; the sdist builds the same wheel as the tree")
    return first


def check(artifacts: list[Path], root: Path = ROOT) -> None:
    """Let the tools of the trade judge the metadata and the wheel's contents, then import it where nothing else is."""
    names = [str(path) for path in artifacts]
    (wheel,) = (name for name in names if name.endswith(".whl"))
    python = (sys.executable, "-m")
    run(*python, "twine", "check", "--strict", *names, cwd=root)
    run(*python, "check_wheel_contents", wheel, cwd=root)
    run(*python, "pyroma", "--min", "10", "--skip-tests", "AuthorEmail", ".", cwd=root)  # there is no common mailbox
    with tempfile.TemporaryDirectory() as folder:
        environment = EmptyEnvironment(Path(folder))
        environment.install(wheel)
        environment.run("-m", "pip", "check")
        print(environment.run("-I", "-c", IMPORTS), end="")


if __name__ == "__main__":
    check(build())
