"""The SDK that is published by the service's vendor, in an environment of its own: its pins would not suit ours.

Its package says neither that it needs ``oauthlib``, ``requests-oauthlib`` nor ``aenum``: they are installed beside it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

NAME = "groupdocs-translation-cloud==25.6.0"
PACKAGES = (NAME, "oauthlib", "requests-oauthlib", "aenum")
ENVIRONMENT = Path(__file__).parents[1] / ".nox" / "published-sdk"


def python() -> str | None:
    """The interpreter that has it; the environment is made once, ``None`` (and a line) if it cannot be."""
    found = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if (ENVIRONMENT / "complete").exists():
        return str(found)
    shutil.rmtree(ENVIRONMENT, ignore_errors=True)
    try:
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([found, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    except subprocess.CalledProcessError as error:
        print(f"without the published SDK: {error}")
        return None
    (ENVIRONMENT / "complete").touch()
    return str(found)
