"""``doctor``: what stands between this machine and a translation."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

from attrs import asdict

from ..._doctor import diagnose
from .. import options
from ..exits import Exit, in_words
from ..output import write_json, write_table

if TYPE_CHECKING:
    from ..invocation import Invocation


@options.command("doctor")
def command(invocation: Invocation) -> int:
    """Find out what is wrong.

    Looks at versions, settings, both hosts, the clock and the credentials. It costs no call of the service.

    Exit code 0: all is well (warnings included), 3: no or wrong credentials, 1: something else.
    """
    with ExitStack() as stack:
        diagnosis = diagnose(**invocation.client_settings(stack))
    if invocation.is_json:
        findings = [asdict(finding) | {"verdict": finding.verdict.value} for finding in diagnosis.findings]
        write_json({"is_healthy": diagnosis.is_healthy, "findings": findings})
    else:
        rows = ((finding.verdict.value, finding.name, in_words(finding.text)) for finding in diagnosis.findings)
        write_table(("", "what", "found"), rows, wrapped=2)
    if not diagnosis.is_authorized:
        return Exit.AUTHORIZATION
    return Exit.DONE if diagnosis.is_healthy else Exit.FAILED
