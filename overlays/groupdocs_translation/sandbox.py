"""The sandbox, a local simulation of the service, from its own distribution (extra ``sandbox``).

Run it with ``python -m groupdocs_translation.sandbox``.
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
