"""Markdown with Hugo's front matter and short codes: text is replaced in place, all other characters stay.

markdown-it finds the blocks (so code in a list is code), and the lines of the source are rewritten.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from html import escape
from itertools import accumulate
from typing import Any, NamedTuple

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from .markup import translate_page
from .protocol import EngineError
from .pseudo import TEMPLATE_BLOCK, Pseudo
from .text import LINE, decode, split_front_matter

MAX_DEPTH = 50  # of front matter
_PARSER = MarkdownIt("commonmark").enable("table")
_TOML_TABLE = re.compile(r"\s*\[\[?([^\[\]]+)\]\]?\s*(?:#.*)?$")
_TOML_STRING = re.compile(r"""\s*([\w.-]+)\s*=\s*("(?:[^"\\]|\\.)*"|'[^']*')\s*(?:#.*)?$""")
_PROPERTIES = re.compile(r"(?:[&!]\S*\s+)*")  # a node's anchor and tag, if any
_UNSAFE = re.compile(r"[\x7f-\x9f\u2028\u2029\ufeff]")
# {{< name … >}}, {{% name … %}}; some include their content, as blocks of templates do
_SHORTCODE = re.compile(
    rf"{TEMPLATE_BLOCK}"
    r"|\{\{[<%]\s*highlight\b(?:(?!\{\{).)*?[>%]\}\}(?:(?!\{\{[<%]\s*highlight).)*?\{\{[<%]\s*/highlight\s*[>%]\}\}"
    r"|\{\{[<%](?:(?!\{\{).)*?[>%]\}\}",
    re.DOTALL,
)
_PARAMETER = re.compile(r"""(?:(?P<name>[\w-]+)\s*=\s*)?(?:"(?P<text>(?:[^"\\]|\\.)*)"|`[^`]*`|[^\s"`=<>%{}]+)""")
_MARKER = "\ue000"  # a private-use character, before and after the number of a short code that was taken out
# Prefixes of a paragraph's text: heads of admonitions with their options, statements of MDX, a table of contents, a
# task's box, a footnote's name, an alert's kind, short codes.
_LEAD = re.compile(
    r"(?:(?::::|!!!|\?\?\?|===|///|\.\.[ ][\w-]+::)[^\n]*(?:\n|$)(?:[ ]*:[\w-]+:[^\n]*(?:\n|$))*)+"
    r"|(?:import\s(?:[^'\"]{0,500}?\sfrom\s+)?['\"]|export\s+(?:default\s+)?(?:(?:const|let|var)\s+[\w{\[]+\W*="
    r"|(?:async\s+)?function\b|class\s+\w+\s*[{e]|[{*(]))(?s:.*)"
    r"|\[TOC\]|\[[ xX]\]\s+|\[\^[^\]\n]+\]:\s*|\[![A-Za-z]+\][+-]?\s*"
    rf"|(?:{_MARKER}\d+{_MARKER}\s*)+"
)
_INLINE = r"""
    {marker}\d+{marker}
  | (?m:^:::[^\n]*)                                             # the ends of admonitions
  | (?m:^\*\[[^\]\n]+\]:)                                       # abbreviations
  | \$(?!\s)[^$\n]{{1,500}}?(?<!\s)\$(?!\d) | \\(?!begin\b)[A-Za-z]{{2,}}  # formulas and their commands
  | \\[!-')-/:-@\\-`{{-~]                                      # escapes except those that begin a formula
  | (?P<ticks>`+)(?!`).{{1,10000}}?(?<!`)(?P=ticks)(?!`) | `+   # code spans; other ticks
  | \]\((?:[^()\n]|\([^()\n]*\))*\) | \]\[[^\]\n]*\](?!\()           # targets and titles of links, names of references
  | \[\^[^\]\n]+\] {references}
"""


def translate_md(text: str, pseudo: Pseudo, options: Mapping[str, Any]) -> str:
    """Translate the text of a page, and the values in front matter and short codes that the request names."""
    matter, body, _ = split_front_matter(text)
    matter = _translate_matter(matter, pseudo, options.get("frontMatterList") or ())
    return matter + translate_body(body, pseudo, options.get("shortCodeList") or options.get("shortcodedict"))


def md_to_html(text: str, pseudo: Pseudo, options: Mapping[str, Any]) -> str:
    """Translate a page and convert it to HTML. Of the front matter, only the title is kept."""
    matter, body, _ = split_front_matter(translate_md(text, pseudo, options))
    title = next((scalar.value for scalar in _scalars(matter) if scalar.path == ["title"]), "")
    return (
        f'<!DOCTYPE html>\n<html>\n<head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f"<body>\n{_PARSER.render(body)}</body>\n</html>\n"
    )


def translate_body(text: str, pseudo: Pseudo, shortcodes: Mapping[str, Sequence[str]] | None = None) -> str:
    """Translate Markdown without front matter; in short codes, only the parameters that ``shortcodes`` names."""
    if _MARKER in text:
        return text  # reserved as the placeholder of short codes
    replaced: list[str] = []

    def replace(match: re.Match[str]) -> str:
        replaced.append(_translate_shortcode(match.group(), pseudo, shortcodes or {}))
        return f"{_MARKER}{len(replaced) - 1}{_MARKER}"

    environment: dict[str, dict[str, object]] = {}
    text = _SHORTCODE.sub(replace, text)
    tokens = _PARSER.parse(text, environment)
    labels = "|".join(re.escape(label).replace(r"\ ", r"\s+") for label in environment.get("references", {}))
    inline = pseudo.keeping(_INLINE.format(marker=_MARKER, references=rf"| \[(?i:{labels})\]" if labels else ""))
    lines = LINE.findall(text)
    written: dict[int, int] = {}
    for token in tokens:
        _translate_block(token, lines, inline, written)
    return re.sub(rf"{_MARKER}(\d+){_MARKER}", lambda match: replaced[int(match[1])], "".join(lines))


def _translate_block(token: Token, lines: list[str], inline: Pseudo, written: dict[int, int]) -> None:
    """Replace a token's text in ``lines``; text that is not found there stays unchanged.

    ``written`` has the position up to which each line is done, because a row of a table has several cells.
    """
    if token.map is None:
        return
    first, last = token.map
    if token.type == "html_block" and token.level == 0:  # nested blocks have lines that begin with quote or list marks
        page = translate_page("".join(lines[first:last]), inline)
        lines[first:last] = [page, *[""] * (last - first - 1)]
    if token.type != "inline":
        return
    lead = _LEAD.match(token.content)
    start = lead.end() if lead else 0
    translated = token.content[:start] + inline(token.content[start:])
    for number, (old, new) in enumerate(zip(token.content.split("\n"), translated.split("\n"), strict=True), first):
        line, done = lines[number], written.get(number, 0)
        # in table cells bars are escaped, and the parser removes the backslash
        for was, becomes in ((old, new), (old.replace("|", r"\|"), new.replace("|", r"\|"))):
            at = line.find(was, done)
            if at >= 0:
                lines[number] = line[:at] + becomes + line[at + len(was) :]
                written[number] = at + len(becomes)
                break


def hugo_structure(content: bytes) -> tuple[list[list[str]], dict[str, list[list[str]]]]:
    """Return the translatable parts of a Hugo page: paths of front matter, and short codes with their parameters."""
    try:
        matter, body, _ = split_front_matter(decode(content)[0])
        paths = {tuple(scalar.path): scalar.path for scalar in _scalars(matter)}
    except (UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise EngineError(f"the file is not a valid Md ({type(error).__name__})") from error
    shortcodes: dict[str, list[list[str]]] = {}
    for match in _SHORTCODE.finditer(body):
        name, parameters = _parameters(match.group())
        if name and not name.startswith("/"):
            found = shortcodes.setdefault(name, [])
            found += [[parameter] for parameter, _, _ in parameters if [parameter] not in found]
    return list(paths.values()), shortcodes


def _parameters(shortcode: str) -> tuple[str, list[tuple[str, int, int]]]:
    """Return a short code's name, and its parameters (name or position) with the spans of their quoted texts."""
    opening = shortcode.partition("}}")[0]
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


class _Scalar(NamedTuple):
    path: list[str]  # elements of a list have the path of the list
    start: int
    end: int
    value: str


def _translate_matter(matter: str, pseudo: Pseudo, paths: Collection[list[str]]) -> str:
    """Replace the strings at ``paths`` and below; comments, order and the quoting of other values stay."""
    for scalar in reversed(list(_scalars(matter)) if paths else []):
        new = pseudo(scalar.value)
        if new != scalar.value and any(scalar.path[: len(path)] == path for path in paths):
            # a JSON string is valid in YAML and TOML too, if these characters are escaped
            quoted = _UNSAFE.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(new, ensure_ascii=False))
            matter = matter[: scalar.start] + quoted + matter[scalar.end :]
    return matter


def _scalars(matter: str) -> Iterator[_Scalar]:
    """Yield the strings of front matter in YAML, TOML or JSON (which is YAML), in order."""
    _, _, match = split_front_matter(matter)
    content, offset = (match["content"], match.start("content")) if match else (matter, 0)
    if match and (match["fence"] == "+++" or match["language"] == "toml"):
        yield from _toml(content, offset)
        return
    events = yaml.parse(content, Loader=yaml.SafeLoader)
    steps = (isinstance(it, yaml.CollectionStartEvent) - isinstance(it, yaml.CollectionEndEvent) for it in events)
    if any(depth > MAX_DEPTH for depth in accumulate(steps)):
        raise EngineError(f"the front matter has more than {MAX_DEPTH} levels")
    yield from _yaml(yaml.compose(content, Loader=yaml.SafeLoader), [], content, offset, set())


def _yaml(node: yaml.Node | None, path: list[str], content: str, offset: int, seen: set[int]) -> Iterator[_Scalar]:
    """Yield each string once, where it is defined: aliases could repeat it endlessly."""
    if id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode):
                yield from _yaml(value, [*path, str(key.value)], content, offset, seen)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            yield from _yaml(value, path, content, offset, seen)
    elif isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:str":
        end = len(content[: node.end_mark.index].rstrip("\r\n"))  # a block scalar ends after its line ends
        start = next(_PROPERTIES.finditer(content, node.start_mark.index, end)).end()
        # JSON writes characters beyond 16 bits as two escapes, which YAML does not combine
        value = str(node.value).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        yield _Scalar(path, offset + start, offset + end, value)


def _toml(content: str, offset: int) -> Iterator[_Scalar]:
    """Yield the single-line strings; multi-line strings, which are rare in front matter, stay."""
    table: list[str] = []
    for line in re.finditer(r"[^\n]+", content):
        if head := _TOML_TABLE.match(line[0]):
            table = [part.strip() for part in head[1].split(".")]
        elif found := _TOML_STRING.match(line[0]):
            literal = found[2]
            try:
                value = json.loads(literal) if literal[0] == '"' else literal[1:-1]
            except ValueError:
                continue  # an escape that JSON does not have
            start = offset + line.start() + found.start(2)
            yield _Scalar([*table, *found[1].split(".")], start, start + len(literal), value)
