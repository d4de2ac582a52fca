"""``PseudoEngine``: the table from formats to the functions that rewrite them, and the engine that follows it.

A function gets what its format is made of: a text and gives the new one, the root of an XML document and changes it, or
an office file and gives the changes of its parts.
"""

from __future__ import annotations

import csv
import errno
import zipfile
import zlib
from shutil import copyfile
from typing import TYPE_CHECKING, Any

import yaml
from lxml import etree

from . import charset, html, lines, markdown, markup, opendocument, presentation, spreadsheet, word
from .contract import EngineError
from .markdown import translate_body
from .package import Package, parse, serialize
from .pseudo import Pseudo

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from .contract import FileTask
    from .package import Changes

    Options = Mapping[str, Any]
    Rewrite = Callable[[bytes, Pseudo, Options], bytes]

WHOLE_FILE_LIMIT_BYTES = 64 << 20  # parsed as a whole, a file costs several times its size in memory


def _text(change: Callable[[str, Pseudo, Options], str]) -> Rewrite:
    def rewrite(content: bytes, pseudo: Pseudo, options: Options) -> bytes:
        text, encoding = charset.decode(content)
        return change(text, pseudo, options).encode(encoding)

    return rewrite


def _html(content: bytes, pseudo: Pseudo, _options: Options) -> bytes:
    text, encoding = charset.decode(content, declared=html.declared_charset(content))
    return html.translate_page(text, pseudo).encode(encoding, "xmlcharrefreplace")


def _tree(change: Callable[[etree._Element, Pseudo, Options], None]) -> Rewrite:
    def rewrite(content: bytes, pseudo: Pseudo, options: Options) -> bytes:
        root = parse(content)
        change(root, pseudo, options)
        # a declaration is ASCII or, in UTF-16, follows a byte order mark; without one the encoding is UTF-8
        is_declared = content.lstrip(b"\xef\xbb\xbf")[:5] == b"<?xml" or content[:2] in {b"\xff\xfe", b"\xfe\xff"}
        return serialize(root, declare=is_declared)

    return rewrite


_REWRITES: dict[tuple[str, str], Rewrite] = {
    ("Txt", "Txt"): _text(lines.translate_txt),
    ("Csv", "Csv"): _text(lines.table(",", ",")),
    ("Csv", "Tsv"): _text(lines.table(",", "\t")),
    ("Tsv", "Tsv"): _text(lines.table("\t", "\t")),
    ("Tsv", "Csv"): _text(lines.table("\t", ",")),
    ("Srt", "Srt"): _text(lines.translate_srt),
    ("Md", "Md"): _text(markdown.translate_md),
    ("Md", "Html"): _text(markdown.md_to_html),
    ("Html", "Html"): _html,
    ("Xml", "Xml"): _tree(markup.translate_xml),
    ("Resx", "Resx"): _tree(markup.translate_resx),
}
_PACKAGES: dict[str, Callable[[Package, Pseudo, Options], Changes]] = {
    **dict.fromkeys(("Docx", "Docm"), word.changes_of_document),
    **dict.fromkeys(("Xlsx", "Xlsm"), spreadsheet.changes_of_workbook),
    **dict.fromkeys(("Pptx", "Pptm"), presentation.changes_of_slides),
    "Odt": opendocument.changes_of_text,
    "Ods": opendocument.changes_of_spreadsheet,
    "Odp": opendocument.changes_of_presentation,
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
    LookupError,
    ValueError,
    RuntimeError,
)


class PseudoEngine:
    """The default engine: deterministic, offline, without state; safe to share between threads."""

    def translate_text(
        self, text: str, *, source: str, target: str, glossary: Mapping[str, str], markdown: bool
    ) -> str:
        """The pseudo-localised text; with ``markdown`` its markup, code and link targets stay."""
        pseudo = Pseudo(target, glossary)
        return translate_body(text, pseudo) if markdown else pseudo(text)

    def can_convert(self, source_format: str, output_format: str) -> bool:
        """Whether the pair is one format twice, or a conversion that is truly done."""
        return source_format == output_format or (source_format, output_format) in _REWRITES

    def translate_file(self, source: Path, destination: Path, task: FileTask) -> str | None:
        """See ``Engine``; formats that the sandbox does not read come back unchanged, and the message says so."""
        formats = task.source_format, task.output_format
        if not self.can_convert(*formats):
            raise EngineError(f"the sandbox does not turn {formats[0]} into {formats[1]}")
        pseudo = Pseudo(task.target_language, task.glossary)
        try:
            if formats in _REWRITES:
                if source.stat().st_size > WHOLE_FILE_LIMIT_BYTES:
                    raise EngineError(f"the sandbox takes {WHOLE_FILE_LIMIT_BYTES >> 20} MiB of this format")
                destination.write_bytes(_REWRITES[formats](source.read_bytes(), pseudo, task.options))
            elif formats[0] in _PACKAGES:
                with zipfile.ZipFile(source) as archive:
                    package = Package(archive)
                    package.write(destination, _PACKAGES[formats[0]](package, pseudo, task.options))
            else:
                copyfile(source, destination)
                return f"the sandbox does not read {formats[0]}: the file came back unchanged"
        except BaseException as error:
            destination.unlink(missing_ok=True)
            # EINVAL: zipfile went to a place before the file's beginning, as a broken directory said
            if isinstance(error, _BROKEN) or (isinstance(error, OSError) and error.errno == errno.EINVAL):
                kind = type(error).__name__
                raise EngineError(f"the file is broken or is no {formats[0]} ({kind})") from error
            raise
        return None
