"""The pipeline: strict corrections, no drift, nothing half-written."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
PARTS = ("openapi", "generated", "generator-config.yaml", "overlays/groupdocs_translation/_async",
         "overlays/groupdocs_translation/_sync", "tests/_async", "tests/_sync")  # fmt: skip


@pytest.fixture
def tree(tmp_path):
    """A copy of what the pipeline reads and writes."""
    for part in PARTS:
        source, target = ROOT / part, tmp_path / "tree" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, target)
    return tmp_path / "tree"


def digest(tree):
    return {
        path.relative_to(tree).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(tree.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def regenerate(tree, *arguments):
    command = [sys.executable, str(tree / "openapi/regenerate.py"), *arguments]
    environment = {
        **__import__("os").environ,
        "PATH": f"{Path(sys.executable).parent}:{__import__('os').environ['PATH']}",
    }
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def upstream(tree):
    return YAML(typ="safe").load(tree / "openapi/upstream.yaml")


def test_drift_is_found_and_named(tree):
    assert regenerate(tree, "--check").stdout == "regenerate: nothing differs\n"
    changed = tree / "generated/groupdocs_translation_api/models/text_request.py"
    changed.write_text(changed.read_text().replace("texts", "text", 1))
    (tree / "generated/groupdocs_translation_api/extra.py").touch()
    (tree / "overlays/groupdocs_translation/_sync/jobs.py").unlink()
    done = regenerate(tree, "--check")
    assert done.returncode == 1
    for line in (
        "differs: generated/groupdocs_translation_api/models/text_request.py",
        "extra.py",
        "missing: overlays",
    ):
        assert line in done.stdout
    assert regenerate(tree).returncode == 0
    assert regenerate(tree, "--check").returncode == 0


@pytest.mark.parametrize("form", ["json", "crlf", "vendor"])
def test_another_form_of_the_same_document_gives_the_same_client(tree, tmp_path, form):
    before = digest(tree / "generated/groupdocs_translation_api/api")
    document = upstream(tree)
    if form == "vendor":
        for item in document["paths"].values():
            for operation in item.values():
                operation["x-vendor"] = {"a": [1]}
    text = json.dumps(document)
    if form == "crlf":
        text = (tree / "openapi/upstream.yaml").read_text().replace("\n", "\r\n")
    source = tmp_path / "new"
    source.write_bytes(text.encode())
    done = regenerate(tree, "--source", str(source))
    assert done.returncode == 0, done.stderr
    assert digest(tree / "generated/groupdocs_translation_api/api") == before


def broken(document, how):
    if how == "vanished":
        del document["paths"]["/resx"]
    elif how == "reference":
        document["paths"]["/resx"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"] = (
            "#/components/schemas/No"
        )
    elif how == "new operation":
        document["paths"]["/new"] = {"get": {"responses": {"200": {"description": "x"}}}}
    elif how == "description":
        del document["paths"]["/hc"]["get"]["responses"]["200"]["description"]
    elif how == "duplicate":
        document["paths"]["/new"] = {"get": {"operationId": "getHealth", "responses": {"200": {"description": "x"}}}}
    return json.dumps(document)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("vanished", "$.paths['/resx'].post: selects 0 nodes"),
        ("reference", "schemas/No"),
        ("new operation", "GET /new has no operationId"),
        ("description", "description"),
        ("duplicate", "getHealth"),
    ],
)
def test_a_document_that_does_not_fit_is_named_and_changes_nothing(tree, tmp_path, how, says):
    before = digest(tree)
    source = tmp_path / "new.json"
    source.write_text(broken(upstream(tree), how))
    done = regenerate(tree, "--source", str(source))
    assert done.returncode == 1
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(tree) == before


@pytest.mark.parametrize("content", ["a: [", "- 1", "swagger: '2.0'\npaths: {}", None])
def test_what_is_no_document_is_named(tree, tmp_path, content):
    before = digest(tree)
    source = tmp_path / "new.yaml"
    if content is not None:
        source.write_text(content)
    done = regenerate(tree, "--source", str(source))
    assert done.returncode == 1
    assert "new.yaml" in done.stderr
    assert "Traceback" not in done.stderr
    assert digest(tree) == before


def test_an_unreachable_address_is_named(tree):
    done = regenerate(tree, "--source", "http://127.0.0.1:9/openapi.json")
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr


def test_provenance_says_what_the_client_was_made_of():
    provenance = json.loads((ROOT / "generated/provenance.json").read_text())
    for name, expected in provenance["sha256"].items():
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == expected, name
