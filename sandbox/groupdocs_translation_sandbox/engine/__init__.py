"""The translation engine of the sandbox: it pseudo-localizes texts and real files, which keep their format.

Jobs use it through the protocol ``Engine``; ``PseudoEngine`` is the default. Requires the extra ``sandbox``.
"""

from __future__ import annotations

import csv
import errno
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from shutil import copyfile
from typing import Any

import yaml
from lxml import etree

from . import markup, office, text
from .markdown import hugo_structure, md_to_html, translate_body, translate_md
from .protocol import Engine, EngineError, FileTask
from .pseudo import Pseudo
from .unread import check_parts, check_signature

__all__ = ["Engine", "EngineError", "FileTask", "PseudoEngine", "hugo_structure"]

WHOLE_FILE_LIMIT_BYTES = 64 << 20  # a parsed file takes several times its size in memory

_TABLES = [(source, output) for source in ("Csv", "Tsv") for output in ("Csv", "Tsv")]
_TEXTS: dict[tuple[str, str], Callable[[str, Pseudo, Mapping[str, Any]], str]] = {
    ("Txt", "Txt"): text.translate_txt,
    ("Srt", "Srt"): text.translate_srt,
    ("Md", "Md"): translate_md,
    ("Md", "Html"): md_to_html,
    **{(source, output): partial(text.translate_table, source=source, output=output) for source, output in _TABLES},
}
_MARKUP = {"Html": markup.translate_html, "Xml": markup.translate_xml, "Resx": markup.translate_resx}

# Errors of the parsers for invalid input. ValueError: an invalid number, a character that XML forbids, UnicodeError;
# RuntimeError: an encrypted archive, RecursionError; KeyError: a missing part.
_READER_ERRORS = (zipfile.BadZipFile, zlib.error, etree.LxmlError, csv.Error, yaml.YAMLError)
_BROKEN = (*_READER_ERRORS, EOFError, LookupError, ValueError, RuntimeError)


class PseudoEngine:
    """The default engine: deterministic, offline, stateless and thread-safe."""

    def translate_text(
        self, text: str, *, source: str, target: str, glossary: Mapping[str, str], markdown: bool
    ) -> str:
        """Return the pseudo-localized text; with ``markdown``, markup, code and link targets stay."""
        pseudo = Pseudo(target, glossary)
        return translate_body(text, pseudo) if markdown else pseudo(text)

    def can_convert(self, source_format: str, output_format: str) -> bool:
        """Return whether the formats are the same, or a supported conversion."""
        return source_format == output_format or (source_format, output_format) in _TEXTS

    def translate_file(self, source: Path, destination: Path, task: FileTask) -> str | None:
        """See ``Engine``. Formats that the sandbox does not read are returned unchanged, and the message says so."""
        formats = task.source_format, task.output_format
        name, pseudo = task.source_format, Pseudo(task.target_language, task.glossary)
        if not self.can_convert(*formats):
            raise EngineError(f"the sandbox does not convert {name} to {task.output_format}")
        try:
            check_signature(source, name)
            if name in office.FORMATS:
                office.translate_office(source, destination, name, pseudo, task.options)
            elif formats not in _TEXTS and name not in _MARKUP:
                check_parts(source, name, task.options)
                copyfile(source, destination)
                return f"the sandbox does not read {name}: the file is returned unchanged"
            elif source.stat().st_size > WHOLE_FILE_LIMIT_BYTES:
                raise EngineError(f"the file is larger than {WHOLE_FILE_LIMIT_BYTES >> 20} MiB")
            elif name in _MARKUP:
                destination.write_bytes(_MARKUP[name](source.read_bytes(), pseudo, task.options))
            else:
                content, encode = text.decode(source.read_bytes())
                destination.write_bytes(encode(_TEXTS[formats](content, pseudo, task.options)))
        except BaseException as error:
            destination.unlink(missing_ok=True)
            # EINVAL: zipfile seeks before the beginning of the file if the archive's directory is invalid
            if isinstance(error, _BROKEN) or (isinstance(error, OSError) and error.errno == errno.EINVAL):
                raise EngineError(f"the file is not a valid {name} ({type(error).__name__})") from error
            raise
        return None
