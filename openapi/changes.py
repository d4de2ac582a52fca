"""What changed between two documents, and between two generated packages: breaking for a user of the client, or not.

Called by ``regenerate --source``. A request that narrows (required, no null, fewer values) breaks callers; an answer that
widens (optional, null, more values) breaks readers; whatever is gone or has another type breaks both.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from openapi.invariants import SCHEMAS, operations, references

REQUEST, ANSWER = "request", "answer"


class Element(NamedTuple):
    """One thing that a document names, and what a caller or reader relies on."""

    uses: frozenset[str]
    type: str
    required: bool = False
    nullable: bool = False
    values: frozenset[str] | None = None  # None: any


class Change(NamedTuple):
    """One difference, in words."""

    name: str
    what: str
    breaking: bool

    def __str__(self) -> str:
        return f"{'BREAKING ' if self.breaking else ''}{self.name}: {self.what}"


def changes(old: Any, new: Any) -> list[Change]:
    """Every difference between two documents; what lies in something added or removed is not listed again."""
    before, after = elements(old), elements(new)
    found = []
    for name in sorted(before.keys() | after.keys()):
        owner = name.rpartition(".")[0] or name.rpartition(" : ")[0]
        if name not in after and (not owner or owner in after):
            found.append(Change(name, "removed", breaking=True))
        elif name not in before and (not owner or owner in before):
            required = bool(owner) and after[name].required and REQUEST in after[name].uses
            found.append(Change(name, "added, required" if required else "added", breaking=required))
        elif name in before and name in after:
            found += [Change(name, *difference) for difference in _compare(before[name], after[name])]
    return found


def _compare(old: Element, new: Element) -> Iterator[tuple[str, bool]]:
    asked, told = REQUEST in old.uses | new.uses, ANSWER in old.uses | new.uses
    if old.type != new.type:
        yield f"{old.type} → {new.type}", True
    if old.required != new.required:
        yield ("now required", asked) if new.required else ("no longer required", told)
    if old.nullable != new.nullable:
        yield ("may now be null", told) if new.nullable else ("no longer null", asked)
    if old.values != new.values:
        gone = set() if new.values is None else (old.values or {"anything else"}) - new.values
        come = set() if old.values is None else (new.values or {"anything else"}) - old.values
        if gone:
            yield f"no longer takes {', '.join(sorted(gone))}", asked
        if come:
            yield f"may now be {', '.join(sorted(come))}", told


def elements(document: Any) -> dict[str, Element]:
    """Every operation, parameter, body, answer, schema and property, by a name that reads in a report."""
    found: dict[str, Element] = {}
    uses: dict[str, set[str]] = {}
    for method, path, operation in operations(document):
        name, body = f"{method} {path}", operation.get("requestBody", {})
        found[name] = Element(frozenset(), "operation")
        for item in operation.get("parameters", []):
            found[f"{name} : {item['in']} {item['name']}"] = _element(
                item["schema"], {REQUEST}, item.get("required", False)
            )
        for kind, media in body.get("content", {}).items():
            found[f"{name} : body {kind}"] = _element(media.get("schema", {}), {REQUEST}, body.get("required", False))
        for status, answer in operation.get("responses", {}).items():
            types = sorted(_shape(media.get("schema", {})) for media in answer.get("content", {}).values())
            found[f"{name} : {status}"] = Element(frozenset({ANSWER}), " or ".join(types) or "nothing", required=True)
        _spread(document, [operation.get("parameters"), body], REQUEST, uses)
        _spread(document, operation.get("responses"), ANSWER, uses)
    for name, schema in document.get("components", {}).get("schemas", {}).items():
        found[name] = _element(schema, uses.get(name, set()), required=False)
        for prop, value in schema.get("properties", {}).items():
            found[f"{name}.{prop}"] = _element(value, uses.get(name, set()), prop in schema.get("required", []))
    return found


def _spread(document: Any, node: Any, use: str, uses: dict[str, set[str]]) -> None:
    for _, ref in references(node):
        name = ref.removeprefix(SCHEMAS)
        if use not in uses.setdefault(name, set()):
            uses[name].add(use)
            _spread(document, document.get("components", {}).get("schemas", {}).get(name), use, uses)


def _element(schema: Any, uses: set[str], required: bool) -> Element:  # noqa: FBT001  (a value, not a switch)
    values = frozenset(map(str, schema["enum"])) if "enum" in schema else None
    return Element(frozenset(uses), _shape(schema), required, bool(schema.get("nullable")), values)


def _shape(schema: Any) -> str:
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "items" in schema:
        return f"list of {_shape(schema['items'])}"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"map to {_shape(schema['additionalProperties'])}"
    return " ".join(str(schema[key]) for key in ("type", "format") if key in schema) or "anything"


def surface(package: Path) -> set[str]:
    """The Python surface of a generated package, one line a function, attribute or alias; ``asyncio`` mirrors ``sync``."""
    lines: set[str] = set()
    for path in sorted(package.rglob("*.py")):
        module = ".".join(path.relative_to(package).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            lines |= {f"{module}.{line}" for line in _signatures(node) if not line.startswith(("_", "T =", "asyncio"))}
    return lines


def _signatures(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns) if node.returns else 'Any'}"
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        yield ast.unparse(node)
    elif isinstance(node, ast.ClassDef):
        yield from (f"{node.name}.{line}" for child in node.body for line in _signatures(child) if line[0] != "_")
