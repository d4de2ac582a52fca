"""Known vulnerabilities in what we depend on, risky code in what we ship, risky steps in our workflows.

``python -m release.audit`` is the session ``audit``. The advisory service may be out of reach: then that is said and
the rest still runs; ``--require-service`` makes it a failure, as CI wants it.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from .tree import ROOT, ReleaseRefused, run

SHIPPED = ("overlays", "generated")
PYTHON = (sys.executable, "-m")


def lock(root: Path, target: Path) -> int:
    """Write the exact versions that extras and all groups resolve to today; return their number."""
    groups = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    chosen = [argument for name in groups for argument in ("--group", name)]
    run(
        *(*PYTHON, "uv", "pip", "compile", "--quiet", "pyproject.toml", "--all-extras", *chosen),
        *("--no-annotate", "--no-header", "--output-file", str(target)),
        cwd=root,
    )
    return sum(1 for line in target.read_text(encoding="utf-8").splitlines() if "==" in line)


def advisories(requirements: Path, report: Path) -> list[str] | None:
    """One line a known vulnerability; ``None`` when the advisory service could not be asked."""
    command = [*PYTHON, "pip_audit", "--requirement", str(requirements), "--no-deps", "--disable-pip"]
    done = subprocess.run(
        [*command, "--format", "json", "--output", str(report), "--progress-spinner", "off"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not report.exists():  # pip-audit writes its report only after every package was looked up
        print(done.stderr.strip()[-500:], file=sys.stderr)
        return None
    dependencies = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    return [
        f"{found['name']} {found['version']}: {known['id']}, fixed in {known['fix_versions'] or 'no version'}"
        for found in dependencies
        for known in found.get("vulns", ())
    ]


def audit(root: Path, *, require_service: bool) -> None:
    """Run the three searches; fail if one finds something."""
    with tempfile.TemporaryDirectory() as folder:
        requirements = Path(folder, "requirements.txt")
        count = lock(root, requirements)
        found = advisories(requirements, Path(folder, "report.json"))
    if found is None:
        print("NOT AUDITED: the advisory service cannot be reached; the dependencies were not looked up")
    else:
        print(f"{count} packages looked up, {len(found)} known vulnerabilities")
    # isolated: the derived code, which the project's own settings leave out, is searched as well
    run(*PYTHON, "ruff", "check", "--isolated", "--select", "S", "--ignore", "S101", *SHIPPED, cwd=root)
    run(*PYTHON, "zizmor", "--offline", "--pedantic", ".github/workflows", cwd=root)
    if found:
        raise ReleaseRefused("\n".join(["failed: vulnerable dependencies", *found]))
    if found is None and require_service:
        raise ReleaseRefused("failed: the dependencies were not looked up")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="nox -s audit --", description=audit.__doc__)
    parser.add_argument("--require-service", action="store_true", help="fail when advisories can't be looked up")
    audit(ROOT, **vars(parser.parse_args()))


if __name__ == "__main__":
    main()
