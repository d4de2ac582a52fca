"""A local stand-in of the whole service: tokens, texts, files, uploads, jobs and results, on loopback.

``with Sandbox() as sandbox: TranslationClient(**sandbox.client_settings())``, or ``python -m
groupdocs_translation.sandbox``. Needs the extra ``sandbox``. It is stricter than the service where the two may differ,
and no production server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .server import Sandbox

__all__ = ["Sandbox"]


def __getattr__(name: str) -> Any:
    """Import the server on first use: it needs the extra."""
    if name != "Sandbox":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        from .server import Sandbox  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise ImportError(
            f"the sandbox needs more packages: pip install 'groupdocs-translation[sandbox]' ({error})"
        ) from error
    return Sandbox
