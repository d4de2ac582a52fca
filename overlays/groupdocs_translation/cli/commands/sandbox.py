"""``sandbox``: run a local stand-in of the service, for as long as wanted or for one command."""

from __future__ import annotations

import os
import subprocess
import time

import click

from .. import options
from ..context import Context, new_sandbox
from ..output import write, write_json

LOOK_S = 0.2  # a Ctrl-C in the moment before a wait interrupts nothing: this one looks up


@options.command("sandbox", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.option("--port", type=options.number(0, 65535), default=0, show_default=True, help="0 takes a free one.")
@click.option("--latency", type=options.SECONDS, default=2.0, show_default=True, metavar="SECONDS", help="Of a job.")
@click.option(
    "--token-lifetime", type=options.number(1), default=3600, show_default=True, metavar="SECONDS", help="Of a token."
)
@click.option("--lenient", is_flag=True, help="Take requests of which it is not known whether the service takes them.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND [ARGUMENT]...]")
def sandbox(
    context: Context, port: int, latency: float, token_lifetime: int, lenient: bool, arguments: tuple[str, ...]
) -> int | None:
    r"""Run a local stand-in of the service.

    It runs until Ctrl-C, or for as long as COMMAND does. It listens on loopback, needs no account, costs nothing,
    and is no production server. It prints variables for a shell; COMMAND gets the same as its environment.

    \b
      groupdocs-translation sandbox -- pytest tests
    """
    try:
        with new_sandbox(port=port, latency_s=latency, token_lifetime_s=token_lifetime, lenient=lenient) as sandbox:
            environment = sandbox.environment()
            if arguments:
                return _run(arguments, {**os.environ, **environment})
            if context.is_json:
                write_json(environment)
            else:
                write("\n".join(f"export {name}={value}" for name, value in environment.items()))
            context.say("the sandbox runs until Ctrl-C")
            while True:
                time.sleep(LOOK_S)
    except OSError as error:
        raise click.UsageError(f"cannot listen on port {port}: {error.strerror}") from error
    return None


def _run(arguments: tuple[str, ...], environment: dict[str, str]) -> int:
    try:
        return subprocess.run(arguments, env=environment, check=False).returncode  # noqa: S603  (the user's own command)
    except OSError as error:
        raise click.UsageError(f"cannot run {arguments[0]}: {error.strerror}") from error
