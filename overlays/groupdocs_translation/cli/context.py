"""One run of the command: its common options and its client."""

from __future__ import annotations

import json
import logging
import shlex
import sys
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .._progress import is_terminal, show_progress
from .exits import PROGRAM, as_dict, cli_wording, meaning_of
from .interrupt import Interrupt
from .output import say

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Mapping, Sequence

    from .._clock import Clock
    from .._errors import TranslationError
    from .._results import Progress
    from .._sync.client import TranslationClient
    from .history import History

SANDBOX_LATENCY_S = 0.3  # duration of jobs with --sandbox: long enough to show the progress bar


class Context:
    """State of one run, in one thread; ``settings`` are extra client arguments, ``arguments`` the command line.

    ``jobs`` are the IDs of the submitted jobs, ``resume_commands`` the commands that resume the unfinished ones, by job
    ID, and ``calls`` the number of calls by operation.
    """

    def __init__(self, settings: Mapping[str, Any] | None = None, arguments: Sequence[str] = ()) -> None:
        self.settings = settings or {}
        self.arguments = arguments
        self.is_json = self.is_sandbox = self.is_quiet = False
        self.verbosity = 0
        self.profile: str | None = None
        self.jobs: list[str] = []
        self.resume_commands: dict[str, str] = {}
        self.calls: Mapping[str, int] = {}

    @property
    def clock(self) -> Clock:
        """The clock of the client."""
        from .._clock import SYSTEM_CLOCK

        clock: Clock = self.settings.get("clock", SYSTEM_CLOCK)
        return clock

    @property
    def service(self) -> str:
        """The base URL of the service, for commands that make no client."""
        from .._config import api_url

        return api_url(self.settings.get("base_url"))

    @contextmanager
    def client(self, *, is_trial: bool = False, **settings: Any) -> Generator[TranslationClient]:
        """Open the client that the options describe, and record its calls when the block ends."""
        from .._sync.client import TranslationClient  # loads the client

        self.log()
        with ExitStack() as stack:
            given = {**self.client_settings(stack), **settings}
            if is_trial:
                given = {name: value for name, value in given.items() if name not in _CREDENTIALS}
            client = stack.enter_context(TranslationClient.trial(**given) if is_trial else TranslationClient(**given))
            try:
                yield client
            finally:
                self._count(client)

    def client_settings(self, stack: ExitStack) -> dict[str, Any]:
        """Return the arguments of the client; ``stack`` holds the sandbox of ``--sandbox``."""
        import httpx2  # not needed for help

        # Shared by API, token endpoint and storage: reading certificates takes a good part of a short command.
        given = {"verify": httpx2.create_ssl_context()} | dict(self.settings)
        if self.is_sandbox:
            from .._rules.polling import PollingSchedule

            sandbox = stack.enter_context(new_sandbox(latency_s=SANDBOX_LATENCY_S))
            given = {"polling": PollingSchedule.every(0.2)} | given | sandbox.client_settings()  # its calls are free
        elif self.profile is not None:
            given["profile"] = self.profile
        return given

    def history(self, service: str) -> History:
        """Return the history of a service; with ``--sandbox`` there is none."""
        from .history import History

        return History(None if self.is_sandbox else history_folder(), service)

    def progress(self) -> AbstractContextManager[Callable[[Any], None]]:
        """Return what shows each step for as long as its block runs: nothing with ``--quiet`` and ``--json``."""
        return nullcontext(lambda _: None) if self.is_quiet or self.is_json else show_progress()

    @contextmanager
    def watching(
        self, client: TranslationClient, resume: Callable[[dict[str, Any]], list[str]]
    ) -> Generator[Callable[[Progress], None]]:
        """Yield the ``progress=`` callback: it shows progress, records jobs, and handles Ctrl-C so that no job is lost.

        ``resume`` returns the arguments of the command that resumes a job, given the result of ``Job.to_dict()``.
        """
        history = self.history(client.base_url)
        with Interrupt(self.say) as interrupt, self.progress() as show:

            def watch(step: Progress) -> None:
                if step.stage == "submitted":
                    history.record_job(step.job.to_dict(), now=self.clock.wall())
                    self.jobs.append(step.job.id)
                    self.keep(step.job, resume)
                show(step)
                interrupt.watch(step)  # last: it may raise

            yield watch

    def keep(self, job: Any, resume: Callable[[dict[str, Any]], list[str]] | None = None) -> None:
        """Keep the command that resumes a job, in case this run stops. Jobs of ``--sandbox`` end with the run."""
        if job is None or self.is_sandbox or job.id in self.resume_commands:
            return
        command = resume(job.to_dict()) if resume is not None else ["jobs", "wait", job.id]
        profile = [] if self.profile is None else ["--profile", self.profile]
        self.resume_commands[job.id] = shlex.join([PROGRAM, *command, *profile])

    def say(self, message: str) -> None:
        """Print a message, except with ``--json``, where stderr holds one error object."""
        if not self.is_json and not self.is_quiet:
            say(message)

    def report(self, error: TranslationError) -> int:
        """Print what is wrong and how to resume, and return the exit code."""
        meaning = meaning_of(error)
        if meaning.is_over:
            self.resume_commands.pop(error.job.id, None)
        else:
            self.keep(error.job)
        return self.report_as(type(error).__name__, cli_wording(error), meaning.exit, meaning.advice)

    def report_as(self, kind: str, message: str, code: int, advice: str = "") -> int:
        """Print an error and the commands that resume submitted jobs, and return the exit code."""
        if self.is_json:
            values = as_dict(kind, message, code, advice, list(self.resume_commands.values()))
            say(json.dumps({"error": values}))
            return code
        say(f"{PROGRAM}: {message}")
        if not self.say_resume_commands() and advice:
            say(advice)
        return code

    def say_resume_commands(self) -> bool:
        """Print the commands that resume submitted jobs; return whether there are any."""
        if self.resume_commands:
            say("submitted jobs are still running at the service; to resume:")
        for command in self.resume_commands.values():
            say(f"  {command}")
        return bool(self.resume_commands)

    def _count(self, client: TranslationClient) -> None:
        self.calls = client.usage.by_operation
        command = click.get_current_context().command_path.removeprefix(f"{PROGRAM} ")
        self.history(client.base_url).record_calls(command, self.calls, now=self.clock.wall())
        if self.calls and is_terminal(sys.stderr):
            self.say(f"{client.usage.calls} call{'' if client.usage.calls == 1 else 's'}")

    def log(self) -> None:
        """Show the log at the level of ``-v`` or ``-vv``."""
        if self.verbosity:
            ours = logging.getLogger("groupdocs_translation")  # not httpx2's: its lines contain whole URLs
            ours.setLevel(logging.DEBUG if self.verbosity > 1 else logging.INFO)
            handler = logging.StreamHandler(sys.stderr)
            handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
            ours.handlers = [handler]


_CREDENTIALS = frozenset({"client_id", "client_secret", "token_url", "profile"})


def history_folder() -> Path:
    """Return the folder of this user's history."""
    from platformdirs import user_state_path

    return user_state_path(PROGRAM)


def new_sandbox(**options: Any) -> Any:
    """Return a sandbox that is not started yet, or say that its extra is missing."""
    try:
        from ..sandbox import Sandbox  # an extra
    except ImportError as error:
        raise click.UsageError(str(error)) from error
    return Sandbox(**options)
