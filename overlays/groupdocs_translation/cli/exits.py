"""Exit codes, and for each error its exit code, its wording on the command line, and advice."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import Any, NamedTuple

from .._errors import (
    CallBudgetExceeded,
    ConfigurationError,
    JobExpired,
    JobPartial,
    JobTimeout,
    TranslationError,
    UnsupportedLanguage,
)
from ..spec.formats import FileOptions

PROGRAM = "groupdocs-translation"


class Exit(IntEnum):
    """The exit codes of the command."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    AUTHENTICATION = 3
    PARTLY = 4
    INTERRUPTED = 130


class Meaning(NamedTuple):
    """A line of advice on an error, which may be empty, and its exit code."""

    advice: str = ""
    exit: Exit = Exit.FAILED


class Problem(NamedTuple):
    """What the command reports of an error: the members of the error object in JSON."""

    type: str
    message: str
    exit_code: Exit
    advice: str = ""

    def to_dict(self, **more: Any) -> dict[str, Any]:
        return {name: value for name, value in (self._asdict() | more).items() if value not in ("", [])}


# By name, because some classes are in modules that most commands do not load.
MEANINGS: dict[str, Meaning] = {
    "TranslationError": Meaning(),
    "ConfigurationError": Meaning(exit=Exit.USAGE),
    "BatchRunning": Meaning("wait until the other run ends, or use another --journal"),
    "UnsupportedFormat": Meaning("'groupdocs-translation formats' lists the supported formats", Exit.USAGE),
    "UnsupportedLanguage": Meaning(
        "'groupdocs-translation languages' lists the pairs (one call); --from sets the source (default: en)", Exit.USAGE
    ),
    "AuthenticationError": Meaning(
        "run 'groupdocs-translation doctor' to find the cause, or 'groupdocs-translation login' to store credentials",
        Exit.AUTHENTICATION,
    ),
    "TokenResponseError": Meaning(
        "check GROUPDOCS_TOKEN_URL, or run 'groupdocs-translation doctor'", Exit.AUTHENTICATION
    ),
    "ConnectionFailed": Meaning("run 'groupdocs-translation doctor' to see which host cannot be reached"),
    "TokenUnavailable": Meaning(
        "run 'groupdocs-translation doctor' to see which host cannot be reached, or try again later"
    ),
    "TransferError": Meaning("submitted jobs are not lost: 'groupdocs-translation jobs list' shows their IDs"),
    "APIError": Meaning(),
    "BadRequest": Meaning(),
    "NotFound": Meaning(),
    "RateLimited": Meaning("too many requests: wait, then run the command again"),
    "ServerError": Meaning("the service failed: run the command again later"),
    "JobError": Meaning(),
    "JobFailed": Meaning(),
    "JobPartial": Meaning("the available results were written; the others may follow later", Exit.PARTLY),
    "JobExpired": Meaning("check the job ID, the credentials and --kind, and that the job is under 24 hours old"),
    "JobTimeout": Meaning(),
    "SubmissionUncertain": Meaning(
        "running the command again may be billed twice: check the usage in your dashboard first"
    ),
    "CallBudgetExceeded": Meaning("raise --max-calls to continue"),
}

# Arguments of the Python API whose options have another name.
_FLAGS = {"target": "--to", "source": "--from", "output_dir": "--out", "as_text": "--as-text"}
_OTHERS = "format journal kind markdown name output_format overwrite style summarize"
_OPTIONS = {*_FLAGS, *FileOptions.__annotations__, *_OTHERS.split()}
# The arguments that a message begins with: "target='xx' is ...", "style and summarize cannot be combined".
_SUBJECT = re.compile(r"([a-z_]+(?:(?:, | and )[a-z_]+)*)(?:=| (?=must|cannot|does not))")
# Hints by parameter, where the hint of the Python API is for Python code.
_HINTS = {
    "target": "use one code such as --to de, or several: --to de,fr",
    "overwrite": "use --overwrite or another --out",
    "file": f"use '{PROGRAM} batch' for a folder, or - for standard input",
    "format": "set it, such as --format docx",
    "client_id, client_secret": "run 'groupdocs-translation login', which writes credentials.toml, or set "
    "GROUPDOCS_CLIENT_ID and GROUPDOCS_CLIENT_SECRET; without an account, use --sandbox",
}


def meaning_of(error: TranslationError) -> Meaning:
    """Return the row of the error's class, or of its nearest base class that has one."""
    return next(MEANINGS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in MEANINGS)


def flag(parameter: str) -> str:
    """Return the option of an argument of the Python API: ``--to`` for ``target``."""
    return _FLAGS.get(parameter, f"--{parameter.replace('_', '-')}")


def problem_of(error: TranslationError) -> Problem:
    meaning = meaning_of(error)
    return Problem(type(error).__name__, cli_wording(error), meaning.exit, meaning.advice)


def cli_wording(error: TranslationError) -> str:
    """Return the error's message and notes, in the words of the command line."""
    if isinstance(error, CallBudgetExceeded):
        text = f"--max-calls {error.budget} is used up: the next call was not sent"
    elif isinstance(error, JobPartial):
        there = ", ".join(getattr(error.result, "urls", error.result)) or "nothing"
        text = f"job {error.job.id} is partially done: got {there}, missing {', '.join(error.missing) or 'some'}"
    elif isinstance(error, JobExpired | JobTimeout):
        text = re.split(r"[:;] | \(", str(error))[0]  # the rest is advice in terms of the Python API
    elif isinstance(error, ConfigurationError):
        text = _configuration_wording(error)
    else:
        text = str(error)
    notes = (note for note in getattr(error, "__notes__", ()) if not note.startswith("error.jobs"))  # resume has them
    return "\n".join([text, *notes])


def _with_flags(names: str) -> str:
    return re.sub(r"\w+", lambda name: flag(name[0]) if name[0] in _OPTIONS else name[0], names)


def _configuration_wording(error: ConfigurationError) -> str:
    parameter, problem, hint = error.parameter or "", error.problem, error.hint
    if (match := _SUBJECT.match(problem)) and set(re.split(", | and ", match[1])) <= _OPTIONS:
        problem = f"{_with_flags(match[1])} {problem[match.end() :]}"
    elif problem.endswith(f"support {parameter}"):
        problem = f"{problem.removesuffix(parameter)}{_with_flags(parameter)}"
    if isinstance(error, UnsupportedLanguage):
        hint = hint if error.allowed else None  # the advice has it
    elif hint and parameter in _HINTS:
        hint = _HINTS[parameter]
    elif hint and error.allowed:
        hint = f"it supports {', '.join(flag(str(name)) for name in error.allowed)}"
    return f"{problem}; {hint}" if hint else problem
