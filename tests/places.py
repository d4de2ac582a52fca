"""Folders in which a result called ``a.de.txt`` has no place, each for another reason."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

import pytest

NOBODY = 65534
REASONS = {  # kind of obstacle → what is said of it
    "folder": "a folder with this name exists",
    "link": "a broken symbolic link",
    "right": "Permission denied|no permission to write",
    "room": "3 bytes are free",
    "long": "(?i)name too long",
}


@contextmanager
def no_place(kind: str, tmp_path: Path) -> Iterator[Path]:
    """Yield a folder where a file cannot be written until the block ends. ``none`` has no obstacle."""
    if sys.platform == "win32" and kind != "room":
        pytest.skip("links, rights and long names are others there")
    folder = tmp_path / "places"
    folder.mkdir()
    place = folder / "a.de.txt"
    if kind == "none":
        yield folder
    elif kind == "folder":
        place.mkdir()
        yield folder
        place.rmdir()
    elif kind == "link":
        place.symlink_to(folder / "nowhere")
        yield folder
        place.unlink()
    elif kind == "room":
        with patch("shutil.disk_usage", lambda _: SimpleNamespace(free=3)):
            yield folder
    elif kind == "long":
        while len(str(folder)) < 3800:
            folder /= "n" * 200
        folder /= "n" * (4094 - len(str(folder)) - len("/a.de.txt"))
        folder.mkdir(parents=True)
        yield folder
    else:
        with tempfile.TemporaryDirectory() as outside:  # pytest's own is closed to others
            Path(outside).chmod(0o555)
            if os.geteuid() == 0:
                os.setresuid(NOBODY, NOBODY, 0)
            try:
                yield Path(outside)
            finally:
                if os.getresuid()[2] == 0:
                    os.setresuid(0, 0, 0)
                Path(outside).chmod(0o755)
