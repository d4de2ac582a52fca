"""The translation engine of the sandbox: it pseudo-localizes texts and real files, which keep their format.

Jobs use it through the protocol ``Engine``; ``PseudoEngine`` is the default. Requires the extra ``sandbox``.
"""

from __future__ import annotations

import csv
import errno
import re
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


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # compound files of Office before 2007
_REQUIRED = {"Pdf": b"%PDF-", "Rtf": b"{\\rtf", "Doc": _OLE, "Xls": _OLE, "Ppt": _OLE}
# Files in these formats are often fake in tests, so they are rejected only with the signature of another format.
_KNOWN = {"Png": b"\x89PNG", "Jpg": b"\xff\xd8\xff", "Gif": b"GIF8", "Flac": b"fLaC", "Mkv": b"\x1aE\xdf\xa3"}
_ZIP = b"PK\x03\x04"
_ZIPPED = frozenset("Docm Docx Odp Ods Odt Pptm Pptx Xlsb Xlsm Xlsx".split())
_NOUNS = {"worksheets": "worksheet", "slides": "slide", "pages": "page", "elements": "part"}
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_STREAM = re.compile(rb"stream\r?\n")
MAX_PDF_BYTES = 64 << 20  # pages of larger files are not counted
MAX_UNPACKED_BYTES = 16 << 20  # of the objects of a PDF


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


def check_signature(source: Path, name: str) -> None:
    """Raise ``EngineError`` if a file begins like a file of another format."""
    with source.open("rb") as stream:
        head = stream.read(1024)
    own = _ZIP if name in _ZIPPED else {"Webm": _KNOWN["Mkv"], **_REQUIRED, **_KNOWN}.get(name, b"")
    is_other = any(map(head.startswith, {_ZIP, *_REQUIRED.values(), *_KNOWN.values()} - {own}))
    if is_other or (name in _REQUIRED and own not in head):
        raise EngineError(f"the file is not a valid {name}")


def check_parts(source: Path, name: str, options: Mapping[str, Any]) -> None:
    """Raise ``EngineError`` if a requested page, slide or worksheet is missing or unknown."""
    wanted: dict[str, set[int]] = {noun: set(options.get(member) or ()) for member, noun in _NOUNS.items()}
    wanted["worksheet"] |= set(map(int, options.get("ranges") or ()))
    is_counted = name == "Pdf" and any(wanted.values()) and source.stat().st_size <= MAX_PDF_BYTES
    count = _pdf_pages(source.read_bytes()) if is_counted else 0
    for noun, numbers in wanted.items():
        if count:
            text.check_numbers(noun, numbers, count)
        elif numbers - {1}:
            number = min(numbers - {1})
            raise EngineError(f"the sandbox does not read {name}: {noun} {number} may not exist")


def _pdf_pages(content: bytes) -> int:
    """Count the pages of a PDF, including those in compressed objects; return 0 if none are found (if encrypted)."""
    count, place, left = len(_PAGE.findall(content)), 0, MAX_UNPACKED_BYTES
    while left > 0 and (place := content.find(b"/ObjStm", place + 1)) >= 0:
        if (begin := _STREAM.search(content, place, place + 1024)) is None:
            continue
        try:
            objects = zlib.decompressobj().decompress(memoryview(content)[begin.end() :], left)
        except zlib.error:
            continue
        count, left = count + len(_PAGE.findall(objects)), left - len(objects) - 1
    return count
