"""The check that a file has its format, and for formats that are returned unchanged, the requested parts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .protocol import EngineError
from .text import check_numbers

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
            check_numbers(noun, numbers, count)
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
