"""Compare two documents or two generated packages, and say which changes break users of the client.

Called by ``regenerate --source``. The trees are compared as plain data. Each difference then gets a readable name and
is rated separately for requests and responses. A request that narrows (required, no null, fewer values, a lower limit)
breaks callers. A response that widens (optional, null, more values) breaks readers.
"""

from __future__ import annotations

import ast
import copy
import json
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from openapi.documents import words
from openapi.tree import (
    METHODS,
    MISSING,
    NAMES,
    SCHEMAS,
    WORDING,
    Location,
    at,
    is_list,
    is_map,
    item_key,
    member,
    operations,
    references,
    text,
)  # fmt: skip

REQUEST, RESPONSE = "request", "response"
CONTAINERS = frozenset(  # a missing container equals an empty one
    "parameters required properties headers responses schemas paths content requestBody securitySchemes scopes".split()
)
SHAPE = frozenset("type format $ref items additionalProperties anyOf oneOf allOf not discriminator schema".split())
WIDER = {("integer", "number"), ("integer int32", "integer int64"), ("number float", "number double")}
NARROWS_UP = frozenset("minimum minLength minItems minProperties exclusiveMinimum exclusiveMaximum uniqueItems".split())
NARROWS_DOWN = ("maximum", "maxLength", "maxItems", "maxProperties")
FLAGS = {  # in words if true and if false, and which of the two breaks requests and responses
    "required": ("now required", "no longer required", True, None),
    "nullable": ("may now be null", "no longer null", False, True),
    "deprecated": ("now deprecated", "no longer deprecated", None, None),
}


class Difference(NamedTuple):
    """One location where two trees differ; a side without a value is ``MISSING``."""

    where: Location
    old: Any
    new: Any


class Change(NamedTuple):
    """One difference in words, and which direction it breaks."""

    name: str
    what: str
    request: bool = False
    response: bool = False

    @property
    def breaking(self) -> bool:
        """Whether it breaks requests or responses."""
        return self.request or self.response

    def __str__(self) -> str:
        broken = " and ".join(("requests",) * self.request + ("responses",) * self.response)
        return f"{'BREAKING ' * self.breaking}{self.name}: {self.what}{f' [{broken}]' * self.breaking}"


def differences(old: Any, new: Any, where: Location = (), parent: str = "") -> Iterator[Difference]:
    """Yield each difference between two trees, except wording; an added or removed node is one difference."""
    key = str(where[-1]) if where else ""
    if key in CONTAINERS and parent not in NAMES and MISSING in (old, new):
        other = new if old is MISSING else old
        empty: Any = {} if is_map(other) else [] if is_list(other) else MISSING
        old, new = (empty if side is MISSING else side for side in (old, new))
    if is_map(old) and is_map(new):
        named = key in NAMES and parent not in NAMES
        for name in [*old, *(name for name in new if name not in old)]:
            if named or name not in WORDING:
                pair = (old.get(name, MISSING), new.get(name, MISSING))
                yield from differences(*pair, (*where, name), key if named or parent not in NAMES else "")
    elif is_list(old) and is_list(new) and key != "security":
        before, after = ({item_key(item, key, place): item for place, item in enumerate(side)} for side in (old, new))
        for item in [*before, *(item for item in after if item not in before)]:
            yield from differences(before.get(item, MISSING), after.get(item, MISSING), (*where, item))
    elif type(old) is not type(new) or old != new:
        if len(where) == 2 and where[0] == "paths":  # a path is compared by its operations
            for method in METHODS:
                pair = tuple(member(side, method) or MISSING for side in (old, new))
                if pair != (MISSING, MISSING):
                    yield Difference((*where, method), *pair)
        else:
            yield Difference(where, old, new)


def changes(old: Any, new: Any) -> list[Change]:
    """Return the rated differences between two documents, sorted by name."""
    renamed, new = _same_paths(old, new)
    uses = usage(old), usage(new)
    judged = [change for found in differences(old, new) for change in _Judge(old, new, uses, found).judge()]
    added = {change.name for change in judged if change.what == "added, required"}
    kept = [change for change in dict.fromkeys(judged) if change.what != "now required" or change.name not in added]
    return sorted([*renamed, *kept], key=lambda change: change.name)


def shape(path: str) -> str:
    """Return a path without the names of its parameters, which do not distinguish paths."""
    return re.sub(r"{[^}]*}", "{}", path)


def parameters(path: str, other: str) -> list[tuple[str, str]]:
    """Return the (old, new) names of parameters that differ between two paths of one shape."""
    pairs = zip(re.findall(r"{([^}]*)}", path), re.findall(r"{([^}]*)}", other), strict=False)
    return [pair for pair in pairs if pair[0] != pair[1]]


def _same_paths(old: Any, new: Any) -> tuple[list[Change], Any]:
    """Return the renamed path parameters, and the new document with their old names."""
    known = {shape(path): path for path in old["paths"]}
    found: list[Change] = []
    paths: dict[str, Any] = {}
    for path, item in new["paths"].items():
        was = known.get(shape(path), path)
        if was in new["paths"] or was == path:
            paths[path] = item
            continue
        paths[was] = moved = copy.deepcopy(item)
        for (name, now), method in product(parameters(was, path), moved):
            found.append(Change(f"{method.upper()} {was} : path {name}", f"is now {now}", request=True))
            for one in member(moved, method, "parameters"):
                if one.get("in") == "path" and one.get("name") == now:
                    one["name"] = name
    return found, new | {"paths": paths}


def reworded(old: Any, new: Any) -> int:
    """Return how many texts of the new document differ from the old text at the same location."""
    ours = dict(words(old))
    return sum(said != ours[place] for place, said in words(new) if place in ours)


class _Judge:
    """One difference: its name, the keyword that differs, and whether requests or responses contain it."""

    def __init__(self, old: Any, new: Any, uses: tuple[dict[str, set[str]], ...], found: Difference) -> None:
        self.documents, self.found = (old, new), found
        self.name, self.size, self.use = "", 0, {REQUEST, RESPONSE}
        where = found.where
        if where[0] == "paths" and len(where) > 2:
            self._operation(where)
        elif where[:2] == ("components", "schemas"):
            self._take(str(where[2]), 3)
            self.use = uses[0].get(self.name, set()) | uses[1].get(self.name, set())
        self._properties(where)
        self.rest = [str(part) for part in where[self.size :]]

    def _take(self, name: str, size: int) -> None:
        self.name, self.size = self.name + name, size

    def _operation(self, where: Location) -> None:
        self._take(f"{str(where[2]).upper()} {where[1]}", 3)
        part = where[3] if len(where) > 3 else ""
        if part == "parameters" and len(where) > 4:
            self._take(f" : {where[4]}", 5)
            self.use = {REQUEST}
        elif part == "requestBody":
            is_kind = len(where) > 5 and where[4] == "content"
            self._take(f" : body {where[5]}" if is_kind else " : body", 6 if is_kind else 4)
            self.use = {REQUEST}
        elif part == "responses" and len(where) > 4:
            self._take(f" : {where[4]}", 5)
            self.use = {RESPONSE}

    def _properties(self, where: Location) -> None:
        place = self.size
        while place < len(where) - 1 and self.size:
            if where[place] == "properties":
                self._take(f".{where[place + 1]}", place + 2)
                place += 1
            place += 1

    def _change(self, what: str, *, request: bool, response: bool) -> Change:
        return Change(self.name or text(self.found.where), what, request and REQUEST in self.use,
                      response and RESPONSE in self.use)  # fmt: skip

    def judge(self) -> Iterator[Change]:
        """Yield the changes, usually one."""
        _, old, new = self.found
        where = self.found.where
        removed, added = new is MISSING, old is MISSING
        if where[0] == "servers" or where[:2] == ("components", "securitySchemes") or where[-1] == "security":
            yield self._access(old, new)
        elif not self.name:
            yield Change(text(where), f"{old!r} → {new!r}")
        elif not self.rest:
            required = added and self._is_required(new)
            what = "removed" if removed else "added, required" if required else "added" if added else "replaced"
            is_status = self.use == {RESPONSE} and added
            yield self._change(what, request=removed or required, response=removed and not is_status)
        else:
            yield from self._keyword(self.rest[-1], old, new)

    def _is_required(self, new: Any) -> bool:
        where = self.found.where
        if len(where) > 1 and where[-2] == "properties":
            return where[-1] in member(at(self.documents[1], where[:-2]), "required")
        return member(new, "required") is True

    def _access(self, old: Any, new: Any) -> Change:
        where = self.found.where
        name = self.name or " ".join(str(part) for part in where if part not in {"components", "securitySchemes"})
        lifted = where[-1] == "security" and (new == [] or old is MISSING)
        offered = old is MISSING and ("scopes" in where or where[-2:-1] == ("flows",))
        tightened = where[-1] == "security" and new not in ([], MISSING) and old in ([], MISSING)
        what = f"{'security ' * (where[-1] == 'security' and bool(self.name))}{old!r} → {new!r}"
        renamed = self._is_renamed(where, old, new)
        return Change(name, what, request=(tightened or not (lifted or offered)) and not renamed)

    def _is_renamed(self, where: Location, old: Any, new: Any) -> bool:
        """Return whether only the name of a security scheme differs."""
        schemes = [member(document, "components", "securitySchemes") for document in self.documents]
        if where[:2] == ("components", "securitySchemes"):
            return len(where) == 3 and all((old or new) in known.values() for known in schemes)
        if where[-1] != "security" or MISSING in (old, new):
            return False
        meant = [
            [{json.dumps(known.get(name)): scopes for name, scopes in one.items()} for one in said]
            for known, said in zip(schemes, (old, new), strict=True)
        ]
        return meant[0] == meant[1]

    def _keyword(self, key: str, old: Any, new: Any) -> Iterator[Change]:
        removed, added = new is MISSING, old is MISSING
        before = self.rest[-2] if len(self.rest) > 1 else ""
        if before == "required":
            self.name += f".{key}"
            yield self._change("now required" if added else "no longer required", request=added, response=removed)
        elif key in FLAGS:
            is_set = new is True
            true, false, request, response = FLAGS[key]
            yield self._change(true if is_set else false, request=is_set is request, response=is_set is response)
        elif "enum" in (key, before):
            yield from self._values(key, old, new)
        elif key in NARROWS_UP or key in NARROWS_DOWN:
            numbers = isinstance(old, int | float) and isinstance(new, int | float)
            narrows = added or (numbers and (new > old) == (key in NARROWS_UP))
            yield self._change(f"{key} {old!r} → {new!r}", request=narrows, response=False)
        elif key == "default":
            yield self._change(f"default {old!r} → {new!r}", request=not added, response=False)
        elif before in {"headers", "tags"}:  # the generated module is named after a tag
            what = f"{before[:-1]} {key} {'removed' if removed else 'added'}"
            yield self._change(what, request=removed, response=removed)
        elif key in {"style", "explode", "allowReserved", "pattern", "encoding", "operationId"}:
            yield self._change(f"{key} {old!r} → {new!r}", request=True, response=key == "operationId")
        elif SHAPE & set(self.rest) or "content" in self.rest:
            yield self._shapes()
        else:
            yield self._change(f"{' '.join(self.rest)} {old!r} → {new!r}", request=False, response=False)

    def _values(self, key: str, old: Any, new: Any) -> Iterator[Change]:
        if key == "enum":
            what = "may now have other values" if new is MISSING else "no longer takes other values"
            yield self._change(what, request=old is MISSING, response=new is MISSING)
        else:
            added = old is MISSING
            what = f"may now be {key}" if added else f"no longer takes {key}"
            yield self._change(what, request=not added, response=added)

    def _shapes(self) -> Change:
        """Compare the types of the whole parameter, body, response or property."""
        owner = self.found.where[: self.size]
        before, after = (_shape(at(document, owner)) for document in self.documents)
        pieces = [set(shape.split(" or ")) for shape in (before, after)]
        wider = (before, after) in WIDER or pieces[0] < pieces[1]
        narrower = (after, before) in WIDER or pieces[1] < pieces[0]
        if before == after:
            before, after = repr(self.found.old), repr(self.found.new)
        return self._change(f"{before} → {after}", request=not wider, response=not narrower)


def usage(document: Any) -> dict[str, set[str]]:
    """Return for each schema name whether requests or responses use it."""
    uses: dict[str, set[str]] = {}
    for _, _, operation in operations(document):
        _spread(document, [member(operation, "parameters"), member(operation, "requestBody")], REQUEST, uses)
        _spread(document, member(operation, "responses"), RESPONSE, uses)
    return uses


def _spread(document: Any, node: Any, use: str, uses: dict[str, set[str]]) -> None:
    for _, ref in references(node):
        name = ref.removeprefix(SCHEMAS)
        if use not in uses.setdefault(name, set()):
            uses[name].add(use)
            _spread(document, member(document, "components", "schemas", name), use, uses)


def _shape(node: Any) -> str:
    if is_map(content := member(node, "content")) and "schema" not in node and "type" not in node and content:
        return " or ".join(sorted({_shape(member(media, "schema")) for media in content.values()}))
    if member(node, "schema"):
        return _shape(node["schema"])
    if member(node, "$ref"):
        return str(node["$ref"]).rpartition("/")[2]
    for key, joint in (("anyOf", " or "), ("oneOf", " or "), ("allOf", " and ")):
        if member(node, key):
            return joint.join(_shape(part) for part in node[key])
    if member(node, "enum") == [None]:
        return "null"
    if member(node, "items"):
        return f"list of {_shape(node['items'])}"
    if is_map(node) and is_map(node.get("additionalProperties")):
        return f"map to {_shape(node['additionalProperties'])}"
    known = " ".join(str(node[key]) for key in ("type", "format") if member(node, key))
    return known or ("nothing" if not node or member(node, "responses") or set(node) <= {"description"} else "anything")


def surface(package: Path) -> set[str]:
    """Return the Python surface of a package as lines: functions (only ``sync``), attributes, aliases."""
    lines: set[str] = set()
    for path in sorted(package.rglob("*.py")):
        module = ".".join(path.relative_to(package).with_suffix("").parts)
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            lines |= {f"{module}.{line}" for line in _signatures(node) if not line.startswith(("_", "T =", "asyncio"))}
    return lines


def surface_changes(old: Path, new: Path) -> str:
    """Return how the Python surface of a package changes, as a summary and lines."""
    before, after = surface(old), surface(new)
    lines = [
        *(f"    - {line}\n" for line in sorted(before - after)),
        *(f"    + {line}\n" for line in sorted(after - before)),
    ]
    return f"surface: {len(before - after)} lines removed, {len(after - before)} added\n{''.join(lines)}"


def _signatures(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        yield f"{node.name}({ast.unparse(node.args)}) -> {ast.unparse(node.returns) if node.returns else 'Any'}"
    elif isinstance(node, ast.Assign | ast.AnnAssign):
        yield ast.unparse(node)
    elif isinstance(node, ast.ClassDef):
        yield from (f"{node.name}.{line}" for child in node.body for line in _signatures(child) if line[0] != "_")
