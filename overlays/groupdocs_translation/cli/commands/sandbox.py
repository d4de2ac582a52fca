"""``sandbox``: run a local sandbox of the service, until Ctrl-C or for one command."""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import suppress

import click

from .. import options
from ..context import Context, new_sandbox

CHECK_INTERVAL_S = 0.2  # a Ctrl-C right before a wait would not interrupt it, so wait in short steps


@options.command("sandbox", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@options.option(
    "--port", type=options.number(0, 65535), default=0, show_default=True, help="Port to listen on; 0 picks a free one."
)
@options.option("--latency", type=options.SECONDS, default=2.0, show_default=True, help="Duration of a job.")
@options.option(
    "--token-lifetime",
    type=options.number(1),
    default=3600,
    show_default=True,
    metavar="SECONDS",
    help="Lifetime of a token.",
)
@options.option("--lenient", is_flag=True, help="Accept requests that the service may reject.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="[COMMAND [ARGUMENT]...]")
def sandbox(
    context: Context, port: int, latency: float, token_lifetime: int, lenient: bool, arguments: tuple[str, ...]
) -> int | None:
    r"""Run a local sandbox of the service.

    Runs until Ctrl-C, or as long as COMMAND runs. The sandbox listens on loopback, needs no account and costs nothing.
    It is not a production server. It prints variables for a shell; COMMAND gets the same as its environment.

    \b
      groupdocs-translation sandbox -- pytest tests
    """
    try:
        with new_sandbox(port=port, latency_s=latency, token_lifetime_s=token_lifetime, lenient=lenient) as sandbox:
            environment = sandbox.environment()
            if arguments:
                return _run(arguments, {**os.environ, **environment})
            context.write_json(environment)
            context.write(*(f"export {name}={value}" for name, value in environment.items()))
            context.say("the sandbox runs until Ctrl-C")
            while True:
                time.sleep(CHECK_INTERVAL_S)
    except OSError as error:
        raise click.UsageError(f"cannot listen on port {port}: {error.strerror}") from error
    return None


def _run(arguments: tuple[str, ...], environment: dict[str, str]) -> int:
    try:
        child = subprocess.Popen(arguments, env=environment)  # noqa: S603  (the user's own command)
    except OSError as error:
        raise click.UsageError(f"cannot run {arguments[0]}: {error.strerror}") from error
    while child.returncode is None:
        with suppress(KeyboardInterrupt):  # the command got it too; subprocess.run() would kill it after 0.25 s
            child.wait()
    return child.returncode if child.returncode >= 0 else 128 - child.returncode  # as a shell reports signals
