"""The command itself: finds the subcommand, runs it, and turns every way to end into an exit code and a message."""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from .._errors import TranslationError
from .exits import Exit
from .failures import report, report_as
from .invocation import PROGRAM, Invocation
from .options import show_version, spread
from .output import prepare_streams

if TYPE_CHECKING:
    from collections.abc import Sequence

# In the order in which one meets them, each with the first sentence of its help: the list must not import them all.
COMMANDS = {
    "text": "Translate texts.",
    "file": "Translate files.",
    "batch": "Translate a folder.",
    "jobs": "Pick up submitted jobs.",
    "languages": "List language pairs.",
    "formats": "List formats, conversions and options.",
    "usage": "Count the calls made so far.",
    "login": "Store client id and secret.",
    "token": "Check the credentials.",
    "doctor": "Find out what is wrong.",
    "sandbox": "Run a local stand-in of the service.",
    "completion": "Print a shell's completion script.",
}


class Commands(click.Group):
    """A group that imports a command when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All of them."""
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list without importing a command."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, ``None`` if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f".commands.{cmd_name}", __package__).command
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@spread
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Show the version and exit.",
)
def app() -> None:
    """Translate texts, documents and whole folders with GroupDocs.Translation Cloud.

    Results go to standard output, messages to standard error. Try everything without an account: --sandbox.
    """


def run(arguments: Sequence[str] | None = None, **settings: Any) -> int:
    """Run one command line; its exit code. ``settings`` are further arguments of the client, for tests.

    Raises:
        SystemExit: with 1 when the reader of a pipe has gone, with 0 after a shell's completion; both are click's.
    """
    prepare_streams()
    sys.modules.setdefault("httpx2._main", ModuleType("httpx2._main"))  # its own command: 150 ms of rich and pygments
    given = list(sys.argv[1:] if arguments is None else arguments)
    invocation = Invocation(settings, given)
    ours = given[: given.index("--")] if "--" in given else given
    invocation.is_json = "--json" in ours  # known even if the rest of the line cannot be read
    return _run(given, invocation)


def _run(arguments: Sequence[str], invocation: Invocation) -> int:
    try:
        result = app.main(arguments, prog_name=PROGRAM, standalone_mode=False, obj=invocation)
    except click.UsageError as error:
        context = error.ctx
        where = context.command_path if context is not None else PROGRAM
        report_as(invocation, type(error).__name__, error.format_message(), Exit.USAGE, f"see '{where} --help'")
        return Exit.USAGE
    except click.ClickException as error:
        report_as(invocation, type(error).__name__, error.format_message(), Exit.FAILED)
        return Exit.FAILED
    except (click.Abort, KeyboardInterrupt):
        report_as(invocation, "Interrupted", "interrupted", Exit.INTERRUPTED)
        return Exit.INTERRUPTED
    except TranslationError as error:
        return report(invocation, error)
    return int(result or 0)
