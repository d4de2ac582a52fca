"""Parameter types and options of the commands; the options of kinds come from the one table, ``formats``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import click

from ..spec.formats import KINDS, FileOptions, WorksheetPart
from .context import Context
from .exits import PROGRAM

if TYPE_CHECKING:
    from collections.abc import Callable


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


F = TypeVar("F", bound="Callable[..., Any]")

EVERYWHERE = "Options of every command"
KIND_OPTIONS = "Options of kinds"


class Option(click.Option):
    """An option that stands under a heading of its own in the help."""

    def __init__(self, *declarations: Any, section: str = "Options", **settings: Any) -> None:
        super().__init__(*declarations, **settings)
        self.section = section


class Command(click.Command):
    """A command whose help has its own options first, then those that it shares; its examples keep their lines."""

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.help = (self.help or "").replace("\\b\n", "\b\n")  # docstrings are raw: a linter's rule

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, a heading for each section."""
        sections: dict[str, list[tuple[str, str]]] = {"Options": [], KIND_OPTIONS: [], EVERYWHERE: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                sections[getattr(parameter, "section", "Options")].append(record)
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(ctx: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            setattr(ctx.ensure_object(Context), name, value)

    return callback


def global_options(function: F) -> F:
    """The options that may stand before the command and after it."""
    shared: dict[str, Any] = {"cls": Option, "section": EVERYWHERE, "expose_value": False}
    for add in reversed(
        (
            click.option("--json", is_flag=True, callback=_set("is_json"), help="Result and error as JSON.", **shared),
            click.option(
                "--sandbox",
                is_flag=True,
                callback=_set("is_sandbox"),
                help="Work with a throwaway sandbox: no account, no costs.",
                **shared,
            ),
            click.option(
                "--profile",
                metavar="NAME",
                callback=_set("profile"),
                help="Credentials stored under that name.",
                **shared,
            ),
            click.option(
                "-q", "--quiet", is_flag=True, callback=_set("is_quiet"), help="No progress, no remarks.", **shared
            ),
            click.option(
                "-v",
                "--verbose",
                count=True,
                callback=_set("verbosity"),
                help="Log what happens; -vv in detail.",
                **shared,
            ),
        )
    ):
        function = add(function)
    return function


def command(name: str, **settings: Any) -> Callable[[Callable[..., Any]], click.Command]:
    """A command with the options of every command; its function gets the ``Context`` first."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        return click.command(name, cls=Command, **settings)(global_options(click.pass_obj(function)))

    return decorate


def show_version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    """Say the version and stop."""
    if value and not ctx.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415  (reads the disk)

        click.echo(f"{PROGRAM} {version('groupdocs-translation')}")
        ctx.exit()


def _each(*options: Callable[[F], F]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        for add in reversed(options):
            function = add(function)
        return function

    return decorate


to_languages = click.option(
    "-t", "--to", "targets", type=COMMA_LIST, multiple=True, required=True, metavar="CODE,...", help="Into these."
)
from_language = click.option(
    "-f", "--from", "source", metavar="CODE", default="en", show_default=True, help="Of the source."
)
trial = click.option("--trial", is_flag=True, help="Without credentials, within the trial's limits (10 calls a day).")

patience = _each(
    click.option(
        "--polling", type=click.Choice(["economy", "balanced", "prompt"]), help="Fewer calls, or sooner results."
    ),
    click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="SECONDS", help="Wait no longer."),
)
money = _each(
    click.option("--max-calls", type=click.IntRange(0), metavar="N", help="Stop before call N+1; each is billed."),
    patience,
)
variants = _each(
    click.option("--style", type=click.Choice(["slang", "classification", "medical"]), help="Not general language."),
    click.option("--summarize", is_flag=True, help="A summary in place of the whole."),
)
glossary = click.option(
    "--glossary", type=PAIR, multiple=True, metavar="WORD=TRANSLATION|@FILE", help="Wanted translations of words."
)
output = _each(
    click.option("-o", "--out", "output_dir", default=".", show_default=True, metavar="DIR", help="For the results."),
    click.option("--overwrite", is_flag=True, help="Replace results that are there."),
)


def client_settings(*, max_calls: int | None, polling: str | None) -> dict[str, Any]:
    """Arguments of the client that the options of ``money`` mean; what was not given is left to the client."""
    given = {"call_budget": max_calls, "polling": polling}
    return {name: value for name, value in given.items() if value is not None}


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
    shared: dict[str, Any] = {"cls": Option, "section": KIND_OPTIONS, "default": None, "help": text}
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
