"""Proposes what a newer document of the service brings, as a branch and the text of a pull request.

``nox -s refresh -- --source URL --out FOLDER``, every week by .github/workflows/refresh.yml. Above all it proposes when
the corrections no longer fit: then the tree stays as it was, and the text says which, with the draft and what a person
must decide. ``nox -s refresh -- --rehearse`` goes the whole way on this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import subprocess
import sys
import tempfile
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

if __name__ == "__main__":  # as in regenerate.py
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from openapi import documents, regenerate

BRANCH = "refresh/document"
FRAGMENT = "changes.d/service-document.document.md"
REPORT_LIMIT = 50_000  # characters; a pull request takes 65,536


def propose(source: str, root: Path, out: Path) -> bool:
    """Regenerate ``root`` from a document, write body.md and title.txt into ``out``; false if there is nothing new.

    The tree is left with the changes to commit: what fits as it is, else the draft, else no more than a note.
    """
    plain, report = _run(["--source", source], root)
    status, drafted = ("fits as it is", "") if plain == 0 else ("does not fit", "")
    if plain:
        code, drafted = _run(["--source", source, "--draft"], root)
        status = "fits with the drafted corrections" if code == 0 else "does not fit: a person must decide"
    dirty = _git(root, "status", "--porcelain", "--untracked-files=all")
    if plain == 0 and not [line for line in dirty.splitlines() if not line.endswith(regenerate.PROVENANCE)]:
        return False
    version = documents.parse((root / regenerate.UPSTREAM).read_bytes(), "upstream")["info"]["version"]
    if plain == 0 or "drafted" in status:
        (root / FRAGMENT).write_text(f"The client follows the service's document, version {version}.\n", "utf-8")
    else:  # a branch needs a difference, and the report is worth keeping
        (root / "openapi/refresh.txt").write_text(report + drafted, "utf-8")
    out.mkdir(parents=True, exist_ok=True)
    (out / "title.txt").write_text(f"The service's document has changed: it {status}\n", "utf-8")
    (out / "body.md").write_text(_body(status, report, drafted), "utf-8")
    return True


def _run(arguments: list[str], root: Path) -> tuple[int, str]:
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = regenerate.main(arguments, root)
    return code, said.getvalue()


def _body(status: str, report: str, drafted: str) -> str:
    parts = [f"The service's document has changed, and {status}.\n\n## The report\n\n{_fenced(report)}"]
    if drafted:
        parts.append(f"\n## The draft, and what a person must decide\n\n{_fenced(drafted)}")
    parts.append(
        "\nDrafted actions are marked `x-draft` in `openapi/corrections.yaml`: look at each, and delete the mark. "
        "The steps are in `openapi/README.md`.\n"
    )
    return "".join(parts)


def _fenced(text: str) -> str:
    kept = text if len(text) <= REPORT_LIMIT // 2 else text[: REPORT_LIMIT // 2] + "\n… (cut; run it for the rest)\n"
    return f"````\n{kept.replace('````', '` ` ` `')}````\n"


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-c", "user.name=refresh", "-c", "user.email=refresh@localhost", *arguments]
    return subprocess.run(command, cwd=root, check=True, capture_output=True, text=True).stdout


def rehearse(document: Path, root: Path) -> str:
    """Go the whole way with a document on loopback and a bare repository; branch, commit and text of the request."""
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
            return "nothing to propose: the document is the one that we stand on\n"
        title = Path(folder, "out/title.txt").read_text("utf-8")
        _git(clone, "switch", "--quiet", "--create", BRANCH)
        _git(clone, "add", "--all")
        _git(clone, "commit", "--quiet", "--message", title)
        _git(clone, "push", "--quiet", "origin", BRANCH)
        pushed = _git(bare, "show", "--stat", "--format=branch %D%ncommit %s", BRANCH)
        return f"{pushed}\n{title}\n{Path(folder, 'out/body.md').read_text('utf-8')}"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        return


def _changed(root: Path) -> Path:
    """A document to rehearse with: the one that we stand on, with a text style more."""
    document = documents.parse((root / regenerate.UPSTREAM).read_bytes(), "upstream")
    document["paths"]["/text/legal"] = document["paths"]["/text/slang"]
    path = Path(tempfile.mkdtemp(prefix="refresh-"), "document.json")
    path.write_text(json.dumps(document), "utf-8")
    return path


def main(argv: list[str] | None = None) -> int:
    """Propose, or rehearse; 0 with something to propose or without."""
    parser = argparse.ArgumentParser(prog="refresh", description=__doc__)
    parser.add_argument("--source", metavar="FILE_OR_URL", help="the service's document")
    parser.add_argument("--out", type=Path, help="where body.md and title.txt go")
    parser.add_argument("--rehearse", action="store_true", help="on loopback, into a bare repository")
    options = parser.parse_args(argv)
    root = regenerate.ROOT
    if options.rehearse:
        print(rehearse(Path(options.source) if options.source else _changed(root), root))
    elif not options.source or not options.out:
        parser.error("--source and --out, or --rehearse")
    else:
        print("changed=true" if propose(options.source, root, options.out) else "changed=false")
    return 0


if __name__ == "__main__":
    sys.exit(main())
