"""Propose an update to a newer service document, as a branch and the text of a pull request.

``nox -s refresh -- --source URL --out FOLDER`` runs weekly in .github/workflows/refresh.yml. It also makes a proposal
if corrections no longer fit. The tree then stays unchanged, and the text lists those corrections, the draft and the
open decisions. ``nox -s refresh -- --rehearse`` is a complete dry run on this machine: a document with three more
operations is proposed, the edits that remain are made and counted, and everything that must pass is run.
"""

from __future__ import annotations

import argparse
import contextlib
import copy
import io
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from openapi import documents, places, regenerate
from release.tree import run, served

BRANCH = "refresh/document"
FRAGMENT = "changes.d/service-document.document.md"
STYLE, KIND = "legal", "epub"  # of the operations that the dry run adds
NOX = (sys.executable, "-m", "nox", "-s")
GATE = (
    (*NOX, "regenerate"),
    (*NOX, "docs", "--", "tables"),
    (*NOX, "screenshots", "--", "page"),
    (".ci/run",),
)  # as openapi/README.md describes it
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


def rehearse(document: Path, root: Path, folder: Path) -> str:
    """Run the whole process in a folder, with a document on loopback and a bare repository.

    Return branch, commit and text of the pull request. The proposal stays in ``folder / "clone"``.
    """
    bare, clone = folder / "bare.git", folder / "clone"
    _git(root, "clone", "--quiet", "--bare", str(root), str(bare))
    _git(root, "clone", "--quiet", str(bare), str(clone))
    with served(document.parent) as url:
        is_new = propose(f"{url}/{document.name}", clone, folder / "out")
    if not is_new:
        return "nothing to propose: the document is unchanged\n"
    title = (folder / "out/title.txt").read_text("utf-8")
    _git(clone, "switch", "--quiet", "--create", BRANCH)
    _commit(clone, title)
    _git(clone, "push", "--quiet", "origin", BRANCH)
    pushed = _git(bare, "show", "--stat", "--format=branch %D%ncommit %s", BRANCH)
    return f"{pushed}\n{title}\n{(folder / 'out/body.md').read_text('utf-8')}"


def _commit(root: Path, message: str) -> None:
    _git(root, "add", "--all")
    _git(root, "commit", "--quiet", "--allow-empty", "--message", message)


def finish(clone: Path) -> None:
    """Make the edits that remain for ``add_operations``, and run what must pass."""
    print(f"## Edits by hand\n\n{add_kind(clone, KIND)}")
    edits = re.findall(r"^@@", _git(clone, "diff", "--unified=0"), re.MULTILINE)
    for command in GATE:
        _commit(clone, "Make the edits that remain")
        run(*command, cwd=clone)
    print(f"\nEverything passes. Edits by hand: {len(edits)} row of {places.KINDS} for 3 operations")


def add_kind(root: Path, kind: str) -> str:
    """Add the row for the new kind of file in a dry run, and return it."""
    text = (root / places.KINDS).read_text("utf-8")
    row = re.findall(r'    Kind\(\n        "html",\n.*?\n    \),\n', text, re.DOTALL)[0]
    new: str = row.replace("Html", kind.capitalize()).replace("html", kind)
    (root / places.KINDS).write_text(text.replace(row, row + new), "utf-8")
    return new


def add_operations(document: Any, style: str, kind: str) -> None:
    """Add a style of texts and of files, and a kind of file, to a document."""
    for path, like in ((f"/text/{style}", "/text/slang"), (f"/auto/{style}", "/auto/slang"), (f"/{kind}", "/html")):
        document["paths"][path] = copy.deepcopy(document["paths"][like])


def main() -> None:
    """Propose or run the dry run, which ends the command if something fails."""
    parser = argparse.ArgumentParser(prog="refresh", description=__doc__)
    parser.add_argument("--source", metavar="FILE_OR_URL", help="the service's document")
    parser.add_argument("--out", type=Path, help="folder for body.md and title.txt")
    parser.add_argument("--rehearse", action="store_true", help="dry run: on loopback, into a bare repository")
    options = parser.parse_args()
    root = regenerate.ROOT
    if options.rehearse:
        with tempfile.TemporaryDirectory(prefix="refresh-") as name:
            source = Path(options.source) if options.source else Path(name, "document.json")
            if not options.source:
                document = documents.parse((root / regenerate.UPSTREAM).read_bytes(), "upstream")
                add_operations(document, STYLE, KIND)
                source.write_text(json.dumps(document), "utf-8")
            print(rehearse(source, root, Path(name)))
            if not options.source:
                finish(Path(name, "clone"))
        return
    if not options.source or not options.out:
        parser.error("give --source and --out, or --rehearse")
    print("changed=true" if propose(options.source, root, options.out) else "changed=false")


if __name__ == "__main__":
    main()
