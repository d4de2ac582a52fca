"""A local stand-in of the whole service: tokens, texts, files, uploads, jobs and results, on loopback.

``with Sandbox() as sandbox: TranslationClient(**sandbox.client_settings())``, or ``python -m
groupdocs_translation.sandbox``. It is stricter than the service where the two may differ,
and no production server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .engine import Engine, EngineError, FileTask, PseudoEngine
    from .server import ClientClock, Sandbox

__all__ = ["ClientClock", "Engine", "EngineError", "FileTask", "PseudoEngine", "Sandbox"]


def __getattr__(name: str) -> Any:
    """Import a public name on first use: the pytest plugin loads this package into every session of its users."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(".server" if name in {"ClientClock", "Sandbox"} else ".engine", __name__), name)
    except ImportError as error:
        raise ImportError(
            f"the sandbox needs more packages: pip install 'groupdocs-translation[sandbox]' ({error})"
        ) from error
