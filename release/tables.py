"""The tables in the pages that are derived from the code: kinds, operations, and the names of the official SDK.

A page marks their places: ``<!-- table: pdf -->`` to ``<!-- end of table -->``. ``nox -s docs -- tables`` writes them,
and a test fails if they differ from the code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_args, get_origin

from groupdocs_translation._base_client import OLD_NAMES
from groupdocs_translation._rules.requests import FILE_STYLES, TEXT_STYLES
from groupdocs_translation.cli.options import HELP
from groupdocs_translation.spec import derived
from groupdocs_translation.spec.formats import AUTO_FORMATS, KINDS, FileOptions, Kind
from groupdocs_translation.spec.operations import OPERATIONS, Operation

from .charts import measured_table
from .tree import ROOT

# The members of every request class of groupdocs-translation-cloud; a test in interop/ compares them with the package.
PUBLISHED: dict[str, list[str]] = json.loads(Path(__file__).with_name("published_members.json").read_text("utf-8"))
PLACE = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end of table -->", re.DOTALL)


def _type(option: str) -> str:
    said = re.sub(r" \| None$", "", str(FileOptions.__annotations__[option].__forward_arg__))
    return re.sub(r"\w+", lambda name: _words(name[0]), said).replace("|", "\\|")


def _words(name: str) -> str:
    """Spell out a type that stands for fixed words."""
    words = getattr(derived, name, None)
    return f"Literal[{', '.join(map(repr, get_args(words)))}]" if get_origin(words) is Literal else name


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _formats(names: tuple[str, ...]) -> str:
    return _codes(tuple(map(str.lower, names)))


def _where(kind: Kind, option: str) -> str:
    """Return whether an option is for files or for strings only, if the kind supports both."""
    if not kind.to_text or (option in kind.options and option in kind.text_options):
        return ""
    return "; for files" if option in kind.options else "; for strings"


def facts(kind: Kind) -> Iterator[tuple[str, str]]:
    """Yield labels and values that describe a kind."""
    yield "Source formats", _formats(kind.formats)
    default = _formats((kind.default_output,)) if kind.default_output else "the source's own format"
    outputs = _formats(kind.outputs) or "not listed by the service"
    yield "Output formats", f"{outputs}; without `output_format`: {default}"
    yield "Operation", f"`{kind.operation}`"
    if set(kind.formats) <= AUTO_FORMATS:
        yield "Styles", ", ".join(f'`style="{style}"`' for style in FILE_STYLES)
    if kind.summary:
        yield "Summary", f"`summarize=True` (`{kind.summary}`)"
    if kind.to_text:
        yield "As strings", f"`translate_to_text` (`{kind.to_text}`)"
    if kind.trial:
        yield "Trial", "the first page, without credentials"


def kind_table(kind: Kind) -> str:
    """Return the facts of a kind, and a table of its options."""
    meaning = {option: text.replace("``", "`") for option, text in HELP.items()}
    rows = [
        *(f"- **{label}:** {value}" for label, value in facts(kind)),
        "",
        "| option | type | what it does |",
        "|---|---|---|",
        *(
            f"| `{option}` | `{_type(option)}` | {meaning[option]}{_where(kind, option)} |"
            for option in FileOptions.__annotations__
            if option in {**kind.options, **kind.text_options}
        ),
    ]
    return "\n".join(rows)


PLAIN_CALLS = {
    "uploadFile": "client.upload(file)",
    "listLanguages": "client.languages()",
    "getHealth": "client.health()",
    "getOpenapiDocument": "client.openapi_document()",
    "analyzeHugo": "client.analyze_hugo(file)",
    "summarizeText": "client.translate_text(…, summarize=True)",
    "translateTextTrial": "TranslationClient.trial().translate_text(…)",
}
# Calls that stand for several kinds; the first in KINDS counts.
FILE_CALLS = (
    ("to_text", "client.translate_to_text(file, …)"),
    ("summary", "client.translate_file(file, …, summarize=True)"),
    ("trial", "TranslationClient.trial().translate_file(file, …)"),
)


def published_name(operation: Operation) -> str:
    """Return the method of `groupdocs-translation-cloud`: path and HTTP method in snake case."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])|\W+", "_", operation.path).strip("_").lower()
    return f"{words}_{operation.method.lower()}"


def call(operation: Operation) -> str:
    """Return the call of an operation with the clients of this package."""
    if operation.id in PLAIN_CALLS:
        return PLAIN_CALLS[operation.id]
    if operation.role == "poll":
        return "job.status(), job.wait(), job.result()"
    for style, name in TEXT_STYLES.items():
        if name == operation.id:
            return "client.translate_text(…)" if style is None else f'client.translate_text(…, style="{style}")'
    for style, name in FILE_STYLES.items():
        if name == operation.id:
            return f'client.translate_file(file, …, style="{style}")'
    for kind in KINDS.values():
        if kind.operation == operation.id:
            if kind.formats:
                usual = next((name for name in kind.formats if name.endswith("x")), kind.formats[0])
                return f'client.translate_file("….{usual.lower()}", …)'
            return f'client.translate_file(file, …, kind="{kind.name}")'
        for role, text in FILE_CALLS:
            if getattr(kind, role) == operation.id:
                return text
    raise LookupError(operation.id)


def operations_table() -> str:
    """Return the table of operations in the official SDK, in this package and in the generated client."""
    rows = [
        f"| `{published_name(row)}` | `{call(row)}` | `{row.module}` |"
        for row in sorted(OPERATIONS, key=lambda row: (row.path, row.method))
    ]
    return "\n".join(["| old method | here | as generated |", "|---|---|---|", *rows])


def new_name(member: str) -> str:
    """Return the replacement for a member of an old request, as Markdown."""
    if member == "file":
        return "the first argument"
    new = OLD_NAMES.get(member, member)
    return f"`{new}=`" if new.isidentifier() else re.sub(r"(\w+=)", r"`\1`", new)


def members_table() -> str:
    """Return the table of every member of every request class, and the keyword that replaces it."""
    owners: dict[str, list[str]] = {}
    for request, members in PUBLISHED.items():
        for member in members:
            owners.setdefault(member, []).append(request)
    rows: list[str] = []
    for member, requests in sorted(owners.items()):
        others = [request for request in PUBLISHED if request not in requests]
        listed = _codes(tuple(requests))
        if len(others) < len(requests):
            listed = f"all but {_codes(tuple(others))}" if others else "all"
        rows.append(f"| `{member}` | {new_name(member)} | {listed} |")
    return "\n".join(["| old member | here | in |", "|---|---|---|", *rows])


def kinds_table() -> str:
    """Return the table of kinds, followed by the facts of each kind without a page."""
    pages_of = {
        name: f"[{text.partition(chr(10))[0].lstrip('# ')}]({page.name})"
        for page in sorted((ROOT / "docs/kinds").glob("*.md"))
        for text in [page.read_text(encoding="utf-8")]
        for name in PLACE.findall(text)
    }
    named = [kind for kind in KINDS.values() if kind.formats]
    rows = [f"| `{kind.name}` | {', '.join(kind.formats)} | {pages_of.get(kind.name, 'below')} |" for kind in named]
    rest = [f"\n`{kind.name}`\n\n{kind_table(kind)}" for kind in named if kind.name not in pages_of]
    return "\n".join(
        ["| kind | formats | page |", "|---|---|---|", "| text | strings | [Texts](texts.md) |", *rows, *rest]
    )


TABLES = {
    "operations": operations_table,
    "members": members_table,
    "measured": measured_table,
    "kinds": kinds_table,
}


def table(name: str) -> str:
    """Return a table by its name in the page."""
    return TABLES[name]() if name in TABLES else kind_table(KINDS[name])


def filled(page: str) -> str:
    """Return a page with its tables derived again."""
    return PLACE.sub(lambda place: f"<!-- table: {place[1]} -->\n{table(place[1])}\n<!-- end of table -->", page)


def pages(root: Path = ROOT) -> list[Path]:
    """Return all pages."""
    return sorted((root / "docs").rglob("*.md"))


def write(root: Path = ROOT) -> None:
    """Update the tables of all pages, and print the pages that changed."""
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        if (new := filled(text)) != text:
            page.write_text(new, encoding="utf-8", newline="\n")
            print(f"wrote {page.relative_to(root)}")


if __name__ == "__main__":
    write()
