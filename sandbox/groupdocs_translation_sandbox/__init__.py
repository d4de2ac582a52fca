"""A local sandbox of the whole service: tokens, texts, files, uploads, jobs and results, on loopback.

``with Sandbox() as sandbox: TranslationClient(**sandbox.client_settings())``, or ``python -m
groupdocs_translation.sandbox``. It is stricter than the service where the service's behavior is unknown.
It is not a production server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .engine import Engine, EngineError, FileTask, PseudoEngine
    from .server import ClientClock, Sandbox

__all__ = ["ClientClock", "Engine", "EngineError", "FileTask", "PseudoEngine", "Sandbox"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use, because the pytest plugin loads this package in every pytest session."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(".server" if name in {"ClientClock", "Sandbox"} else ".engine", __name__), name)
    except ImportError as error:
        raise ImportError(
            f"packages of the sandbox are missing ({error}): pip install 'groupdocs-translation[sandbox]'"
        ) from error
