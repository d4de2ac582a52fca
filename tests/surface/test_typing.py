"""Type checkers report each wrong line of ``wrong.py`` and no other. Run by ``nox -s types``."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WRONG = ROOT / "tests" / "typing" / "wrong.py"
MARKED = [n for n, line in enumerate(WRONG.read_text(encoding="utf-8").splitlines(), 1) if line.endswith("  # wrong")]


def _mypy():
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", str(WRONG)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    return [int(line) for line in re.findall(r"wrong\.py:(\d+): error", done.stdout)], done


def _pyright():
    done = subprocess.run(
        [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", str(WRONG)],
        check=False,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    found = json.loads(done.stdout)["generalDiagnostics"] if done.stdout.startswith("{") else []
    return [item["range"]["start"]["line"] + 1 for item in found if item["severity"] == "error"], done


@pytest.mark.parametrize("check", [_mypy, _pyright])
def test_each_wrong_line_is_found_and_no_other(check):
    pytest.importorskip(check.__name__.strip("_"), reason="nox -s types has it")
    lines, done = check()

    assert sorted(set(lines)) == MARKED, done.stdout + done.stderr
