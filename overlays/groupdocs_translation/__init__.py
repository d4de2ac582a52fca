"""Client for GroupDocs.Translation Cloud: translate texts, files and folders.

Public names are imported on first use, so ``import groupdocs_translation`` loads neither httpx2 nor the generated
models.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._async.client import AsyncTranslationClient
    from ._async.jobs import AsyncJob
    from ._clock import Clock, default_clock
    from ._errors import (
        APIError,
        AuthenticationError,
        BadRequest,
        CallBudgetExceeded,
        ConfigurationError,
        ConnectionFailed,
        JobError,
        JobExpired,
        JobFailed,
        JobPartial,
        JobTimeout,
        NotFound,
        RateLimited,
        ServerError,
        SubmissionUncertain,
        TokenResponseError,
        TokenUnavailable,
        TransferError,
        TranslationError,
        UnsupportedFormat,
        UnsupportedLanguage,
    )
    from ._progress import show_progress
    from ._results import (
        FileResult,
        FileTranslation,
        Health,
        HugoStructure,
        JobStatus,
        Languages,
        Progress,
        State,
        TextTranslation,
    )
    from ._rules.polling import PollingSchedule
    from ._rules.retry import RetryPolicy
    from ._sync.client import TranslationClient
    from ._sync.jobs import Job
    from ._usage import Usage
    from .auth import ClientCredentials, FileTokenStore, MemoryTokenStore, RedisTokenStore, TokenEvent, TokenStore
    from .batch import AsyncBatch, Batch, BatchFile, BatchPlan, BatchProgress, BatchReport, BatchRunning, Concurrency

_HOMES: dict[str, str] = {}
for _home, _names in {
    "._async.client": "AsyncTranslationClient",
    "._async.jobs": "AsyncJob",
    "._clock": "Clock default_clock",
    "._errors": """
        APIError AuthenticationError BadRequest CallBudgetExceeded ConfigurationError ConnectionFailed JobError
        JobExpired JobFailed JobPartial JobTimeout NotFound RateLimited ServerError SubmissionUncertain
        TokenResponseError TokenUnavailable TransferError TranslationError UnsupportedFormat
        UnsupportedLanguage
    """,
    "._progress": "show_progress",
    "._results": "FileResult FileTranslation Health HugoStructure JobStatus Languages Progress State TextTranslation",
    "._rules.polling": "PollingSchedule",
    "._rules.retry": "RetryPolicy",
    "._sync.client": "TranslationClient",
    "._sync.jobs": "Job",
    "._usage": "Usage",
    ".auth": "ClientCredentials FileTokenStore MemoryTokenStore RedisTokenStore TokenEvent TokenStore",
    ".batch": "AsyncBatch Batch BatchFile BatchPlan BatchProgress BatchReport BatchRunning Concurrency",
}.items():
    _HOMES.update(dict.fromkeys(_names.split(), _home))

__all__ = [
    "APIError", "AsyncBatch", "AsyncJob", "AsyncTranslationClient", "AuthenticationError", "BadRequest", "Batch",
    "BatchFile", "BatchPlan", "BatchProgress", "BatchReport", "BatchRunning", "CallBudgetExceeded",
    "ClientCredentials", "Clock", "Concurrency", "ConfigurationError", "ConnectionFailed", "FileResult",
    "FileTokenStore", "FileTranslation", "Health", "HugoStructure", "Job", "JobError", "JobExpired", "JobFailed",
    "JobPartial", "JobStatus", "JobTimeout", "Languages", "MemoryTokenStore", "NotFound", "PollingSchedule",
    "Progress", "RateLimited", "RedisTokenStore", "RetryPolicy", "ServerError", "State", "SubmissionUncertain",
    "TextTranslation", "TokenEvent", "TokenResponseError", "TokenStore", "TokenUnavailable", "TransferError",
    "TranslationClient", "TranslationError", "UnsupportedFormat", "UnsupportedLanguage", "Usage", "default_clock",
    "show_progress",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Import a public name on first use (PEP 562)."""
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415  (reads the disk)

        return version("groupdocs-translation")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


if os.environ.get("GROUPDOCS_LOG", "").strip():
    import_module("._logs", __name__)
