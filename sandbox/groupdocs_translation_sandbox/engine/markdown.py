"""Markdown with Hugo's short codes: text is replaced in place, all other characters of the source stay.

markdown-it finds the blocks (so code in a list is code), the source's own lines are rewritten. Called by ``dispatch``
and, for the structure of a Hugo page, by the sandbox's ``/hugo``.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Any

import yaml
from markdown_it import MarkdownIt

from . import frontmatter
from .markup import translate_page
from .protocol import EngineError
from .text import LINE, decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from markdown_it.token import Token

    from .pseudo import Pseudo

_PARSER = MarkdownIt("commonmark").enable("table")
# {{< name … >}}, {{% name … %}}; the second alternative of highlight takes its content with it: that is code
_SHORTCODE = re.compile(
    r"\{\{[<%]\s*highlight\b(?:(?!\{\{).)*?[>%]\}\}(?:(?!\{\{[<%]\s*highlight).)*?\{\{[<%]\s*/highlight\s*[>%]\}\}"
    r"|\{\{[<%](?:(?!\{\{).)*?[>%]\}\}",
    re.DOTALL,
)
_PARAMETER = re.compile(r"""(?:(?P<name>[\w-]+)\s*=\s*)?(?:"(?P<text>(?:[^"\\]|\\.)*)"|`[^`]*`|[^\s"`=<>%{}]+)""")
_HELD = "\ue000"  # private use: a held short code is this, its number, this
# what precedes a paragraph's text: a task's box, a footnote's name, an alert's kind, short codes
_LEAD = re.compile(rf"\[[ xX]\]\s+|\[\^[^\]\n]+\]:\s*|\[![A-Z]+\]\s*|(?:{_HELD}\d+{_HELD}\s*)+")
_INLINE = r"""
    {held}\d+{held}
  | \\[!-/:-@\[-`{{-~]                                       # escapes
  | (?P<ticks>`+)(?!`).{{1,10000}}?(?<!`)(?P=ticks)(?!`) | `+   # code spans; ticks that open none
  | \]\((?:[^()\n]|\([^()\n]*\))*\) | \]\[[^\]\n]*\](?!\()           # targets and titles of links, names of references
  | \[\^[^\]\n]+\] {references}
"""


def translate_md(text: str, pseudo: Pseudo, options: Mapping[str, Any]) -> str:
    """Front matter, short codes and text of a page."""
    matter, body = frontmatter.split(text)
    matter = frontmatter.translate(matter, pseudo, options.get("frontMatterList"))
    return matter + translate_body(body, pseudo, options.get("shortCodeList") or options.get("shortcodedict"))


def md_to_html(text: str, pseudo: Pseudo, options: Mapping[str, Any]) -> str:
    """The translated text as one HTML page; front matter, which no one would see, is left out but for its title."""
    matter, body = frontmatter.split(text)
    title = next((value for path, value in frontmatter.strings(matter) if path == ["title"]), "")
    body = translate_body(body, pseudo, options.get("shortCodeList") or options.get("shortcodedict"))
    return (
        f'<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>{escape(pseudo(title))}</title></head>\n'
        f"<body>\n{_PARSER.render(body)}</body>\n</html>\n"
    )


def translate_body(text: str, pseudo: Pseudo, shortcodes: Mapping[str, Sequence[str]] | None = None) -> str:
    """Markdown without front matter; of short codes only the parameters that ``shortcodes`` names are text."""
    if _HELD in text:
        return text  # the one character that stands for what is held back
    held: list[str] = []

    def hold(match: re.Match[str]) -> str:
        held.append(_translate_shortcode(match.group(), pseudo, shortcodes or {}))
        return f"{_HELD}{len(held) - 1}{_HELD}"

    environment: dict[str, dict[str, object]] = {}
    text = _SHORTCODE.sub(hold, text)
    tokens = _PARSER.parse(text, environment)
    labels = "|".join(re.escape(label).replace(r"\ ", r"\s+") for label in environment.get("references", {}))
    inline = pseudo.keeping(_INLINE.format(held=_HELD, references=rf"| \[(?i:{labels})\]" if labels else ""))
    lines = LINE.findall(text)
    written: dict[int, int] = {}
    for token in tokens:
        _translate_block(token, lines, inline, written)
    return re.sub(rf"{_HELD}(\d+){_HELD}", lambda match: held[int(match[1])], "".join(lines))


def _translate_block(token: Token, lines: list[str], inline: Pseudo, written: dict[int, int]) -> None:
    """Rewrite a token's text where it stands in ``lines``; what is not found there again stays as it is.

    ``written`` says how far a line is done: the cells of a table's row are found one after the other.
    """
    if token.map is None:
        return
    first, last = token.map
    if token.type == "html_block" and token.level == 0:  # deeper, its lines begin with the marks of what it is in
        page = translate_page("".join(lines[first:last]), inline)
        lines[first:last] = [page, *[""] * (last - first - 1)]
    if token.type != "inline":
        return
    lead = _LEAD.match(token.content)
    start = lead.end() if lead else 0
    translated = token.content[:start] + inline(token.content[start:])
    for number, (old, new) in enumerate(zip(token.content.split("\n"), translated.split("\n"), strict=True), first):
        line, done = lines[number], written.get(number, 0)
        # in a table's cell bars are escaped, and the parser takes that away
        for was, becomes in ((old, new), (old.replace("|", r"\|"), new.replace("|", r"\|"))):
            at = line.find(was, done)
            if at >= 0:
                lines[number] = line[:at] + becomes + line[at + len(was) :]
                written[number] = at + len(becomes)
                break


def hugo_structure(content: bytes) -> tuple[list[list[str]], dict[str, list[list[str]]]]:
    """What can be translated of a Hugo page: paths of front matter's strings; short codes with their parameters.

    Raises:
        EngineError: it cannot be read.
    """
    try:
        matter, body = frontmatter.split(decode(content)[0])
        paths = {tuple(path): path for path, _ in frontmatter.strings(matter)}
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise EngineError(f"the page cannot be read ({type(error).__name__})") from error
    shortcodes: dict[str, list[list[str]]] = {}
    for match in _SHORTCODE.finditer(body):
        name, parameters = _parameters(match.group())
        if name and not name.startswith("/"):
            found = shortcodes.setdefault(name, [])
            found += [[parameter] for parameter, _, _ in parameters if [parameter] not in found]
    return list(paths.values()), shortcodes


def _parameters(shortcode: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Name of a short code; its parameters (by name, or by position from 0) with the extent of their quoted texts."""
    opening = shortcode[: shortcode.index("}}")]
    head = re.compile(r"\{\{[<%]\s*([^\s>%]+)").match(opening)
    if head is None:
        return "", []
    parameters = enumerate(_PARAMETER.finditer(opening, head.end()))
    return head[1], [(match["name"] or str(number), *match.span("text")) for number, match in parameters]


def _translate_shortcode(shortcode: str, pseudo: Pseudo, wanted: Mapping[str, Sequence[str]]) -> str:
    name, parameters = _parameters(shortcode)
    for parameter, start, end in reversed(parameters):
        if parameter in wanted.get(name, ()) and start >= 0:
            shortcode = shortcode[:start] + pseudo(shortcode[start:end]) + shortcode[end:]
    return shortcode
