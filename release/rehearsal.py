"""Release a scratch clone to an index on loopback, from start to end, with every refusal on the way.

``python -m release.rehearsal`` is the session ``publish_rehearsal``. It changes nothing in this tree.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from pathlib import Path

from packaging.version import Version

from .bump import bump
from .index import Index, loopback_index
from .publish import objections, publish
from .tree import ROOT, EmptyEnvironment, ReleaseRefused, copy, distributions, metadata, run, without_placeholders

# Runs the example as a user would, with the sandbox instead of the service.
RUN_EXAMPLE = """
import os, runpy, sys
from groupdocs_translation.sandbox import Sandbox
with Sandbox() as sandbox:
    os.environ.update(sandbox.environment())
    runpy.run_path(sys.argv[1], run_name="__main__")
"""


def install_by_name(environment: EmptyEnvironment, requirement: str, index: Index) -> str:
    """Install from the index and return the URLs of our distributions."""
    report = environment.folder / "report.json"
    environment.install(requirement, "--extra-index-url", index.simple_url, "--report", str(report))
    names = distributions()
    came_from: list[str] = [
        entry["download_info"]["url"]
        for entry in json.loads(report.read_text(encoding="utf-8"))["install"]
        if entry["metadata"]["name"] in names
    ]
    if len(came_from) != len(names) or not all(url.startswith(index.upload_url) for url in came_from):
        raise ReleaseRefused(f"{requirement} was not installed from {index.upload_url}: {came_from}")
    return " and ".join(came_from)


def commit(clone: Path, message: str) -> None:
    """Commit everything in a scratch clone, with a fixed identity."""
    run("git", "add", "--all", cwd=clone)
    identity = ("-c", "user.name=Rehearsal", "-c", "user.email=rehearsal@localhost")
    run("git", *identity, "commit", "--quiet", "--no-verify", "--message", message, cwd=clone)


def expect_refusal(clone: Path, index: Index, *reasons: str) -> None:
    """Try to publish; fail unless it is refused for exactly these reasons."""
    found = list(objections(clone, index.simple_url))
    if len(found) != len(reasons) or any(reason not in text for reason, text in zip(reasons, found, strict=True)):
        raise ReleaseRefused(f"expected a refusal for {reasons}, got {found}")
    print("refused, as expected:", *found, sep="\n- ")


def fill_in_urls(clone: Path) -> None:
    """Fill in the empty URLs."""
    manifest = clone / "pyproject.toml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(re.sub(r'^(\w+) = ""', r'\1 = "https://example.org/\1/"', text, flags=re.MULTILINE), "utf-8")


def release(clone: Path, index: Index) -> str:
    """Bump, describe, tag and publish the next version; return it."""
    fragment = clone / "changes.d" / "rehearsal.fix.md"
    fragment.write_text("A change.\n", encoding="utf-8")
    expect_refusal(clone, index, "dirty", "not tagged", "has no section", "unreleased changes", "no URL for")
    fill_in_urls(clone)
    current = Version(metadata(clone)["version"])
    version = f"{current.major}.{current.minor + 1}.0"
    bump(version, clone)
    expect_refusal(clone, index, "dirty", "not tagged")
    commit(clone, f"Release {version}")
    expect_refusal(clone, index, "not tagged")
    run("git", "tag", f"v{version}", cwd=clone)
    publish(clone, repository_url=index.upload_url, index_url=index.simple_url)
    expect_refusal(clone, index, "is already on the index")
    return version


def use(name: str, version: str, index: Index) -> None:
    """Install by name in an empty environment and run the README's example, as a new user does."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ReleaseRefused("README.md has no ```python block to run")
    with tempfile.TemporaryDirectory() as elsewhere:
        environment = EmptyEnvironment(Path(elsewhere))
        print(f"installed from {install_by_name(environment, f'{name}[sandbox]=={version}', index)}")
        shutil.copytree(ROOT / "examples", environment.folder / "examples")
        shutil.copytree(ROOT / "examples" / "files", environment.folder, dirs_exist_ok=True)  # the user's own files
        (environment.folder / "readme_example.py").write_text(without_placeholders(found[1]), encoding="utf-8")
        print("the README's example prints:")
        printed = environment.run("-W", "error", "-c", RUN_EXAMPLE, "readme_example.py")
        if not printed:
            raise ReleaseRefused("the README's example ran and printed nothing")
        print(printed, end="")


def rehearse() -> None:
    """Release a scratch clone, with uncommitted changes, and use the release; anything unexpected ends the session."""
    with tempfile.TemporaryDirectory() as folder:
        uploads = Path(folder, "index")
        uploads.mkdir()
        with loopback_index(uploads) as index:
            os.environ.update(TWINE_USERNAME=index.username, TWINE_PASSWORD=index.password)
            clone = copy(ROOT, Path(folder, "clone"))
            run("git", "init", "--quiet", "--initial-branch", "main", cwd=clone)
            commit(clone, "The tree as it is")
            version = release(clone, index)
            use(metadata()["name"], version, index)
    print(f"{version} was bumped, described, tagged, published and installed by name, and the example ran")


if __name__ == "__main__":
    rehearse()
