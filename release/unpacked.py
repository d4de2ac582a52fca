"""The tree as a packager gets it: the sdist, built and unpacked.

``python -m release.unpacked FOLDER`` is what the session ``sdist`` starts with.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from pathlib import Path

from .tree import ROOT, run


def unpack(target: Path, root: Path = ROOT) -> Path:
    """Build the sdist and unpack it; return the folder of its tree."""
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "build", "--no-isolation", "--sdist", "--outdir", folder, ".", cwd=root)
        (archive,) = Path(folder).iterdir()
        with tarfile.open(archive) as members:
            members.extractall(target, filter="data")
    return target / archive.name.removesuffix(".tar.gz")


if __name__ == "__main__":
    unpack(Path(sys.argv[1])).rename(Path(sys.argv[1], "tree"))
