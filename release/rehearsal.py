"""The whole publication against an index on loopback: upload, install by name elsewhere, run what the README shows.

``python -m release.rehearsal`` is the session ``publish_rehearsal``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path

from . import artifacts
from .emptiness import EmptyEnvironment
from .index import Index, loopback_index
from .publish import published
from .tree import ROOT, ReleaseRefused, metadata, run

# Runs the example as the user would, the sandbox in the place of the service.
RUN_EXAMPLE = """
import os, runpy, sys
from groupdocs_translation.sandbox import Sandbox
with Sandbox() as sandbox:
    settings = sandbox.client_settings()
    os.environ["GROUPDOCS_CLIENT_ID"] = settings["client_id"]
    os.environ["GROUPDOCS_CLIENT_SECRET"] = settings["client_secret"]
    os.environ["GROUPDOCS_TRANSLATION_URL"] = settings["base_url"]
    os.environ["GROUPDOCS_TOKEN_URL"] = settings["token_url"]
    runpy.run_path(sys.argv[1], run_name="__main__")
    print(f"{len(sandbox.records)} requests reached the sandbox")
"""


def readme_example(readme: str) -> str:
    """The README's first Python block."""
    found = re.search(r"^```python\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise ReleaseRefused("README.md has no ```python block to rehearse")
    return found[1]


def install_by_name(environment: EmptyEnvironment, requirement: str, index: Index) -> str:
    """Install from the index and return the address that the distribution itself came from."""
    report = environment.folder / "report.json"
    environment.install(requirement, "--extra-index-url", index.simple_url, "--report", str(report))
    name = re.split(r"[\[=]", requirement)[0]
    came_from = [
        entry["download_info"]["url"]
        for entry in json.loads(report.read_text(encoding="utf-8"))["install"]
        if entry["metadata"]["name"] == name
    ]
    if len(came_from) != 1 or not came_from[0].startswith(index.upload_url):
        raise ReleaseRefused(f"{requirement} was not installed from {index.upload_url}: {came_from}")
    return str(came_from[0])


def rehearse(root: Path = ROOT) -> None:
    """Build, check, upload, install by name, run the example; any failure ends the rehearsal."""
    name, version = metadata(root)["name"], metadata(root)["version"]
    example = readme_example((root / "README.md").read_text(encoding="utf-8"))
    built = artifacts.build(root)
    artifacts.check(built, root)
    with tempfile.TemporaryDirectory() as folder, loopback_index(Path(folder)) as index:
        run(
            *(sys.executable, "-m", "twine", "upload", "--non-interactive", "--disable-progress-bar"),
            *("--repository-url", index.upload_url, *map(str, built)),
            env=os.environ | {"TWINE_USERNAME": index.username, "TWINE_PASSWORD": index.password},
        )
        print(f"the index has {name} {', '.join(map(str, published(name, index.simple_url)))}")
        with tempfile.TemporaryDirectory() as elsewhere:
            environment = EmptyEnvironment(Path(elsewhere))
            print(f"installed from {install_by_name(environment, f'{name}[sandbox]=={version}', index)}")
            shutil.copytree(root / "examples", environment.folder, dirs_exist_ok=True)
            (environment.folder / "readme_example.py").write_text(example, encoding="utf-8")
            print("the README's example prints:")
            print(environment.run("-W", "error", "-c", RUN_EXAMPLE, "readme_example.py"), end="")
    print("rehearsed: built, checked, uploaded, installed by name, and the README's example ran")


if __name__ == "__main__":
    rehearse()
