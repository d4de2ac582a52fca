"""What the parts promise each other: the surface, the direction of imports, the table of operations."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import groupdocs_translation
from groupdocs_translation.formats import KINDS
from groupdocs_translation.spec.operations import OPERATIONS, generated, model
from groupdocs_translation_sandbox import contract

OVERLAY = Path(groupdocs_translation.__file__).parent
MAY_KNOW_GENERATED = {"_api.py", "operations.py"}


def test_the_surface_is_one_sorted_list_of_names_that_exist():
    names = groupdocs_translation.__all__
    assert names == sorted(names, key=lambda name: (name.lower(), name)) or names == sorted(names)
    assert set(names) == set(groupdocs_translation._HOMES)
    for name in names:
        assert getattr(groupdocs_translation, name).__name__ == name


def test_only_two_places_import_the_generated_client():
    for path in OVERLAY.rglob("*.py"):
        knows = any(
            "groupdocs_translation_api" in (node.module or "")
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.ImportFrom)
        )
        assert not knows or path.name in MAY_KNOW_GENERATED, path


def test_every_operation_of_the_document_has_its_row_and_module():
    document = contract.document()
    described = {
        (operation["operationId"], method.upper(), path, operation.get("security") == [])
        for path, item in document["paths"].items()
        for method, operation in item.items()
    }
    assert described == {(row.id, row.method, row.path, row.public) for row in OPERATIONS}
    for row in OPERATIONS:
        assert generated(row).sync_detailed
        assert row.model is None or model(row.model)


def test_every_submission_is_reachable_by_a_kind_or_style():
    from groupdocs_translation._rules.requests import FILE_STYLES, TEXT_STYLES

    reachable = {*FILE_STYLES.values(), *TEXT_STYLES.values(), "summarizeText", "translateTextTrial", "analyzeHugo"}
    for kind in KINDS.values():
        reachable |= {kind.operation, kind.summary, kind.to_text, kind.trial}
    assert {row.id for row in OPERATIONS if row.role == "submit"} <= reachable


def test_importing_the_package_and_making_a_client_loads_nothing_that_only_a_call_needs():
    heavy = {
        *("httpx2", "anyio", "asyncio", "groupdocs_translation_api", "ssl", "urllib.request", "importlib.metadata"),
        *("encodings.idna", "tomllib", "html", "email.utils", "sqlite3", "groupdocs_translation.batch"),
    }
    script = (
        "import sys\n"
        "before = set(sys.modules)  # what measures coverage, say\n"
        "import groupdocs_translation\n"
        "groupdocs_translation.TranslationClient('id', 'secret')\n"
        "print(*(set(sys.modules) - before))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "groupdocs_translation.auth.token_source" in loaded
    assert heavy & loaded == set()


def test_one_operation_does_not_load_all_models():
    code = (
        "import sys, groupdocs_translation_api.api.translation.get_health;"
        "print(sum(name.startswith('groupdocs_translation_api.models.') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert int(done.stdout) <= 3
