"""Check the English of the project: its terms, the length of sentences, headings, and the mood of docstrings.

``python -m release.prose`` is part of ``nox -s lint``. It reads pages, docstrings, comments and messages; code in them
is left out. The rules are in ``prose.toml``. Paths limit the check to those files and folders.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

from .tree import ROOT, files

RULES = tomllib.loads(Path(__file__).with_name("prose.toml").read_text(encoding="utf-8"))
LIMITS: dict[str, int] = RULES["limits"]
TERMS = {re.compile(rf"(?<![\w-])(?:{bad})(?![\w-])", re.IGNORECASE): good for bad, good in RULES["terms"].items()}
ANY_TERM = re.compile(rf"(?<![\w-])(?:{'|'.join(RULES['terms'])})(?![\w-])", re.IGNORECASE)  # most texts have none
HEADINGS = {re.compile(rf"(?:{bad})\b", re.IGNORECASE): good for bad, good in RULES["headings"].items()}
DERIVED = ("generated/", "overlays/groupdocs_translation/_sync/", "tests/_sync/")
CODE = re.compile(
    r"``.+?``|:\w+:`.+?`|`[^`]+`|https?://\S+|\{[^{}]*\}|<[^<>]+>|(?:\\b|::\n)\n.*?(?=\n\s*\n|\Z)", re.DOTALL
)
SENTENCE = re.compile(r"(?<=[.!?:;])\s+")
ENTRY = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*] |\d+\. |\w[\w, ]*: ))")  # paragraphs, list items, "name: meaning"
WORD = re.compile(r"\b[a-z]{4,}")  # a list of codes has none
PROSE = re.compile(r"(?:[A-Za-z][\w'-]*[,;:]? ){3}[A-Za-z]")  # four words in a row: a sentence, not a key or a header
CODE_STRING = re.compile(r"\(\?|^import |^(CREATE|SELECT|UPDATE|INSERT) ", re.MULTILINE)  # patterns, scripts, SQL
DIRECTIVE = re.compile(r"#(!| type:| noqa| pyright:| fmt:| ///)")
NOUN = "the|an?|what|who|whether|how|where|when|all|those|each|every|one|as|is|are|it|whose"
NOUNS = re.compile(rf"(?:{NOUN})\b", re.IGNORECASE)


class Text(NamedTuple):
    """A piece of prose: its first line, and what it is."""

    line: int
    text: str
    kind: str  # heading, page, comment, docstring, function, message


class Finding(NamedTuple):
    """A broken rule and its place."""

    path: Path
    line: int
    problem: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.problem}"


def page_texts(source: str) -> Iterator[Text]:
    """Yield the headings, paragraphs, list items and table cells of a Markdown page."""
    line, is_heading = 0, False
    for token in MarkdownIt("commonmark").enable("table").parse(source):
        line = token.map[0] + 1 if token.map else line
        is_heading = token.type == "heading_open" or (is_heading and token.type == "inline")
        if token.type == "inline":
            text = "".join(_inline(child.type, child.content) for child in token.children or ())
            yield Text(line, text, "heading" if is_heading else "page")


def _inline(kind: str, content: str) -> str:
    return {"text": content, "softbreak": "\n", "code_inline": "``x``"}.get(kind, "")


def _message(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "``x``" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _docstring(node: ast.AST) -> tuple[ast.Constant, str] | None:
    """Return the docstring of a module, class or function, and its kind; properties and fixtures are nouns."""
    if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) or not node.body:
        return None
    match node.body[0]:
        case ast.Expr(value=ast.Constant(value=str()) as found):
            if isinstance(node, ast.Module | ast.ClassDef):
                return found, "docstring"
            decorators = " ".join(map(ast.unparse, node.decorator_list))
            return found, "docstring" if re.search("property|fixture|setter", decorators) else "function"
        case _:
            return None


def module_texts(source: str, *, with_messages: bool) -> Iterator[Text]:
    """Yield the comments, docstrings and messages of a module; a message is a string of at least four words."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not DIRECTIVE.match(token.string):
            yield Text(token.start[0], token.string.lstrip("# ").partition("# noqa")[0], "comment")
    seen: set[int] = set()
    for node in ast.walk(ast.parse(source)):  # parents first
        if docstring := _docstring(node):
            found, kind = docstring
            seen.add(id(found))
            yield Text(found.lineno, str(found.value), kind)
        elif with_messages and isinstance(node, ast.JoinedStr | ast.Constant) and id(node) not in seen:
            seen.update(map(id, ast.walk(node)))  # the parts of an f-string
            message = _message(node)
            if PROSE.search(message) and WORD.search(message) and not CODE_STRING.search(message):
                yield Text(node.lineno, message, "message")


def _problems(text: Text) -> Iterator[tuple[int, str]]:
    """Yield the offset and description of each thing that breaks a rule."""
    prose = CODE.sub(lambda found: re.sub(r"[^\n]", "x", found[0]), text.text)
    for pattern, good in TERMS.items() if ANY_TERM.search(prose) else ():
        for found in pattern.finditer(prose):
            yield found.start(), f'"{found[0]}": write {good}'
    if text.kind == "heading":
        if len(prose.split()) > LIMITS["heading_words"] or prose.endswith((".", ":", "!")):
            yield 0, f'heading "{text.text}": at most {LIMITS["heading_words"]} words, no punctuation at the end'
        for pattern, good in HEADINGS.items():
            if pattern.match(prose):
                yield 0, f'heading "{text.text}": {good}'
        return
    if text.kind == "function" and NOUNS.match(prose):
        yield 0, f'docstring "{prose.split(chr(10))[0][:50]}": begin with a verb, such as "Return"'
    start = 0
    for entry in ENTRY.split(prose):
        for sentence in SENTENCE.split(entry):
            if (words := len(re.findall(r"[^\W\d_][\w'-]*", sentence))) > LIMITS["sentence_words"]:
                yield max(prose.find(sentence, start), 0), f"a sentence of {words} words: make it two"
        start += len(entry)


def texts(path: Path) -> Iterator[Text]:
    """Yield all prose of a file."""
    source = (ROOT / path).read_text(encoding="utf-8")
    if path.suffix == ".md":
        yield from page_texts(source)
    elif path.suffix == ".py":
        yield from module_texts(source, with_messages=path.parts[0] not in {"tests", "interop", "examples"})
    else:
        for number, line in enumerate(source.splitlines(), start=1):
            if found := re.search(r"(?:^|\s)# (.+)", line):
                yield Text(number, found[1], "comment")


def findings(path: Path) -> Iterator[Finding]:
    """Yield everything in a file that breaks a rule."""
    for text in texts(path):
        for offset, problem in _problems(text):
            yield Finding(path, text.line + text.text.count("\n", 0, offset), problem)


def written() -> list[Path]:
    """Return the files with prose that people write: pages, modules, and configuration with comments."""
    kinds = {".md", ".py", ".toml", ".yml", ".yaml"}
    skipped = (*DERIVED, "release/prose.toml", "openapi/upstream", "openapi/translation", "examples/files/")
    return [path for path in files() if path.suffix in kinds and not str(path).startswith(skipped)]


def main(paths: list[str]) -> int:
    """Print the findings, in these files and folders or in all; return 1 if there is one."""
    chosen = {Path(path) for path in paths}
    found = False
    for path in written():
        if not chosen or chosen & {path, *path.parents}:
            for finding in findings(path):
                found = True
                print(finding)
    return int(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
