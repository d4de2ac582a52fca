"""Adapt the corrections to a newer document where the result is unambiguous, for ``regenerate --source … --draft``.

This updates counts, drops actions whose defect is fixed or whose operation was removed, and follows targets that moved
to a single possible location. New operations get actions by the pattern of similar ones. Each drafted action is marked
with ``x-draft``. Ambiguous actions stay unchanged, and so stay errors. Files are edited as text to keep the layout.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from openapi import account, correct, documents
from openapi.changes import parameters, shape
from openapi.tree import MISSING, WORDING, Location, at, is_list, is_map, member, operations, without

VERBS = ("translate", "summarize", "analyze", "detect", "upload", "convert", "extract", "create", "check", "cancel")
WORD_FOR = {"auto": "file", "document": "file"}  # in the names of operations that return results
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
        words = [
            {"GET": "get", "PUT": "replace", "PATCH": "update", "DELETE": "delete"}.get(method, method.lower()),
            *words,
        ]
    return words[0] + "".join(word.capitalize() for word in words[1:])


class Text:
    """A file of actions as text, split into one block per action."""

    def __init__(self, content: str) -> None:
        self.head, *self.blocks = re.split(r"(?m)^(?=  - target:)", content)

    def content(self) -> str:
        """Return the whole file."""
        return self.head + "".join(self.blocks)

    def overlay(self) -> Any:
        """Return the file as data."""
        return documents.load_yaml(self.content())

    def action(self, number: int) -> Any:
        """Return one action as data, counted from 1."""
        return documents.load_yaml(self.blocks[number - 1])[0]

    def mark(self, number: int, why: str) -> None:
        """Mark an action for review."""
        if "    x-draft:" not in self.blocks[number - 1]:
            self._put(
                number,
                r"(?m)^    (?=(x-absorbs|x-matches|x-optional|remove|update|copy):)",
                f"    x-draft: {json.dumps(why)}\n    ",
            )

    def count(self, number: int, matches: int) -> None:
        """Update how many nodes an action selects."""
        self._put(number, r"(?m)^    x-matches: \d+$", f"    x-matches: {matches}")

    def replace(self, number: int, pattern: str, new: str) -> None:
        """Replace in the target and the source of an action, not in its description."""
        action = self.action(number)
        block = self.blocks[number - 1]
        for key in ("target", "copy"):
            if key in action and (moved := re.sub(pattern, new, action[key])) != action[key]:
                block = re.sub(
                    rf"(?m)^(  - |    ){key}:(.*\n)(      .*\n)*",
                    lambda found, key=key, moved=moved: f"{found[1]}{key}: {json.dumps(moved)}\n",
                    block,
                    count=1,
                )
        self.blocks[number - 1] = block

    def drop(self, number: int) -> None:
        """Remove an action but keep a heading after it. The empty block keeps the numbers of other actions."""
        rest = re.search(r"\n\n  # .*", self.blocks[number - 1], re.DOTALL)
        self.blocks[number - 1] = rest[0] if rest else ""

    def add(self, after: int, action: dict[str, Any]) -> None:
        """Add an action after another."""
        body = documents.dump([action], "x").partition("\n")[2]
        lines = "".join(f"  {line}\n" for line in body.splitlines())
        block = self.blocks[after - 1]
        heading = re.search(r"\n\n  # .*", block, re.DOTALL)
        cut = heading.start() + 1 if heading else len(block)
        self.blocks[after - 1] = block[:cut] + lines + block[cut:]

    def _put(self, number: int, pattern: str, new: str) -> None:
        self.blocks[number - 1] = re.sub(pattern, lambda _: new, self.blocks[number - 1], count=1)


class Draft:
    """Corrections or error responses being adapted, with ``notes`` on changes and open ``decisions``."""

    def __init__(self, old: Any, new: Any, content: str) -> None:
        self.old, self.new, self.text = old, new, Text(content)
        self.before = correct.apply(old, self.text.overlay())
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
        after = correct.apply(self.new, self.text.overlay())
        anchor = max(
            (n for n, action in enumerate(after.actions, start=1) if member(action, "update", "operationId")), default=1
        )
        for number in sorted(after.failures):
            self._repair(number, after)
        if not is_errors:
            self._name_operations(after, anchor)
        return self.text.content()

    def _note(self, number: int, why: str, *, is_marked: bool = True) -> None:
        self.notes.append(f"action {number}, {self.before.actions[number - 1]['target']}: {why}")
        if is_marked:
            self.text.mark(number, why)

    # moved targets -------------------------------------------------------------------------------------------------

    def _follow_schemas(self) -> None:
        removed, added = (_only(one, other, "schemas") for one, other in ((self.old, self.new), (self.new, self.old)))
        for name in removed:
            fits = [other for other in added if _alike(removed[name], added[other])]
            if len(fits) == 1 and sum(_alike(removed[other], added[fits[0]]) for other in removed) == 1:
                self.renamed[name] = fits[0]
                self.moved["components", "schemas", name] = ("components", "schemas", fits[0])
                self._move(rf"(?<![A-Za-z]){re.escape(name)}(?![A-Za-z])", fits[0], f"schema {name} is now {fits[0]}")
            elif fits:
                self.decisions.append(f"schema {name} was removed; decide which of {', '.join(fits)} replaces it")

    def _follow_security(self) -> None:
        removed, added = (
            _only(one, other, "securitySchemes") for one, other in ((self.old, self.new), (self.new, self.old))
        )
        for name in removed:
            fits = [other for other in added if without(added[other], WORDING) == without(removed[name], WORDING)]
            if len(fits) == 1:
                self._move(
                    rf"(?<=securitySchemes\.){re.escape(name)}(?![A-Za-z])", fits[0], f"{name} is now called {fits[0]}"
                )

    def _follow_paths(self) -> None:
        removed = {path: item for path, item in self.old["paths"].items() if path not in self.new["paths"]}
        added = {path: item for path, item in self.new["paths"].items() if path not in self.old["paths"]}
        for path, item in removed.items():
            fits = [other for other in added if shape(other) == shape(path)]
            if len(fits) != 1:
                fits = [other for other in added if without(added[other], WORDING) == self._now(item)]
            rivals = [other for other in removed if without(removed[other], WORDING) == without(item, WORDING)]
            # several paths have equal items: a longer prefix may have been added to this one
            if len(rivals) > 1 and shape(fits[0] if fits else "") != shape(path):
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
                if not any(hit[:2] == ("paths", path) for hit in hits):
                    continue
                said = f"@.name == '{was}'"
                target = self.text.action(number)["target"]
                if said in target and f"@.name == '{name}'" not in target:
                    self.text.replace(number, re.escape(said), f"{said} || @.name == '{name}'")
                    self._note(number, f"parameter {was} is now {name}, in {now}")

    def _now(self, item: Any) -> Any:
        """Return an operation's structure with the new names of its schemas."""
        said = json.dumps(without(item, WORDING))
        for name, now in self.renamed.items():
            said = said.replace(f'schemas/{name}"', f'schemas/{now}"')
        return json.loads(said)

    def _follow_properties(self) -> None:
        for name, schema in self.old["components"]["schemas"].items():
            now = member(self.new, "components", "schemas", name, "properties")
            was = member(schema, "properties")
            removed, added = (
                {key: one[key] for key in one if key not in other} for one, other in ((was, now), (now, was))
            )
            for prop in removed if now else ():
                fits = [key for key in added if without(added[key], WORDING) == without(removed[prop], WORDING)]
                rivals = [key for key in removed if without(removed[key], WORDING) == without(removed[prop], WORDING)]
                if len(fits) == 1 and len(rivals) == 1:
                    place = ("components", "schemas", name, "properties")
                    self.moved[*place, prop] = (*place, fits[0])
                    self._move_property(name, prop, fits[0])

    def _move_property(self, schema: str, prop: str, now: str) -> None:
        place = ("components", "schemas", schema, "properties", prop)
        for number, hits in self.before.hits.items():
            mine = {hit for hit in hits if hit[:5] == place}
            if not mine:
                continue
            if mine == hits:
                self.text.replace(
                    number, rf"(?<=properties\.){re.escape(prop)}(?![A-Za-z])|(?<=')({re.escape(prop)})(?=')", now
                )
            elif f"properties.{prop}" in self.text.action(number)["target"]:
                self.text.replace(
                    number, rf"properties\.{re.escape(prop)}(?![A-Za-z])", f"properties['{prop}','{now}']"
                )
            elif f"'{prop}'" in self.text.action(number)["target"]:
                self.text.replace(number, f"'{re.escape(prop)}'", f"'{prop}','{now}'")
            else:
                continue
            self._note(number, f"property {schema}.{prop} is now {now}")

    def _follow_moved_properties(self) -> None:
        """Follow an unchanged property to another schema, if only one schema has gained it."""
        schemas = [member(document, "components", "schemas") for document in (self.old, self.new)]
        removed, added = (
            [(name, key) for name in one for key in member(one[name], "properties")
             if key not in member(other, name, "properties")]
            for one, other in (schemas, schemas[::-1])
        )  # fmt: skip
        for name, key in removed:
            was = without(schemas[0][name]["properties"][key], WORDING)
            fits = [
                to for to, same in added if same == key and without(schemas[1][to]["properties"][key], WORDING) == was
            ]
            rivals = [other for other, same in removed if same == key]
            if name not in self.renamed and len(fits) == len(rivals) == 1:
                place = ("components", "schemas", name, "properties", key)
                self.moved[place] = ("components", "schemas", fits[0], "properties", key)
                for number, hits in self.before.hits.items():
                    mine = {hit for hit in hits if hit[:3] == place[:3]}
                    if mine and all(hit[:5] == place for hit in mine):
                        block = self.text.blocks[number - 1]
                        schema = rf"(?<=schemas\.){re.escape(name)}(?=\.)|(?<='){re.escape(name)}(?=')"
                        self.text.replace(number, schema, fits[0])
                        if self.text.blocks[number - 1] != block:
                            self._note(number, f"property {name}.{key} is now in {fits[0]}")

    def _move(self, pattern: str, new: str, why: str) -> None:
        for number in range(1, len(self.text.blocks) + 1):
            block = self.text.blocks[number - 1]
            self.text.replace(number, pattern, new)
            action = self.text.action(number)
            refs = re.sub(pattern, new, json.dumps(member(action, "update")))
            if json.dumps(member(action, "update")) != refs:
                self.text.blocks[number - 1] = re.sub(
                    rf"(schemas/){pattern.removeprefix('(?<![A-Za-z])')}", rf"\g<1>{new}", self.text.blocks[number - 1]
                )
            if self.text.blocks[number - 1] != block:
                self._note(number, why)

    # actions that do not fit ---------------------------------------------------------------------------------------

    def _repair(self, number: int, after: correct.Applied) -> None:
        reason, action = after.failures[number], after.actions[number - 1]
        hits, old_hits = after.hits.get(number, set()), self.before.hits.get(number, set())
        why = account.diagnosis(number, self.before, after, self.new)
        if reason.startswith("selects"):
            if "moved or removed" in why and not hits:
                if all(self._is_removed(place) for place in old_hits - hits):
                    self.text.drop(number)
                    self._note(number, f"dropped: {why}", is_marked=False)
                else:
                    self.decisions.append(f"action {number}, {action['target']}: {why}")
            elif not hits:
                self.text.drop(number)
                self._note(number, f"dropped: {why}", is_marked=False)
            else:
                self.text.count(number, len(hits))
                self._note(number, f"now selects {len(hits)} nodes ({why})")
        elif reason.startswith("the list already has") and len(hits) > 1 and self._part(number, hits, action["update"]):
            return
        elif reason.startswith("changes nothing") or (reason.startswith("the list already has") and len(hits) == 1):
            update = member(action, "update")
            if all(_says(at(self.new, hit), update) for hit in hits):
                self.text.drop(number)
                self._note(number, "dropped: fixed by the service, changes nothing", is_marked=False)
            else:
                self.decisions.append(
                    f"action {number}, {action['target']}: fixed by the service only partly or differently"
                )
        else:
            self.decisions.append(f"action {number}, {action['target']}: {reason}")

    def _part(self, number: int, hits: set[Location], update: list[Any]) -> bool:
        """Remove schemas fixed by the service from the names in the target, and return whether there were any."""
        fixed = {str(hit[2]) for hit in hits if all(item in at(self.new, hit) for item in update)}
        kept = {str(hit[2]) for hit in hits if not any(item in at(self.new, hit) for item in update)}
        names = re.search(r"schemas\[((?:'[^']+',?)+)\]", self.text.action(number)["target"])
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
        taken = {
            str(operation["operationId"])
            for _, _, operation in operations(after.document)
            if "operationId" in operation
        }
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
            if not _is_like_others(method, path):
                self.decisions.append(f"{method} {path}: check the name {name}, and whether it submits, polls or reads")

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
        for code in sorted(code for code in responses if not code.startswith(("2", "3"))):
            yield {
                "target": f"{place}.responses['{code}']",
                "description": "Generated: an error with the type of a result, which a caller would mistake for one.",
                "x-absorbs": [code],
                "x-draft": reason,
                "remove": True,
            }
        if path.endswith("/trial") and operation.get("security") != []:
            yield {
                "target": place,
                "description": "Trials need no token, but security is global and not removed here.",
                "x-draft": reason,
                "update": {"security": []},
            }


def _is_like_others(method: str, path: str) -> bool:
    return method == "POST" or (method == "GET" and ("{" in path or path.endswith("/trial")))


def _only(document: Any, other: Any, kind: str) -> dict[str, Any]:
    there = member(other, "components", kind)
    return {name: node for name, node in member(document, "components", kind).items() if name not in there}


def _alike(old: Any, new: Any) -> bool:
    was, now = set(member(old, "properties")), set(member(new, "properties"))
    return (
        bool(was) and len(was & now) / len(was | now) >= ALIKE
        if was or now
        else without(old, WORDING) == without(new, WORDING)
    )


def _says(node: Any, update: Any) -> bool:
    if is_map(update):
        return is_map(node) and all(key in node and _says(node[key], value) for key, value in update.items())
    if is_list(update) and update:
        return is_list(node) and all(item in node for item in update)
    return bool(node == update)
