"""Options shared by several commands, each declared once, and the syntax of their values.

The options of kinds (pages, slides, separator, …) are made from the table of the Python API, ``spec.formats``.
"""

from __future__ import annotations

import csv
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial, reduce
from itertools import chain
from pathlib import Path
from types import NoneType
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import click
from click.core import ParameterSource
from click.shell_completion import CompletionItem

from .._errors import UnsupportedFormat
from ..spec.formats import KINDS, FileOptions, WorksheetPart, format_name
from ..spec.languages import TARGETS
from .context import Context
from .exits import PROGRAM, flag

F = TypeVar("F", bound=Callable[..., Any])
if TYPE_CHECKING:
    ParamType = click.ParamType[Any]
else:
    ParamType = click.ParamType  # generic since click 8.4 only

SECTIONS = ("Options", "Options of kinds", "Options of every command")
MAX_SPAN = 100_000  # more pages than any document has, so that a typo does not fill the memory
_SPAN = re.compile(r"(\d+)(?:-(\d+))?")
_PART = re.compile(r"(\d+)!(?:(rows|columns)=(.+)|([A-Za-z]+\d+):([A-Za-z]+\d+))")


class ValueType(ParamType):
    """An option type: ``read`` parses the value, or raises ``ValueError`` with an example.

    ``name`` is the syntax of the value in the help. The values of a repeated option are joined if ``is_joined``. A
    shell offers ``values``, in lower case.
    """

    def __init__(
        self, name: str, read: Callable[[str], Any] = str, values: Iterable[str] = (), *, is_joined: bool = False
    ) -> None:
        self.name = name
        self.is_joined = is_joined
        self._read = read
        self._values = sorted({value.lower() for value in values})

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return self.name

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self._read(value) if isinstance(value, str) else value
        except ValueError as error:
            self.fail(str(error), param, ctx)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        before, comma, last = incomplete.rpartition(",")  # the shell completes the last item of a list
        word = last.lower().lstrip(".")
        return [CompletionItem(f"{before}{comma}{value}") for value in self._values if value.startswith(word)]


def _comma_list(value: str) -> list[str]:
    items = [item.strip() for item in value.split(",")]
    if not all(items):
        raise ValueError(f"{value!r} has an empty item: remove the extra comma")
    return items


def _numbers(value: str) -> list[int]:
    numbers: list[int] = []
    for part in map(str.strip, value.split(",")):
        match = _SPAN.fullmatch(part)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last or last - first > MAX_SPAN:
            raise ValueError(f"{part!r} is not a number from 1 or a range such as 3-5")
        numbers += range(first, last + 1)
    return numbers


def _pairs(value: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for row in _glossary_rows(Path(value[1:])) if value.startswith("@") else [value.partition("=")[::2]]:
        cells = [cell.strip() if isinstance(cell, str) else "" for cell in row]  # JSON has other types
        if len(cells) != 2 or not all(cells):
            raise ValueError(f"{'='.join(filter(None, cells))!r} is not a pair such as word=translation")
        pairs[cells[0]] = cells[1]
    return pairs


def _glossary_rows(path: Path) -> list[Sequence[Any]]:
    """Return the rows of a file: columns of CSV or TSV, members of a JSON object, or one pair per line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        if path.suffix.lower() == ".json":
            return list(json.loads(text).items())
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"cannot read {path}: {getattr(error, 'strerror', None) or 'it is not UTF-8'}") from error
    except (ValueError, AttributeError) as error:
        raise ValueError(f"cannot read {path}: it is not a JSON object of words and translations") from error
    lines = [line for line in text.splitlines() if line.strip()]
    if path.suffix.lower() not in {".csv", ".tsv"}:
        return [line.partition("=")[::2] for line in lines]
    delimiter = "\t" if path.suffix.lower() == ".tsv" else ";" if lines and "," not in lines[0] else ","
    return list(csv.reader(lines, delimiter=delimiter))


def _named_list(value: str) -> dict[str, list[str]]:
    name, equals, items = value.partition("=")
    if not (name and equals):
        raise ValueError(f"{value!r} is not a list such as figure=caption,alt")
    return {name: _comma_list(items)}


def _key_paths(value: str) -> list[list[str]]:
    return [path.split(".") for path in _comma_list(value)]


def _sheet_part(value: str) -> dict[int, WorksheetPart]:
    match = _PART.fullmatch(value)
    if match is None:
        raise ValueError(f"{value!r} is not a part of a worksheet such as 1!A1:C9, 1!rows=2-5 or 1!columns=1,3")
    if match[2] == "rows":
        return {int(match[1]): {"rows": _numbers(match[3])}}
    if match[2]:
        return {int(match[1]): {"columns": _numbers(match[3])}}
    return {int(match[1]): {"ranges": [(match[4].upper(), match[5].upper())]}}


def number(least: int, most: int | None = None) -> ValueType:
    def read(value: str) -> int:
        if not re.fullmatch(r"-?\d{1,9}", value) or not least <= int(value) <= (int(value) if most is None else most):
            limits = f"of at least {least}" if most is None else f"from {least} to {most}"
            raise ValueError(f"{value!r} is not an integer {limits}")
        return int(value)

    return ValueType("N", read)


def _seconds(value: str, least: float = 0.0) -> float:
    with suppress(ValueError):
        if least <= float(value) < math.inf:
            return float(value)
    raise ValueError(f"{value!r} is not a {'positive ' if least else ''}number of seconds such as 1.5")


def known_format(value: str) -> str:
    """Return the service's spelling of a format.

    Raises:
        ValueError: the format is unknown; the message has the closest one.
    """
    try:
        return format_name(value)
    except UnsupportedFormat as error:
        import difflib  # for this message only

        near = difflib.get_close_matches(value.lower().lstrip("."), map(str, error.allowed), n=1)
        closest = f"; the closest is {near[0]!r}" if near else ""
        raise ValueError(f"{value!r} is not a known format{closest}; '{PROGRAM} formats' lists all") from None


def words(*choices: str) -> click.Choice[str]:
    """Return the type of a choice that ignores case."""
    return click.Choice(choices, case_sensitive=False)


SECONDS = ValueType("SECONDS", _seconds)
TIMEOUT = ValueType("SECONDS", partial(_seconds, least=math.ulp(0.0)))  # more than none
LANGUAGE = ValueType("CODE", values=TARGETS)
LANGUAGES = ValueType("CODE,...", _comma_list, TARGETS, is_joined=True)
SOURCE_FORMAT = ValueType("FORMAT", known_format, chain(*(kind.formats for kind in KINDS.values())))
OUTPUT_FORMAT = ValueType("FORMAT", known_format, chain(*(kind.outputs for kind in KINDS.values())))
COMMA_LIST = ValueType("A,B,...", _comma_list, is_joined=True)
NUMBERS = ValueType("1,3-5", _numbers, is_joined=True)
PAIRS = ValueType("WORD=TRANSLATION|@FILE", _pairs, is_joined=True)
KEY_PATHS = ValueType("KEY.KEY,...", _key_paths, is_joined=True)  # title,params.summary
NAMED_LIST = ValueType("NAME=A,B", _named_list, is_joined=True)  # figure=caption,alt
SHEET_PART = ValueType("1!A1:C9|1!rows=2-5", _sheet_part, is_joined=True)  # or 1!columns=1,3: a part of worksheet 1


def merged(values: Sequence[Any]) -> Any:
    """Return the value of a repeated option: lists are joined, mappings are merged recursively."""
    return reduce(_joined, values)


def _joined(one: Any, other: Any) -> Any:
    if not isinstance(one, Mapping):
        return [*one, *other]
    both: dict[Any, Any] = {**one, **other}
    return both | {name: _joined(one[name], other[name]) for name in one.keys() & other.keys()}


class Option(click.Option):
    """An option under its own heading in the help; a value of a joined type can be repeated."""

    def __init__(self, *declarations: Any, section: str = SECTIONS[0], **settings: Any) -> None:
        if getattr(settings.get("type"), "is_joined", False):
            settings |= {"multiple": True, "callback": _join}
        super().__init__(*declarations, **settings)
        self.section = section


def _join(_: click.Context, __: click.Parameter, values: Sequence[Any]) -> Any:
    return merged(values) if values else None


option = partial(click.option, cls=Option)


class Command(click.Command):
    """A command whose help lists its own options before the shared ones and keeps the lines of examples."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.help = (self.help or "").replace("\\b\n", "\b\n")  # the docstrings are raw, so it is not yet a backspace

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        for heading in SECTIONS:
            here = [option for option in options if getattr(option, "section", SECTIONS[0]) == heading]
            if records := list(filter(None, (option.get_help_record(ctx) for option in here))):
                with formatter.section(heading):
                    formatter.write_dl(records)


def _each(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for add in reversed(options):
            function = add(function)
        return function

    return decorate


def _stored(*declarations: str, **settings: Any) -> Callable[[F], F]:
    """Return an option whose value, if given, is stored in the ``Context`` attribute of the same name."""

    def store(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        if ctx.get_parameter_source(str(parameter.name)) is ParameterSource.COMMANDLINE:
            setattr(ctx.ensure_object(Context), str(parameter.name), value)

    return option(*declarations, expose_value=False, callback=store, **settings)


_global = partial(_stored, section=SECTIONS[2])  # before or after the command
global_options = _each(
    _global("--json", "is_json", is_flag=True, help="Print result and error as JSON."),
    _global("--sandbox", "is_sandbox", is_flag=True, help="Use a temporary local sandbox: no account, no cost."),
    _global("--profile", metavar="NAME", help="Use the credentials stored under this name."),
    _global("-q", "--quiet", "is_quiet", is_flag=True, help="Show no progress and no remarks."),
    _global("-v", "--verbose", "verbosity", count=True, help="Log the steps and retries; -vv logs more."),
)


def command(
    name: str, group: click.Group | None = None, **settings: Any
) -> Callable[[Callable[..., Any]], click.Command]:
    """Return a decorator for a command with the common options; its function gets the ``Context`` first."""
    decorate = partial(click.command, cls=Command) if group is None else partial(group.command, cls=Command)
    return lambda function: decorate(name, **settings)(global_options(click.pass_obj(function)))


to_languages = option("-t", "--to", "targets", type=LANGUAGES, required=True, help="Target languages.")
from_language = option(
    "-f", "--from", "source", type=LANGUAGE, default="en", show_default=True, help="Source language."
)
trial = _stored(
    "--trial", "is_trial", is_flag=True, help="Use no credentials, within the limits of the trial (10 calls a day)."
)
output_format = option("--output-format", type=OUTPUT_FORMAT, help="Convert the results to this format, such as pdf.")
kind = option("--kind", type=words(*KINDS), help="Override the kind detected from the file format.")
waiting = _each(
    _stored(
        "--polling", type=words("economy", "balanced", "responsive"), help="Make fewer calls, or get results sooner."
    ),
    _stored("--timeout", type=TIMEOUT, help="Stop waiting after this time."),
)
billing = _each(_stored("--max-calls", type=number(0), help="Make at most N calls; each is billed."), waiting)


def variants(styles: Any) -> Callable[[F], F]:
    """Return the options for another vocabulary or a summary; ``styles`` is a ``Literal``."""
    return _each(
        option("--style", type=words(*get_args(styles)), help="Translate with the vocabulary of this field."),
        option("--summarize", is_flag=True, help="Return a summary instead of the whole text."),
    )


glossary = option("--glossary", type=PAIRS, help="Required translations of words.")
output = _each(
    option(
        "-o",
        "--out",
        default=".",
        show_default=True,
        metavar="DIR|FILE|-",
        help="Folder of the results; for a single result also a file name, or - for standard output.",
    ),
    option("--overwrite", is_flag=True, help="Replace existing files."),
)


# What an option means, from the docstring; there is none with ``python -OO``.
HELP: dict[str, str] = dict(re.findall(r"^ +(\w+): (.+)\.$", FileOptions.__doc__ or "", re.MULTILINE))

# The type of an option in ``FileOptions`` → its type on the command line.
_TYPES: dict[Any, ParamType | None] = {
    bool: None,
    str: click.STRING,
    int: number(-(10**9)),
    Sequence[int]: NUMBERS,
    Sequence[str]: COMMA_LIST,
    Mapping[str, str]: PAIRS,
    Mapping[int, WorksheetPart]: SHEET_PART,
    Sequence[Sequence[str]]: KEY_PATHS,
    Mapping[str, Sequence[str]]: NAMED_LIST,
}


def option_types() -> dict[str, Any]:
    """Return the types of the options by name, as declared in the Python API."""
    found = get_type_hints(FileOptions, localns={"Mapping": Mapping, "Sequence": Sequence})
    return {name: next(kind for kind in get_args(hint) if kind is not NoneType) for name, hint in found.items()}


def kinds_with(name: str) -> list[str]:
    return [kind.name for kind in KINDS.values() if name in {*kind.options, *kind.auto_options, *kind.text_options}]


def _kind_option(name: str, hint: Any) -> Callable[[F], F]:
    takers = [kind for kind in kinds_with(name) if kind != "auto"]
    of_all = "every kind" if len(takers) == len(KINDS) - 1 else ", ".join(takers)
    meaning = HELP.get(name, "").replace("``", "")
    return option(
        f"{flag(name)}/--no-{flag(name)[2:]}" if hint is bool else flag(name),
        name,
        section=SECTIONS[1],
        type=words(*get_args(hint)) if get_origin(hint) is Literal else _TYPES[hint],
        default=None,
        help=f"{meaning[:1].upper()}{meaning[1:]} ({of_all}).",
    )


kind_options = _each(*(_kind_option(name, hint) for name, hint in option_types().items()))


def given_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options that were given, as arguments of the Python API."""
    return {name: value for name, value in values.items() if value is not None and value != ()}
