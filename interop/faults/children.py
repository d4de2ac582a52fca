"""Run the command in a process forked from a server with all imports."""

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
POLLING = PollingSchedule.every(0.2)


def command(arguments, settings, log):
    """Run the command in this process, and append its output to the file ``log``."""
    with open(log, "a", buffering=1) as file, redirect_stderr(file), redirect_stdout(file):
        sys.exit(run(arguments, polling=POLLING, **settings))


def run_command(arguments, settings, log):
    """Run the command in a new process, and return its exit code."""
    process = PROCESSES.Process(target=command, args=(arguments, settings, str(log)), daemon=True)
    process.start()
    process.join(120)
    return process.exitcode


def is_readable(log: Path):
    """Return whether output has no traceback and no secret."""
    text = log.read_text() if log.exists() else ""
    return not any(word in text for word in ("Traceback", 'File "', SECRET, QUERY))
