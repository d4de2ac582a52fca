"""Exit codes, and what each error means on the command line: its code, its wording, and what to do about it."""

from __future__ import annotations

import re
from enum import IntEnum
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from .._errors import TranslationError


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

# How the command line says what the Python API's messages say in Python. Longer ones first.
_SAID = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"give overwrite=True or another output_dir", "give --overwrite or another --out"),
        (r"as_text=True", "--as-text"),
        (r"summarize=True", "--summarize"),
        (r"call_budget=(\d+)", r"--max-calls \1"),
        (r"client\.languages\(\) lists", "'groupdocs-translation languages' lists"),
        (r"client\.job\(id, kind='text'\) picks them up", "'groupdocs-translation jobs wait ID' picks them up"),
        (r"pass client_id and client_secret", "run 'groupdocs-translation login'"),
        (r"give one such as target='de', or several in a list", "give one such as --to de, or several: --to de,fr"),
        (r"for example format='Docx'", "for example --format docx"),
        (r"\btarget=", "--to "),
        (r"\bsource='", "--from '"),
        (r"\bstyle=", "--style "),
        (r"\bpolling=", "--polling "),
        (r"; error\.result has the former, wait\(\) asks again", ""),
    )
]


def meaning_of(error: TranslationError) -> Meaning:
    """The row of the nearest class that has one; a user's own subclass has its parent's."""
    return next(MEANINGS[kind.__name__] for kind in type(error).__mro__ if kind.__name__ in MEANINGS)


_OPTIONS = re.compile(r"(?<=takes no )[a-z_, ]+(?=; it takes)|(?<=; it takes )[a-z_]+(?:, [a-z_]+)*$")


def cli_wording(error: BaseException | str) -> str:
    """The error's message and notes, in the words of the command line."""
    text = _OPTIONS.sub(_flags, str(error))
    text = "\n".join([text, *getattr(error, "__notes__", ())])
    for pattern, replacement in _SAID:
        text = pattern.sub(replacement, text)
    return text


def _flags(names: re.Match[str]) -> str:
    return ", ".join(f"--{name.replace('_', '-')}" for name in names[0].split(", "))


def as_dict(kind: str, message: str, code: int, advice: str, resume_commands: list[str]) -> dict[str, Any]:
    """The members that have something to say."""
    values = {"type": kind, "message": message, "advice": advice, "exit_code": int(code), "go_on": resume_commands}
    return {name: value for name, value in values.items() if value not in ("", [])}
