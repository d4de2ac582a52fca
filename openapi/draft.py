"""Adapt the corrections to a newer document where the result is unambiguous, for ``regenerate --source … --draft``.

This updates counts, drops actions whose defect is fixed or whose operation was removed, and follows targets that moved
to a single possible location. New operations get actions by the pattern of similar ones. Each drafted action is marked
with ``x-draft``. Ambiguous actions stay unchanged, and so stay errors. Files are edited as text to keep the layout.
"""

from __future__ import annotations

import copy
import json
import re
import textwrap
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from openapi import account, correct, documents
from openapi.changes import parameters, shape
from openapi.tree import MISSING, SCHEMAS, WORDING, Location, at, member, operations, references, without

VERBS = ("translate", "summarize", "analyze", "detect", "upload", "convert", "extract", "create", "check", "cancel")
VERB_FOR = {"PUT": "replace", "PATCH": "update"}
WORD_FOR = {"auto": "file", "document": "file"}  # in the names of operations that return results
Key = TypeVar("Key")
HEADING = re.compile(r"\n\n  # .*", re.DOTALL)  # of the actions that follow
ALIKE = 0.8  # share of properties that a renamed schema must keep


def operation_id(method: str, path: str) -> str:
    """Return a name by the rule of the others: verb first, ``trial`` last, ``get…Translation`` for results."""
    parts = [part for part in path.strip("/").split("/") if not part.startswith("{")]
    words = [word.lower() for part in parts for word in re.split("[^A-Za-z0-9]+", part) if word]
    by_id = "{" in path or words[-1:] == ["trial"]
    if method == "POST":
        head = [] if words[:1] and words[0] in VERBS else ["translate"]
        words = [*head, *("file" if word == "auto" else word for word in words)]
    elif method == "GET" and by_id and words[:1] and words[0] in {"text", "document"}:
        words = ["get", WORD_FOR.get(words[0], words[0]), "translation", *words[1:]]
    else:
        words = [VERB_FOR.get(method, method.lower()), *words]
    return words[0] + "".join(word.capitalize() for word in words[1:])


class Text:
    """The actions of a file: as blocks of text, to keep the layout, and as data, in which only moved names change."""

    def __init__(self, content: str, actions: list[Any]) -> None:
        self.head, *self.blocks = re.split(r"(?m)^(?=  - target:)", content)
        self.actions = copy.deepcopy(actions)

    def content(self) -> str:
        """Return the whole file."""
        return self.head + "".join(self.blocks)

    def mark(self, number: int, why: str) -> None:
        """Mark an action for review, unless it was removed. Actions are counted from 1."""
        if "    x-draft:" not in self.blocks[number - 1]:
            members = r"(?m)^    (?=(x-absorbs|x-matches|x-optional|remove|update|copy):)"
            self._put(number, members, f"    x-draft: {json.dumps(why)}\n    ")

    def count(self, number: int, matches: int) -> None:
        """Update how many nodes an action selects."""
        self._put(number, r"(?m)^    x-matches: \d+$", f"    x-matches: {matches}")

    def replace(self, number: int, pattern: str, new: str) -> bool:
        """Replace in the target and the source of an action, and return whether that changed any."""
        action = self.actions[number - 1]
        changed = False
        for key in ("target", "copy"):
            if key in action and (moved := re.sub(pattern, new, action[key])) != action[key]:
                action[key] = moved
                head = "  - " if key == "target" else "    "
                self._put(number, rf"(?m)^{head}{key}:.*\n(      .*\n)*", f"{head}{key}: {json.dumps(moved)}\n")
                changed = True
        return changed

    def refer(self, number: int, name: str, now: str) -> bool:
        """Rename a schema in the references of an action, and return whether it has any."""
        pattern = rf"(?<=schemas/){re.escape(name)}(?![A-Za-z])"
        said = json.dumps(member(self.actions[number - 1], "update"))
        if not re.search(pattern, said):
            return False
        self.actions[number - 1]["update"] = json.loads(re.sub(pattern, now, said))
        self.blocks[number - 1] = re.sub(pattern, now, self.blocks[number - 1])
        return True

    def drop(self, number: int) -> None:
        """Remove an action but keep a heading after it. The empty block keeps the numbers of other actions."""
        rest = HEADING.search(self.blocks[number - 1])
        self.blocks[number - 1] = rest[0] if rest else ""

    def add(self, after: int, action: dict[str, Any]) -> None:
        """Add an action after another."""
        body = documents.dump([action], "x").partition("\n")[2]
        block = self.blocks[after - 1]
        heading = HEADING.search(block)
        cut = heading.start() + 1 if heading else len(block)
        self.blocks[after - 1] = block[:cut] + textwrap.indent(body, "  ") + block[cut:]

    def _put(self, number: int, pattern: str, new: str) -> None:
        self.blocks[number - 1] = re.sub(pattern, lambda _: new, self.blocks[number - 1], count=1)


class Draft:
    """Corrections or error responses being adapted, with ``notes`` on changes and open ``decisions``."""

    def __init__(self, before: correct.Applied, old: Any, new: Any, content: str) -> None:
        self.before, self.old, self.new = before, old, new
        self.text = Text(content, before.actions)
        self.renamed: dict[str, str] = {}
        self.moved: dict[Location, Location] = {}
        self.notes: list[str] = []
        self.decisions: list[str] = []

    def run(self, *, is_errors: bool = False) -> str:
        """Return the file, adapted to the new document as far as possible."""
        self._follow_schemas()
        self._follow_security()
        self._follow_paths()
        if not is_errors:
            self._follow_properties()
            self._follow_moved_properties()
        after = correct.apply(self.new, {"actions": self.text.actions})
        named = [n for n, action in enumerate(after.actions, start=1) if member(action, "update", "operationId")]
        for number in sorted(after.failures):
            self._repair(number, after)
        if not is_errors:
            self._name_operations(after, max(named, default=1))
            self._remove_errors(after.document)
        return self.text.content()

    def _note(self, number: int, why: str) -> None:
        self.notes.append(f"action {number}, {self.before.actions[number - 1]['target']}: {why}")
        self.text.mark(number, why)

    # moved targets -------------------------------------------------------------------------------------------------

    def _follow_schemas(self) -> None:
        removed, added = self._changed("components", "schemas")
        for name, fits, rivals in _candidates(removed, added, _alike):
            if len(fits) == rivals == 1:
                self.renamed[name] = fits[0]
                self.moved["components", "schemas", name] = ("components", "schemas", fits[0])
                pattern = rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])"
                self._move(pattern, fits[0], f"schema {name} is now {fits[0]}", schema=name)
            elif fits:
                self.decisions.append(f"schema {name} was removed; decide which of {', '.join(fits)} replaces it")

    def _follow_security(self) -> None:
        for name, fits, _ in _candidates(*self._changed("components", "securitySchemes"), _same):
            if len(fits) == 1:
                pattern = rf"(?<=securitySchemes\.){re.escape(name)}(?![A-Za-z])"
                self._move(pattern, fits[0], f"{name} is now called {fits[0]}")

    def _follow_paths(self) -> None:
        removed, added = self._changed("paths")
        structures = {path: without(item, WORDING) for path, item in (removed | added).items()}
        for path in removed:
            fits = [other for other in added if shape(other) == shape(path)]
            if len(fits) != 1:
                now = self._now(structures[path])
                fits = [other for other in added if structures[other] == now]
                # several paths have equal items: a longer prefix may have been added to this one
                if sum(structures[other] == structures[path] for other in removed) > 1:
                    fits = [other for other in fits if other.endswith(path)]
            if len(fits) == 1:
                self.moved["paths", path] = ("paths", fits[0])
                self._move(rf"'{re.escape(path)}'", f"'{fits[0]}'", f"path {path} is now {fits[0]}")
                self._follow_parameters(path, fits[0])

    def _follow_parameters(self, path: str, now: str) -> None:
        """Let actions that select a renamed path parameter select its new name as well."""
        for was, name in parameters(path, now):
            for method in self.new["paths"][now]:
                place = ("paths", now, method, "parameters")
                self.moved[*place, f"path {was}"] = (*place, f"path {name}")
            for number, hits in self.before.hits.items():
                said, added = f"@.name == '{was}'", f"@.name == '{name}'"
                target = self.text.actions[number - 1]["target"]
                if any(hit[:2] == ("paths", path) for hit in hits) and said in target and added not in target:
                    self.text.replace(number, re.escape(said), f"{said} || {added}")
                    self._note(number, f"parameter {was} is now {name}, in {now}")

    def _now(self, structure: Any) -> Any:
        """Return the structure of a path with the new names of its schemas."""
        said = json.dumps(structure)
        for name, now in self.renamed.items():
            said = said.replace(f'schemas/{name}"', f'schemas/{now}"')
        return json.loads(said)

    def _follow_properties(self) -> None:
        for name in self.old["components"]["schemas"]:
            place = ("components", "schemas", name, "properties")
            for prop, fits, rivals in _candidates(*self._changed(*place), _same):
                if len(fits) == rivals == 1:
                    self.moved[*place, prop] = (*place, fits[0])
                    self._move_property(name, prop, fits[0])

    def _move_property(self, schema: str, prop: str, now: str) -> None:
        place = ("components", "schemas", schema, "properties", prop)
        for number, hits in self.before.hits.items():
            mine = {hit for hit in hits if hit[:5] == place}
            plain, quoted = rf"properties\.{re.escape(prop)}(?![A-Za-z])", f"'{re.escape(prop)}'"
            if not mine:
                continue
            if mine == hits:
                changed = self.text.replace(number, plain, f"properties.{now}")
                changed |= self.text.replace(number, quoted, f"'{now}'")
            else:  # other schemas keep the old name
                changed = self.text.replace(number, plain, f"properties['{prop}','{now}']")
                changed = changed or self.text.replace(number, quoted, f"'{prop}','{now}'")
            if changed:
                self._note(number, f"property {schema}.{prop} is now {now}")

    def _follow_moved_properties(self) -> None:
        """Follow an unchanged property to another schema, if only one schema has gained it."""
        schemas = [member(document, "components", "schemas") for document in (self.old, self.new)]
        removed, added = (
            {(name, key): (key, schema) for name in one for key, schema in member(one[name], "properties").items()
             if key not in member(other, name, "properties")}
            for one, other in (schemas, schemas[::-1])
        )  # fmt: skip
        for (name, key), fits, rivals in _candidates(removed, added, lambda a, b: a[0] == b[0] and _same(a[1], b[1])):
            if name in self.renamed or not len(fits) == rivals == 1:
                continue
            to = fits[0][0]
            place = ("components", "schemas", name, "properties", key)
            self.moved[place] = ("components", "schemas", to, "properties", key)
            schema = rf"(?<=schemas\.){re.escape(name)}(?=\.)|(?<='){re.escape(name)}(?=')"
            for number, hits in self.before.hits.items():
                mine = {hit for hit in hits if hit[:3] == place[:3]}
                if mine and all(hit[:5] == place for hit in mine) and self.text.replace(number, schema, to):
                    self._note(number, f"property {name}.{key} is now in {to}")

    def _move(self, pattern: str, new: str, why: str, *, schema: str = "") -> None:
        for number in range(1, len(self.text.blocks) + 1):
            has_references = bool(schema) and self.text.refer(number, schema, new)
            if self.text.replace(number, pattern, new) or has_references:
                self._note(number, why)

    def _changed(self, *place: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what is only in the old and only in the new document of the members of an object."""
        old, new = (member(document, *place) for document in (self.old, self.new))
        return (
            {name: node for name, node in old.items() if name not in new},
            {name: node for name, node in new.items() if name not in old},
        )

    # actions that do not fit ---------------------------------------------------------------------------------------

    def _repair(self, number: int, after: correct.Applied) -> None:
        reason, action = after.failures[number], after.actions[number - 1]
        hits, old_hits = after.hits.get(number, set()), self.before.hits.get(number, set())
        why = account.diagnosis(number, self.before, after, self.new)
        if reason.startswith("selects"):
            is_gone = all(self._is_removed(place) for place in old_hits)
            if account.UNSELECTED in why or (account.REMOVED in why and not hits and not is_gone):
                self._leave(action, number, why)
            elif hits:
                self.text.count(number, len(hits))
                self._note(number, f"now selects {len(hits)} nodes ({why})")
            else:
                self._drop(number, why)
        elif reason.startswith("the list already has") and len(hits) > 1 and self._part(number, hits, action["update"]):
            return
        elif reason.startswith("changes nothing") or (reason.startswith("the list already has") and len(hits) == 1):
            if all(account.says(at(self.new, hit), member(action, "update")) for hit in hits):
                self._drop(number, "fixed by the service, changes nothing")
            else:
                self._leave(action, number, "fixed by the service only partly or differently")
        else:
            self._leave(action, number, reason)

    def _drop(self, number: int, why: str) -> None:
        self.text.drop(number)
        self._note(number, f"dropped: {why}")

    def _leave(self, action: Any, number: int, why: str) -> None:
        self.decisions.append(f"action {number}, {action['target']}: {why}")

    def _part(self, number: int, hits: set[Location], update: list[Any]) -> bool:
        """Remove schemas fixed by the service from the names in the target, and return whether there were any."""
        fixed = {str(hit[2]) for hit in hits if all(item in at(self.new, hit) for item in update)}
        kept = {str(hit[2]) for hit in hits if not any(item in at(self.new, hit) for item in update)}
        names = re.search(r"schemas\[((?:'[^']+',?)+)\]", self.text.actions[number - 1]["target"])
        if not fixed or len(fixed) + len(kept) != len(hits) or not names:
            return False
        rest = ",".join(name for name in names[1].split(",") if name.strip("'") not in fixed)
        self.text.replace(number, re.escape(names[0]), f"schemas[{rest}]")
        self.text.count(number, len(kept))
        self._note(number, f"fixed by the service in {', '.join(sorted(fixed))}")
        return True

    def _is_removed(self, place: Location) -> bool:
        """Return whether the whole operation or schema was removed, not only a part of it."""
        is_whole = place[0] == "paths" or place[:2] == ("components", "schemas")
        return is_whole and at(self.new, place[:3]) is MISSING

    # new operations ------------------------------------------------------------------------------------------------

    def _name_operations(self, after: correct.Applied, anchor: int) -> None:
        taken = {operation.get("operationId") for _, _, operation in operations(after.document)}
        for method, path, operation in operations(after.document):
            if "operationId" in operation:
                continue
            name = operation_id(method, path)
            if name in taken:
                self.decisions.append(f"{method} {path}: {name} is taken; choose another name")
                continue
            taken.add(name)
            for action in self._for_new(method, path, operation, name):
                self.text.add(anchor, action)
                self.notes.append(f"new action, {action['target']}: {action['x-draft']}")
            is_poll = method == "GET" and ("{" in path or path.endswith("/trial"))
            if not is_poll and method != "POST":
                self.decisions.append(f"{method} {path}: check the name {name}, and whether it submits, polls or reads")

    def _remove_errors(self, document: Any) -> None:
        """Remove responses that are no result from all operations, and the schemas that only they use."""
        used = {ref for _, ref in references(document)}
        responses = [set(member(operation, "responses")) for _, _, operation in operations(document)]
        for code in sorted(set().union(*responses)):
            if code.startswith(("2", "3")) or any(code in codes and min(codes) >= "3" for codes in responses):
                continue
            self._remove(f"$.paths.*.*.responses['{code}']", code, "is returned as a result, though it is an error")
            for _, _, operation in operations(document):
                member(operation, "responses").pop(code, None)
        while gone := used - {ref for _, ref in references(document)}:
            used -= gone
            for name in sorted(ref.removeprefix(SCHEMAS) for ref in gone):
                self._remove(f"$.components.schemas['{name}']", name, "is used by removed responses only")
                document["components"]["schemas"].pop(name, None)

    def _remove(self, target: str, name: str, defect: str) -> None:
        why = "drafted for a documented error"
        description = f"Generated: {name} {defect}."
        action = {"target": target, "description": description, "x-absorbs": [name], "x-draft": why, "remove": True}
        self.text.add(len(self.text.blocks), action)
        self.notes.append(f"new action, {target}: {why}")

    def _for_new(self, method: str, path: str, operation: Any, name: str) -> Iterator[dict[str, Any]]:
        place = f"$.paths['{path}'].{method.lower()}"
        module = f"{method.lower()}_{'_'.join(re.findall('[A-Za-z0-9]+', path))}"
        reason = "drafted for a new operation by the pattern of similar operations"
        yield {
            "target": place,
            "description": f"No operationId. Generated: the module {module}, named after method and path.",
            "x-draft": reason,
            "update": {"operationId": name},
        }
        responses = member(operation, "responses")
        has = {code for code in ("200", "202") if member(responses, code, "content", "application/json", "schema")}
        schema: Any = next((member(responses, code, "content", "application/json", "schema") for code in has), {})
        ref = str(member(schema, "$ref") or "").rpartition("/")[2]
        is_poll = method == "GET" and ref.startswith("Cloud") and ref.endswith("Response")
        if len(has) == 1 and (is_poll or ref == "StatusResponse"):
            (missing,) = {"200", "202"} - has
            words = (
                "Not ready yet. The body says so too, and has no result."
                if is_poll
                else "The job is accepted. The body's `status` is 202, and its `id` is the job ID."
            )
            yield {
                "target": f"{place}.responses",
                "description": f"Similar operations document HTTP {missing}. Generated: {missing} is parsed as None.",
                "x-draft": reason,
                "update": {missing: {"description": words, "content": {"application/json": {"schema": dict(schema)}}}},
            }
        if path.endswith("/trial") and operation.get("security") != []:
            yield {
                "target": place,
                "description": "Trials need no token, but security is global and not removed here.",
                "x-draft": reason,
                "update": {"security": []},
            }


def _candidates(
    removed: dict[Key, Any], added: dict[Key, Any], fits: Callable[[Any, Any], bool]
) -> Iterator[tuple[Key, list[Key], int]]:
    """Yield each removed member, the added ones that may be it, and how many removed ones fit the first of these."""
    for name, node in removed.items():
        found = [other for other in added if fits(node, added[other])]
        yield name, found, sum(fits(other, added[found[0]]) for other in removed.values()) if found else 0


def _same(old: Any, new: Any) -> bool:
    return bool(without(old, WORDING) == without(new, WORDING))


def _alike(old: Any, new: Any) -> bool:
    was, now = set(member(old, "properties")), set(member(new, "properties"))
    return bool(was) and len(was & now) / len(was | now) >= ALIKE if was or now else _same(old, new)
