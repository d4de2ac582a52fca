"""Every public exception with all attributes set, for tests that pickle them; worker processes import it, too."""

from __future__ import annotations

import groupdocs_translation
from groupdocs_translation import TextTranslation, TranslationClient, TranslationError

MESSAGE = "what went wrong"
API = {"status_code": 503, "operation": "translateText", "message": "busy", "request_id": "r-1", "retry_after": 2.5}
CONFIGURATION = {"parameter": "target", "allowed": ("de", "fr"), "hint": "give one"}
AUTHENTICATION = {"error": "invalid_client", "error_description": "no", "status_code": 401, "retry_after": 1.0}
NEEDS = {
    "APIError": API,
    "BadRequest": API,
    "NotFound": API,
    "RateLimited": API,
    "ServerError": API,
    "ConfigurationError": CONFIGURATION,
    "UnsupportedFormat": CONFIGURATION,
    "UnsupportedLanguage": CONFIGURATION,
    "AuthenticationError": AUTHENTICATION,
    "TokenResponseError": AUTHENTICATION,
    "TokenUnavailable": AUTHENTICATION,
    "BatchRunning": {"pid": 7},
    "JobError": {"job": ...},
    "JobExpired": {"job": ...},
    "JobTimeout": {"job": ...},
    "JobFailed": {"job": ..., "status": 500, "reason": "broken"},
    "JobPartial": {"job": ..., "result": TextTranslation({"de": "eins"}, ["j-1"]), "missing": ("fr",)},
    "SubmissionUncertain": {"operation": "translateText", "request": {"texts": ["one"]}},
    "CallBudgetExceeded": {"budget": 3, "used": 3},
}
NAMES = sorted(
    name
    for name in groupdocs_translation.__all__
    if isinstance(value := getattr(groupdocs_translation, name), type) and issubclass(value, Exception)
)


def error_named(name: str) -> TranslationError:
    """Return an exception of the class that contains a job of a client."""
    job = TranslationClient.trial().job("j-1", kind="text", targets=["de"])
    given = {key: job if value is ... else value for key, value in NEEDS.get(name, {}).items()}
    error = getattr(groupdocs_translation, name)(MESSAGE, **given)
    error.jobs = [job]
    error.request_id = "r-1"
    error.add_note("a note")
    return error


def raise_named(name: str) -> None:
    raise error_named(name)
