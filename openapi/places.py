"""List the hand-written lines that a change of the document affects.

Called by ``regenerate --source``. For a new operation, option, parameter or enum value, these are the lines about the
most similar existing one; for a removed one, the lines about itself. Derived files are not listed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from functools import cached_property
from pathlib import Path
from typing import Any

from openapi.changes import REQUEST, Difference, differences, usage
from openapi.client import URLS
from openapi.tables import DERIVED, kinds, rows_of, styles
from openapi.tree import MISSING, at, is_map, member, snake

KINDS = "overlays/groupdocs_translation/spec/formats.py"
SHAPE = ("type", "$ref", "items", "additionalProperties")
COLUMNS = ("role", "family", "request model", "needs no token")  # of a row of tables.rows_of
QUOTE = "[\"']"
HAND_WRITTEN = ("overlays", "sandbox", "release", "tests", "docs")


class Places:
    """The lines of a source tree that the differences of two corrected documents affect."""

    def __init__(self, old: Any, new: Any, root: Path) -> None:
        self.old, self.new, self.root = old, new, root
        ids = [{row[0]: row for row in rows_of(document)} for document in (new, old)]
        known = {row[1:3] for row in rows_of(new)}
        # new rows of operations that only have another path
        self.moved = {name: row for name, row in ids[0].items() if name in ids[1] and ids[1][name][1:3] not in known}

    @cached_property
    def files(self) -> dict[str, str]:
        """Hand-written files by path; derived tables are blanked."""
        files = (file for top in HAND_WRITTEN for file in sorted((self.root / top).rglob("*")))
        derived = {self.root / DERIVED, self.root / URLS}
        return {
            file.relative_to(self.root).as_posix(): _hand_written(file.read_text(encoding="utf-8"))
            for file in files
            if file.suffix in {".py", ".md"}
            and not {"_sync", "pipeline"} & {*file.relative_to(self.root).parts}
            and file not in derived
        }

    @cached_property
    def options(self) -> dict[str, str]:
        """Option names by the request members that they set."""
        every = kinds(self.root).KINDS.values() if (self.root / KINDS).exists() else ()
        return {
            wire: option
            for kind in every
            for names in (kind.auto_options, kind.text_options, kind.options)
            for option, wire in names.items()
        }

    def lines(self) -> Iterator[str]:
        """Yield each needed change, followed by the affected lines."""
        requests = {name for name, uses in usage(self.new).items() if REQUEST in uses}
        new_parameters: dict[str, list[str]] = {}
        for found in differences(self.old, self.new):
            where = found.where
            if where[0] == "paths" and len(where) == 3:
                yield from self._operation(found)
            elif where[0] == "paths" and where[3] == "parameters" and len(where) == 5 and found.old is MISSING:
                new_parameters.setdefault(str(where[4]), []).append(at(self.new, where[:3]).get("operationId", ""))
            elif where[-2:-1] == ("properties",) and where[2] in requests:
                yield from self._option(found)
            elif "enum" in where[-2:] and isinstance(found.old or found.new, str):
                yield from self._value(found)
        yield from self._rows()
        for name, ids in new_parameters.items():
            yield f"{name} is a new parameter of {', '.join(ids)}: pass it where generated functions are called"
            yield from self._uses(".asyncio_detailed(", before="", after=r"\w", only="overlays/")

    def _rows(self) -> Iterator[str]:
        """Yield operations that are now called differently."""
        known = {row[0]: row for row in rows_of(self.old)}
        for row in rows_of(self.new):
            for name, was, now in zip(COLUMNS, known.get(row[0], row)[3:7], row[3:7], strict=True):
                if was != now:
                    yield f"{row[0]}: {name} {was} is now {now}; it is used in"
                    yield from self._uses(row[0])

    def _operation(self, found: Difference) -> Iterator[str]:
        _, path, method = found.where
        rows = {(row[2], row[1].lower()): row for row in rows_of(self.old if found.new is MISSING else self.new)}
        row = rows[str(path), str(method)]
        head = f"{row[0]} ({row[1]} {path})"
        if not row[0]:
            return  # the invariants report it: no operationId yet
        if now := self.moved.get(row[0]):
            if found.new is MISSING:
                uses = [*self._uses(str(path), before=r"(?<![\w/])", after=r"(?![\w/{-])")]
                yield f"{head} is now {now[1]} {now[2]}" + (
                    "; the old path is used in" if uses else ": no change needed"
                )
                yield from uses
            return
        if found.new is MISSING:
            yield f"{head} was removed; it is used in"
            yield from self._uses(row[0])
            return
        if any(row[0] in found for found in styles(self.new).values()):
            yield f"{head} is a style: no change needed"
            return
        alike = (other for other in rows_of(self.old) if other[1] == row[1] and other[6] == row[6])
        known = [other for other in alike if other[3:5] == row[3:5]]
        if not known:
            yield f"{head} is like no other: decide its client method and its sandbox behavior"
            return
        near = max(known, key=lambda other: (other[5] == row[5], SequenceMatcher(None, other[2], str(path)).ratio()))
        if row[3:5] == ("submit", "file") and not row[6] and row[5] != "FileRequest":
            yield f"{head} is for a kind of file: add one row next to {near[0]}"
            yield from self._uses(f'"{near[0]}"', before="", after="", only=KINDS)
            return
        yield f"{head} is like {near[0]}, which is used in"
        yield from self._uses(near[0])

    def _option(self, found: Difference) -> Iterator[str]:
        owner, prop = found.where[:-1], str(found.where[-1])
        name = f"{owner[2]}.{prop}"
        if found.new is MISSING:
            if option := self.options.get(snake(prop)):
                yield f"{name} was removed; {option} is used in"
                yield from self._uses(option)
            else:
                yield f"{name} was removed from a request that no kind builds: decide what is sent instead"
            return
        if found.old is not MISSING or snake(prop) in self.options:
            return
        siblings = [key for key in member(self.new, *owner) if self.options.get(snake(key))]
        shape = _shape(found.new)
        siblings.sort(key=lambda key: _shape(at(self.new, owner)[key]) == shape)
        if not siblings:
            yield f"{name} is in a request that no kind builds: decide how it is set"
            return
        option = self.options[snake(siblings[-1])]
        yield f"{name} is a new option: add it next to {option}, and to the rows of kinds that accept it"
        yield from self._uses(option)

    def _value(self, found: Difference) -> Iterator[str]:
        *owner, _ = found.where if found.where[-1] != "enum" else (*found.where, "")
        value = found.old or found.new
        name = f"{'.'.join(str(part) for part in owner[2:-1] if part != 'properties')}: {value}"
        if found.new is MISSING:
            yield f"{name} was removed; it is used in"
            yield from self._uses(value, value.lower(), before=QUOTE, after=QUOTE)
            return
        others = [other for other in at(self.new, tuple(owner)) if other != value]
        ranked = sorted((self._count(other), -SequenceMatcher(None, other, value).ratio(), other) for other in others)
        if fits := [other for count, _, other in ranked if count]:
            yield f"{name} is new: add it next to {fits[0]}"
            yield from self._uses(fits[0], fits[0].lower(), before=QUOTE, after=QUOTE)
        else:
            yield f"{name} is new: no change needed"

    def _count(self, value: str) -> int:
        quoted = [f"{mark}{word}{mark}" for mark in "\"'" for word in (value, value.lower())]
        return sum(any(word in text for word in quoted) for text in self.files.values())

    def _uses(self, *words: str, before: str = r"\b", after: str = r"\b", only: str = "") -> Iterator[str]:
        """Yield for each file the numbers of the lines with one of the words, and the first line."""
        pattern = re.compile(f"{before}(?:{'|'.join(map(re.escape, words))}){after}")
        for file, text in self.files.items():
            if file.startswith(only) and any(word in text for word in words):  # 15 times faster than the pattern
                lines = text.splitlines()
                if found := [number for number, line in enumerate(lines, start=1) if pattern.search(line)]:
                    yield f"    {file}:{','.join(map(str, found))}: {lines[found[0] - 1].strip():.90}"


def _hand_written(text: str) -> str:
    tables = re.compile(r"<!-- table: \w+ -->\n.*?<!-- end of table -->", re.DOTALL)
    return tables.sub(lambda found: "\n" * found[0].count("\n"), text)


def _shape(schema: Any) -> list[Any]:
    return [_shape(schema[key]) if is_map(schema[key]) else schema[key] for key in SHAPE if key in schema]
