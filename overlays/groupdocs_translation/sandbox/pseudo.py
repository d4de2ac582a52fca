"""Pseudo-localisation: text that is visibly translated, reads like the source, and keeps what a translation must keep.

``Hello, {name}!`` in German is ``[de] Ĥéļļô, {name}!``. Placeholders, numbers, URLs, markup and the glossary's words
stay.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ACCENTS = str.maketrans("AaCcDdEeGgHhIiJjKkLlNnOoRrSsTtUuWwYyZz", "ÅåÇçĎďÉéĜĝĤĥÎîĴĵĶķĻļÑñÔôŔŕŠšŤťÛûŴŵÝýŽž")
_KEPT = re.compile(
    r"""https?://\S+ | [\w.+-]+@[\w-]+\.[\w.]+       # addresses
      | \{\{.*?\}\} | \$?\{[^{}]*\} | %\(\w+\)[sdrf] | %[sdrf]  # placeholders
      | </?[A-Za-z][^<>]*> | &\#?\w+; | `[^`]*`      # markup, entities, code
      | \d[\d.,]* """,
    re.VERBOSE,
)


def translate(text: str, language: str, glossary: Mapping[str, str] | None = None) -> str:
    """The text in a language that does not exist; blank text stays as it is."""
    if not text.strip():
        return text
    words = {word.lower(): wanted for word, wanted in (glossary or {}).items()}
    pattern = _KEPT
    if words:
        alternatives = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
        pattern = re.compile(rf"(?i:\b(?P<glossary>{alternatives})\b)|{_KEPT.pattern}", re.VERBOSE)
    out: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        out.append(text[end : match.start()].translate(_ACCENTS))
        out.append(words.get(match.group().lower(), match.group()))
        end = match.end()
    out.append(text[end:].translate(_ACCENTS))
    body = "".join(out)
    lead = len(body) - len(body.lstrip())
    return f"{body[:lead]}[{language}] {body[lead:]}"
