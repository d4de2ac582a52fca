"""Wheels and sdists, built twice from two copies of the tree and equal byte for byte, then checked.

``python -m release.artifacts`` is the session ``build``; ``publish`` and ``rehearsal`` call :func:`build`.
"""

from __future__ import annotations

import email
import hashlib
import os
import re
import shutil
import sys
import tempfile
import zipfile
from pathlib import Path

import readme_renderer.markdown

from .tree import ROOT, EmptyEnvironment, ReleaseRefused, copy, distributions, files, run, source_date_epoch

IMPORTS = """
import sys, importlib.metadata, importlib.resources as resources
import groupdocs_translation as sdk
early = {"httpx2", "groupdocs_translation_api.models"} & set(sys.modules)
assert not early, f"imported too early: {early}"
missing = [name for name in sdk.__all__ if not hasattr(sdk, name)]
assert not missing, f"names of __all__ that do not exist: {missing}"
document = resources.files("groupdocs_translation_api") / "translation.yaml"
assert document.is_file(), "the wheel has no OpenAPI document"
with sdk.TranslationClient(client_id="id", client_secret="secret") as client:
    assert client.api
plugins = [plugin.value for plugin in importlib.metadata.entry_points(group="pytest11")]
assert not [value for value in plugins if value.startswith("groupdocs")], "a plain installation loads a pytest plugin"
print(f"imported in an empty environment: {len(sdk.__all__)} names, version {sdk.__version__}")
"""

SANDBOX_IMPORTS = """
import importlib.metadata
from groupdocs_translation.sandbox import Sandbox
with Sandbox() as sandbox:
    assert sandbox.client_settings()
plugins = [plugin.value for plugin in importlib.metadata.entry_points(group="pytest11")]
(ours,) = [value for value in plugins if value.startswith("groupdocs")]
print(f"the sandbox starts in an empty environment; pytest loads {ours}")
"""


def _altered_copy(root: Path, target: Path) -> Path:
    """Copy the tree's own files with other dates and permissions, as on another machine."""
    for number, path in enumerate(files(copy(root, target))):
        (target / path).chmod((target / path).stat().st_mode & 0o700)
        os.utime(target / path, (1_000_000_000 + number, 1_000_000_000 + number))
    return target


def _pack(tree: Path, target: Path, epoch: str, *kinds: str) -> list[Path]:
    """Run the build backend of this environment, whose version is pinned, on all distributions of one tree."""
    for folder in distributions(tree).values():
        command = (sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), *kinds, ".")
        run(*command, cwd=folder, env=os.environ | {"SOURCE_DATE_EPOCH": epoch})
    return sorted(target.iterdir())


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def build(root: Path = ROOT) -> list[Path]:
    """Write ``dist/``; refuse if a second build, or the wheel built from the sdist, differs in one byte."""
    dist = root / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    epoch = source_date_epoch(root)
    with tempfile.TemporaryDirectory() as folder:
        tree = copy(root, Path(folder, "first"))
        altered_copy = _altered_copy(tree, Path(folder, "deeper", "second"))
        first = _pack(tree, dist, epoch)  # the wheel is built from the sdist
        second = _pack(altered_copy, Path(folder, "again"), epoch, "--sdist", "--wheel")  # and here from the tree
        hashes, again = ({path.name: _digest(path) for path in paths} for paths in (first, second))
    for name, digest in hashes.items():
        print(f"sha256 {digest}  {name}")
    if different := sorted(dict(hashes.items() ^ again.items())):
        raise ReleaseRefused(f"the second build differs in {', '.join(different)}: find what changes between builds")
    print("built twice, equal; each sdist builds the same wheel as the tree")
    return first


def unlinked(wheel: Path) -> list[str]:
    """Return the relative links in a wheel's description: on a package index they lead nowhere."""
    with zipfile.ZipFile(wheel) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        text = email.message_from_bytes(archive.read(name)).get_payload(decode=True)
    rendered = readme_renderer.markdown.render(text.decode() if isinstance(text, bytes) else "") or ""
    return [link for link in re.findall(r'(?:href|src)="([^"]*)"', rendered) if not link.startswith(("https://", "#"))]


def check(artifacts: list[Path], root: Path = ROOT) -> None:
    """Check metadata and contents with the usual tools, then import the wheels in an empty environment."""
    names = [str(path) for path in artifacts]
    wheels = {name.rpartition("/")[2].split("-")[0]: name for name in names if name.endswith(".whl")}
    python = (sys.executable, "-m")
    run(*python, "twine", "check", "--strict", *names, cwd=root)
    for name, part in distributions(root).items():
        if links := unlinked(Path(wheels[name.replace("-", "_")])):
            raise ReleaseRefused(f"the description of {name} has relative links: {', '.join(links)}")
        run(*python, "check_wheel_contents", wheels[name.replace("-", "_")], cwd=part)
        pyroma = (*python, "pyroma", "--min", "10", "--skip-tests", "AuthorEmail")  # there is no shared mailbox
        run(*pyroma, ".", cwd=part)
    with tempfile.TemporaryDirectory() as folder:
        environment = EmptyEnvironment(Path(folder))
        for name, imports in zip(sorted(wheels.values()), (IMPORTS, SANDBOX_IMPORTS), strict=True):
            environment.install(name)
            environment.run("-m", "pip", "check")
            print(environment.run("-I", "-c", imports), end="")


if __name__ == "__main__":
    check(build())
