"""Options of kinds (pages, slides, separator, …), made from the one table that the Python API has: ``formats``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin, get_type_hints

import click

from ..spec.formats import KINDS, FileOptions, WorksheetPart
from .options import KINDS as SECTION
from .options import F, Option
from .values import COMMA_LIST, NUMBERS, PAIR, KeyPaths, NamedLists, ParamType, SheetPart, merged

if TYPE_CHECKING:
    from collections.abc import Callable

HELP = {
    "glossary": "wanted translations of words",
    "alignment": "align the segments of both languages; costs more",
    "saving_mode": "how the service stores results",
    "pages": "only these",
    "slides": "only these",
    "worksheets": "only these",
    "ranges": "only these parts of worksheets",
    "separator": "between values",
    "masters": "slide masters too",
    "preserve_formatting": "keep the layout",
    "front_matter": "key paths of the front matter",
    "shortcodes": "Hugo short codes and their parameters",
    "ignore_list": "XML elements to leave alone",
    "is_white_list": "the list names the only elements to translate",
    "ocr_format": "what an image is first turned into",
    "rotation_angle": "of the image, in degrees",
    "handwritten": "the image is",
    "fragments": "time ranges such as 00:00:10-00:01:00",
    "interval": "of subtitles, in seconds",
}

# The type of an option in ``FileOptions`` → how it is written on the command line.
_WRITTEN: dict[Any, tuple[ParamType, str]] = {
    str: (click.STRING, "TEXT"),
    int: (click.INT, "N"),
    Sequence[int]: (NUMBERS, "1,3-5"),
    Sequence[str]: (COMMA_LIST, "A,B,..."),
    Mapping[str, str]: (PAIR, "WORD=TRANSLATION|@FILE"),
    Mapping[int, WorksheetPart]: (SheetPart(), "1!A1:C9|1!rows=2-5"),
    Sequence[Sequence[str]]: (KeyPaths(), "KEY.KEY,..."),
    Mapping[str, Sequence[str]]: (NamedLists(), "NAME=A,B"),
}


def hints() -> dict[str, Any]:
    """Option name → type, as the Python API declares it."""
    return get_type_hints(FileOptions, localns={"Mapping": Mapping, "Sequence": Sequence})


def kinds_taking(name: str) -> list[str]:
    """The kinds that take an option."""
    return [kind.name for kind in KINDS.values() if name in {*kind.options, *kind.auto_options, *kind.text_options}]


def _option(name: str, hint: Any) -> Callable[[F], F]:
    flag = f"--{name.replace('_', '-')}"
    takers = [kind for kind in kinds_taking(name) if kind != "auto"]
    of_all = len(takers) == len(KINDS) - 1
    text = f"{HELP[name][0].upper()}{HELP[name][1:]} ({'every kind' if of_all else ', '.join(takers)})."
    shared: dict[str, Any] = {"cls": Option, "section": SECTION, "default": None, "help": text}
    if hint is bool:
        return click.option(f"{flag}/--no-{flag[2:]}", name, **shared)
    if get_origin(hint) is Literal:
        return click.option(flag, name, type=click.Choice(get_args(hint), case_sensitive=False), **shared)
    kind, metavar = _WRITTEN[hint]
    is_single = kind in {click.STRING, click.INT}
    return click.option(flag, name, type=kind, multiple=not is_single, metavar=metavar, **shared)


def kind_options(function: F) -> F:
    """Add every option of every kind; the client refuses what the file's kind does not take."""
    for name, hint in reversed(hints().items()):
        function = _option(name, hint)(function)
    return function


def given_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """Those that were given, in the form of the Python API."""
    return {
        name: merged(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and value != ()
    }
