"""Propose an update to a newer service document, as a branch and the text of a pull request.

``nox -s refresh -- --source URL --out FOLDER`` runs weekly in .github/workflows/refresh.yml. It also makes a proposal
if corrections no longer fit. The tree then stays unchanged, and the text lists those corrections, the draft and the
open decisions. ``nox -s refresh -- --rehearse`` is a complete dry run on this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # as in regenerate.py
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from openapi import documents, places, regenerate

BRANCH = "refresh/document"
FRAGMENT = "changes.d/service-document.document.md"
CHECKS = (  # tests that compare with the document or cover all operations
    *("tests/contract/test_house.py", "tests/contract/test_reach.py", "tests/surface/test_keywords.py"),
    *(f"tests/pipeline/test_{name}.py" for name in ("document", "contract", "client")),
    *("tests/sandbox/test_jobs.py", "tests/packaging/test_site.py"),
)
REPORT_LIMIT = 50_000  # characters; the limit of a pull request is 65,536


def propose(source: str, root: Path, out: Path) -> bool:
    """Regenerate ``root`` from a document, write body.md and title.txt into ``out``, and return whether it is new.

    The changes to commit stay in the tree: the regenerated client, or with the draft, or else only a report.
    """
    plain, report = _run(["--source", source], root)
    status, drafted = ("fits without changes", "") if plain == 0 else ("does not fit", "")
    if plain:
        code, drafted = _run(["--source", source, "--draft"], root)
        status = "fits with the drafted corrections" if code == 0 else "does not fit: decisions are needed"
    dirty = _git(root, "status", "--porcelain", "--untracked-files=all")
    if plain == 0 and not [line for line in dirty.splitlines() if not line.endswith(regenerate.PROVENANCE)]:
        return False
    version = documents.parse((root / regenerate.UPSTREAM).read_bytes(), "upstream")["info"]["version"]
    if plain == 0 or "drafted" in status:
        (root / FRAGMENT).write_text(f"The client follows the service's document, version {version}.\n", "utf-8")
    else:  # a branch needs at least one change
        (root / "openapi/refresh.txt").write_text(report + drafted, "utf-8")
    out.mkdir(parents=True, exist_ok=True)
    (out / "title.txt").write_text(f"The service's document has changed: it {status}\n", "utf-8")
    (out / "body.md").write_text(_body(status, report, drafted), "utf-8")
    return True


def _run(arguments: list[str], root: Path) -> tuple[int, str]:
    output = io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
        code = regenerate.main(arguments, root)
    return code, output.getvalue()


def _body(status: str, report: str, drafted: str) -> str:
    parts = [f"The service's document has changed, and {status}.\n\n## Report\n\n{_fenced(report)}"]
    if drafted:
        parts.append(f"\n## Draft and open decisions\n\n{_fenced(drafted)}")
    parts.append(
        "\nDrafted actions are marked `x-draft` in `openapi/corrections.yaml`: review each, and delete the mark. "
        "The steps are in `openapi/README.md`.\n"
    )
    return "".join(parts)


def _fenced(text: str) -> str:
    kept = (
        text
        if len(text) <= REPORT_LIMIT // 2
        else text[: REPORT_LIMIT // 2] + "\n… (truncated; run the command for the rest)\n"
    )
    return f"````\n{kept.replace('````', '` ` ` `')}````\n"


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=refresh", "-c", "user.email=refresh@localhost", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def rehearse(document: Path, root: Path, *, is_complete: bool = False) -> tuple[int, str]:
    """Run the whole process with a document on loopback and a bare repository.

    Return 0, or 1 if tests fail, and the log: branch, commit and pull request. With ``is_complete``, for a document
    with ``three_operations``, also make the manual change and run the tests.
    """
    with tempfile.TemporaryDirectory(prefix="refresh-") as folder:
        bare, clone = Path(folder, "bare.git"), Path(folder, "clone")
        _git(root, "clone", "--quiet", "--bare", str(root), str(bare))
        _git(root, "clone", "--quiet", str(bare), str(clone))
        handler = partial(_Quiet, directory=str(document.parent))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/{document.name}"
            is_new = propose(url, clone, Path(folder, "out"))
            server.shutdown()
        if not is_new:
            return 0, "nothing to propose: the document is unchanged\n"
        title = Path(folder, "out/title.txt").read_text("utf-8")
        _git(clone, "switch", "--quiet", "--create", BRANCH)
        _git(clone, "add", "--all")
        _git(clone, "commit", "--quiet", "--message", title)
        _git(clone, "push", "--quiet", "origin", BRANCH)
        pushed = _git(bare, "show", "--stat", "--format=branch %D%ncommit %s", BRANCH)
        code, tested = _finish(clone) if is_complete else (0, "")
        return code, f"{pushed}\n{title}\n{Path(folder, 'out/body.md').read_text('utf-8')}{tested}"


def add_kind(root: Path) -> str:
    """Add the row for the new kind of file in a dry run, and return it."""
    text = (root / places.KINDS).read_text("utf-8")
    row = re.findall(r'    Kind\(\n        "html",\n.*?\n    \),\n', text, re.DOTALL)[0]
    new: str = row.replace("Html", "Epub").replace("html", "epub")
    (root / places.KINDS).write_text(text.replace(row, row + new), "utf-8")
    return new


def _finish(root: Path) -> tuple[int, str]:
    row = add_kind(root)
    paths = os.pathsep.join(str(root / name) for name in ("overlays", "generated", "sandbox", "."))
    log = ""
    for command in (("openapi/regenerate.py",), ("-m", "release.tables"), ("-m", "pytest", "-q", *CHECKS)):
        done = subprocess.run(
            [sys.executable, *command], cwd=root, env=os.environ | {"PYTHONPATH": paths}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        log += f"$ python {' '.join(command)}\n{done.stdout[-REPORT_LIMIT // 5 :]}\n"
        if done.returncode:
            return 1, log
    return 0, f"## Manual change: one row of {places.KINDS} for three operations\n\n{row}\n## Then\n\n{log}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


def three_operations(document: Any) -> None:
    """Add a style of texts, a style of files, and a kind of file to a document."""
    for path, like in (("/text/legal", "/text/slang"), ("/auto/legal", "/auto/slang"), ("/epub", "/html")):
        document["paths"][path] = copy.deepcopy(document["paths"][like])


def main(argv: list[str] | None = None) -> int:
    """Propose or run the dry run, and return 1 only if the tests of the dry run fail."""
    parser = argparse.ArgumentParser(prog="refresh", description=__doc__)
    parser.add_argument("--source", metavar="FILE_OR_URL", help="the service's document")
    parser.add_argument("--out", type=Path, help="folder for body.md and title.txt")
    parser.add_argument("--rehearse", action="store_true", help="dry run: on loopback, into a bare repository")
    options = parser.parse_args(argv)
    root = regenerate.ROOT
    if options.rehearse and options.source:
        print(rehearse(Path(options.source), root)[1])
    elif options.rehearse:  # with the current document and three more operations
        with tempfile.TemporaryDirectory(prefix="refresh-") as folder:
            document = documents.parse((root / regenerate.UPSTREAM).read_bytes(), "upstream")
            three_operations(document)
            Path(folder, "document.json").write_text(json.dumps(document), "utf-8")
            code, log = rehearse(Path(folder, "document.json"), root, is_complete=True)
        print(log)
        return code
    elif not options.source or not options.out:
        parser.error("give --source and --out, or --rehearse")
    else:
        print("changed=true" if propose(options.source, root, options.out) else "changed=false")
    return 0


if __name__ == "__main__":
    sys.exit(main())
