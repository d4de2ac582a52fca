"""How values are written on a command line: lists, numbers with ranges, pairs, parts of worksheets."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # generic since click 8.4 only

_SPAN = re.compile(r"(\d+)(?:-(\d+))?")
_PART = re.compile(r"(\d+)!(?:(rows|columns)=(.+)|([A-Za-z]+\d+):([A-Za-z]+\d+))")
MAX_SPAN = 100_000  # more pages than any document has: a slip of the finger must not fill the memory


class CommaList(ParamType):
    """``de,fr`` → ``["de", "fr"]``."""

    name = "list"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[str]:
        """The items, without white space around them."""
        if not isinstance(value, str):
            return list(value)
        items = [item.strip() for item in value.split(",")]
        if not all(items):
            self.fail(f"{value!r} has an empty place between its commas", param, ctx)
        return items


class Numbers(ParamType):
    """``1,3-5`` → ``[1, 3, 4, 5]``."""

    name = "numbers"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[int]:
        """The numbers, counted from 1."""
        if not isinstance(value, str):
            return list(value)
        numbers: list[int] = []
        for part in value.split(","):
            match = _SPAN.fullmatch(part.strip())
            first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
            if not 1 <= first <= last or last - first > MAX_SPAN:
                self.fail(f"{part.strip()!r} is no number from 1, nor a range such as 3-5", param, ctx)
            numbers += range(first, last + 1)
        return numbers


class Pairs(ParamType):
    """``word=Wort`` → ``{"word": "Wort"}``; ``@FILE`` holds one such pair a line."""

    name = "pair"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, str]:
        """One pair, or those of a file."""
        if not isinstance(value, str):
            return dict(value)
        lines = [value]
        if value.startswith("@"):
            try:
                lines = Path(value[1:]).read_text(encoding="utf-8-sig").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8"
                self.fail(f"cannot read {value[1:]}: {reason}", param, ctx)
        pairs: dict[str, str] = {}
        for line in filter(None, map(str.strip, lines)):
            word, equals, translation = (part.strip() for part in line.partition("="))
            if not (word and equals and translation):
                self.fail(f"{line!r} is no pair such as word=translation", param, ctx)
            pairs[word] = translation
        return pairs


class KeyPaths(ParamType):
    """``title,params.summary`` → ``[["title"], ["params", "summary"]]``."""

    name = "paths"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> list[list[str]]:
        """The paths, split at dots."""
        if not isinstance(value, str):
            return list(value)
        return [path.split(".") for path in COMMA_LIST.convert(value, param, ctx)]


class NamedLists(ParamType):
    """``figure=caption,alt`` → ``{"figure": ["caption", "alt"]}``."""

    name = "lists"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, list[str]]:
        """One name and its list."""
        if not isinstance(value, str):
            return dict(value)
        name, equals, items = value.partition("=")
        if not (name and equals):
            self.fail(f"{value!r} is no list such as figure=caption,alt", param, ctx)
        return {name: COMMA_LIST.convert(items, param, ctx)}


class SheetPart(ParamType):
    """``2!A1:C9``, ``2!rows=1-5``, ``2!columns=1,3``: a part of worksheet 2."""

    name = "part"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[int, Any]:
        """The worksheet's number and its part."""
        if not isinstance(value, str):
            return dict(value)
        match = _PART.fullmatch(value)
        if match is None:
            self.fail(f"{value!r} is no part of a worksheet such as 1!A1:C9, 1!rows=2-5 or 1!columns=1,3", param, ctx)
        if match[2]:
            return {int(match[1]): {match[2]: NUMBERS.convert(match[3], param, ctx)}}
        return {int(match[1]): {"ranges": [(match[4].upper(), match[5].upper())]}}


COMMA_LIST = CommaList()
NUMBERS = Numbers()
PAIR = Pairs()


def merged(values: Any) -> Any:
    """What an option that was given several times means: lists are joined, maps too, to the last detail."""
    first, *rest = values
    for value in rest:
        first = _join(first, value)
    return first


def _join(one: Any, other: Any) -> Any:
    if hasattr(one, "keys"):
        both: dict[Any, Any] = {**one}
        for name, value in other.items():
            both[name] = _join(both[name], value) if name in both else value
        return both
    return [*one, *other]
