"""``formats``: what can be translated, into what it can be turned, and which options it takes. No call."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ...spec.formats import KINDS, recognize
from .. import options
from ..output import write_json, write_table

if TYPE_CHECKING:
    from ...spec.formats import Kind
    from ..invocation import Invocation


@options.command("formats")
@click.argument("format", required=False)
def command(invocation: Invocation, format: str | None) -> None:
    """List formats, conversions and options.

    For each kind of source: its formats, what they can be turned into, and the options of 'file' that it takes. With a
    FORMAT (docx, .docx or report.docx) only the kinds that take it. Costs no call.
    """
    kinds = [kind for kind in KINDS.values() if kind.name != "auto"]
    if format is not None:
        _, name = recognize(f"x.{format.rpartition('.')[2]}")
        kinds = [kind for kind in kinds if name in kind.formats]
    if invocation.is_json:
        write_json({"kinds": {kind.name: _members(kind) for kind in kinds}})
        return
    rows = (
        (kind.name, _words(kind.formats), _words(kind.outputs) or _default(kind), " ".join(_members(kind)["options"]))
        for kind in kinds
    )
    write_table(("kind", "formats", "can become", "options"), rows)


def _members(kind: Kind) -> dict[str, list[str]]:
    flags = sorted(f"--{name.replace('_', '-')}" for name in {*kind.options, *kind.text_options})
    return {"formats": [*kind.formats], "outputs": [*(kind.outputs or (_default(kind),))], "options": flags}


def _default(kind: Kind) -> str:
    return kind.default_output or "as it is"


def _words(names: tuple[str, ...]) -> str:
    return " ".join(name.lower() for name in names)
