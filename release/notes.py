"""What the changelog says of one version. Called by ``publish``; ``python -m release.notes`` prints the present one."""

from __future__ import annotations

import re
from pathlib import Path

from .tree import ROOT, metadata


def section(text: str, version: str) -> str:
    """What ``CHANGELOG.md`` says of one version, without its heading; empty if nothing."""
    found = re.search(rf"^## {re.escape(version)}(?= |$)[^\n]*\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


if __name__ == "__main__":
    print(section(Path(ROOT, "CHANGELOG.md").read_text(encoding="utf-8"), metadata()["version"]))
