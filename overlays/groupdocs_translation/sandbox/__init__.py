"""A local stand-in of the whole service: tokens, texts, files, uploads, jobs and results, on loopback.

``with Sandbox() as sandbox: TranslationClient(**sandbox.client_settings())``, or ``python -m
groupdocs_translation.sandbox``. Needs the extra ``sandbox``. It is stricter than the service where the two may differ,
and no production server.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client_clock import ClientClock
    from .server import Sandbox

__all__ = ["ClientClock", "Sandbox"]
_HOMES = {"ClientClock": ".client_clock", "Sandbox": ".server"}


def __getattr__(name: str) -> Any:
    """Import a public name on first use: it needs the extra."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(_HOMES[name], __name__), name)
    except ImportError as error:
        raise ImportError(
            f"the sandbox needs more packages: pip install 'groupdocs-translation[sandbox]' ({error})"
        ) from error
