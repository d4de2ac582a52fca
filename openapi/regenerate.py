"""Run the pipeline: upstream.yaml + corrections.yaml → translation.yaml → generated client → sync twin.

Everything is built in a temporary folder, from a document that passed the corrections and the invariants, and swapped
in by rename when complete. A failure leaves the tree unchanged.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml.error import YAMLError

from openapi import account, changes, client, correct, dialects, documents, invariants, sync_twin, tables, toolchain
from openapi.draft import Draft
from openapi.places import Places
from openapi.tree import Location, digest, member, operations

ROOT = Path(__file__).resolve().parents[1]
UPSTREAM, CORRECTIONS, TRANSLATION = (f"openapi/{name}.yaml" for name in ("upstream", "corrections", "translation"))
ERRORS, CONTRACT = "openapi/errors.yaml", f"{client.PACKAGE}/contract.yaml"
PROVENANCE = "generated/provenance.json"
DERIVED = (
    TRANSLATION,
    "generated",
    client.URLS,
    tables.DERIVED,
    *(f"{place}/_sync" for place in sync_twin.PLACES),
)
UPSTREAM_NOTE = """\
The document of the service, version {version}: structure and defects are the service's, the wording is this project's.
Do not edit it for the generator: use corrections.yaml. Update the structure with
`nox -s regenerate -- --source FILE_OR_URL`, which keeps our wording; edit wording here."""
TRANSLATION_NOTE = """\
Derived from upstream.yaml and corrections.yaml with `nox -s regenerate`: edit those, not this file.
The only document that generator, sandbox and tests read."""
CONTRACT_NOTE = """\
Derived from openapi/translation.yaml and openapi/errors.yaml with `nox -s regenerate`: edit those, not this file.
The document with its error responses. The sandbox validates requests against it, and is tested against it."""


class PipelineError(Exception):
    """The pipeline stopped. The tree is unchanged."""


FAILURES = (PipelineError, documents.SourceError, toolchain.ToolError, sync_twin.TwinError, SyntaxError)


class Run:
    """One run over one tree, with derived files in ``stage`` and a log on standard output."""

    def __init__(self, root: Path, stage: Path) -> None:
        self.root, self.stage = root, stage
        self.names = list(DERIVED)
        self.source: dict[str, str] | None = None
        self.decisions: list[str] = []
        self.contract: Any = None
        self.started = time.monotonic()

    def say(self, text: str) -> None:
        """Log one step with the seconds since the start."""
        print(f"{time.monotonic() - self.started:6.2f} s  {text}", flush=True)

    def translate(self, source: str | None = None, *, is_draft: bool = False) -> Any:
        """Stage translation.yaml, with a new source also upstream.yaml and drafts, and return the corrected document.

        Raises:
            PipelineError: corrections, error responses or rules do not fit; the message lists all problems.
            documents.SourceError: the source cannot be read or is not valid.
        """
        old = documents.parse((self.root / UPSTREAM).read_bytes(), UPSTREAM)
        document = self._take(source, old) if source else old
        before = correct.apply(old, self._overlay(CORRECTIONS)) if source else None
        moved = self._draft(CORRECTIONS, before, old, document) if is_draft and before else {}
        applied = correct.apply(document, self._overlay(CORRECTIONS))
        corrected = _tidy(applied.document)
        if is_draft and before:
            known = _tidy(before.document)
            self._draft(ERRORS, correct.apply(known, self._overlay(ERRORS)), known, corrected)
        errors = correct.apply(corrected, self._overlay(ERRORS))
        lines = account.failures(before, applied, document) if before and not is_draft else applied.lines()
        problems = {f"actions of {CORRECTIONS} do not fit the document": lines}
        if before:
            differing = account.Account(old, document, before, applied, moved)
            self.say("\n".join(differing.report()))
            problems["changes are discarded without x-absorbs"] = list(differing.problems())
        rules = (
            *invariants.rules(corrected),
            *invariants.violations(errors.document),  # the validator is slow, and this contains the corrected document
            *invariants.misread(corrected),
            *invariants.urls(corrected),
            *tables.missing(corrected),
        )
        problems["rules are broken by the corrected document"] = list(dict.fromkeys(rules))
        problems[f"actions of {ERRORS} do not fit the document"] = errors.lines()
        if before:
            needed = list(Places(_tidy(before.document), corrected, self.root).lines())
            self._tell("lines on manual changes that are needed", needed)
        self._tell("decisions are needed", self.decisions)
        if any(problems.values()):
            stop = [(name, lines) for name, lines in problems.items() if lines]
            parts = (f"{len(lines)} {name}:\n  " + "\n  ".join(lines) for name, lines in stop)
            raise PipelineError("\n".join(parts))
        self.say(f"{CORRECTIONS}: {len(applied.actions)} actions; the document is valid")
        self._tell("drafted actions need a review", [one["target"] for one in applied.actions if "x-draft" in one])
        self.contract = errors.document
        self._dump(corrected, document if source else None)
        return corrected

    def _dump(self, corrected: Any, upstream: Any) -> None:
        if upstream:
            self._write(UPSTREAM, documents.dump(upstream, UPSTREAM_NOTE.format(version=upstream["info"]["version"])))
        self._write(TRANSLATION, documents.dump(corrected, TRANSLATION_NOTE))

    def build(self, source: str | None = None, *, is_draft: bool = False) -> None:
        """Stage all derived files."""
        tools = toolchain.versions(self.root / "pyproject.toml")
        document = self.translate(source, is_draft=is_draft)
        modules = client.write(self.root, self.stage / TRANSLATION, self.stage / client.PACKAGE)
        if modules != (count := sum(1 for _ in operations(document))):
            raise PipelineError(f"{count} operations in the document, but {modules} generated modules")
        self.say(f"generated {modules} operations")
        self._write(CONTRACT, documents.dump(self.contract, CONTRACT_NOTE))
        self._write(client.URLS, client.urls(document))
        tables.write(self.root, document, self.stage / tables.DERIVED)
        self._write(PROVENANCE, json.dumps(self._provenance(tools, document), indent=2) + "\n")
        folders = sync_twin.write(self.root, self.stage)
        self.say(f"derived the sync twin: {', '.join(folders) or 'no async source'}")

    def _take(self, source: str, old: Any) -> Any:
        unified, data, left_out = dialects.unify(source)
        new = documents.align(unified, old)
        found = changes.changes(old, new)
        self.say(
            f"read {documents.label(source)}: {len(found)} changes, {sum(change.breaking for change in found)} of them "
            f"breaking; {changes.reworded(old, unified)} texts differ from ours, which are kept"
        )
        print("".join(f"    {change}\n" for change in found), end="")
        if left_out:
            self.say(f"left out, added by the exporter: {', '.join(left_out)}")
        ours = {said for _, said in documents.words(old)}
        foreign = [f"{place}: {said:.80}" for place, said in documents.words(new) if said not in ours]
        self._tell(f"texts have the service's wording: edit them in {UPSTREAM}", foreign)
        self.names.append(UPSTREAM)
        self.source = {"name": documents.label(source), "sha256": hashlib.sha256(data).hexdigest()}
        return new

    def _draft(self, name: str, before: correct.Applied, old: Any, new: Any) -> dict[Location, Location]:
        draft = Draft(before, old, new, (self.root / name).read_text(encoding="utf-8"))
        content = draft.run(is_errors=name == ERRORS)
        self._tell(f"actions of {name} are drafted", draft.notes)
        self.decisions += draft.decisions
        if draft.notes:
            self.names.append(name)
            self._write(name, content)
        return draft.moved

    def _overlay(self, name: str) -> Any:
        try:
            return documents.load_yaml(self._path(name).read_text(encoding="utf-8"))
        except YAMLError as error:
            reason = " ".join(str(error).replace('in "<unicode string>", ', "at ").split())
            raise documents.SourceError(f"{name} is not valid YAML: {reason}") from error

    def _path(self, name: str) -> Path:
        return (self.stage if name in self.names else self.root) / name

    def _tell(self, what: str, lines: list[str]) -> None:
        if lines:
            self.say(f"{len(lines)} {what}:")
            print("".join(f"    {line}\n" for line in lines), end="")

    def _provenance(self, tools: dict[str, str], document: Any) -> dict[str, Any]:
        """Return inputs, outputs and tools. The document's version is only a label: several documents had the same."""
        templates = sorted((self.root / client.TEMPLATES).glob("*.jinja"))
        inputs = [path.relative_to(self.root).as_posix() for path in (self.root / client.CONFIG, *templates)]
        hashes = {name: _sha256(self._path(name)) for name in (UPSTREAM, CORRECTIONS, ERRORS, *inputs)}
        return {
            "document": document["info"]["version"],
            "source": self._known("source", self.source, hashes[UPSTREAM]),
            "structure": self._known("structure", digest(self._overlay(UPSTREAM))),
            "inputs": dict(sorted(hashes.items())),
            "derived": {TRANSLATION: _sha256(self.stage / TRANSLATION), client.PACKAGE: self._digest()},
            "tools": tools,
        }

    def _known(self, name: str, now: Any, upstream: str | None = None) -> Any:
        """Return the recorded value of the last source; with a hash, only if upstream.yaml still has that hash."""
        if UPSTREAM in self.names:
            return now
        try:
            known = json.loads((self.root / PROVENANCE).read_text(encoding="utf-8"))
            return known[name] if upstream in {None, known["inputs"][UPSTREAM]} else None
        except (OSError, ValueError, KeyError, TypeError):
            return now

    def _digest(self) -> str:
        lines = [f"{_sha256(path)}  {name}\n" for name, path in files(self.stage, [client.PACKAGE]).items()]
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    def _write(self, name: str, text: str) -> None:
        path = self.stage / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


def _tidy(document: Any) -> Any:
    """Remove the trailing slash of server URLs, because each path begins with one."""
    for server in member(document, "servers"):
        server["url"] = server["url"].rstrip("/")
    return document


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def files(root: Path, names: list[str]) -> dict[str, Path]:
    """Return every file below the named files and folders of a root, by relative path."""
    tops = [root / name for name in names]
    paths = [path for top in tops for path in ([top] if top.is_file() else sorted(top.rglob("*")))]
    kept = [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
    return {path.relative_to(root).as_posix(): path for path in kept}


def differences(stage: Path, root: Path, names: list[str]) -> Iterator[str]:
    """Yield a line for each file that is missing, extra or different."""
    wanted, present = files(stage, names), files(root, names)
    for name in sorted(wanted.keys() | present.keys()):
        if name not in present:
            yield f"missing: {name}"
        elif name not in wanted:
            yield f"extra: {name}"
        elif (new := wanted[name].read_bytes()) != (old := present[name].read_bytes()):
            yield f"differs: {name}, {_first_difference(old, new)}"


def _first_difference(old: bytes, new: bytes) -> str:
    is_lines, should_lines = (
        [*data.decode(errors="replace").splitlines(keepends=True), "(end)"] for data in (old, new)
    )
    pairs = enumerate(zip(is_lines, should_lines, strict=False), start=1)
    line, (has, should) = next((line, pair) for line, pair in pairs if pair[0] != pair[1])
    return f"line {line}: is {has!r:.100}, should be {should!r:.100}"


def swap_in(stage: Path, root: Path, names: list[str]) -> None:
    """Move the staged files and folders into the tree by rename, all or none."""
    moved: list[tuple[Path, Path]] = []
    spare = [root / f"{name}.{end}" for name in names for end in ("new", "old")]
    try:
        for name in names:
            if (stage / name).is_dir():
                shutil.copytree(stage / name, root / f"{name}.new")
            elif (stage / name).exists():
                shutil.copyfile(stage / name, root / f"{name}.new")
        for name in names:
            for here, there in ((root / name, root / f"{name}.old"), (root / f"{name}.new", root / name)):
                if here.exists():
                    here.rename(there)
                    moved.append((here, there))
    except BaseException:
        for here, there in reversed(moved):
            there.rename(here)
        raise
    finally:
        for path in spare:
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)


def main(argv: list[str] | None = None, root: Path = ROOT) -> int:
    """Run the pipeline. Return 0 if it succeeded, 1 if it failed or ``--check`` found differences."""
    parser = argparse.ArgumentParser(
        prog="regenerate", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing, and list the files that would change")
    parser.add_argument("--source", metavar="FILE_OR_URL", help="use a newer document of the service, JSON or YAML")
    parser.add_argument("--draft", action="store_true", help="with --source: adapt the corrections where possible")
    options = parser.parse_args(argv)
    if options.draft and not options.source:
        parser.error("--draft needs --source")
    with tempfile.TemporaryDirectory(prefix="regenerate-") as stage:
        run = Run(root, Path(stage))
        try:
            run.build(options.source, is_draft=options.draft)
        except FAILURES as error:
            print(f"regenerate: {error}\nregenerate: stopped, the tree is unchanged", file=sys.stderr)
            return 1
        found = list(differences(run.stage, root, run.names))
        if options.check:
            print("".join(f"{line}\n" for line in found), end="")
            run.say(f"{len(found)} files differ: `nox -s regenerate` writes them" if found else "nothing differs")
            return 1 if found else 0
        if options.source:
            run.say(f"Python {changes.surface_changes(root / client.PACKAGE, run.stage / client.PACKAGE)}".rstrip())
        dirty = [name for name in run.names if any(differences(run.stage, root, [name]))]
        swap_in(run.stage, root, dirty)
        run.say(f"wrote {len(found)} files below {', '.join(dirty)}" if dirty else "nothing differs, nothing written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
