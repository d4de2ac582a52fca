"""Options that several commands take, each declared once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from .invocation import PROGRAM, Invocation
from .values import COMMA_LIST, PAIR

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., Any]")

EVERYWHERE = "Options of every command"
KINDS = "Options of kinds"


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
        sections: dict[str, list[tuple[str, str]]] = {"Options": [], KINDS: [], EVERYWHERE: []}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx) if isinstance(parameter, click.Option) else None
            if record is not None:
                sections[getattr(parameter, "section", "Options")].append(record)
        for heading, records in sections.items():
            if records:
                with formatter.section(heading):
                    formatter.write_dl(records)


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def callback(context: click.Context, _: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.ensure_object(Invocation), name, value)

    return callback


def spread(function: F) -> F:
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
    """A command with the options of every command; its function gets the ``Invocation`` first."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        return click.command(name, cls=Command, **settings)(spread(click.pass_obj(function)))

    return decorate


def show_version(context: click.Context, _: click.Parameter, value: bool) -> None:
    """Say the version and stop."""
    if value and not context.resilient_parsing:
        from importlib.metadata import version  # noqa: PLC0415  (reads the disk)

        click.echo(f"{PROGRAM} {version('groupdocs-translation')}")
        context.exit()


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
