"""What changed between two documents or two generated packages, and whether it breaks users of the client.

Called by ``regenerate --source``. A request that narrows (required, no null, fewer values) breaks callers; an answer
that widens (optional, null, more values) breaks readers; what is gone or has another type breaks both.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from openapi.tree import SCHEMAS, children, is_map, member, operations, references

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
    found: list[Change] = []
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
        gone = frozenset[str]() if new.values is None else (old.values or frozenset({"anything else"})) - new.values
        come = frozenset[str]() if old.values is None else (new.values or frozenset({"anything else"})) - old.values
        if gone:
            yield f"no longer takes {', '.join(sorted(gone))}", asked
        if come:
            yield f"may now be {', '.join(sorted(come))}", told


def elements(document: Any) -> dict[str, Element]:
    """Every operation, parameter, body, answer, schema and property, by a name that reads in a report."""
    found: dict[str, Element] = {}
    uses: dict[str, set[str]] = {}
    for method, path, operation in operations(document):
        name, body = f"{method} {path}", member(operation, "requestBody")
        found[name] = Element(frozenset(), "operation")
        for _, item in children(member(operation, "parameters")):
            here = f"{name} : {item.get('in')} {item.get('name')}"
            found[here] = _element(item.get("schema"), {REQUEST}, item.get("required", False))
        for kind, media in member(body, "content").items():
            found[f"{name} : body {kind}"] = _element(media.get("schema"), {REQUEST}, body.get("required", False))
        for status, answer in member(operation, "responses").items():
            types = sorted(_shape(media.get("schema")) for media in member(answer, "content").values())
            found[f"{name} : {status}"] = Element(frozenset({ANSWER}), " or ".join(types) or "nothing", required=True)
        _spread(document, [member(operation, "parameters"), body], REQUEST, uses)
        _spread(document, member(operation, "responses"), ANSWER, uses)
    for name, schema in member(document, "components", "schemas").items():
        found[name] = _element(schema, uses.get(name, set()), required=False)
        for prop, value in member(schema, "properties").items():
            found[f"{name}.{prop}"] = _element(value, uses.get(name, set()), prop in schema.get("required", []))
    return found


def _spread(document: Any, node: Any, use: str, uses: dict[str, set[str]]) -> None:
    """Note the use of every schema that a node refers to, directly or through others."""
    for _, ref in references(node):
        name = ref.removeprefix(SCHEMAS)
        if use not in uses.setdefault(name, set()):
            uses[name].add(use)
            _spread(document, member(document, "components", "schemas", name), use, uses)


def _element(schema: Any, uses: set[str], required: Any) -> Element:
    values = frozenset(map(str, schema["enum"])) if member(schema, "enum") else None
    return Element(frozenset(uses), _shape(schema), bool(required), member(schema, "nullable") is True, values)


def _shape(schema: Any) -> str:
    if member(schema, "$ref"):
        return str(schema["$ref"]).rpartition("/")[2]
    if member(schema, "items"):
        return f"list of {_shape(schema['items'])}"
    if is_map(schema) and is_map(schema.get("additionalProperties")):
        return f"map to {_shape(schema['additionalProperties'])}"
    return " ".join(str(schema[key]) for key in ("type", "format") if member(schema, key)) or "anything"


def surface(package: Path) -> set[str]:
    """The Python surface of a package, a line each: functions (``asyncio`` is as ``sync``), attributes, aliases."""
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
