"""Front matter of a Markdown page (YAML, TOML or JSON): its strings are found with their places, and replaced there.

Nothing is dumped anew, so comments, order and quoting of all else stay. Called by ``markdown``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

import yaml

from .protocol import EngineError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from .pseudo import Pseudo

MAX_DEPTH = 50
_FENCED = re.compile(r"\ufeff?(---|\+\+\+)[ \t]*\r?\n(.*?\n)??\1[ \t]*(?:\r?\n|$)", re.DOTALL)
_TEXT_KEYS = frozenset({"title", "linktitle", "subtitle", "description", "summary", "excerpt", "lead", "caption"})
_TOML_TABLE = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_TOML_STRING = re.compile(r"""\s*([\w.-]+)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*')\s*(?:#.*)?$""")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")  # a node's anchor and tag
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff]")


class _Scalar(NamedTuple):
    path: list[str]
    start: int
    end: int
    value: str
    tail: str = ""  # what the place covers beyond the value: the line end after a block scalar


def split(text: str) -> tuple[str, str]:
    """The front matter with its fences, and the body; the former is empty if there is none."""
    if match := _FENCED.match(text):
        return text[: match.end()], text[match.end() :]
    if text.startswith("{") and not text.startswith("{{"):
        try:
            end = json.JSONDecoder().raw_decode(text)[1]
        except ValueError:
            return "", text
        return text[:end], text[end:]
    return "", text


def strings(matter: str) -> Iterator[tuple[list[str], str]]:
    """Path and value of each string; the elements of a list all have the path of the list."""
    yield from ((scalar.path, scalar.value) for scalar in _scalars(matter))


def translate(matter: str, pseudo: Pseudo, paths: Collection[list[str]] | None) -> str:
    """Replace the strings at ``paths`` and below them; by default those whose key says that people read them."""
    for scalar in reversed(list(_scalars(matter))):
        if paths is None:
            wanted = bool(scalar.path) and scalar.path[-1].lower() in _TEXT_KEYS
        else:
            wanted = any(scalar.path[: len(path)] == path for path in paths)
        new = pseudo(scalar.value)
        if wanted and new != scalar.value:
            # a JSON string is a string in YAML and TOML too, if these characters are escaped
            quoted = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(new, ensure_ascii=False))
            matter = matter[: scalar.start] + quoted + scalar.tail + matter[scalar.end :]
    return matter


def _scalars(matter: str) -> Iterator[_Scalar]:
    match = _FENCED.match(matter)
    if match and match[2] is None:
        return
    if match and match[1] == "+++":
        yield from _toml(match[2], match.start(2))
    elif matter:
        content, offset = (match[2], match.start(2)) if match else (matter, 0)
        depth = 0
        for event in yaml.parse(content, Loader=yaml.SafeLoader):  # JSON is YAML
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise EngineError(f"the sandbox takes front matter of {MAX_DEPTH} levels")
        root = yaml.compose(content, Loader=yaml.SafeLoader)
        if root is not None:
            yield from _yaml(root, [], content, offset, set())


def _yaml(node: yaml.Node, path: list[str], content: str, offset: int, seen: set[int]) -> Iterator[_Scalar]:
    """Each node where it is written: what an alias repeats is the same text, and can be repeated without end."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield from _yaml(value, [*path, str(key.value)], content, offset, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _yaml(value, path, content, offset, seen)
    elif isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
        end = node.end_mark.index
        start = _PROPERTIES.match(content, node.start_mark.index, end).end()  # type: ignore[union-attr]  # it always matches
        tail = "\n" if node.style in {"|", ">"} and content[:end].endswith("\n") else ""
        # JSON writes characters beyond 16 bits as two escapes, which YAML does not join
        value = str(node.value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        yield _Scalar(path, offset + start, offset + end, value, tail)


def _toml(content: str, offset: int) -> Iterator[_Scalar]:
    """Strings on one line, which is how front matter is written; others are not found, so they stay."""
    table: list[str] = []
    for line in re.finditer(r"[^\n]+", content):
        if head := _TOML_TABLE.match(line[0]):
            table = [part.strip() for part in head[1].split(".")]
        elif found := _TOML_STRING.match(line[0]):
            literal = found[2]
            try:
                value = json.loads(literal) if literal[0] == '"' else literal[1:-1]
            except ValueError:
                continue  # an escape that JSON does not know
            start = offset + line.start() + found.start(2)
            yield _Scalar([*table, *found[1].split(".")], start, start + len(literal), value)
