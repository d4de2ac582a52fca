# /// script
# requires-python = ">=3.11"
# dependencies = ["nox[uv]>=2025.2.9"]
# ///
"""Every command of the project; ``nox -l`` lists them."""

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
SANDBOX = ("-e", "./sandbox")  # of this checkout, not of the index
SUITE = ("test", "codegen", "recipes", "release", "surface", "types")  # groups that the test suite needs

# pyenv's commands on the PATH fail for all versions except the global one: add the real interpreters at the end.
for folder in sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/3.*/bin")):
    os.environ["PATH"] += os.pathsep + str(folder)


FIRST = next((version for version in PYTHONS if shutil.which(f"python{version}")), None)  # of those installed
# Builds and pages, which are the same on every Python.
ON_ONE = ("tests/packaging", "tests/pipeline", "tests/cli/test_page.py", "tests/contract/test_docstrings.py",
          "tests/contract/test_english.py", "tests/pytest_plugin/test_example.py", "docs", "README.md")  # fmt: skip
TYPING = "tests/surface/test_typing.py"  # takes as long as both type checkers, and is a part of `types`


def _groups(*names: str) -> tuple[str, ...]:
    return nox.project.dependency_groups(PROJECT, *names)


def _pytest(session: nox.Session, *arguments: str) -> None:
    """Run pytest and keep compiled modules: otherwise each process of a test compiles all of them again."""
    kept = {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(Path(session.virtualenv.location, "pycache"))}
    session.run("pytest", *arguments, *session.posargs, env=kept)


@nox.session
def demo(session: nox.Session) -> None:
    """Run a demo: a local sandbox, two texts, two files and a renewed token."""
    session.install("./sandbox", ".[sandbox]")
    session.run("python", "examples/demo.py", *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the tests on each supported Python, those of tools and pages on the first one; -- PYTEST ARGUMENTS."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE))
    left_out = () if session.posargs else (TYPING,) if session.python == FIRST else (TYPING, *ON_ONE)
    ignored = [f"--ignore={path}" for path in left_out]
    # A worker whose test hangs is killed and not replaced: xdist would give the new one a test and never return.
    workers = (os.cpu_count() or 1) + 1  # some tests wait for a timeout or a process
    _pytest(session, f"--numprocesses={workers}", "--max-worker-restart=0", *ignored)


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
    session.run("mypy", "generated", "overlays", "sandbox", "release", "openapi", "noxfile.py", *examples)
    session.run("pyright")
    _pytest(session, TYPING)


@nox.session
def regenerate(session: nox.Session) -> None:
    """Derive the corrected document, the generated client and the sync twin; -- --check, -- --source FILE_OR_URL."""
    session.install(*_groups("codegen"))
    session.run("python", "-m", "openapi.regenerate", *session.posargs)


@nox.session
def refresh(session: nox.Session) -> None:
    """Propose the changes of a newer OpenAPI document; -- --source URL --out FOLDER, -- --rehearse [--source FILE]."""
    session.install(*_groups("codegen"), "nox[uv]")  # a dry run runs sessions in a scratch clone
    session.run("python", "-m", "openapi.proposal", *session.posargs)


@nox.session
def newest_generator(session: nox.Session) -> None:
    """Try the newest openapi-python-client and print its changes to the client; -- VERSION tries that one."""
    name = f"openapi-python-client{''.join(f'=={version}' for version in session.posargs[:1])}"
    session.install(*(line for line in _groups("codegen") if not line.startswith("openapi-python-client")), name)
    session.run("python", "-m", "openapi.newest")


@nox.session
def contract(session: nox.Session) -> None:
    """Let schemathesis search for responses of the sandbox that break its contract; -- SCHEMATHESIS ARGUMENTS."""
    session.install(*SANDBOX, "-e", ".[sandbox]", *_groups("contract"))
    session.run("python", "-m", "tests.conformance", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure against a baseline in the same run and write the report; -- NAME."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE))
    session.run("python", "-m", "benchmarks", *session.posargs)


@nox.session
def coverage(session: nox.Session) -> None:
    """Run the tests with branch coverage, subprocesses included, and list the lines that none reaches."""
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
    # not installed by users, and with their own requirements
    apart = ("--ignore=tests/pipeline", "--ignore=tests/packaging", "--ignore=docs/recipes")
    _pytest(session, *apart)


@nox.session
def interop(session: nox.Session) -> None:
    """Run other clients against the sandbox, this one against other servers, then all faults; -- PYTEST ARGUMENTS."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]", *_groups(*SUITE))
    slow = "--override-ini=faulthandler_timeout=600"  # it installs packages
    if session.posargs:
        _pytest(session, slow)
        return
    _pytest(session, slow, "interop", "--ignore=interop/faults")
    _pytest(session, slow, "interop/faults", f"--numprocesses={os.cpu_count() or 1}", "--max-worker-restart=0")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation site into site/; -- serve shows it while you write, -- tables derives tables."""
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
    """Record the terminal sessions of docs/cli.md, and draw its pictures (with Chromium); -- page draws none."""
    session.install(*SANDBOX, "-e", ".[cli,sandbox]")
    if session.posargs:
        session.run("python", "-m", "release.terminal")
        return
    session.install(*_groups("browser"))
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "release.terminal", folder)
        session.run("python", "-m", "release.browser", "--report", f"{folder}/translated/report.html")


@nox.session
def build(session: nox.Session) -> None:
    """Build wheels and sdists twice, compare all bytes, check them, and import both in an empty environment."""
    session.install(*_groups("release"))
    session.run("python", "-m", "release.artifacts", *session.posargs)


@nox.session
def sdist(session: nox.Session) -> None:
    """Build the package from the sdist and run the sdist's tests on it, as packagers do."""
    session.install(*_groups(*SUITE))
    with tempfile.TemporaryDirectory() as folder:  # not below .nox: ruff, and so the pipeline, skips that
        session.run("python", "-m", "build", "--no-isolation", "--sdist", "--outdir", folder, ".")
        (archive,) = Path(folder).iterdir()
        shutil.unpack_archive(archive, folder, filter="data")
        session.chdir(Path(folder, archive.name.removesuffix(".tar.gz")))
        session.install("./sandbox", ".[cli,sandbox]")
        _pytest(session)
        session.chdir(ROOT)


@nox.session
def publish_rehearsal(session: nox.Session) -> None:
    """Release a scratch clone to an index on loopback; install it and run the README's example."""
    session.install(*_groups("release"))
    session.run("python", "-m", "release.rehearsal", *session.posargs)


@nox.session
def sbom(session: nox.Session) -> None:
    """List the packages that the built wheel installs, as CycloneDX in sbom/."""
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
    """Show the changelog of the next release; -- VERSION writes version and changelog."""
    session.install(*_groups("release"))
    if session.posargs:
        session.run("python", "-m", "release.bump", *session.posargs)
    else:
        session.run("towncrier", "build", "--draft", "--version", "next")


@nox.session
def api_diff(session: nox.Session) -> None:
    """Name the breaking changes of the public API since the last tag; -- TAG compares with that one."""
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
