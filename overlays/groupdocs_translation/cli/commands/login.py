"""``login``: store credentials, so that no command needs to be told them again."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from ..._doctor import token_facts
from ...auth.credentials import DEFAULT_PROFILE, Secret, checked, store_in_file, store_in_keyring
from .. import options
from ..output import write_json

if TYPE_CHECKING:
    from ..invocation import Invocation

_NAMES = ("the client id", "the client secret")


@options.command("login")
@click.option("--client-id", metavar="ID", help="Of your application, from its page in the dashboard.")
@click.option("--secret-stdin", is_flag=True, help="Read the secret from standard input, for scripts.")
@click.option("--keyring", is_flag=True, help="Store in the system keyring in place of the profile file.")
@click.option("--no-check", is_flag=True, help="Store without asking for a token first.")
def command(invocation: Invocation, client_id: str | None, secret_stdin: bool, keyring: bool, no_check: bool) -> None:
    """Store client id and secret.

    They are stored under a profile (--profile, else "default"), where every later command finds them. The secret is
    asked for without echo; it is never an argument, since arguments are seen by other users and kept in the shell's
    history. The pair is checked by obtaining a token (no call of the service) before it is stored.
    """
    profile = invocation.profile or DEFAULT_PROFILE
    with ExitStack() as stack:
        settings = invocation.client_settings(stack)
        settings.pop("profile", None)
        if invocation.is_sandbox:
            client_id, secret = settings["client_id"], Secret(settings["client_secret"])
        else:
            client_id, secret = _asked(client_id, from_stdin=secret_stdin)
        credentials = checked((Secret(client_id), secret), origin="login", names=_NAMES)
        if not no_check:
            settings |= {"client_id": credentials.client_id, "client_secret": credentials.client_secret.reveal()}
            _check(settings)
        if invocation.is_sandbox:
            where = "nowhere: a sandbox's credentials are gone with it"
        elif keyring:
            store_in_keyring(profile, credentials)
            where = "in the system keyring"
        else:
            where = f"in {store_in_file(profile, credentials)}"
    if invocation.is_json:
        write_json({"profile": profile, "stored": where, "is_checked": not no_check})
    else:
        invocation.say(f"profile {profile!r} stored {where}")


def _asked(client_id: str | None, *, from_stdin: bool) -> tuple[str, Secret]:
    """Both values, from the person or the pipe.

    Raises:
        click.UsageError: there is nobody to ask.
    """
    if from_stdin:
        if not client_id:
            raise click.UsageError("--secret-stdin needs --client-id")
        return client_id, Secret(sys.stdin.readline().rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise click.UsageError("there is no terminal to ask on: give --client-id and --secret-stdin")
    found: str = client_id or click.prompt("Client id", err=True)
    return found, Secret(click.prompt("Client secret", hide_input=True, err=True))


def _check(settings: dict[str, object]) -> None:
    """Obtain a token.

    Raises:
        AuthenticationError: the pair is refused; nothing was stored.
    """
    from ..._sync.client import TranslationClient  # noqa: PLC0415  (loads the client)

    with TranslationClient(**settings) as client:  # type: ignore[arg-type]  # the same keys as the client's own
        token_facts(client)
