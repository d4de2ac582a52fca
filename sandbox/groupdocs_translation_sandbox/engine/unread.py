"""Formats that are returned unchanged. The source must still have its format and the requested parts."""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .protocol import EngineError
from .text import check_numbers

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # compound files of Office before 2007
_MAGIC = {"Pdf": b"%PDF-", "Rtf": b"{\\rtf", "Doc": _OLE, "Xls": _OLE, "Ppt": _OLE}
_NOUNS = {"worksheets": "worksheet", "slides": "slide", "pages": "page", "elements": "part"}
_PAGE = re.compile(rb"/Type\s*/Page(?![A-Za-z])")
_STREAM = re.compile(rb"stream\r?\n")
MAX_PDF_BYTES = 64 << 20  # pages of larger files are not counted
MAX_UNPACKED_BYTES = 16 << 20  # of the objects of a PDF


def check_unread(source: Path, name: str, options: Mapping[str, Any]) -> None:
    """Check the beginning and the requested parts of a file that the sandbox does not read.

    Raises:
        EngineError: the file has another format, or a requested page, slide or worksheet is missing or unknown.
    """
    with source.open("rb") as stream:
        if _MAGIC.get(name, b"") not in stream.read(1024):
            raise EngineError(f"the file is not a valid {name}")
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
