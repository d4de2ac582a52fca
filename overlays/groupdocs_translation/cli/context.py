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

from .. import _clock
from .._errors import JobExpired, JobFailed
from .._progress import human_count, is_terminal, show_progress
from . import output
from .exits import PROGRAM, Problem, problem_of
from .interrupt import stopping_between_jobs
from .output import say

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Mapping, Sequence

    from .._errors import TranslationError
    from .._results import Progress
    from .._sync.client import TranslationClient
    from .history import History

SANDBOX_LATENCY_S = 0.3  # duration of jobs with --sandbox: long enough to show the progress bar
_CREDENTIALS = frozenset({"client_id", "client_secret", "token_url", "profile"})
_LOG = logging.getLogger("groupdocs_translation")  # not httpx2's: its lines contain whole URLs


class Context:
    """State of one run, in one thread; ``settings`` are extra client arguments, ``arguments`` the command line.

    ``jobs`` are the IDs of the submitted jobs, ``resume_commands`` the commands that resume the unfinished ones, by job
    ID, and ``calls`` the number of calls by operation. The attributes with the names of options are their values.
    ``download_options`` are those with which a job's files are downloaded later, ``None`` if it has none.
    """

    def __init__(self, settings: Mapping[str, Any] | None = None, arguments: Sequence[str] = ()) -> None:
        self.settings = settings or {}
        self.arguments = arguments
        self.opened = ExitStack()  # closed at the end of the run
        self.is_json = self.is_sandbox = self.is_quiet = self.is_trial = False
        self.verbosity = 0
        self.profile: str | None = None
        self.max_calls: int | None = None
        self.polling: str | None = None
        self.timeout: float | None = None
        self.download_options: list[str] | None = None
        self.jobs: list[str] = []
        self.resume_commands: dict[str, str] = {}
        self.calls: Mapping[str, int] = {}
        self.clock: _clock.Clock = self.settings.get("clock", _clock.SYSTEM_CLOCK)

    @contextmanager
    def client(self) -> Generator[TranslationClient]:
        """Open the client that the options describe, and record its calls when the block ends."""
        from .._sync.client import TranslationClient  # loads the client

        options = {"polling": self.polling, "call_budget": self.max_calls}
        given = self.client_settings()
        given |= {name: value for name, value in options.items() if value is not None}
        for name in _CREDENTIALS if self.is_trial else ():
            given.pop(name, None)
        with (TranslationClient.trial if self.is_trial else TranslationClient)(**given) as client:
            try:
                yield client
            finally:
                self._count(client)

    def client_settings(self) -> dict[str, Any]:
        """Return the arguments of the client; with ``--sandbox``, those of one that runs until the run ends."""
        if not self.is_sandbox:
            return dict(self.settings) | ({} if self.profile is None else {"profile": self.profile})
        from .._rules.polling import PollingSchedule

        sandbox = self.opened.enter_context(new_sandbox(latency_s=SANDBOX_LATENCY_S))
        often = {"polling": PollingSchedule.every(0.2)}  # its calls are free
        return {**often, **self.settings, **sandbox.client_settings()}

    def history(self) -> History:
        """Return the history of the service; with ``--sandbox`` there is none."""
        from .._config import api_url
        from .history import History

        if self.is_sandbox:
            return History(None, "sandbox", self.clock)
        return History(history_folder(), api_url(self.settings.get("base_url")), self.clock)

    def progress(self) -> AbstractContextManager[Callable[[Any], None]]:
        """Return what shows each step for as long as its block runs: nothing with ``--quiet`` and ``--json``."""
        return nullcontext(lambda _: None) if self.is_quiet or self.is_json else show_progress()

    @contextmanager
    def watching(self) -> Generator[Callable[[Progress], None]]:
        """Yield the ``progress=`` callback: it shows progress, records jobs, and stops at Ctrl-C with no job lost."""
        history = self.history()
        with stopping_between_jobs(self.say) as stop, self.progress() as show:

            def watch(step: Progress) -> None:
                if step.stage == "submitted":
                    history.record(job=step.job.to_dict())
                    self.jobs.append(step.job.id)
                    self.keep(step.job)
                show(step)
                stop(step)  # last: it may raise

            yield watch

    def keep(self, job: Any) -> None:
        """Keep the command that resumes a job, in case this run stops. Jobs of ``--sandbox`` end with the run."""
        if job is None or self.is_sandbox:
            return
        if job.kind == "file" and self.download_options is not None:
            command = ["jobs", "download", job.id, *self.download_options]
        else:
            command = ["jobs", "wait", job.id]
        command += ["--trial"] if self.is_trial else []
        command += [] if self.profile is None else ["--profile", self.profile]
        self.resume_commands[job.id] = shlex.join([PROGRAM, *command])

    def problem(self, error: TranslationError) -> Problem:
        """Return what to report of an error; keep the command that resumes its job unless the job is over."""
        if isinstance(error, JobFailed | JobExpired):
            self.resume_commands.pop(error.job.id, None)
        else:
            self.keep(error.job)
        return problem_of(error)

    def report(self, problem: Problem) -> int:
        """Print what is wrong and how to resume, and return the exit code."""
        if self.is_json:
            say(json.dumps({"error": problem.to_dict(resume=[*self.resume_commands.values()])}))
            return problem.exit_code
        say(f"{PROGRAM}: {problem.message}")
        if not self.say_resume_commands() and problem.advice:
            say(problem.advice)
        return problem.exit_code

    def write(self, *lines: str) -> None:
        """Print lines of the result, except with ``--json``."""
        for line in () if self.is_json else lines:
            output.write(line)

    def write_result(self, job: Any, *lines: str) -> None:
        """Print the result of a job. With ``--json`` it is printed at the end, and may be resumed until then."""
        self.write(*lines)
        if not self.is_json:
            self.resume_commands.pop(job.id, None)

    def write_table(self, headings: Sequence[str], rows: Iterable[Sequence[str]], **layout: Any) -> None:
        if not self.is_json:
            output.write_table(headings, rows, **layout)

    def write_json(self, values: Mapping[str, Any]) -> None:
        if self.is_json:
            output.write_json(values)

    def say(self, message: str) -> None:
        """Print a message, except with ``--json``, where stderr holds one error object."""
        if not self.is_json and not self.is_quiet:
            say(message)

    def say_resume_commands(self) -> bool:
        """Print the commands that resume submitted jobs; return whether there are any."""
        if self.resume_commands:
            say("the service keeps submitted jobs for 24 hours; to resume:")
        for command in self.resume_commands.values():
            say(f"  {command}")
        return bool(self.resume_commands)

    def _count(self, client: TranslationClient) -> None:
        self.calls = client.usage.by_operation
        command = click.get_current_context().command_path.removeprefix(f"{PROGRAM} ")
        if self.calls:
            self.history().record(command=command, calls=self.calls)
            if is_terminal(sys.stderr):
                self.say(human_count(client.usage.calls, "call"))

    @contextmanager
    def logging(self) -> Generator[None]:
        """Print the log while the block runs, at the level of ``-v`` or ``-vv``."""
        handler, level = _LogHandler(self), _LOG.level
        _LOG.addHandler(handler)
        _LOG.setLevel(logging.DEBUG)  # the handler selects, because it exists before the options are read
        try:
            yield
        finally:
            _LOG.removeHandler(handler)
            _LOG.setLevel(level)


class _LogHandler(logging.Handler):
    """Prints log records. Without ``-v``: only warnings of a batch, which name files and jobs; errors say the rest."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._context = context

    def emit(self, record: logging.LogRecord) -> None:
        verbosity = self._context.verbosity
        if verbosity and record.levelno >= (logging.INFO if verbosity == 1 else logging.DEBUG):
            say(f"{record.levelname} {record.name}: {record.getMessage()}")
        elif record.name == f"{_LOG.name}.batch" and record.levelno >= logging.WARNING and not self._context.is_json:
            say(record.getMessage())


def history_folder() -> Path:
    from platformdirs import user_state_path

    return user_state_path(PROGRAM)


def new_sandbox(**options: Any) -> Any:
    """Return a sandbox that is not started yet, or say that its extra is missing."""
    try:
        from ..sandbox import Sandbox  # an extra
    except ImportError as error:
        raise click.UsageError(str(error)) from error
    return Sandbox(**options)
