"""The protocol of translation engines, to pass your own engine: ``Sandbox(engine=…)``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import attrs


class EngineError(Exception):
    """The source cannot be translated: it is invalid, hostile, too large, or lacks a requested part.

    The message becomes the job's ``message``. It may name formats and parts, but no path and no content.
    """


@attrs.frozen(kw_only=True)
class FileTask:
    """The translation of one file into one language.

    Formats have the service's spelling (``Docx``), and languages are its codes (``de``). ``options`` are the members of
    the request, validated against the document: ``pages``, ``ranges``, ``frontMatterList``.
    """

    source_format: str
    output_format: str
    source_language: str
    target_language: str
    glossary: Mapping[str, str] = attrs.field(factory=dict[str, str])
    options: Mapping[str, Any] = attrs.field(factory=dict[str, Any])


class Engine(Protocol):
    """Translates texts and files. Must be thread-safe."""

    def translate_text(
        self, text: str, *, source: str, target: str, glossary: Mapping[str, str], markdown: bool
    ) -> str:
        """Return ``text`` in the language ``target``. With ``markdown``, it is Markdown, and its markup must stay."""
        ...

    def can_convert(self, source_format: str, output_format: str) -> bool:
        """Return whether ``translate_file`` supports this pair of formats; if not, the response is HTTP 400."""
        ...

    def translate_file(self, source: Path, destination: Path, task: FileTask) -> str | None:
        """Write the translation of ``source`` to ``destination``. Return a remark for the job's message, or ``None``.

        Raises:
            EngineError: the job fails; no file is left at ``destination``.
        """
        ...
