"""The stand-in of the service under this package's name; it is a distribution of its own, the extra ``sandbox``.

``python -m groupdocs_translation.sandbox`` runs it.
"""

from __future__ import annotations

try:
    from groupdocs_translation_sandbox import ClientClock, Engine, EngineError, FileTask, PseudoEngine, Sandbox
except ModuleNotFoundError as error:
    raise ImportError(
        f"the sandbox is not installed: pip install 'groupdocs-translation[sandbox]' ({error})"
    ) from error

__all__ = ["ClientClock", "Engine", "EngineError", "FileTask", "PseudoEngine", "Sandbox"]

if __name__ == "__main__":
    import sys

    from groupdocs_translation_sandbox.__main__ import main

    sys.exit(main())
