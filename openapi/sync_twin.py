"""Write the sync twin of the async source: ``_async`` → ``_sync``, in the package and in its tests.

Called by ``regenerate`` (``write``), or alone during development: ``python openapi/sync_twin.py``. The library
``unasync`` replaces tokens, not text. Docstrings and comments stay unchanged, so they must fit both modes. A string
that equals a word of the table is replaced like a name.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import tokenize
from importlib import import_module
from pathlib import Path
from typing import Any

if __name__ == "__main__":  # as a script, sys.path starts with openapi/
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from openapi import toolchain

WORDS = {  # async → sync; unused words are an error
    "AsyncBatch": "Batch",
    "AsyncBaseTransport": "BaseTransport",
    "AsyncByteStream": "SyncByteStream",
    "AsyncClient": "Client",
    "AsyncConnection": "Connection",
    "AsyncDownload": "Download",
    "AsyncExitStack": "ExitStack",
    "AsyncHTTPTransport": "HTTPTransport",
    "AsyncIterable": "Iterable",
    "AsyncIterator": "Iterator",
    "AsyncJob": "Job",
    "AsyncPoolTransport": "PoolTransport",
    "AsyncSession": "Session",
    "AsyncSharedTransport": "SharedTransport",
    "AsyncTexts": "Texts",
    "AsyncTranslationClient": "TranslationClient",
    "AsyncUpload": "Upload",
    "aclose": "close",
    "aiter_raw": "iter_raw",
    "async_each": "sync_each",
    "async_lock": "sync_lock",
    "async_owner": "sync_owner",
    "async_run": "sync_run",
    "async_session": "session",
    "async_sleep": "sync_sleep",
    "asyncio_detailed": "sync_detailed",
    "handle_async_request": "handle_request",
    "push_async_callback": "callback",
}
TEST_WORDS = {"_async": "_sync", "aget": "get", "asleep": "sleep"}  # optional, mainly for tests
PLACES = ("overlays/groupdocs_translation", "tests")
HEADER = "# Derived from {source} by `nox -s regenerate`: edit that file, never this one.\n"
RUFF = (  # isolated, so that no configuration changes the output
    ["check", "--isolated", "--no-cache", "--quiet", "--fix-only", "--select=I,F401,F811", "--target-version=py311",
     '--config=lint.isort.known-first-party=["groupdocs_translation","groupdocs_translation_api","tests"]'],
    ["format", "--isolated", "--no-cache", "--quiet", "--line-length=120", "--target-version=py311"],
)  # fmt: skip


class TwinError(Exception):
    """The twin cannot be written."""


def write(root: Path, into: Path) -> list[str]:
    """Write the twins of ``root``'s sources below ``into``, and return the relative paths of the written folders."""
    unasync: Any = import_module("unasync")  # it has no type hints, and loads setuptools
    found: dict[str, str] = {}
    folders: list[str] = []
    for place in PLACES:
        here, there = root / place / "_async", into / place / "_sync"
        rule = unasync.Rule(str(here), str(there), additional_replacements=WORDS | TEST_WORDS)
        sources = sorted(here.rglob("*.py"))
        for source in sources:
            found |= dict.fromkeys(_words(source), source.relative_to(root).as_posix())
        unasync.unasync_files([*map(str, sources)], [rule])
        for source in sources:
            twin = there / source.relative_to(here)
            header = HEADER.format(source=source.relative_to(root).as_posix())
            twin.write_text(header + twin.read_text(encoding="utf-8"), encoding="utf-8", newline="\n")
        if sources:
            folders.append(f"{place}/_sync")
            for arguments in RUFF:
                toolchain.run("ruff", *arguments, folders[-1], cwd=into)
    if found and (unused := sorted(WORDS.keys() - found.keys())):
        raise TwinError(f"sync_twin.WORDS: no source uses {', '.join(unused)}")
    if unknown := sorted(word for word in found if word.startswith("Async") and word not in rule.token_replacements):
        raise TwinError(f"sync_twin.WORDS: no sync name for {', '.join(f'{word} ({found[word]})' for word in unknown)}")
    return folders


def _words(source: Path) -> set[str]:
    """Return the names and string contents of a source: all that a rule may replace."""
    with source.open("rb") as file:
        return {
            token.string.strip("\"'")
            for token in tokenize.tokenize(file.readline)
            if token.type in (tokenize.NAME, tokenize.STRING)
        }


def main() -> int:
    """Write the twins into this tree, and remove files without a source."""
    root = Path(__file__).resolve().parents[1]
    with tempfile.TemporaryDirectory() as stage:
        try:
            folders = write(root, Path(stage))
        except TwinError as error:
            print(error, file=sys.stderr)
            return 1
        for folder in folders:
            shutil.rmtree(root / folder, ignore_errors=True)
            shutil.copytree(Path(stage) / folder, root / folder)
            print(f"wrote {folder}: {sum(1 for _ in (root / folder).rglob('*.py'))} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
