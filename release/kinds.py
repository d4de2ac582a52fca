"""The tables of formats and options in the pages under ``docs/kinds``, derived from ``formats.KINDS``.

A page marks their places: ``<!-- table: pdf -->`` to ``<!-- end of table -->``. ``nox -s docs -- tables`` writes them,
and a test compares: a table that says what the code does not take cannot stay.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from groupdocs_translation.formats import AUTO_FORMATS, KINDS, FileOptions, Kind

from .tree import ROOT

PLACE = re.compile(r"<!-- table: (\w+) -->\n.*?<!-- end of table -->", re.DOTALL)


def meanings() -> dict[str, str]:
    """What each option means, from the docstring of ``FileOptions``."""
    return {
        option: meaning.replace("``", "`").rstrip(".")
        for option, meaning in re.findall(r"^ +(\w+): (.+)$", inspect.getdoc(FileOptions) or "", re.MULTILINE)
    }


def _type(option: str) -> str:
    hint = FileOptions.__annotations__[option]
    return getattr(hint, "__forward_arg__", str(hint)).replace("|", "\\|")


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _where(kind: Kind, option: str) -> str:
    """For a kind that can be read as strings too: which of the two takes an option, if only one does."""
    if not kind.to_text or (option in kind.options and option in kind.text_options):
        return ""
    return "; for files" if option in kind.options else "; for strings"


def facts(kind: Kind) -> Iterator[tuple[str, str]]:
    """What is known of a kind: labels and values."""
    yield "Sources", _codes(kind.formats)
    default = f"`{kind.default_output}`" if kind.default_output else "the source's own format"
    yield "Can become", f"{_codes(kind.outputs) or 'what the service makes of it'}; without `output_format`: {default}"
    yield "Operation", f"`{kind.operation}`"
    if set(kind.formats) <= AUTO_FORMATS:
        yield "Styles", '`style="slang"`, `style="classification"`'
    if kind.summary:
        yield "Summary", f"`summarize=True` (`{kind.summary}`)"
    if kind.to_text:
        yield "As strings", f"`translate_to_text` (`{kind.to_text}`)"
    if kind.trial:
        yield "Trial", "the first page, without credentials"


def table(kind: Kind) -> str:
    """The facts of a kind, and a table of the options that it takes."""
    meaning = meanings()
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


def filled(page: str) -> str:
    """A page's text with its tables as they should be."""
    return PLACE.sub(lambda place: f"<!-- table: {place[1]} -->\n{table(KINDS[place[1]])}\n<!-- end of table -->", page)


def pages(root: Path = ROOT) -> list[Path]:
    """The pages that may have tables."""
    return sorted((root / "docs" / "kinds").glob("*.md"))


def write(root: Path = ROOT) -> None:
    """Bring the tables of all pages up to date, and name the pages that changed."""
    for page in pages(root):
        text = page.read_text(encoding="utf-8")
        if (new := filled(text)) != text:
            page.write_text(new, encoding="utf-8", newline="\n")
            print(f"wrote {page.relative_to(root)}")


if __name__ == "__main__":
    write()
