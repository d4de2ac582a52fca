"""The command in a process of its own, forked from a server that has all imported."""

from __future__ import annotations

import sys
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from groupdocs_translation import PollingSchedule
from groupdocs_translation.cli.main import run

from tests.batch.killed import PRELOADED, PROCESSES
from tests.faults.server import QUERY, SECRET

PROCESSES.set_forkserver_preload(
    [
        *PRELOADED,
        "interop.faults.children",
        "encodings.idna",
        "groupdocs_translation._aiohttp",
        "groupdocs_translation._async.client",
        "groupdocs_translation.batch",
        "groupdocs_translation.cli.commands.batch",
        "groupdocs_translation.cli.history",
        "groupdocs_translation_api.api.translation.list_languages",
        "jinja2",
        "platformdirs",
    ]
)
SOON = PollingSchedule.every(0.2)


def command(arguments, settings, said):
    """What the process does: the command, its messages appended to the file ``said``."""
    with open(said, "a", buffering=1) as file, redirect_stderr(file), redirect_stdout(file):
        sys.exit(run(arguments, polling=SOON, **settings))


def run_command(arguments, settings, said):
    """Run the command to its end; its exit code."""
    process = PROCESSES.Process(target=command, args=(arguments, settings, str(said)), daemon=True)
    process.start()
    process.join(120)
    return process.exitcode


def is_fit_for_people(said: Path):
    """Whether messages are lines for people: no traceback, no secret."""
    text = said.read_text() if said.exists() else ""
    return not any(word in text for word in ("Traceback", 'File "', SECRET, QUERY))
