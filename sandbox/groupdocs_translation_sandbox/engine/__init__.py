"""The translation engine of the sandbox: real files in, real files of the same format out, pseudo-localised.

The sandbox's jobs call it by the protocol ``Engine``; ``PseudoEngine`` is the default. Needs the extra ``sandbox``.
"""

from .contract import Engine, EngineError, FileTask
from .dispatch import PseudoEngine
from .markdown import hugo_structure

__all__ = ["Engine", "EngineError", "FileTask", "PseudoEngine", "hugo_structure"]
