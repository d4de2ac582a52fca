"""Credentials and usage: ``login``, ``logout``, ``token`` and ``usage``."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click

from ...auth.credentials import (
    DEFAULT_PROFILE,
    Secret,
    checked,
    store_in_file,
    store_in_keyring,
)
from .. import options
from ..context import Context
from ..diagnostics import token_facts

_NAMES = ("the client ID", "the client secret")


@options.command("login")
@options.option("--client-id", metavar="ID", help="Client ID of your application, from the dashboard.")
@options.option("--secret-stdin", is_flag=True, help="Read the secret from standard input, for scripts.")
@options.option("--keyring", is_flag=True, help="Store in the system keyring instead of the profile file.")
@options.option("--no-check", is_flag=True, help="Store without requesting a token first.")
def login(context: Context, client_id: str | None, secret_stdin: bool, keyring: bool, no_check: bool) -> None:
    """Store client ID and secret.

    They are stored under a profile (--profile, or "default"), where later commands find them. The command prompts for
    the secret without echo. The secret is never an argument: other users can see arguments, and the shell keeps them
    in its history. Before storing the pair, the command checks it by obtaining a token, which is not billed.
    """
    profile = context.profile or DEFAULT_PROFILE
    settings = context.client_settings()
    settings.pop("profile", None)
    if context.is_sandbox:
        client_id, secret = settings["client_id"], Secret(settings["client_secret"])
    else:
        client_id, secret = _prompt(client_id, from_stdin=secret_stdin)
    credentials = checked((Secret(client_id), secret), origin="login", names=_NAMES)
    if not no_check:
        from ..._sync.client import TranslationClient  # loads the client

        pair = Secret({"client_id": credentials.client_id, "client_secret": credentials.client_secret.reveal()})
        with TranslationClient(**settings | pair.reveal()) as client:
            token_facts(client)  # a pair that is refused is not stored
    if context.is_sandbox:
        where = "nowhere: the credentials of a sandbox end with it"
    elif keyring:
        store_in_keyring(profile, credentials)
        where = "in the system keyring"
    else:
        where = f"in {store_in_file(profile, credentials)}"
    context.write_json({"profile": profile, "stored": where, "is_checked": not no_check})
    context.say(f"profile {profile!r} stored {where}")


def _prompt(client_id: str | None, *, from_stdin: bool) -> tuple[str, Secret]:
    if from_stdin:
        if not client_id:
            raise click.UsageError("--secret-stdin needs --client-id")
        return client_id, Secret(sys.stdin.readline().rstrip("\r\n"))
    if not sys.stdin.isatty():
        raise click.UsageError("standard input is not a terminal: use --client-id and --secret-stdin")
    found: str = client_id or click.prompt("Client ID", err=True)
    return found, Secret(click.prompt("Client secret", hide_input=True, err=True))


@options.command("logout")
def logout(context: Context) -> None:
    """Remove stored credentials.

    Removes the profile (--profile, or "default") from the profile file and from the system keyring. Tokens already
    issued stay valid until they expire, usually within an hour.
    """
    profile = context.profile or DEFAULT_PROFILE
    path = store_in_file(profile, None)
    removed = [str(path)] if path else []
    if store_in_keyring(profile, None):
        removed.append("the system keyring")
    context.write_json({"profile": profile, "removed_from": removed})
    context.say(f"profile {profile!r} " + (f"removed from {' and '.join(removed)}" if removed else "is not stored"))


@options.command("token")
def token(context: Context) -> None:
    """Check the credentials.

    Obtains an access token and prints its lifetime and where the credentials came from, never the token. This is not
    billed. Exit code 3 means that the credentials were rejected.
    """
    with context.client() as client:
        facts = token_facts(client)
    expiry = f"{datetime.fromtimestamp(facts['expires_at'], tz=UTC):%Y-%m-%d %H:%M:%S} UTC"
    context.write_json(facts)
    context.write(f"credentials from {facts['source']}")
    context.write(f"token obtained, valid for {facts['lifetime_s']:.0f} s, until {expiry}")


FREE_CALLS = 150  # per month in the free tier, from the service's pricing page


def _month(value: str) -> str:
    try:
        return f"{datetime.strptime(value, '%Y-%m').replace(tzinfo=UTC):%Y-%m}"
    except ValueError:
        raise ValueError(f"{value!r} is not a month such as 2026-11") from None


@options.command("usage")
@options.option("--month", type=options.ValueType("YYYY-MM", _month), help="Month to report; default: the current one.")
def usage(context: Context, month: str | None) -> None:
    """Show the number of calls.

    Counts the calls this command made on this machine, as this user, in one month. Every call to the service is
    billed. Calls by other machines and programs are not included: see your account's dashboard for the total.
    """
    history = context.history()
    wanted = month or f"{datetime.fromtimestamp(context.clock.wall(), tz=UTC):%Y-%m}"
    by_command = history.calls(wanted)
    total = sum(counter.total() for counter in by_command.values())
    context.write_json(
        {
            "month": wanted,
            "service": history.service,
            "total": total,
            "free_calls_a_month": FREE_CALLS,
            "by_command": {name: dict(counter) for name, counter in by_command.items()},
            "history": None if history.folder is None else str(history.folder),
        }
    )
    context.say(f"{wanted}, {history.service}; the free tier includes {FREE_CALLS} calls a month")
    rows = [
        (name, operation, str(count))
        for name, counter in sorted(by_command.items())
        for operation, count in counter.most_common()
    ]
    context.write_table(("command", "operation", "calls"), [*rows, ("", "total", str(total))])
