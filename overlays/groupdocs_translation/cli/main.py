"""The command: find the subcommand, run it, and turn each outcome into an exit code and a message."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Any

import click
from click.shell_completion import add_completion_class

from .._errors import unexpected
from .completion import PowerShell
from .context import Context
from .exits import PROGRAM, Exit, Problem
from .options import global_options
from .output import prepare_streams, say

# Name → module and first sentence of the help, in the order of the list, so that the list imports no command.
COMMANDS = {
    "text": ("text", "Translate texts."),
    "file": ("file", "Translate files."),
    "batch": ("batch", "Translate a folder."),
    "jobs": ("jobs", "Resume submitted jobs."),
    "languages": ("info", "List language pairs."),
    "formats": ("info", "List formats, conversions and options."),
    "usage": ("account", "Show the number of calls."),
    "login": ("account", "Store client ID and secret."),
    "logout": ("account", "Remove stored credentials."),
    "token": ("account", "Check the credentials."),
    "doctor": ("info", "Diagnose problems."),
    "sandbox": ("sandbox", "Run a local sandbox of the service."),
    "completion": ("info", "Print a shell's completion script."),
}


class Commands(click.Group):
    """A group that imports each command on first use."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f".commands.{COMMANDS[cmd_name][0]}", __package__)
        command: click.Command = getattr(module, cmd_name)
        return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=True)
@global_options
@click.version_option(package_name="groupdocs-translation", message="%(prog)s %(version)s")
def app() -> None:
    """Translate texts, documents and whole folders with GroupDocs.Translation Cloud.

    Results go to standard output, messages to standard error. Use --sandbox to try everything without an account.
    """


def run(arguments: Sequence[str] | None = None, **settings: Any) -> int:
    """Run one command line and return its exit code. ``settings`` are additional arguments of the client, for tests.

    Raises:
        SystemExit: raised by click, with 1 if the reader of a pipe is gone and with 0 after shell completion.
    """
    prepare_streams()
    given = list(sys.argv[1:] if arguments is None else arguments)
    add_completion_class(PowerShell)
    context = Context(settings, given)
    ours = given[: given.index("--")] if "--" in given else given
    context.is_json = "--json" in ours  # known even if the rest of the line cannot be read
    with context.opened, context.logging():
        try:
            result = app.main(given, prog_name=PROGRAM, standalone_mode=False, obj=context)
        except click.exceptions.NoArgsIsHelpError as error:
            say(error.format_message())
            return Exit.USAGE
        except click.ClickException as error:
            return context.report(_problem_of(error))
        except (click.Abort, KeyboardInterrupt):
            return context.report(Problem("Interrupted", "interrupted", Exit.INTERRUPTED))
        except Exception as error:
            return context.report(context.problem(unexpected("the command", error)))
    return int(result or 0)


def _problem_of(error: click.ClickException) -> Problem:
    if not isinstance(error, click.UsageError):
        return Problem(type(error).__name__, error.format_message(), Exit.FAILED)
    where = error.ctx.command_path if error.ctx is not None else PROGRAM
    return Problem(type(error).__name__, error.format_message(), Exit.USAGE, f"see '{where} --help'")
