"""``text``: translate texts from the command line, a pipe, or the lines of files."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import click

from ...spec.derived import TextStyle
from .. import options
from ..output import text_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from ..context import Context


@options.command("text")
@click.argument("texts", nargs=-1, metavar="[TEXT|-]...")
@options.option(
    "--lines",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Translate each line of a file; - is standard input.",
)
@options.to_languages
@options.from_language
@options.glossary
@options.option("--markdown", is_flag=True, help="Keep Markdown's markup.")
@options.variants(TextStyle)
@options.billing
@options.trial
def text(context: Context, texts: tuple[str, ...], files: tuple[str, ...], targets: list[str], **variants: Any) -> None:
    r"""Translate texts.

    Each TEXT is one text; - (or nothing, in a pipe) reads one from standard input. All texts and languages are sent in
    one call; a few more calls poll for the result.

    With one language, the translations are printed one after another. With several, each line starts with its language
    and a tab.

    \b
      groupdocs-translation text "Good morning" --to de
      groupdocs-translation text "Yes" "No" --to de,fr
      cat notes.txt | groupdocs-translation text --to ja
      groupdocs-translation text --lines strings.txt --to de > strings.de.txt
    """
    wanted = _texts_of(texts, files)
    found: dict[str, list[str]] = {}
    with context.client() as client, context.watching() as watch:
        given: dict[str, Any] = {"timeout": context.timeout, "progress": watch, **options.given_options(variants)}
        for texts_by_language in client.translate_stream(wanted, target=targets, **given):
            row = {code: text.replace("\n", " ") if files else text for code, text in texts_by_language.items()}
            context.write(*text_lines(row))
            for language, text in row.items() if context.is_json else ():
                found.setdefault(language, []).append(text)
    found = found or {language: [] for language in targets}  # of no line
    context.write_json({"translations": found, "jobs": context.jobs, "calls": dict(context.calls)})


def _texts_of(texts: Sequence[str], files: Sequence[str]) -> Iterable[str]:
    if texts and files:
        raise click.UsageError("texts and --lines cannot be combined: use one of them")
    if files:
        return _lines(files)
    if not texts and sys.stdin.isatty():
        raise click.UsageError("no text given: add a text, - for standard input, or --lines FILE")
    return [_stdin() if text == "-" else _decoded_argument(text) for text in texts or ("-",)]


def _stdin() -> str:
    return _decoded(sys.stdin.buffer.read(), "standard input").removesuffix("\n")


def _lines(files: Sequence[str]) -> Iterator[str]:
    """Yield the lines of the files one at a time: they may not fit in memory."""
    for name in files:
        with click.open_file(name, "rb") as lines:
            for line in lines:
                yield _decoded(line, name).rstrip("\r\n")


def _decoded(content: bytes, name: str) -> str:
    """Decode UTF-8, regardless of the locale: files and pipes contain UTF-8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise click.UsageError(f"{name} is not UTF-8 (byte {error.start})") from None


def _decoded_argument(argument: str) -> str:
    """Return an argument as text: in a locale other than UTF-8, Python hides its bytes in surrogates."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return _decoded(os.fsencode(argument), "an argument")
    return argument
