"""Apply an OpenAPI Overlay (1.0, 1.1) to a document; every action must select something and change something.

Called by ``regenerate`` with corrections.yaml and errors.yaml. The specification lets an action that selects nothing
succeed. Here it is an error, so that a fix or a move by the service is noticed. openapi/README.md describes the
extensions of actions (``x-…``).
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from jsonpath import JSONPathEnvironment
from jsonpath.exceptions import JSONPathError

from openapi.tree import SCHEMAS, WORDING, Location, is_list, is_map, item_key, member, text, without

PATHS = JSONPathEnvironment(strict=True)  # passes all 703 compliance tests of RFC 9535
KINDS = ("remove", "update", "copy")
KEYS = frozenset({"target", "description", "x-matches", "x-optional", "x-absorbs", "x-draft", *KINDS})
INLINE = ("type", "format", "enum", "items", "additionalProperties", "properties")  # keywords that a $ref replaces
UNREFERENCED = {*WORDING, "nullable"}  # keywords that a $ref cannot carry


class ActionError(Exception):
    """An action cannot be applied."""


class Step(NamedTuple):
    """The effect of one action on one location: add, erase, copy, or point to a schema (``there``)."""

    action: int
    what: str
    here: Location
    there: Location = ()


@dataclass
class Applied:
    """A corrected copy of a document, and the effects of each action. Actions are counted from 1."""

    document: Any
    actions: list[Any]
    failures: dict[int, str] = field(default_factory=dict[int, str])
    hits: dict[int, set[Location]] = field(default_factory=dict[int, set[Location]])
    steps: list[Step] = field(default_factory=list[Step])

    def lines(self) -> list[str]:
        """Return a line for each failure, with the action's number and target."""
        return [
            f"action {number}, {member(self.actions[number - 1], 'target') or self.actions[number - 1]}: {reason}"
            for number, reason in self.failures.items()
        ]

    def follow(self, place: Location) -> tuple[set[Location], dict[str, bool]]:
        """Return where a node of the input ends up, and the actions that discard it, each with its permission."""
        seen, discarded = {place}, dict[str, bool]()
        for step in self.steps:
            size = len(step.here)
            below = {at for at in seen if at[:size] == step.here}
            if step.what in {"copy", "point"}:
                seen |= {step.there + at[size:] for at in below}
            action = self.actions[step.action - 1]
            if step.what == "add" and below:
                discarded[action["target"]] = True  # the service now has what the correction adds
            elif step.what != "copy" and below:
                named = set(member(action, "x-absorbs"))
                discarded[action["target"]] = any(named & set(at[max(size - 1, 0) :]) for at in below)
        return seen, discarded


def apply(document: Any, overlay: Any) -> Applied:
    """Apply every action. A failed action still changes what it can, because later actions build on it."""
    applied = Applied(copy.deepcopy(document), overlay["actions"])
    for number, action in enumerate(overlay["actions"], start=1):
        try:
            _check(action)
            _Action(applied, number, action).run()
        except (ActionError, JSONPathError) as error:
            applied.failures[number] = str(error)
    return applied


def _check(action: Any) -> None:
    if not is_map(action) or not isinstance(action.get("target"), str):
        raise ActionError("must be an object with a target")
    if unknown := sorted(action.keys() - KEYS):
        raise ActionError(f"has unknown members: {', '.join(unknown)}")
    if not action.get("description"):
        raise ActionError("has no description: describe the defect and the evidence")
    if sum(kind in action for kind in KINDS) != 1:
        raise ActionError(f"needs exactly one of {', '.join(KINDS)}")


@dataclass
class _Action:
    applied: Applied
    number: int
    action: dict[str, Any]

    def run(self) -> None:
        document, action = self.applied.document, self.action
        hits = find(action["target"], document)
        self.applied.hits[self.number] = {keyed(document, location) for location in hits}
        optional, expected = action.get("x-optional", False), action.get("x-matches")
        wrong = (not hits and not optional) or (expected is not None and len(hits) != expected)
        said = f"selects {len(hits)} nodes" + (f", not {expected}" if expected is not None else "")
        if "remove" in action:
            self._remove(list(hits))
        elif hits:
            self._change(hits, optional=optional, may_rest=wrong)
        if wrong:
            raise ActionError(said)

    def _change(self, hits: dict[Location, Any], *, optional: bool, may_rest: bool) -> None:
        document = self.applied.document
        source: Location | None = None
        if "copy" in self.action:
            sources = find(self.action["copy"], document)
            if not sources and optional:
                return
            if len(sources) != 1:
                raise ActionError(f"copies from {len(sources)} nodes, not from 1")
            ((source, update),) = sources.items()
        else:
            update = self.action["update"]
        changed = False
        for location, node in hits.items():
            here = keyed(document, location)
            if source is not None:
                self._note("copy", keyed(document, source), here)
            self._point(here, node, update)
            changed |= self._update(location, here, node, update)
        if not changed and not may_rest:
            raise ActionError("changes nothing: drop the action if the service fixed the defect")

    def _note(self, what: str, here: Location, there: Location = ()) -> None:
        self.applied.steps.append(Step(self.number, what, here, there))

    def _point(self, here: Location, node: Any, update: Any) -> None:
        """Check that a node replaced by a reference equals the referenced schema."""
        ref = member(update, "$ref") or next((member(part, "$ref") for part in member(update, "anyOf")), "")
        if not ref or not is_map(node):
            return
        schema = ref.removeprefix(SCHEMAS)
        self._note("point", here, ("components", "schemas", schema))
        is_, ours = (
            {key: without(one[key], UNREFERENCED, key) for key in INLINE if key in one}
            for one in (node, member(self.applied.document, "components", "schemas", schema))
        )
        if is_ and is_ != ours and "$ref" not in node:
            raise ActionError(f"{text(here)} differs from {schema}: {is_} instead of {ours}")

    def _remove(self, locations: list[Location]) -> None:
        # from the end: indexes of earlier list items stay valid, children are removed before parents
        for location in reversed(locations):
            self._note("erase", keyed(self.applied.document, location))
            del self._parent(location)[location[-1]]

    def _parent(self, location: Location) -> Any:
        if not location:
            raise ActionError("target must not be the whole document")
        node = self.applied.document
        for part in location[:-1]:
            node = node[part]
        return node

    def _update(self, location: Location, here: Location, node: Any, update: Any) -> bool:
        if is_map(node):
            if not is_map(update):
                raise ActionError("update of an object must be an object")
            return self._merge(here, node, update)
        if is_list(node):
            return _append(node, update if is_list(update) else [update])
        if type(update) in {dict, list}:
            raise ActionError("update of a plain value must be a plain value")
        self._note("erase", here)
        self._parent(location)[location[-1]] = update
        return bool(node != update)

    def _merge(self, here: Location, node: dict[str, Any], update: dict[str, Any]) -> bool:
        """Merge according to section 4.4.3 of the specification, and return whether anything changed."""
        changed = False
        for key, value in update.items():
            if key not in node:
                self._note("add", (*here, key))
                node[key] = copy.deepcopy(value)
                changed = True
            elif is_map(value) and is_map(node[key]):
                changed |= self._merge((*here, key), node[key], value)
            elif is_list(value) and is_list(node[key]):
                changed |= _append(node[key], value)
            elif type(value) in {dict, list} or type(node[key]) in {dict, list}:
                raise ActionError(f"{key!r} is a {type(node[key]).__name__}, not a {type(value).__name__}")
            elif node[key] != value:
                self._note("erase", (*here, key))
                node[key] = value
                changed = True
        return changed


_compiled = lru_cache(maxsize=512)(PATHS.compile)


def find(path: str, document: Any) -> dict[Location, Any]:
    """Return the nodes that a path selects, by location; a node selected twice counts once."""
    return {tuple(node.parts): node.obj for node in _compiled(path).finditer(document)}


def keyed(document: Any, location: Location) -> Location:
    """Return a stable location: items of unordered lists are identified by content instead of index."""
    node, parent = document, ""
    found: list[str | int] = []
    for part in location:
        found.append(item_key(node[int(part)], parent, part) if is_list(node) else part)
        node, parent = node[part], str(part)
    return tuple(found)


def _append(node: list[Any], values: list[Any]) -> bool:
    if present := [value for value in values if value in node]:
        raise ActionError(f"the list already has {', '.join(map(repr, present))}")
    node.extend(copy.deepcopy(values))
    return bool(values)
