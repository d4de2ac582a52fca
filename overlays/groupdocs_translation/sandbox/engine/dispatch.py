"""``PseudoEngine``: the table from formats to the modules that rewrite them, and the engine that follows it."""

from __future__ import annotations

import csv
import zipfile
import zlib
from shutil import copyfile
from typing import TYPE_CHECKING

import yaml
from lxml import etree

from . import html, lines, markdown, markup, opendocument, presentation, spreadsheet, word
from .contract import EngineError
from .pseudo import Pseudo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .contract import EngineOptions

    Rewrite = Callable[[Path, Path, Pseudo, EngineOptions], None]

_REWRITES: dict[tuple[str, str], Rewrite] = {
    ("txt", "txt"): lines.translate_txt,
    ("txt", "html"): lines.txt_to_html,
    ("txt", "md"): lines.txt_to_markdown,
    ("csv", "csv"): lines.table(",", ","),
    ("csv", "tsv"): lines.table(",", "\t"),
    ("tsv", "tsv"): lines.table("\t", "\t"),
    ("tsv", "csv"): lines.table("\t", ","),
    ("srt", "srt"): lines.translate_srt,
    ("md", "md"): markdown.translate_md,
    ("md", "html"): markdown.md_to_html,
    ("html", "html"): html.translate_html,
    ("xml", "xml"): markup.translate_xml,
    ("resx", "resx"): markup.translate_resx,
    ("odt", "odt"): opendocument.translate_odt,
    ("ods", "ods"): opendocument.translate_ods,
    ("odp", "odp"): opendocument.translate_odp,
    **{(name, name): word.translate_docx for name in ("docx", "docm")},
    **{(name, name): spreadsheet.translate_xlsx for name in ("xlsx", "xlsm")},
    **{(name, name): presentation.translate_pptx for name in ("pptx", "pptm")},
}

# What the readers of the formats raise at broken input. ValueError: a number that is none, a character XML forbids,
# UnicodeError; RuntimeError: an encrypted archive, RecursionError; KeyError: a part that must be there.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    etree.LxmlError,
    csv.Error,
    yaml.YAMLError,
    EOFError,
    KeyError,
    ValueError,
    RuntimeError,
)


class PseudoEngine:
    """The default engine: deterministic, offline, without state; safe to share between threads."""

    def translate_text(
        self, text: str, *, source: str, target: str, glossary: Mapping[str, str], markdown: bool
    ) -> str:
        """The pseudo-localised text; with ``markdown`` its markup, code and link targets stay."""
        return _markdown_text(text, target, glossary) if markdown else Pseudo(target, glossary)(text)

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
        """See ``Engine``; formats without a rewriter come back unchanged, and the message says so."""
        pair = source_format.lower(), output_format.lower()
        rewrite = _REWRITES.get(pair)
        if rewrite is None and pair[0] != pair[1]:
            raise EngineError(f"{source_format} cannot be converted to {output_format}")
        if rewrite is None:
            copyfile(source, destination)
            return f"The sandbox cannot translate {source_format}: the file came back unchanged."
        try:
            rewrite(source, destination, Pseudo(target_language, options.translation_dictionary), options)
        except BaseException as error:
            destination.unlink(missing_ok=True)
            if isinstance(error, _BROKEN):
                kind = type(error).__name__
                raise EngineError(f"The file is broken or is not {source_format} ({kind}).") from error
            raise
        return None

    def can_convert(self, source_format: str, output_format: str) -> bool:
        """Whether the pair is one format twice, or a conversion that is truly done."""
        pair = source_format.lower(), output_format.lower()
        return pair[0] == pair[1] or pair in _REWRITES


def _markdown_text(text: str, target: str, glossary: Mapping[str, str]) -> str:
    return markdown.translate_body(text, Pseudo(target, glossary))
