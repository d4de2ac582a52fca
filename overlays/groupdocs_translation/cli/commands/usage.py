"""``usage``: how many calls the commands of this machine have made."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from .. import options
from ..invocation import history_folder
from ..output import write_json, write_table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..invocation import Invocation

FREE_CALLS = 150  # a month, of the free tier (the service's pricing page)


def _month(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        return f"{datetime.strptime(value, '%Y-%m').replace(tzinfo=UTC):%Y-%m}"
    except ValueError:
        raise click.BadParameter("a month is written as 2026-11") from None


@options.command("usage")
@click.option("--month", callback=_month, metavar="YYYY-MM", help="Another month than this one.")
def command(invocation: Invocation, month: str | None) -> None:
    """Count the calls made so far.

    They are those of a month that this command has made on this machine, as this user. Every call to the service is
    billed, wherever it comes from: other machines and programs of the account are not in here, the account's own
    page has them all.
    """
    history = invocation.history(invocation.service)
    wanted = month or f"{datetime.fromtimestamp(invocation.clock.wall(), tz=UTC):%Y-%m}"
    by_command = history.calls(wanted)
    total = sum(counter.total() for counter in by_command.values())
    if invocation.is_json:
        write_json(
            {
                "month": wanted,
                "service": history.service,
                "total": total,
                "free_calls_a_month": FREE_CALLS,
                "by_command": {name: dict(counter) for name, counter in by_command.items()},
                "history": None if history.folder is None else str(history_folder()),
            }
        )
        return
    invocation.say(f"{wanted}, {history.service}; the free tier has {FREE_CALLS} calls a month")
    rows = [(name, operation, str(count)) for name, operation, count in _rows(by_command)]
    write_table(("command", "operation", "calls"), [*rows, ("", "in all", str(total))])


def _rows(by_command: Mapping[str, Counter[str]]) -> list[tuple[str, str, int]]:
    return [
        (name, operation, count)
        for name, counter in sorted(by_command.items())
        for operation, count in counter.most_common()
    ]
