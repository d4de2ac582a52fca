# /// script
# requires-python = ">=3.11"
# dependencies = ["nox[uv]>=2025.2.9"]
# ///
"""Every command of the project. ``nox -l`` is the table of contents; the work itself is done by tools and libraries."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.download_python = "never"
nox.options.error_on_missing_interpreters = False  # `tests` runs on those of the supported Pythons that are installed
nox.options.sessions = ["lint", "types", "tests"]

PROJECT = nox.project.load_toml("pyproject.toml")
PYTHONS = nox.project.python_versions(PROJECT)
ROOT = Path(__file__).parent
OLDEST = PYTHONS[0]
EXTRAS = f"[{','.join(PROJECT['project']['optional-dependencies'])}]"
SANDBOX = ("-e", "./sandbox")  # of this checkout: the index has another one, or none
SUITE = ("test", "codegen", "recipes", "release", "surface", "types")  # groups that the test suite needs

# pyenv puts commands on the PATH that fail for every version but its global one: its real interpreters go last.
for folder in sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin")):
    os.environ["PATH"] += os.pathsep + str(folder)


FIRST = next((version for version in PYTHONS if shutil.which(f"python{version}")), None)  # of those installed
# How the packages are made, and what is written about them: the same on every Python.
ON_ONE = ("tests/packaging", "tests/pipeline", "tests/cli/test_page.py", "tests/contract/test_docstrings.py",
          "tests/pytest_plugin/test_example.py", "docs", "README.md")  # fmt: skip


def _groups(*names: str) -> tuple[str, ...]:
    return nox.project.dependency_groups(PROJECT, *names)


def _pytest(session: nox.Session, *arguments: str) -> None:
    """Run pytest and keep compiled modules, whatever the shell says: each process of a test would compile all anew."""
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(session.virtualenv.location, "pycache"))}
    session.run("pytest", *arguments, *session.posargs, env=kept)


@nox.session
def demo(session: nox.Session) -> None:
    """Watch it work: a local sandbox, two texts and two files translated, a token renewed on the way."""
    session.install("./sandbox", ".[sandbox]")
    session.run("python", "examples/demo.py", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on each supported Python, those of tools and pages on the first one; -- PYTEST ARGUMENTS."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE))
    is_whole = session.posargs or session.python == FIRST
    elsewhere = [] if is_whole else [f"--ignore={path}" for path in ON_ONE]
    # A worker whose test hangs is killed. It has no successor: xdist hands that one a test, and waits for ever.
    workers = (os.cpu_count() or 1) + 1  # a third of their time they wait, for processes and answers
    _pytest(session, f"--numprocesses={workers}", "--max-worker-restart=0", *elsewhere)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style with ruff, formatting included, and the English with codespell and release/prose.py."""
    session.install(*_groups("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("codespell")
    session.run("python", "-m", "release.prose", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check types: mypy --strict over all that is written and generated, pyright strict over what is written."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE, "docs", "browser"), "nox")
    examples = ("examples/demo.py", "examples/catalogue_app/catalogue.py")
    session.run("mypy", "generated", "overlays", "sandbox", "release", "noxfile.py", *examples)
    session.run("mypy", "openapi")  # apart: its modules find each other as scripts do
    session.run("pyright")
    _pytest(session, "tests/surface/test_typing.py")


@nox.session
def regenerate(session: nox.Session) -> None:
    """Derive the corrected document, the generated client and the sync twin; -- --check, -- --source FILE_OR_URL."""
    session.install(*_groups("codegen"))
    session.run("python", "openapi/regenerate.py", *session.posargs)


@nox.session
def refresh(session: nox.Session) -> None:
    """Propose what the service's newer document brings; -- --source URL --out FOLDER, -- --rehearse [--source FILE]."""
    session.install(*_groups("codegen"))
    if "--rehearse" in session.posargs:  # to the end: with the tests about three new operations
        session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE))
    session.run("python", "openapi/proposal.py", *session.posargs)


@nox.session
def newest_generator(session: nox.Session) -> None:
    """Try the newest openapi-python-client and say what it would change in the client; -- VERSION tries that one."""
    name = f"openapi-python-client{''.join(f'=={version}' for version in session.posargs[:1])}"
    session.install(*(line for line in _groups("codegen") if not line.startswith("openapi-python-client")), name)
    session.run("python", "openapi/newest.py")


@nox.session
def contract(session: nox.Session) -> None:
    """Let schemathesis search for answers of the sandbox that its contract does not have; -- SCHEMATHESIS ARGUMENTS."""
    session.install(*SANDBOX, "-e", ".[sandbox]", *_groups("contract"))
    session.run("python", "-m", "tests.conformance", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure against a yardstick in the same run and write the report; -- NAME."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE, "bench"))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests with branch coverage, subprocesses combined, and name the lines that none reaches."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE, "coverage"))
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "combine")
    session.run("coverage", "report")


@nox.session(python=OLDEST)
def lowest(session: nox.Session) -> None:
    """Run the tests with the oldest versions that our metadata allows, on the oldest Python."""
    session.install("uv")
    with tempfile.TemporaryDirectory() as folder:
        locked = str(Path(folder, "lowest.txt"))
        ours = [f"--no-emit-package={PROJECT['project']['name']}{part}" for part in ("", "-sandbox")]
        compiled = ("pyproject.toml", "sandbox/pyproject.toml", "--all-extras", *ours, "--resolution", "lowest-direct")
        session.run("uv", "pip", "compile", "--quiet", "--python", "python", *compiled, "--output-file", locked)
        groups = _groups("test", "package", "surface")
        session.install(*SANDBOX, "-e", f".{EXTRAS}", *groups, "--constraint", locked)
    # no part of what users install, and with requirements of their own
    apart = ("--ignore=tests/pipeline", "--ignore=tests/packaging", "--ignore=docs/recipes")
    _pytest(session, *apart)


@nox.session
def interop(session: nox.Session) -> None:
    """Run others' software against the sandbox, ours against others', then all faults; -- PYTEST ARGUMENTS."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE))
    slow = "--override-ini=faulthandler_timeout=600"  # it installs packages meanwhile
    if session.posargs:
        _pytest(session, slow)
        return
    _pytest(session, slow, "interop", "--ignore=interop/faults")
    _pytest(session, slow, "interop/faults", f"--numprocesses={os.cpu_count() or 1}", "--max-worker-restart=0")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site strictly into site/; -- serve shows it while you write, -- tables derives tables."""
    session.install("-e", ".", *_groups("docs"))
    session.run("python", "-m", "release.site", *session.posargs)


@nox.session
def site_check(session: nox.Session) -> None:
    """Open each page of the site in Chromium and check accessibility, keyboard and width; -- PAGES, -- --shots DIR."""
    session.install("-e", ".", *_groups("docs", "browser"))
    session.run("python", "-m", "release.site")
    session.run("python", "-m", "release.browser", *session.posargs)


@nox.session
def screenshots(session: nox.Session) -> None:
    """Record the terminal sessions of docs/cli.md again, draw its progress bars, and take its report (by Chromium)."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups("browser"))
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "release.terminal", folder)
        session.run("python", "-m", "release.browser", "--report", f"{folder}/translated/report.html")


@nox.session
def build(session: nox.Session) -> None:
    """Build wheels and sdists twice, byte for byte the same, check them, and import both where nothing else is."""
    session.install(*_groups("release"))
    session.run("python", "-m", "release.artifacts", *session.posargs)


@nox.session
def sdist(session: nox.Session) -> None:
    """Unpack the sdist and run its tests on the package that it builds, as a distribution's packager does."""
    session.install(*_groups(*SUITE))
    with tempfile.TemporaryDirectory() as folder:  # not below .nox: ruff, and so the pipeline, passes that by
        session.run("python", "-m", "build", "--no-isolation", "--sdist", "--outdir", folder, ".")
        (archive,) = Path(folder).iterdir()
        shutil.unpack_archive(archive, folder, filter="data")
        session.chdir(Path(folder, archive.name.removesuffix(".tar.gz")))
        session.install("./sandbox", ".[cli,sandbox]")
        _pytest(session)
        session.chdir(ROOT)


@nox.session
def publish_rehearsal(session: nox.Session) -> None:
    """Release a scratch clone to an index on loopback, refusals included; install it, run the README's example."""
    session.install(*_groups("release"))
    session.run("python", "-m", "release.rehearsal", *session.posargs)


@nox.session
def sbom(session: nox.Session) -> None:
    """List what comes with an installation of the built wheel, as CycloneDX in sbom/."""
    session.install(*_groups("sbom"), "uv")
    name, version = PROJECT["project"]["name"], PROJECT["project"]["version"]
    wheels = [str(path) for path in sorted(Path("dist").glob(f"*-{version}-*.whl"))]
    if len(wheels) != 2:  # the package, its sandbox
        session.error(f"dist/ holds {len(wheels)} wheels of {version}: run `nox -s build` first")
    Path("sbom").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        session.run("uv", "venv", "--quiet", "--python", "python", folder)
        session.run("uv", "pip", "install", "--quiet", "--python", folder, f"{wheels[0]}{EXTRAS}", wheels[1])
        committed_at = session.run("git", "log", "-1", "--format=%ct", external=True, silent=True)
        stamped = {"SOURCE_DATE_EPOCH": str(committed_at).strip()}
        listed = ("--output-reproducible", "--pyproject", "pyproject.toml")
        target = ("--output-file", f"sbom/{name}-{version}.cdx.json")
        session.run("cyclonedx-py", "environment", *listed, *target, folder, env=stamped)


@nox.session
def changelog(session: nox.Session) -> None:
    """Show what the next release will say of itself; -- VERSION writes version and changelog."""
    session.install(*_groups("release"))
    if session.posargs:
        session.run("python", "-m", "release.bump", *session.posargs)
    else:
        session.run("towncrier", "build", "--draft", "--version", "next")


@nox.session
def api_diff(session: nox.Session) -> None:
    """Name the breaking changes of the public surface since the last tag; -- TAG compares with that one."""
    session.install(*_groups("surface"))
    session.run("python", "-m", "release.surface", *session.posargs)


@nox.session
def audit(session: nox.Session) -> None:
    """Search for known vulnerabilities in dependencies, for risky code, and for risky workflows."""
    session.install(*_groups("audit"))
    session.run("python", "-m", "release.audit", *session.posargs)


@nox.session
def publish(session: nox.Session) -> None:
    """Upload a tagged, clean, described and new version to the package index; -- --dry-run stops before the upload."""
    session.install(*_groups("release"))
    session.run("python", "-m", "release.publish", *session.posargs)
