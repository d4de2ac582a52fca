"""The character encoding of a text file; used for all text formats."""

from __future__ import annotations

import codecs

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose BOM it starts with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def decode(content: bytes, *, declared: str | None = None) -> tuple[str, str]:
    """The text, and the encoding to write: by the byte order mark, or UTF-8 if it is valid, or as ``declared``.

    Anything else is read as Windows-1252, which has no accents to write the result with: that is UTF-8.

    Raises:
        UnicodeDecodeError: it is not what it says.
    """
    for bom, name in _BOMS:
        if content.startswith(bom):
            return content.decode(name), name
    try:
        return content.decode(), "utf-8"
    except UnicodeDecodeError:
        return (content.decode(declared), declared) if declared else (content.decode("cp1252", "replace"), "utf-8")
