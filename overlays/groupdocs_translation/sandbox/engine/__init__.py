"""The translation engine of the sandbox: real files in, real files of the same format out, pseudo-localised.

The sandbox's jobs call ``Engine.translate_text`` and ``Engine.translate_file`` in worker threads. Needs the extra
``sandbox``.
"""

from .contract import Engine, EngineError, EngineOptions
from .dispatch import PseudoEngine
from .markdown import hugo_structure

__all__ = ["Engine", "EngineError", "EngineOptions", "PseudoEngine", "hugo_structure"]
