"""The pipeline: upstream.yaml + corrections.yaml → translation.yaml → generated client → sync twin.

usage: regenerate.py [--check] [--source FILE_OR_URL]

Everything is built aside and swapped in when it is whole. ``--check`` compares instead, and names what differs.
``--source`` takes a newer document of the service (JSON or YAML, file or URL) in place of upstream.yaml. Exit status:
0 done or equal, 1 not.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sync_twin
from correct import correct
from invariants import METHODS, violations
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

ROOT = Path(__file__).resolve().parent.parent
UPSTREAM, CORRECTIONS, TRANSLATION = (f"openapi/{name}.yaml" for name in ("upstream", "corrections", "translation"))
PACKAGE = "generated/groupdocs_translation_api"
PROVENANCE = "generated/provenance.json"
NOTE = "Derived by `nox -s regenerate`: edit openapi/corrections.yaml, never this file."
MAX_SOURCE_BYTES = 32 * 2**20
PINNED = ("openapi-python-client", "ruff", "python-jsonpath", "ruamel.yaml", "unasync")


class PipelineError(Exception):
    """The pipeline stopped; the tree is as it was."""


def log(message: str) -> None:
    """One step, on standard error."""
    print(f"regenerate: {message}", file=sys.stderr, flush=True)


def fetch(source: str) -> bytes:
    """The bytes of a file or URL.

    Raises:
        PipelineError: it cannot be read, is too large, or its address is not safe.
    """
    parts = urlsplit(source)
    try:
        if parts.scheme in {"http", "https"}:
            if parts.scheme == "http" and parts.hostname not in {"localhost", "127.0.0.1", "::1"}:
                raise PipelineError(f"--source {source}: http is taken from loopback only")
            with urllib.request.urlopen(source, timeout=30) as answer:
                data: bytes = answer.read(MAX_SOURCE_BYTES + 1)
        else:
            data = Path(source).read_bytes()
    except (OSError, ValueError) as error:
        raise PipelineError(f"--source {source} cannot be read: {error}") from error
    if len(data) > MAX_SOURCE_BYTES:
        raise PipelineError(f"--source {source} is larger than {MAX_SOURCE_BYTES // 2**20} MiB")
    return data


def parse(data: bytes, name: str) -> Any:
    """An OpenAPI document as round-trip YAML; JSON is YAML too.

    Raises:
        PipelineError: it is neither, or no OpenAPI 3 document.
    """
    yaml = YAML()
    yaml.preserve_quotes = True
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\\r\\n", "\\n")
        document = yaml.load(json.dumps(json.loads(text)) if text.lstrip().startswith("{") else text)
    except (YAMLError, ValueError) as error:
        raise PipelineError(f"{name} is not YAML: {str(error).splitlines()[0]}") from error
    if (
        not isinstance(document, dict)
        or not str(document.get("openapi", "")).startswith("3.")
        or "paths" not in document
    ):
        raise PipelineError(f"{name} is not an OpenAPI 3 document")
    return document


def dump(document: Any) -> str:
    """A document as block YAML."""
    yaml = YAML()
    yaml.width = 110
    yaml.default_flow_style = False
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(document, stream)
    return stream.getvalue()


def build(stage: Path, upstream: bytes, name: str) -> None:
    """Build everything that is derived below ``stage``.

    Raises:
        PipelineError: a correction does not fit, a rule is broken, or the generator is not content.
    """
    document = parse(upstream, name)
    overlay = YAML(typ="safe").load(ROOT / CORRECTIONS)
    if failures := correct(document, overlay):
        raise PipelineError(f"{len(failures)} corrections do not fit {name}:\n" + "\n".join(failures))
    if broken := violations(json.loads(json.dumps(document))):
        raise PipelineError(f"{name}, corrected, breaks {len(broken)} rules:\n" + "\n".join(broken))
    log(f"{len(overlay['actions'])} corrections applied, the document is valid")
    strip_comments(document)
    text = f"# {NOTE}\n{dump(document)}"
    (stage / "openapi").mkdir(parents=True)
    (stage / TRANSLATION).write_text(text, encoding="utf-8", newline="\n")
    generate(stage)
    count = sum(len(METHODS & set(item)) for item in document["paths"].values())
    modules = [path for path in (stage / PACKAGE / "api").glob("*/*.py") if path.name != "__init__.py"]
    if len(modules) != count:
        raise PipelineError(f"{count} operations gave {len(modules)} modules")
    finish(stage, text)
    log(f"{count} operations generated")
    sync_twin.write(ROOT, stage)
    log("sync twin written")


def strip_comments(node: Any) -> None:
    """Drop comments of upstream.yaml: the derived document has its own."""
    if hasattr(node, "ca"):
        node.ca.comment = None
        node.ca.items.clear()
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        strip_comments(child)


def generate(stage: Path) -> None:
    """Run the generator into a fresh folder; what it warns of is an error."""
    command = [
        "openapi-python-client",
        "generate",
        "--path",
        str(stage / TRANSLATION),
        "--meta",
        "none",
        "--fail-on-warning",
    ]
    command += [
        "--config",
        str(ROOT / "generator-config.yaml"),
        "--custom-template-path",
        str(ROOT / "openapi/templates"),
    ]
    (stage / PACKAGE).parent.mkdir(parents=True)
    done = subprocess.run(
        [*command, "--output-path", str(stage / PACKAGE)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise PipelineError(f"the generator stopped:\n{done.stdout}{done.stderr}")


def finish(stage: Path, translation: str) -> None:
    """What the generator leaves to do: keyword-only models, headers, py.typed, the document, provenance."""
    package = stage / PACKAGE
    for path in sorted(package.rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        if path.parent.name == "models":  # upstream moves properties about: positional order must not be public
            code = re.sub(r"^@_attrs_define$", "@_attrs_define(kw_only=True)", code, flags=re.MULTILINE)
        path.write_text(f"# {NOTE}\n{code}", encoding="utf-8", newline="\n")
        compile(code, str(path), "exec")
    shutil.rmtree(package / ".ruff_cache", ignore_errors=True)
    (package / "py.typed").touch()
    (package / "translation.yaml").write_text(translation, encoding="utf-8", newline="\n")
    (stage / PROVENANCE).write_text(
        json.dumps(provenance(translation), indent=2) + "\n", encoding="utf-8", newline="\n"
    )


def provenance(translation: str) -> dict[str, Any]:
    """What the generated package was made of: hashes of the inputs, versions of the tools."""
    inputs = ["generator-config.yaml", CORRECTIONS, "openapi/templates/models_init.py.jinja"]
    hashes = {name: hashlib.sha256((ROOT / name).read_bytes()).hexdigest() for name in inputs}
    hashes[TRANSLATION] = hashlib.sha256(translation.encode()).hexdigest()
    return {"sha256": hashes, "versions": {name: version(name) for name in PINNED}}


DERIVED = (TRANSLATION, PACKAGE, PROVENANCE, *(f"{place}/_sync" for place in sync_twin.PLACES))


def files(root: Path) -> dict[str, Path]:
    """Every derived file below a root, by its name."""
    found: dict[str, Path] = {}
    for name in DERIVED:
        top = root / name
        for path in [top] if top.is_file() else sorted(top.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                found[path.relative_to(root).as_posix()] = path
    return found


def differences(stage: Path, root: Path) -> list[str]:
    """One line for every derived file that is missing, extra or other than it should be."""
    wanted, have = files(stage), files(root)
    lines = [f"missing: {name}" for name in sorted(wanted.keys() - have.keys())]
    lines += [f"extra: {name}" for name in sorted(have.keys() - wanted.keys())]
    for name in sorted(wanted.keys() & have.keys()):
        new, old = wanted[name].read_bytes().split(b"\n"), have[name].read_bytes().split(b"\n")
        if new != old:
            row = next((i for i, (a, b) in enumerate(zip(new, old, strict=False)) if a != b), min(len(new), len(old)))
            lines.append(f"differs: {name}, line {row + 1}")
    return lines


def swap_in(stage: Path, root: Path) -> None:
    """Put what was built in its place."""
    for name in DERIVED:
        new, old = stage / name, root / name
        if old.is_dir():
            shutil.rmtree(old)
        if new.exists():
            old.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(new, old)


def surface(document: Any) -> dict[str, str]:
    """Operations and properties of a document, by a name that reads in a report."""
    found: dict[str, str] = {}
    for path, item in document["paths"].items():
        for method in METHODS & set(item):
            found[f"{method.upper()} {path}"] = ""
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        for prop, value in schema.get("properties", {}).items():
            shape = {key: value[key] for key in ("type", "$ref", "enum", "nullable", "format", "items") if key in value}
            found[f"{name}.{prop}"] = json.dumps(
                [shape, prop in schema.get("required", [])], sort_keys=True, default=str
            )
    return found


def report(old: Any, new: Any) -> None:
    """Say what a new document adds, removes and changes."""
    before, after = surface(old), surface(new)
    for name in sorted(after.keys() - before.keys()):
        log(f"added: {name}")
    for name in sorted(before.keys() - after.keys()):
        log(f"removed (breaking): {name}")
    for name in sorted(name for name in before.keys() & after.keys() if before[name] != after[name]):
        log(f"changed (look whether it breaks): {name}: {before[name]} -> {after[name]}")


def main(argv: list[str] | None = None) -> int:
    """Run the pipeline."""
    parser = argparse.ArgumentParser(
        description="Derive the corrected document, the generated client and the sync twin."
    )
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    parser.add_argument("--source", metavar="FILE_OR_URL", help="take a newer document of the service")
    options = parser.parse_args(argv)
    started = time.monotonic()
    try:
        old = (ROOT / UPSTREAM).read_bytes()
        new = fetch(options.source) if options.source else old
        with tempfile.TemporaryDirectory() as folder:
            stage = Path(folder)
            build(stage, new, options.source or UPSTREAM)
            if options.check:
                found = differences(stage, ROOT)
                print("\n".join(found) or "regenerate: nothing differs")
                return 1 if found else 0
            swap_in(stage, ROOT)
        if options.source:
            document = parse(new, options.source)
            report(parse(old, UPSTREAM), document)
            (ROOT / UPSTREAM).write_text(dump(document), encoding="utf-8", newline="\n")
    except (PipelineError, sync_twin.TwinError) as error:
        print(f"regenerate: {error}", file=sys.stderr)
        return 1
    log(f"done in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
