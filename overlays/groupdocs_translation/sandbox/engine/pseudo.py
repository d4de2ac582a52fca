"""Pseudo-localisation of one text: what a translation does to a program, without a translator.

Letters get accents, vowels are doubled (about 30 % longer), the text starts with its language, such as ``[de] ``. What
a translation must keep stays byte for byte: placeholders, markup, numbers, addresses. Used by every format here.
"""

from __future__ import annotations

import re
from html import escape
from itertools import accumulate
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    _Span = tuple[int, int, "Callable[[str], str] | str"]  # start, end, what becomes of it

_ACCENTS = str.maketrans(
    dict(
        zip(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "åƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ",
            strict=True,
        )
    )
    # these are about 30 % of the characters of English prose: doubling needs no state, so runs can be cut anywhere
    | {vowel: 2 * accented for vowel, accented in zip("aeioAEIO", "åéîöÅÉÎÖ", strict=True)}
)

# Quantifiers are bounded where a long run without the closing character would be scanned again from each position.
_KEPT = r"""
    <!--.{0,4096}?--> | </?[A-Za-z][^<>]*>                          # comments, tags
  | &(?:\#\d+|\#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);              # entities
  | \w[\w+.\-]{0,30}://[^\s<>"`]+ | www\.[^\s<>"`]+ | mailto:[^\s<>"`]+  # URLs
  | [\w.+\-]{1,64}@[\w\-]+(?:\.[\w\-]+)+                             # e-mail addresses
  | \{\{(?!\{)[^\n]{0,500}?\}\} | \$?\{(?:[^{}\n]|\{[^{}\n]*\})*\}         # {{x}}, ${x}, {name}, {n, plural, one {#}}
  | %(?:\(\w+\)|\d+\$)?[\-+\#0]*\d*(?:\.\d+)?(?:hh?|ll?|[Lqjzt])?[diouxXeEfFgGcrsaA@%]
  | \$[A-Za-z_]\w*
"""
# Text without any of these holds nothing that is kept: the common case, several times as fast.
_SUSPECT = re.compile(r"[<&{%$@:\d]|www\.")
_PLAIN = r"(?:[^\W\d_]++[\s,;!?]++)++ |"  # words that can be the start of nothing, many at once
_PATTERN = r"{plain} (?P<kept>{kept}) | (?P<word>{words}) | (?P<number>[^\W\d]*+\d\w*+) | \w++\s*+"


class Pseudo:
    """Translates into one language with one glossary; it never changes, so any number of threads may share it.

    ``kept`` is a further verbose regular expression of what stays, tried first (Markdown's inline markup).
    """

    def __init__(self, target: str, glossary: Mapping[str, str] | None = None, *, kept: str | None = None) -> None:
        self.mark = f"[{target}] "
        self._target, self._kept = target, kept
        self._glossary = {word.strip().casefold(): wanted for word, wanted in (glossary or {}).items() if word.strip()}
        longest_first = sorted(self._glossary, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first))
        self._all_is_text = not kept and not words
        self._token = re.compile(
            _PATTERN.format(
                plain="" if words else _PLAIN,
                kept=f"{kept} | {_KEPT}" if kept else _KEPT,
                words=rf"(?<!\w)(?i:{words})(?!\w)" if words else r"(?!)",
            ),
            re.VERBOSE | re.DOTALL,
        )

    def keeping(self, kept: str) -> Pseudo:
        """The same translation, which keeps what matches ``kept`` too."""
        return Pseudo(self._target, self._glossary, kept=kept)

    def escaping(self) -> Pseudo:
        """The same translation of text as HTML's source has it: references, quotable in attributes."""
        glossary = {escape(word, quote=False): escape(wanted) for word, wanted in self._glossary.items()}
        return Pseudo(escape(self._target), glossary, kept=self._kept)

    def __call__(self, text: str) -> str:
        """The translation of one text. Without a letter to translate (``42``, ``{name}``) it stays as it is."""
        return self.pieces([text])[0]

    def pieces(self, parts: Sequence[str]) -> list[str]:
        """The translation of a text that formatting cuts into parts, cut at the same places.

        A placeholder or URL over several parts is seen as the whole it is. A glossary's word goes where the word began.
        """
        whole = "".join(parts)
        spans = list(self._spans(whole))
        if not any(change is not _same and any(map(str.isalpha, whole[start:end])) for start, end, change in spans):
            return list(parts)
        indent = len(whole) - len(whole.lstrip())
        marked: list[_Span] = [(0, indent, _same), (indent, indent, self.mark)]
        marked += [(max(start, indent), end, change) for start, end, change in spans if end > indent]
        return _distribute(whole, marked, list(accumulate(map(len, parts))))

    def _spans(self, text: str) -> Iterator[_Span]:
        """Start, end and change of each stretch; together they cover the text."""
        cursor = 0
        simple = self._all_is_text and not _SUSPECT.search(text)
        for match in () if simple else self._token.finditer(text):
            if match.lastgroup is None:
                continue
            start, end = match.span()
            if cursor < start:
                yield cursor, start, _accented
            cursor = end
            word = match.group()
            yield start, end, self._glossary.get(word.casefold(), word) if match.lastgroup == "word" else _same
        if cursor < len(text):
            yield cursor, len(text), _accented


def _same(text: str) -> str:
    return text


def _accented(text: str) -> str:
    return text.translate(_ACCENTS)


def _distribute(whole: str, spans: Sequence[_Span], ends: Sequence[int]) -> list[str]:
    """The changed spans, cut where the parts that end at ``ends`` were cut."""
    result: list[list[str]] = [[] for _ in ends]
    part = 0
    for start, end, change in spans:
        if isinstance(change, str):
            while start >= ends[part]:
                part += 1
            result[part].append(change)
            continue
        cursor = start
        while cursor < end:
            while cursor >= ends[part]:
                part += 1
            stop = min(end, ends[part])
            result[part].append(change(whole[cursor:stop]))
            cursor = stop
    return ["".join(pieces) for pieces in result]
