"""Pseudo-localization of a text: it shows how an application copes with translations, without a translator.

Letters get accents, vowels are doubled (about 30 % longer), and the text starts with its language, such as ``[de] ``.
Placeholders, markup, numbers and URLs stay byte for byte, as in a translation. All formats use it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from itertools import accumulate, pairwise

_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ACCENTED = "åƀçðéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýžÅƁÇÐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽ"
# These vowels are about 30 % of the letters of English prose. Doubling needs no state, so runs can be split anywhere.
_ACCENTS = {
    plain: accented * (2 if plain in "aeioAEIO" else 1) for plain, accented in zip(_LETTERS, _ACCENTED, strict=True)
}

# Quantifiers are bounded if a long run without the closing character would be scanned again from each position.
_braces = r"\{[^{}]*+\}"
for _level in range(3):  # the depth of a plural in a select of an ICU message
    _braces = rf"\{{(?:[^{{}}]|{_braces})*+\}}"
# Blocks of Jinja and Liquid whose content is code, or not shown.
TEMPLATE_BLOCK = (
    r"\{%-?\s*(?P<block>code|comment|highlight|katex|mermaid|raw|verbatim)\b(?:(?!\{%).)*?%\}"
    r"(?:(?!\{%-?\s*(?P=block)).)*?\{%-?\s*end(?P=block)\s*-?%\}"
)
# Text that may span lines: tags of Jinja, Liquid, ERB, Handlebars, Template Toolkit and Razor, and formulas of TeX.
MULTILINE = rf"""
    {TEMPLATE_BLOCK}
  | \{{%(?:(?!\{{%).){{0,500}}?%\}} | <%(?:(?!<%).){{0,500}}?%> | \[%(?:(?!\[%).){{0,500}}?%\]
  | \{{\#(?:(?!\{{\#).){{0,500}}?\#\}} | @\*(?:(?!@\*).){{0,500}}?\*@
  | \{{\{{\{{(?:(?!\{{\{{\{{).){{0,500}}?\}}\}}\}} | \{{\{{(?!\{{)(?:(?!\{{\{{).){{0,500}}?\}}\}}
  | \$\$.{{1,2000}}?\$\$ | \\\((?:(?!\\\().){{1,500}}?\\\) | \\\[(?:(?!\\\[).){{1,2000}}?\\\]
  | \\begin\{{(?P<environment>\w+\*?)\}}(?:(?!\\begin\{{(?P=environment)\}}).){{0,2000}}?\\end\{{(?P=environment)\}}
"""
_KEPT = rf"""
    <!--.{{0,4096}}?-->                                              # comments
  | <(?P<own>(?:code|kbd|math|pre|samp|script|style|svg|var)(?=[\s>])  # elements of code, and with translate="no"
     |[A-Za-z][\w\-]*+(?=[^<>]*\s(?:translate\s*=\s*["']?no\b|class\s*=\s*["'][^"'<>]*\bnotranslate\b)))
    [^<>]*>(?:[^<]*+<(?!/(?P=own)\s*>)){{0,20}}[^<]*+</(?P=own)\s*>
  | <[/\#@]{{0,2}}[A-Za-z][^<>]*>                                    # tags, FreeMarker's too
  | &(?:(?:\#\d+|\#[xX][0-9a-fA-F]+|[A-Za-z][A-Za-z0-9]*);|(?:amp|copy|gt|lt|nbsp|quot|reg)\b)  # entities
  | \[/?[\#@][a-z]+(?:\s[^\[\]\n]{{0,200}})?\](?![(\[]) | \[\[[^\[\]\n]{{1,200}}\]\](?![(\[])   # [#if x], [[page]]
  | \[/?[a-z]\w*(?::\w+|(?:\s[\w\-]+=(?:"[^"\n]*"|'[^'\n]*'|\w+))+\s?/?)\](?![(\[]) | \[/[a-z]\w*\](?![(\[])  # [a b=c]
  | (?<!\w)[\#@](?:if|else|elseif|end\w*|set|for|foreach|include|macro|section|yield|extends)\b(?:\s?\([^()\n]*\))?
  | (?<!\w)@\([^()\n]{{1,200}}\) | (?m:^[ \t]*@(?:inject|layout|model|page|using)\b[^\n]*)  # Razor
  | \\(?:u[0-9a-fA-F]{{4}}|[A-Za-z])                                 # escapes of strings
  | \$(?!\s)(?=[^$\n]{{0,500}}[\\^_=+*/<>])[^$\n]{{1,500}}?(?<!\s)\$(?!\d)  # formulas
  | \w[\w+.\-]{{0,30}}://[^\s<>"`]+ | www\.[^\s<>"`]+ | mailto:[^\s<>"`]+  # URLs
  | [\w.+\-]{{1,64}}@[\w\-]+(?:\.[\w\-]+)+                           # e-mail addresses
  | \$?!?{_braces} | \$\(\w+\)                                      # ${{x}}, {{name}}, {{n, plural, one {{#}}}}, $(x)
  | (?<!\w)[@?]\+?(?:\w+:)?\w+/[\w.]+                                # @string/name, ?attr/name
  | (?<!\w)@[A-Za-z]\w*(?:\.\w+)+(?:\([^()\n]*\))?                   # @Model.Name
  | %[A-Za-z_][\w.\-]*% | (?<![\w:]):[A-Za-z_]\w*:?                  # %name%, :name, :smile:
  | %(?:\(\w+\)|\d+\$)?[\-+\#0]*\d*(?:\.\d+)?(?:hh?|ll?|[Lqjzt])?[diouxXeEfFgGcrsaA@%]
  | \$[A-Za-z_]\w*(?:\.[a-z]\w*)*
"""
_PATTERN = r"(?P<kept>{kept}) | (?P<word>{words}) | (?P<number>[^\W\d]*+\d\w*+) | \w++\s*+"
_LETTER = re.compile(r"[^\W\d_]")


class Pseudo:
    """Translates into one language with one glossary. Immutable, so thread-safe.

    ``kept`` is another verbose regular expression of text that stays, tried first (Markdown's inline markup).
    """

    def __init__(self, target: str, glossary: Mapping[str, str] | None = None, *, kept: str | None = None) -> None:
        self.mark = f"[{target}] "
        self._target, self._kept = target, kept
        self._glossary = {word.strip().casefold(): wanted for word, wanted in (glossary or {}).items() if word.strip()}
        longest_first = sorted(self._glossary, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first))
        self._token = re.compile(
            _PATTERN.format(
                kept=" | ".join(filter(None, (kept, MULTILINE, _KEPT))),
                words=rf"(?<!\w)(?i:{words})(?!\w)" if words else r"(?!)",
            ),
            re.VERBOSE | re.DOTALL,
        )

    def keeping(self, kept: str) -> Pseudo:
        return Pseudo(self._target, self._glossary, kept=kept)

    def escaping(self) -> Pseudo:
        """Return the same translation for HTML source: with references, safe in quoted attributes."""
        glossary = {escape(word, quote=False): escape(wanted) for word, wanted in self._glossary.items()}
        return Pseudo(escape(self._target), glossary, kept=self._kept)

    def __call__(self, text: str) -> str:
        """Translate one text. A text without letters to translate (``42``, ``{name}``) stays unchanged."""
        return self.pieces([text])[0]

    def pieces(self, parts: Sequence[str]) -> list[str]:
        """Translate a text that formatting splits into parts; the translation is split at the same places.

        A placeholder or URL may span several parts. A word from the glossary goes to the part where the original began.
        """
        whole = "".join(parts)
        out = list(map(_ACCENTS.get, whole, whole))  # the replacement of each character
        has_text, line, cursor = False, 0, 0  # line: where the first line with text begins
        for match in self._token.finditer(whole):
            start, end = match.span()
            if not has_text:
                line = max(line, whole.rfind("\n", cursor, start) + 1)
                has_text = match.lastgroup == "word" or (
                    match.lastgroup is None and _LETTER.search(match.group()) is not None
                )
            cursor = end
            if match.lastgroup == "word":
                wanted = self._glossary.get(match.group().casefold(), match.group())
                out[start:end] = [wanted, *[""] * (end - start - 1)]
            elif match.lastgroup is not None:
                out[start:end] = match.group()
        if not has_text:
            return list(parts)
        place = line + len(whole[line:]) - len(whole[line:].lstrip())
        out[place] = self.mark + out[place]
        ends = list(accumulate(map(len, parts), initial=0))
        return ["".join(out[start:end]) for start, end in pairwise(ends)]
