"""What changed between two documents or two generated packages, and whether it breaks users of the client.

Called by ``regenerate --source``. One comparison of the trees, whatever is in them; then each difference gets a name
that reads in a report, and a judgment, apart for what callers send and for what they read: a request that narrows
(required, no null, fewer values, a lower limit) breaks callers; an answer that widens (optional, null, more values)
breaks readers.
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

REQUEST, ANSWER = "request", "answer"
CONTAINERS = frozenset(  # where there are none, there are none in it
    "parameters required properties headers responses schemas paths content requestBody securitySchemes scopes".split()
)
SHAPE = frozenset("type format $ref items additionalProperties anyOf oneOf allOf not discriminator schema".split())
WIDER = {("integer", "number"), ("integer int32", "integer int64"), ("number float", "number double")}
NARROWS_UP = (
    "minimum",
    "minLength",
    "minItems",
    "minProperties",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "uniqueItems",
)
NARROWS_DOWN = ("maximum", "maxLength", "maxItems", "maxProperties")


class Difference(NamedTuple):
    """One place where two trees differ; ``MISSING`` where there is nothing."""

    where: Location
    old: Any
    new: Any


class Change(NamedTuple):
    """One difference in words, and whom it breaks."""

    name: str
    what: str
    request: bool = False
    answer: bool = False

    @property
    def breaking(self) -> bool:
        """Whether it breaks anybody."""
        return self.request or self.answer

    def __str__(self) -> str:
        whom = " and ".join(("requests",) * self.request + ("answers",) * self.answer)
        return f"{'BREAKING ' * self.breaking}{self.name}: {self.what}{f' [{whom}]' * self.breaking}"


def differences(old: Any, new: Any, where: Location = (), parent: str = "") -> Iterator[Difference]:
    """Every place where two trees differ, words left out; what lies in something added or removed is not told apart."""
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
        if len(where) == 2 and where[0] == "paths":  # a path is no more than its operations
            for method in METHODS:
                pair = tuple(member(side, method) or MISSING for side in (old, new))
                if pair != (MISSING, MISSING):
                    yield Difference((*where, method), *pair)
        else:
            yield Difference(where, old, new)


def changes(old: Any, new: Any) -> list[Change]:
    """Every difference between two documents, in words and judged; in the order of their names."""
    renamed, new = _same_paths(old, new)
    uses = usage(old), usage(new)
    judged = [change for found in differences(old, new) for change in _Judge(old, new, uses, found).judge()]
    added = {change.name for change in judged if change.what == "added, required"}
    kept = [change for change in dict.fromkeys(judged) if change.what != "now required" or change.name not in added]
    return sorted([*renamed, *kept], key=lambda change: change.name)


def shape(path: str) -> str:
    """A path without the names of its parameters, which tell no two paths apart."""
    return re.sub(r"{[^}]*}", "{}", path)


def parameters(path: str, other: str) -> list[tuple[str, str]]:
    """The parameters of a path that have another name in another path of its shape."""
    pairs = zip(re.findall(r"{([^}]*)}", path), re.findall(r"{([^}]*)}", other), strict=False)
    return [pair for pair in pairs if pair[0] != pair[1]]


def _same_paths(old: Any, new: Any) -> tuple[list[Change], Any]:
    """The parameters of paths that are renamed, and the new document with their old names."""
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
            found.append(Change(f"{method.upper()} {was} : path {name}", f"is {now} now", request=True))
            for one in member(moved, method, "parameters"):
                if one.get("in") == "path" and one.get("name") == now:
                    one["name"] = name
    return found, new | {"paths": paths}


def reworded(old: Any, new: Any) -> int:
    """How many texts of the new document differ from those of the old one at the same place."""
    ours = dict(words(old))
    return sum(said != ours[place] for place, said in words(new) if place in ours)


class _Judge:
    """One difference: its name, the keyword that differs, and who meets it."""

    def __init__(self, old: Any, new: Any, uses: tuple[dict[str, set[str]], ...], found: Difference) -> None:
        self.documents, self.found = (old, new), found
        self.name, self.size, self.use = "", 0, {REQUEST, ANSWER}
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
            self.use = {ANSWER}

    def _properties(self, where: Location) -> None:
        place = self.size
        while place < len(where) - 1 and self.size:
            if where[place] == "properties":
                self._take(f".{where[place + 1]}", place + 2)
                place += 1
            place += 1

    def _change(self, what: str, *, request: bool, answer: bool) -> Change:
        return Change(self.name or text(self.found.where), what, request and REQUEST in self.use,
                      answer and ANSWER in self.use)  # fmt: skip

    def judge(self) -> Iterator[Change]:
        """The difference in words, most often in one line."""
        _, old, new = self.found
        where = self.found.where
        gone, come = new is MISSING, old is MISSING
        if where[0] == "servers" or where[:2] == ("components", "securitySchemes") or where[-1] == "security":
            yield self._access(old, new)
        elif not self.name:
            yield Change(text(where), f"{old!r} → {new!r}")
        elif not self.rest:
            required = come and self._is_required(new)
            what = "removed" if gone else "added, required" if required else "added" if come else "replaced"
            is_answer_code = self.use == {ANSWER} and come
            yield self._change(what, request=gone or required, answer=gone and not is_answer_code)
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
        offered = old is MISSING and "scopes" in where
        tightened = where[-1] == "security" and new not in ([], MISSING) and old in ([], MISSING)
        what = f"{'security ' * (where[-1] == 'security' and bool(self.name))}{old!r} → {new!r}"
        renamed = self._is_renamed(where, old, new)
        return Change(name, what, request=(tightened or not (lifted or offered)) and not renamed)

    def _is_renamed(self, where: Location, old: Any, new: Any) -> bool:
        """Whether nothing is different but the name of a way to a token."""
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
        gone, come = new is MISSING, old is MISSING
        before = self.rest[-2] if len(self.rest) > 1 else ""
        if before == "required":
            self.name += f".{key}"
            yield self._change("now required" if come else "no longer required", request=come, answer=gone)
        elif key == "required":
            yield self._change(
                "now required" if new is True else "no longer required", request=new is True, answer=False
            )
        elif key == "nullable":
            yes = new is True
            yield self._change("may now be null" if yes else "no longer null", request=not yes, answer=yes)
        elif "enum" in (key, before):
            yield from self._values(key, old, new)
        elif key in NARROWS_UP or key in NARROWS_DOWN:
            numbers = isinstance(old, int | float) and isinstance(new, int | float)
            narrows = come or (numbers and (new > old) == (key in NARROWS_UP))
            yield self._change(f"{key} {old!r} → {new!r}", request=narrows, answer=False)
        elif key == "default":
            yield self._change(f"default {old!r} → {new!r}", request=not come, answer=False)
        elif key == "deprecated":
            yield self._change("now deprecated" if new is True else "no longer deprecated", request=False, answer=False)
        elif before == "headers":
            yield self._change(f"header {key} {'removed' if gone else 'added'}", request=gone, answer=gone)
        elif key in {"style", "explode", "allowReserved", "pattern", "encoding", "operationId"}:
            yield self._change(f"{key} {old!r} → {new!r}", request=True, answer=key == "operationId")
        elif SHAPE & set(self.rest) or "content" in self.rest:
            yield self._shapes()
        else:
            yield self._change(f"{' '.join(self.rest)} {old!r} → {new!r}", request=False, answer=False)

    def _values(self, key: str, old: Any, new: Any) -> Iterator[Change]:
        if key == "enum":
            what = "may now be anything else" if new is MISSING else "no longer takes anything else"
            yield self._change(what, request=old is MISSING, answer=new is MISSING)
        else:
            come = old is MISSING
            what = f"may now be {key}" if come else f"no longer takes {key}"
            yield self._change(what, request=not come, answer=come)

    def _shapes(self) -> Change:
        """Types, as the caller meets them: those of the whole parameter, body, answer or property."""
        owner = self.found.where[: self.size]
        before, after = (_shape(at(document, owner)) for document in self.documents)
        pieces = [set(shape.split(" or ")) for shape in (before, after)]
        wider = (before, after) in WIDER or pieces[0] < pieces[1]
        narrower = (after, before) in WIDER or pieces[1] < pieces[0]
        if before == after:
            before, after = repr(self.found.old), repr(self.found.new)
        return self._change(f"{before} → {after}", request=not wider, answer=not narrower)


def usage(document: Any) -> dict[str, set[str]]:
    """Whether callers send a schema or read it, by its name."""
    uses: dict[str, set[str]] = {}
    for _, _, operation in operations(document):
        _spread(document, [member(operation, "parameters"), member(operation, "requestBody")], REQUEST, uses)
        _spread(document, member(operation, "responses"), ANSWER, uses)
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
