"""The software bill of materials of an installation: the wheel of ``dist/`` with all extras, as CycloneDX.

``python -m release.sbom`` is the session ``sbom``; the release workflow attaches and attests what it writes.
"""

from __future__ import annotations

import os
import sys
import tempfile
import tomllib
from pathlib import Path

from .emptiness import EmptyEnvironment
from .tree import ROOT, ReleaseRefused, metadata, run, source_date_epoch


def write(root: Path = ROOT) -> Path:
    """Install the built wheel where nothing else is and list what is there."""
    name, version = metadata(root)["name"], metadata(root)["version"]
    wheels = sorted((root / "dist").glob(f"*-{version}-*.whl"))
    if len(wheels) != 1:
        raise ReleaseRefused(f"dist/ holds {len(wheels)} wheels of {version}: run `nox -s build` first")
    extras = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    target = root / "sbom" / f"{name}-{version}.cdx.json"
    target.parent.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = EmptyEnvironment(Path(folder))
        environment.install(f"{wheels[0]}[{','.join(extras)}]")
        environment.run("-m", "pip", "uninstall", "--quiet", "--yes", "pip", "setuptools")
        run(
            *(sys.executable, "-m", "cyclonedx_py", "environment", "--output-reproducible", "--pyproject"),
            *("pyproject.toml", "--output-file", str(target), str(environment.python)),
            cwd=root,
            env=os.environ | {"SOURCE_DATE_EPOCH": source_date_epoch(root)},
        )
    return target


if __name__ == "__main__":
    print(f"wrote {write()}")
