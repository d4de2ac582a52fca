"""The protocol of translation engines, for the sandbox and for engines of your own: ``Sandbox(engine=…)``."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

import attrs


class EngineError(Exception):
    """The source cannot be translated: broken, hostile, too large, or without the part that was asked for.

    The message is meant for the job's ``message``: it names format and part, never a path or a piece of the content.
    """


@attrs.frozen(kw_only=True)
class FileTask:
    """What is asked of one file in one language.

    Formats are spelled as the service spells them (``Docx``), languages are its codes (``de``). ``options`` are the
    members of the request as they came, held against the document before: ``pages``, ``ranges``, ``frontMatterList``.
    """

    source_format: str
    output_format: str
    source_language: str
    target_language: str
    glossary: Mapping[str, str] = attrs.field(factory=dict[str, str])
    options: Mapping[str, Any] = attrs.field(factory=dict[str, Any])


class Engine(Protocol):
    """Translates texts and files. Several jobs may call one engine at once, from several threads."""

    def translate_text(
        self, text: str, *, source: str, target: str, glossary: Mapping[str, str], markdown: bool
    ) -> str:
        """``text`` in the language ``target``; ``markdown`` says that it is Markdown, whose markup stays."""
        ...

    def can_convert(self, source_format: str, output_format: str) -> bool:
        """Whether ``translate_file`` takes this pair of formats; if not, the request is answered with 400."""
        ...

    def translate_file(self, source: Path, destination: Path, task: FileTask) -> str | None:
        """Write the translation of ``source`` to ``destination``; a remark for the job's message, or ``None``.

        Raises:
            EngineError: the job has failed; nothing is left at ``destination``.
        """
        ...
