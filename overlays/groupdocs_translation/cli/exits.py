"""Exit codes, and what each error means on the command line: its code, its wording, and what to do about it."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

from .._errors import CallBudgetExceeded, ConfigurationError, JobPartial, TranslationError, UnsupportedLanguage

PROGRAM = "groupdocs-translation"


class Exit(IntEnum):
    """How a command ended."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    AUTHORIZATION = 3
    PARTLY = 4
    INTERRUPTED = 130


class Meaning(NamedTuple):
    """The exit code of an error, a line of advice (empty: the message says all), and whether its job is over."""

    exit: Exit
    advice: str = ""
    is_over: bool = False


_LATER = "a job that was submitted is not lost: 'groupdocs-translation jobs list' has its id"

# By name, since some classes live in modules that a command does not need.
MEANINGS: dict[str, Meaning] = {
    "TranslationError": Meaning(Exit.FAILED),
    "ConfigurationError": Meaning(Exit.USAGE),
    "BatchRunning": Meaning(Exit.FAILED, "wait until it is over, or give another --journal"),
    "UnsupportedFormat": Meaning(Exit.USAGE, "'groupdocs-translation formats' lists what can be translated"),
    "UnsupportedLanguage": Meaning(Exit.USAGE, "'groupdocs-translation languages' lists the pairs (one call)"),
    "AuthenticationError": Meaning(
        Exit.AUTHORIZATION,
        "'groupdocs-translation doctor' finds out why, 'groupdocs-translation login' stores other credentials",
    ),
    "TokenResponseError": Meaning(
        Exit.AUTHORIZATION, "is GROUPDOCS_TOKEN_URL the identity server's address? See 'groupdocs-translation doctor'"
    ),
    "ConnectionFailed": Meaning(Exit.FAILED, "'groupdocs-translation doctor' says which host is not reached"),
    "TokenUnavailable": Meaning(Exit.FAILED, "the identity server is in trouble: run the command again in a while"),
    "TransferError": Meaning(Exit.FAILED, _LATER),
    "APIError": Meaning(Exit.FAILED),
    "BadRequest": Meaning(Exit.FAILED),
    "NotFound": Meaning(Exit.FAILED),
    "RateLimited": Meaning(Exit.FAILED, "the service wants fewer calls: wait, then run the command again"),
    "ServerError": Meaning(Exit.FAILED, "the service failed: run the command again in a while"),
    "JobError": Meaning(Exit.FAILED),
    "JobFailed": Meaning(Exit.FAILED, is_over=True),
    "JobPartial": Meaning(Exit.PARTLY, "what was there was written; the rest may come later"),
    "JobExpired": Meaning(
        Exit.FAILED, "is the id right, of this application, and of the kind (--kind) that was submitted?", is_over=True
    ),
    "JobTimeout": Meaning(Exit.FAILED, "it goes on at the service, and waiting for it again costs no second job"),
    "SubmissionUncertain": Meaning(
        Exit.FAILED, "running the command again may pay twice: look at the account's usage first"
    ),
    "CallBudgetExceeded": Meaning(Exit.FAILED, "--max-calls allows more"),
}

# Arguments of the Python API whose options are called otherwise.
_FLAGS = {"target": "--to", "source": "--from", "output_dir": "--out"}
# What to do, by the parameter that is wrong, where the Python API's hint is for Python.
_HINTS = {
    "target": "give one such as --to de, or several: --to de,fr",
    "overwrite": "give --overwrite or another --out",
    "format": "give it, for example --format docx",
    "client_id, client_secret": "run 'groupdocs-translation login', or set GROUPDOCS_CLIENT_ID and "
    "GROUPDOCS_CLIENT_SECRET, or write them to credentials.toml",
}


def meaning_of(error: TranslationError) -> Meaning:
    """The row of the nearest class that has one; a user's own subclass has its parent's."""
    return next(MEANINGS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in MEANINGS)


def flag(parameter: str) -> str:
    """Return how an argument of the Python API is called here: ``target`` is ``--to``."""
    return _FLAGS.get(parameter, f"--{parameter.replace('_', '-')}")


def cli_wording(error: TranslationError) -> str:
    """Return the error's message and notes, in the words of the command line."""
    if isinstance(error, CallBudgetExceeded):
        text = f"--max-calls {error.budget} is used up: the next call was not sent"
    elif isinstance(error, JobPartial):
        there = ", ".join(getattr(error.result, "urls", error.result)) or "nothing"
        text = f"job {error.job.id} is done in part: {there} is there, {', '.join(error.missing) or 'some'} is missing"
    elif isinstance(error, ConfigurationError):
        text = _problem(error)
    else:
        text = str(error)
    return "\n".join([text, *getattr(error, "__notes__", ())])


def _problem(error: ConfigurationError) -> str:
    parameter = error.parameter or ""
    flags = ", ".join(flag(str(name)) for name in parameter.split(", "))
    problem, hint = error.problem, error.hint
    if problem.startswith(f"{parameter}="):
        problem = f"{flags} {problem.removeprefix(f'{parameter}=')}"
    elif parameter and problem.endswith(f" {parameter}"):
        problem = f"{problem.removesuffix(parameter)}{flags}"
    if isinstance(error, UnsupportedLanguage):
        hint = hint if error.allowed else None  # the advice has it
    elif hint and parameter in _HINTS:
        hint = _HINTS[parameter]
    elif hint and error.allowed:
        hint = f"it takes {', '.join(flag(str(name)) for name in error.allowed)}"
    return f"{problem}; {hint}" if hint else problem


def as_dict(kind: str, message: str, code: int, advice: str, resume_commands: list[str]) -> dict[str, Any]:
    """The members that have something to say."""
    values = {"type": kind, "message": message, "advice": advice, "exit_code": int(code), "go_on": resume_commands}
    return {name: value for name, value in values.items() if value not in ("", [])}
