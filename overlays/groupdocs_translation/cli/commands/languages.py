"""``languages``: what is translated into what."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from ..._plans import check_pairs
from .. import options
from ..output import write, write_json, write_table

if TYPE_CHECKING:
    from ..invocation import Invocation


@options.command("languages")
@click.option("-f", "--from", "source", metavar="CODE", help="Only what this language is translated into.")
def command(invocation: Invocation, source: str | None) -> None:
    """List language pairs.

    Costs one call of the service, and needs no credentials.
    """
    with invocation.client(is_trial=True) as client:
        languages = client.languages()
    if source is not None:
        check_pairs(languages, source, ())
        languages = type(languages)({source: languages[source]})
    if invocation.is_json:
        write_json({"languages": {code: list(languages[code]) for code in languages}, "calls": dict(invocation.calls)})
    elif source is not None and not sys.stdout.isatty():
        for target in languages[source]:
            write(target)
    else:
        rows = ((code, str(len(languages[code])), " ".join(languages[code])) for code in sorted(languages))
        write_table(("from", "into", "languages"), rows, wrapped=2)
