# /// script
# dependencies = ["nox[uv]>=2025.2"]
# ///
"""Every command of the project. ``nox -l`` is the table of contents."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2025.2"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # `tests` runs on those of the supported Pythons that are installed
nox.options.sessions = ["lint", "types", "tests"]

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
ROOT = Path(__file__).parent

# pyenv puts commands on the PATH that fail for every version but its global one: its real interpreters go last.
for folder in sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin")):
    os.environ["PATH"] += os.pathsep + str(folder)


def _groups(*names: str) -> tuple[str, ...]:
    return nox.project.dependency_groups(PROJECT, *names)


@nox.session
def regenerate(session: nox.Session) -> None:
    """Derive the corrected document, the generated client and the sync twin; -- --check, -- --source FILE_OR_URL."""
    session.install(*_groups("codegen"))
    session.run("python", "openapi/regenerate.py", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the test suite on every supported Python that is installed; -- PYTEST ARGUMENTS."""
    session.install("-e", ".[sandbox]", *_groups("test", "codegen"))
    session.run("pytest", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check types: mypy --strict over everything written and generated, pyright strict over what is written."""
    session.install("-e", ".[sandbox]", *_groups("types", "test", "codegen"), "nox")
    session.run(
        "mypy",
        "generated/groupdocs_translation_api",
        "overlays/groupdocs_translation",
        "noxfile.py",
        "examples/demo.py",
    )
    session.run("mypy", "--config-file", "pyproject.toml", "openapi")
    python = session.run("python", "-c", "import sys; print(sys.executable)", silent=True)
    session.run("pyright", "--pythonpath", str(python).strip())


@nox.session
def lint(session: nox.Session) -> None:
    """Check style with ruff, formatting included."""
    session.install(*_groups("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def build(session: nox.Session) -> None:
    """Build wheel and sdist, and import the wheel in an empty environment."""
    session.install("build")
    shutil.rmtree(ROOT / "dist", ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", "dist")
    (wheel,) = (ROOT / "dist").glob("*.whl")
    empty = Path(session.create_tmp()) / "empty"
    session.run(sys.executable, "-m", "venv", "--clear", str(empty), external=True)
    python = str(empty / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    session.run(python, "-m", "pip", "install", "--quiet", str(wheel), external=True)
    session.run(
        python, "-c", "import groupdocs_translation as g; g.TranslationClient('id', 'secret').api", external=True
    )


@nox.session
def demo(session: nox.Session) -> None:
    """Start the sandbox and translate a text, a Word document and a Markdown file with it."""
    session.install(".[sandbox]")
    session.run("python", "examples/demo.py", *session.posargs)
