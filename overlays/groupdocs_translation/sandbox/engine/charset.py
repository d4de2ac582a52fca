"""The character encoding of a text file, and the reading and writing of it; used by all text formats."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from .contract import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import IO

LINE_LIMIT = 1 << 20  # characters; a longer line is taken in pieces, so that memory stays constant
WHOLE_FILE_LIMIT_BYTES = 64 << 20  # formats that are parsed as a whole cost several times their size in memory
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose BOM it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def encoding_of(source: Path) -> str:
    """By its byte order mark; UTF-8 if all of the file is valid in it; Windows-1252 otherwise."""
    with source.open("rb") as stream:
        head = stream.read(4)
        for bom, name in _BOMS:
            if head.startswith(bom):
                return name
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            decoder.decode(head)
            while chunk := stream.read(1 << 20):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def open_text(source: Path) -> tuple[IO[str], str]:
    """The source, line ends as they are, and the encoding to write: Windows-1252 has no accents, UTF-8 replaces it."""
    encoding = encoding_of(source)
    single_byte = encoding == "cp1252"
    stream = source.open(encoding=encoding, errors="replace" if single_byte else "strict", newline="")
    return stream, "utf-8" if single_byte else encoding


def read_text(source: Path) -> tuple[str, str]:
    """All of the source's text, and the encoding to write.

    Raises:
        EngineError: it is larger than ``WHOLE_FILE_LIMIT_BYTES``.
    """
    refuse_large(source)
    stream, encoding = open_text(source)
    with stream:
        return stream.read(), encoding


def refuse_large(source: Path) -> None:
    """Raise ``EngineError`` for a file too large to be parsed as a whole."""
    if source.stat().st_size > WHOLE_FILE_LIMIT_BYTES:
        raise EngineError(
            f"The file is larger than {WHOLE_FILE_LIMIT_BYTES >> 20} MiB, the sandbox's limit for its format."
        )


def read_lines(stream: IO[str]) -> Iterator[str]:
    """Lines with their ends; one beyond ``LINE_LIMIT`` comes in pieces, cut at white space if there is any."""
    rest = ""
    while chunk := stream.readline(LINE_LIMIT):
        rest += chunk
        if chunk.endswith(("\n", "\r")) or len(rest) < LINE_LIMIT:
            yield rest
            rest = ""
            continue
        cut = max(rest.rfind(" ", 1), rest.rfind("\t", 1))
        cut = cut if cut > LINE_LIMIT // 2 else len(rest)
        yield rest[:cut]
        rest = rest[cut:]
    if rest:
        yield rest
