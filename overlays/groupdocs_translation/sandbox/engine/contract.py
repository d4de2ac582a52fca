"""What the sandbox asks of a translation engine: the ``Engine`` protocol, its options and its one error.

Read by the sandbox's jobs, which run an engine in a worker thread, and by whoever writes an engine of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class EngineError(Exception):
    """The source cannot be translated: broken, hostile, too large, or without the part that was asked for.

    The message is meant for the job's ``message``: it names format and part, never a path or a piece of the content.
    """


def _numbers(given: Any) -> tuple[int, ...] | None:
    """Numbers of pages, slides or worksheets; none at all means no restriction."""
    return tuple(int(number) for number in given) if given else None


def _names(given: Any) -> tuple[str, ...]:
    return tuple(given or ())


def _mapping(given: Any) -> dict[str, Any]:
    return dict(given) if given else {}


@attrs.frozen(kw_only=True)
class EngineOptions:
    """Options of one file job; names are the request's members in snake_case, numbers count from 1.

    ``ranges`` maps worksheet numbers (strings) to ``{"rows": […], "columns": […], "ranges": [{"item1": "A1", "item2":
    "C9"}]}``; ``short_code_list`` maps a Hugo short code to its parameters; ``front_matter_list`` holds key paths.
    ``elements`` and ``shortcodedict`` are the general request's names: of pages, slides or worksheets, and of
    ``short_code_list``.
    """

    translation_dictionary: dict[str, str] = attrs.field(default=None, converter=_mapping)
    elements: tuple[int, ...] | None = attrs.field(default=None, converter=_numbers)
    pages: tuple[int, ...] | None = attrs.field(default=None, converter=_numbers)
    slides: tuple[int, ...] | None = attrs.field(default=None, converter=_numbers)
    worksheets: tuple[int, ...] | None = attrs.field(default=None, converter=_numbers)
    ranges: dict[str, dict[str, Any]] = attrs.field(default=None, converter=_mapping)
    separator: str | None = None
    masters: bool = False
    front_matter_list: list[list[str]] | None = None
    short_code_list: dict[str, list[str]] = attrs.field(default=None, converter=_mapping)
    shortcodedict: dict[str, list[str]] = attrs.field(default=None, converter=_mapping)
    ignore_list: tuple[str, ...] = attrs.field(default=(), converter=_names)
    is_white_list: bool = False

    @classmethod
    def from_request(cls, body: Mapping[str, Any]) -> EngineOptions:
        """The options among the members of a request's JSON body, which was validated before; others are skipped."""
        names = {_camel(field.name): field.name for field in attrs.fields(cls)}
        return cls(**{names[member]: value for member, value in body.items() if member in names and value is not None})


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class Engine(Protocol):
    """Translates texts and files. Several jobs call one engine at once, from several threads."""

    def translate_text(
        self, text: str, *, source: str, target: str, glossary: Mapping[str, str], markdown: bool
    ) -> str:
        """``text`` in the language ``target``."""
        ...

    def translate_file(
        self,
        source: Path,
        destination: Path,
        *,
        source_format: str,
        output_format: str,
        source_language: str,
        target_language: str,
        options: EngineOptions,
    ) -> str | None:
        """Write the translation of ``source`` to ``destination``; a remark for the job's message, or ``None``.

        Raises:
            EngineError: the job has failed; nothing is left at ``destination``.
        """
        ...

    def can_convert(self, source_format: str, output_format: str) -> bool:
        """Whether ``translate_file`` takes this pair of formats; in any case the same one twice."""
        ...
