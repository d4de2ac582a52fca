"""The rule of direction: who may import whom. Read from the sources, so that late imports count as well."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OVERLAY = ROOT / "overlays" / "groupdocs_translation"
GENERATED = ROOT / "generated" / "groupdocs_translation_api"
SANDBOX = ROOT / "sandbox" / "groupdocs_translation_sandbox"

# The only places that know generated names (a string handed to importlib counts as knowing).
KNOW_GENERATED = {"_api", "spec"}

# From the bottom up. A module may import those of lower layers and of its own entry (a module, or all of a folder), and
# nothing else: neither its neighbors nor what is above. The longest entry that fits a module is its own.
LAYERS = [
    ["_data", "_later", "_logs"],
    ["_errors", "_clock", "spec.addresses"],
    ["_concurrency", "_config", "_files", "_results", "spec"],
    ["_api", "_inputs", "formats"],
    ["_rules"],
    ["_usage", "options"],
    ["auth"],
    ["_base_client", "_network"],
    ["_aiohttp"],
    ["_transports"],
    ["_async", "_sync"],
    ["batch"],
    ["_async.client", "_sync.client"],  # their translate_folder() needs batches; batches need no client
    ["_progress", "sandbox"],
    ["cli"],
    ["__init__", "__main__"],
]
LEVEL = {entry: level for level, entries in enumerate(LAYERS) for entry in entries}

# What an entry leaves alone although it is below.
SKIPPED = {
    "auth": {"_api", "_rules.requests", "spec"},
    "cli": {"_api", "_async", "_rules.requests"},
    "batch": {"_sync"},
}

# A decision is a function of its inputs: it does not wait, read a clock or do I/O.
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
    """Yield the absolute name of every module that a file imports, anywhere in the file."""
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


@cache
def _overlay_files() -> list[tuple[str, Path, list[str]]]:
    return list(_files(OVERLAY))


def test_the_walk_sees_absolute_relative_and_late_imports(tmp_path: Path) -> None:
    source = tmp_path / "pkg" / "inner" / "module.py"
    source.parent.mkdir(parents=True)
    source.write_text(
        "import a.b\nfrom . import c\nfrom ..d import e\nfrom .. import f\ndef g():\n    from h import i\n"
    )

    (seen,) = [imports for _, _, imports in _files(tmp_path / "pkg")]

    assert seen == ["a.b", "pkg.inner.c", "pkg.d.e", "pkg.f", "h.i"]


def test_generated_code_does_not_import_the_overlay() -> None:
    wrong = [
        (path.name, name)
        for _, path, imports in _files(GENERATED)
        for name in imports
        if name.split(".")[0] == "groupdocs_translation"
    ]

    assert not wrong


def test_only_the_listed_places_use_generated_names() -> None:
    imported = {
        layer
        for layer, _, imports in _overlay_files()
        for name in imports
        if name.split(".")[0] == "groupdocs_translation_api"
    }
    spelled = {
        layer
        for layer, path, _ in _overlay_files()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and node.value.startswith(("groupdocs_translation_api.api", "groupdocs_translation_api.models"))
    }

    assert imported | spelled
    assert imported | spelled <= KNOW_GENERATED


def _module(path: Path) -> str:
    below = path.relative_to(OVERLAY).with_suffix("")
    return ".".join(below.parent.parts if below.name == "__init__" and below.parent.parts else below.parts)


def _modules() -> dict[str, list[str]]:
    return {_module(path): imports for _, path, imports in _overlay_files()}


def _edges(modules: dict[str, list[str]]) -> dict[str, set[str]]:
    """Module → modules of the overlay that it imports, late and ``TYPE_CHECKING`` imports included."""
    edges: dict[str, set[str]] = {}
    for module, imports in modules.items():
        names = [name.removeprefix("groupdocs_translation.") for name in imports if "groupdocs_translation." in name]
        found = {name if name in modules else name.rpartition(".")[0] for name in names}
        edges[module] = (found & modules.keys()) - {module}
    return edges


def _cycle(edges: dict[str, set[str]]) -> list[str]:
    """Return the modules in import cycles: repeatedly remove the modules that import none of the others."""
    left = dict(edges)
    while leaves := [module for module, targets in left.items() if not targets & left.keys()]:
        for leaf in leaves:
            del left[leaf]
    return sorted(left)


def _entry(module: str) -> str:
    return max((entry for entry in LEVEL if f"{module}.".startswith(f"{entry}.")), key=len)


def test_a_cycle_is_found():
    modules = {
        "a": ["groupdocs_translation.b.name"],
        "b": ["groupdocs_translation.c"],
        "c": ["groupdocs_translation.a.thing"],
        "d": ["groupdocs_translation.a", "os"],
    }

    assert _cycle(_edges(modules)) == ["a", "b", "c", "d"]
    assert _cycle(_edges(modules | {"c": ["os"]})) == []


def test_the_imports_have_no_cycle() -> None:
    edges = _edges(_modules())

    assert sum(map(len, edges.values())) > 200  # they are seen at all
    assert _cycle(edges) == []


def _may_import(own: str, target: str) -> bool:
    is_skipped = any(f"{target}.".startswith(f"{skipped}.") for skipped in SKIPPED.get(own, ()))
    return _entry(target) == own or (LEVEL[_entry(target)] < LEVEL[own] and not is_skipped)


def test_a_module_imports_only_those_below_it() -> None:
    wrong = [
        f"{module} imports {target}"
        for module, targets in _edges(_modules()).items()
        for target in targets
        if not _may_import(_entry(module), target)
    ]

    assert not wrong


def test_every_entry_of_the_table_exists() -> None:
    assert set(LEVEL) == {_entry(module) for module in _modules()}


def test_rules_decide_without_io_clock_or_chance() -> None:
    wrong = [
        f"{path.name} imports {name}"
        for layer, path, imports in _overlay_files()
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
