from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from openapi import client, correct, documents, regenerate, sync_twin
from openapi import tree as trees

ROOT = regenerate.ROOT
PACKAGE = ROOT / client.PACKAGE
SPEC = "overlays/groupdocs_translation/spec"
INPUTS = ("pyproject.toml", "generator-config.yaml", "openapi", "generated", SPEC)
PAIRS = tuple(
    f"{place}/{twin}" for place in ("overlays/groupdocs_translation", "tests") for twin in ("_async", "_sync")
)


def modules(package: Path) -> Iterator[Path]:
    """Yield the modules of operations."""
    yield from (path for path in package.glob("api/*/*.py") if path.stem != "__init__")


@pytest.fixture(scope="session", autouse=True)
def cached(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Cache the results of YAML, overlays, the validator, the generator and unasync for each input.

    They take most of the time of a run, and most tests are about the code around them. The first run of each input is
    real, and so is every run in a separate process. The committed client and twin are the results for the committed
    inputs: test_drift.py checks that with the command itself.
    """
    dump, errors, write = documents.dump, OpenAPIV30SpecValidator.iter_errors, client.write
    apply = correct.apply
    applied: dict[tuple[str, str], correct.Applied] = {}
    dumped: dict[tuple[str, str], str] = {}
    found: dict[str, list[Any]] = {}
    written: dict[tuple[bytes, ...], tuple[Path, int]] = {}

    def dump_once(document: Any, comment: str) -> str:
        key = repr(document), comment
        return dumped[key] if key in dumped else dumped.setdefault(key, dump(document, comment))

    def apply_once(document: Any, overlay: Any) -> correct.Applied:
        key = repr(document), repr(overlay["actions"])
        return applied[key] if key in applied else applied.setdefault(key, apply(document, overlay))

    def errors_once(validator: Any) -> Iterator[Any]:
        key = repr(validator.schema)
        yield from found[key] if key in found else found.setdefault(key, list(errors(validator)))

    def inputs(root: Path, translation: Path) -> tuple[bytes, ...]:
        templates = sorted((root / client.TEMPLATES).glob("*"))
        return tuple(path.read_bytes() for path in (translation, root / client.CONFIG, *templates))

    written[inputs(ROOT, ROOT / regenerate.TRANSLATION)] = PACKAGE, len([*modules(PACKAGE)])

    def write_once(root: Path, translation: Path, package: Path) -> int:
        key = inputs(root, translation)
        if key not in written:
            kept = tmp_path_factory.mktemp("generated") / "package"
            written[key] = kept, write(root, translation, kept)
        shutil.copytree(written[key][0], package, ignore=shutil.ignore_patterns("__pycache__", "contract.yaml"))
        return written[key][1]

    def sources(root: Path) -> tuple[tuple[str, bytes], ...]:
        found = regenerate.files(root, [f"{place}/_async" for place in sync_twin.PLACES])
        return (repr(sync_twin.WORDS), b""), *((name, path.read_bytes()) for name, path in found.items())

    twin_folders = [f"{place}/_sync" for place in sync_twin.PLACES]
    twins = {sources(ROOT): (ROOT, twin_folders)}
    write_twin = sync_twin.write

    def write_twin_once(root: Path, stage: Path) -> list[str]:
        key = sources(root)
        if key not in twins:
            kept = tmp_path_factory.mktemp("twin")
            twins[key] = kept, write_twin(root, kept)
        kept, folders = twins[key]
        for folder in folders:
            shutil.copytree(kept / folder, stage / folder, ignore=shutil.ignore_patterns("__pycache__"))
        return folders

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sync_twin, "write", write_twin_once)
        patch.setattr(documents, "dump", dump_once)
        patch.setattr(correct, "apply", apply_once)
        patch.setattr(OpenAPIV30SpecValidator, "iter_errors", errors_once)
        patch.setattr(client, "write", write_once)
        yield


@pytest.fixture
def no_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the committed client for that of any document: the generator takes seconds."""

    def write(_root: Path, translation: Path, package: Path) -> int:
        shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__", "contract.yaml"))
        return len([*trees.operations(documents.load_yaml(translation.read_text(encoding="utf-8")))])

    monkeypatch.setattr(client, "write", write)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the inputs and outputs of the pipeline that a test may change."""
    copy = tmp_path / "tree"
    for name in (*INPUTS, *PAIRS):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        elif (ROOT / name).exists():
            copy.mkdir(exist_ok=True)
            shutil.copyfile(ROOT / name, copy / name)
    return copy


@pytest.fixture
def snapshot(tree: Path) -> Callable[[], dict[str, bytes]]:
    """A function that returns the bytes of every file of the tree, by path."""
    return lambda: {
        path.relative_to(tree).as_posix(): path.read_bytes() for path in sorted(tree.rglob("*")) if path.is_file()
    }


@pytest.fixture(scope="session")
def staged(tmp_path_factory: pytest.TempPathFactory) -> regenerate.Run:
    """All derived files of this tree, built once."""
    run = regenerate.Run(ROOT, tmp_path_factory.mktemp("stage"))
    run.build()
    return run


@pytest.fixture
def upstream() -> Any:
    """The service's document as plain data that a test may change."""
    return documents.parse((ROOT / regenerate.UPSTREAM).read_bytes(), "upstream.yaml")


@pytest.fixture(scope="session")
def translation() -> Any:
    """The corrected document as plain data."""
    return documents.parse((ROOT / regenerate.TRANSLATION).read_bytes(), "translation.yaml")


@pytest.fixture
def as_source(tmp_path: Path) -> Callable[[Any], str]:
    """A function that writes a document to a JSON file and returns the path for --source."""

    def write(document: Any) -> str:
        path = tmp_path / "source.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return write


Respond = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def serve() -> Iterator[Callable[[Respond], str]]:
    """A function that starts a server on loopback with a handler for GET, and returns its URL."""
    servers: list[ThreadingHTTPServer] = []

    def start(respond: Respond) -> str:
        class Handler(BaseHTTPRequestHandler):
            do_GET = respond  # noqa: N815  (the name that http.server calls)

            def log_message(self, *_: Any) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}/v2.0/translation/swagger/spec?key=secret"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()
