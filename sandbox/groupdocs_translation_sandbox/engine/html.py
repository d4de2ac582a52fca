"""HTML: tokens of the source are passed on as they are, text between them is translated; nothing is parsed and dumped.

So whatever a page consists of stays as it was written, broken markup included. Called by ``dispatch``.
"""

from __future__ import annotations

import codecs
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .pseudo import Pseudo

# No tag goes on over another "<" but in quotes: else each of many that never end is sought to the end of the page.
_TAG = r"""</?(?P<name>[A-Za-z][^\s/<>]*+)(?:"[^"]*+"|'[^']*+'|[^"'<>])*+>"""
_TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)|<[!?](?:(?!<[!?])[^>])*+>|<(?P<raw>script|style|textarea|xmp|iframe|noembed)\b.*?(?:</(?P=raw)\s*>|\Z)|"
    + _TAG,
    re.DOTALL | re.IGNORECASE,
)
_ATTRIBUTE = re.compile(r"""(\s(?:alt|title|placeholder|aria-label)\s*=\s*)("[^"]*"|'[^']*')""", re.IGNORECASE)
_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w-]+)""", re.IGNORECASE)
_INLINE = frozenset(
    "a abbr b bdi bdo cite data del dfn em font i img ins mark q ruby s small span strong sub sup time tt u wbr".split()
)
_KEPT = frozenset("code kbd math pre samp svg var".split())
_VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
_NOT_TRANSLATED = re.compile(r"""\stranslate\s*=\s*["']?no\b|\sclass\s*=\s*["'][^"']*\bnotranslate\b""", re.IGNORECASE)


def declared_charset(content: bytes) -> str:
    """The encoding that a page declares, as browsers read it; Windows-1252 if none or an unknown one."""
    found = _CHARSET.search(content[:1024])  # where HTML requires the declaration to be
    name = found[1].decode("ascii") if found else "cp1252"
    try:
        codecs.lookup(name)
    except LookupError:
        return "cp1252"
    return "cp1252" if name.lower() in {"iso-8859-1", "latin1", "us-ascii", "ascii"} else name


def translate_page(text: str, pseudo: Pseudo) -> str:
    """Text with the inline elements in it is one unit; block elements end it. Code and ``translate="no"`` are kept."""
    pseudo = pseudo.escaping()
    result: list[str] = []
    unit: list[int | None] = []  # indexes of the pieces of text in result; None where something stands between words
    kept: list[str] = []  # open elements from the outermost that is kept
    cursor = 0

    def add_text(piece: str) -> None:
        if piece:
            unit.extend([] if kept else [len(result)])
            result.append(piece)

    def end_unit() -> None:
        parts = ["\n" if index is None else result[index] for index in unit]
        for index, piece in zip(unit, pseudo.pieces(parts), strict=True):
            if index is not None:
                result[index] = piece
        unit.clear()

    for match in _TOKEN.finditer(text):
        add_text(text[cursor : match.start()])
        cursor = match.end()
        token, name = match.group(), (match["name"] or "").lower()
        if name and not kept and name not in _INLINE | _KEPT | {"br"}:
            end_unit()
        if name in _VOID or name in _KEPT:
            unit.append(None)
        if name and name not in _VOID and not token.endswith("/>"):
            _follow(kept, name, token)
        result.append(token if kept else _ATTRIBUTE.sub(lambda found: _attribute(found, pseudo), token))
    add_text(text[cursor:])
    end_unit()
    return "".join(result)


def _follow(kept: list[str], name: str, token: str) -> None:
    """Open or close what is kept."""
    if token.startswith("</"):
        if name in kept:
            del kept[len(kept) - 1 - kept[::-1].index(name) :]
    elif kept or name in _KEPT or _NOT_TRANSLATED.search(token):
        kept.append(name)


def _attribute(match: re.Match[str], pseudo: Pseudo) -> str:
    quote = match[2][0]
    return f"{match[1]}{quote}{pseudo(match[2][1:-1])}{quote}"
