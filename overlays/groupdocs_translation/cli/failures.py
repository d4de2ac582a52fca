"""How a failure is said: a line and what to do about it on stderr, or one JSON object there."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .exits import in_words, meaning_of
from .invocation import PROGRAM
from .output import say

if TYPE_CHECKING:
    from .._errors import TranslationError
    from .invocation import Invocation


def report(invocation: Invocation, error: TranslationError) -> int:
    """Say what went wrong and how to go on; the exit code."""
    meaning = meaning_of(error)
    if meaning.is_over:
        invocation.going_on.pop(error.job.id, None)
    else:
        invocation.keep(error.job)
    report_as(invocation, type(error).__name__, in_words(error), meaning.exit, meaning.advice)
    return meaning.exit


def report_as(invocation: Invocation, kind: str, message: str, code: int, advice: str = "") -> None:
    """Say it, with the commands that pick up what was submitted."""
    going_on = list(invocation.going_on.values())
    if invocation.is_json:
        say(json.dumps({"error": as_dict(kind, message, code, advice, going_on)}))
        return
    say(f"{PROGRAM}: {message}")
    if going_on:
        say("what was submitted goes on at the service; to go on here:")
        for command in going_on:
            say(f"  {command}")
    elif advice:
        say(advice)


def as_dict(kind: str, message: str, code: int, advice: str, going_on: list[str]) -> dict[str, Any]:
    """The members that have something to say."""
    values = {"type": kind, "message": message, "advice": advice, "exit_code": int(code), "go_on": going_on}
    return {name: value for name, value in values.items() if value not in ("", [])}
