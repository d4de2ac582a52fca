"""The rule of direction: who may import whom. Read from the sources, so that late imports count as well."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import groupdocs_translation
import pytest

ROOT = Path(__file__).resolve().parents[2]
OVERLAY = ROOT / "overlays" / "groupdocs_translation"
GENERATED = ROOT / "generated" / "groupdocs_translation_api"
SANDBOX = ROOT / "sandbox" / "groupdocs_translation_sandbox"

# The only places that know generated names (a string handed to importlib counts as knowing).
KNOW_GENERATED = {"_api", "spec", "_requests", "_async", "_sync"}

# What a layer must not reach up to: each knows only those below it.
FORBIDDEN = {
    "_errors": {"*"},
    "_clock": {"*"},
    "_rules": {"_api", "_async", "_requests", "_sync", "auth", "batch", "cli", "sandbox"},
    "auth": {"_api", "_async", "spec", "_requests", "_sync", "batch", "cli", "sandbox"},
    "spec": {"_api", "_async", "_requests", "_rules", "auth", "_sync", "batch", "cli", "sandbox"},
    "_requests": {"_api", "_async", "_sync", "batch", "cli", "sandbox"},
    "_api": {"_async", "_sync", "batch", "cli", "sandbox"},
    "_outcomes": {"_api", "_async", "_requests", "_sync", "batch", "cli", "sandbox"},
    "_async": {"_sync", "cli", "sandbox"},  # batch is imported by the clients' translate_folder, when it is called
    "_sync": {"_async", "cli", "sandbox"},
    "batch": {"cli", "sandbox"},
    "cli": {"_api", "_async", "_requests"},
    "sandbox": {"*"},
}

# A decision is a function of its inputs: it neither waits, nor looks at a clock, nor talks to anything.
IMPURE = {
    "anyio",
    "asyncio",
    "httpx2",
    "os",
    "random",
    "requests",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "time",
    "trio",
}


def _imports(path: Path, package: str) -> Iterator[str]:
    """Every module that a file imports, absolute, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*parents, *([node.module] if node.module else [])])
            yield from (f"{source}.{alias.name}" for alias in node.names)


def _files(root: Path) -> Iterator[tuple[str, Path, list[str]]]:
    """(layer, file, imports) of each file; the layer is the first folder or module below the package."""
    for path in sorted(root.rglob("*.py")):
        below = path.relative_to(root)
        package = ".".join([root.name, *below.parent.parts])
        yield below.parts[0].removesuffix(".py"), path, list(_imports(path, package))


OVERLAY_FILES = list(_files(OVERLAY))


def test_the_walk_sees_absolute_relative_and_late_imports(tmp_path: Path) -> None:
    source = tmp_path / "pkg" / "inner" / "module.py"
    source.parent.mkdir(parents=True)
    source.write_text(
        "import a.b\nfrom . import c\nfrom ..d import e\nfrom .. import f\ndef g():\n    from h import i\n"
    )

    (seen,) = [imports for _, _, imports in _files(tmp_path / "pkg")]

    assert seen == ["a.b", "pkg.inner.c", "pkg.d.e", "pkg.f", "h.i"]


def test_generated_code_knows_nothing_of_the_overlay() -> None:
    wrong = [
        (path.name, name)
        for _, path, imports in _files(GENERATED)
        for name in imports
        if name.split(".")[0] == "groupdocs_translation"
    ]

    assert not wrong


def test_only_the_named_places_know_generated_names() -> None:
    imported = {
        layer
        for layer, _, imports in OVERLAY_FILES
        for name in imports
        if name.split(".")[0] == "groupdocs_translation_api"
    }
    spelled = {
        layer
        for layer, path, _ in OVERLAY_FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(("groupdocs_translation_api.api", "groupdocs_translation_api.models"))
    }

    assert imported | spelled
    assert imported | spelled <= KNOW_GENERATED


@pytest.mark.parametrize("layer", sorted(FORBIDDEN))
def test_a_layer_imports_only_those_below_it(layer: str) -> None:
    wrong = [
        f"{path.relative_to(OVERLAY)} imports {name}"
        for owner, path, imports in OVERLAY_FILES
        if owner == layer
        for name in imports
        if name.split(".")[0] == "groupdocs_translation"
        and not FORBIDDEN[layer].isdisjoint({"*", *name.split(".")[1:2]})
        and name.split(".")[1] != layer
    ]

    assert not wrong


def test_of_the_sdk_the_sandbox_imports_the_specification_and_its_pytest_plugin_public_names() -> None:
    imports = {
        (layer, name)
        for layer, _, names in _files(SANDBOX)
        for name in names
        if name.split(".")[0] in {"groupdocs_translation", "groupdocs_translation_api"}
    }

    assert imports
    assert not {
        (layer, name)
        for layer, name in imports
        if not name.startswith("groupdocs_translation.spec")
        and not (
            layer == "pytest_plugin" and name.removeprefix("groupdocs_translation.") in groupdocs_translation.__all__
        )
    }


def test_every_layer_of_the_table_exists() -> None:
    assert set(FORBIDDEN) <= {layer for layer, _, _ in OVERLAY_FILES}


def test_rules_decide_without_io_clock_or_chance() -> None:
    wrong = [
        f"{path.name} imports {name}"
        for layer, path, imports in OVERLAY_FILES
        if layer == "_rules"
        for name in imports
        if name.split(".")[0] in IMPURE
    ]

    assert not wrong


def test_importing_the_package_loads_neither_httpx_nor_generated_models() -> None:
    script = "import sys, groupdocs_translation; print(*sorted(sys.modules))"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(OVERLAY.parent), str(GENERATED.parent)])}

    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, cwd=ROOT
    )

    loaded = set(done.stdout.split())
    assert "groupdocs_translation" in loaded
    assert not {
        name for name in loaded if name.split(".")[0] in {"httpx2", "httpcore2", "anyio", "groupdocs_translation_api"}
    }
