"""Run every ```python block of README.md and docs/*.md: ``pytest README.md docs``.

The blocks of a page run in order, in one namespace and in a folder with copies of ``examples/files``. The environment
points to a sandbox, and the client does not really sleep. This sandbox also converts files, to a fixed text, and reads
``https://www.example.org/``, which is one of the examples. An ```output block is compared with the output of the block
before it; ``...`` matches anything. A comment before a block that cannot run gives the reason:
``<!-- skip: next "needs a running Redis" -->``. Setup code is hidden: ``<!-- invisible-code: python``, code, ``-->``.
"""

from __future__ import annotations

import ast
import asyncio
import doctest
import io
import os
import shutil
import time
from contextlib import ExitStack, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest import mock

import pytest
from _pytest._code import Traceback
from groupdocs_translation import default_clock
from groupdocs_translation_sandbox import ClientClock, Sandbox
from groupdocs_translation_sandbox.engine import FileTask, PseudoEngine
from groupdocs_translation_sandbox.engine.recognition import write
from groupdocs_translation_sandbox.jobs import Submission
from groupdocs_translation_sandbox.storage import StoredFile
from sybil import Example, Sybil
from sybil.integration.pytest import SybilItem
from sybil.parsers.markdown import CodeBlockParser, SkipParser

from release.tree import without_placeholders

ROOT = Path(__file__).parent
EXTERNAL = {"https://www.example.org/": ROOT / "examples" / "files" / "report.html"}  # read without an upload
STACK, PRINTED, LOOP = "_stack", "_printed", "_loop"
MEMORY = Path("/dev/shm")  # noqa: S108  (pytest makes a folder of its own in it)

# tmp_path is in memory where there is room: results and journals are flushed to the disk, which takes long.
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > 2 * 2**30:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def _run(example: Example) -> None:
    """Run a block and keep its output. Notebook cells may use ``await``, and share an event loop.

    Credentials written as ``...`` are taken from the environment.
    """
    is_cell = Path(example.path).stem == "notebook"
    above = "\n" * (example.line + example.parsed.line_offset)  # keeps the line numbers of the page
    source = above + without_placeholders(example.parsed)
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT if is_cell else 0
    code = compile(source, example.path, "exec", flags=flags, dont_inherit=True)
    printed = io.StringIO()
    try:
        with redirect_stdout(printed):
            waiting = eval(code, example.namespace)  # noqa: S307  (the pages of this project)
            if waiting is not None:
                if LOOP not in example.namespace:
                    example.namespace[LOOP] = example.namespace[STACK].enter_context(asyncio.Runner())
                example.namespace[LOOP].run(waiting)
    finally:
        print(printed.getvalue(), end="")  # noqa: T201  (for pytest's report)
    example.namespace[PRINTED] = printed.getvalue()


def _compare(example: Example) -> str | None:
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    printed = example.namespace.pop(PRINTED, "").replace(os.sep, "/")  # pages have paths with slashes
    if checker.check_output(example.parsed, printed, flags):
        return None
    return checker.output_difference(doctest.Example("", example.parsed), printed, flags)


_original_filter = SybilItem._traceback_filter


def _traceback(self: SybilItem, excinfo: pytest.ExceptionInfo[BaseException]) -> Traceback:
    """Work around sybil 10.1, which fails for a cause whose traceback has one frame."""
    return excinfo.traceback if len(excinfo.traceback) < 2 else _original_filter(self, excinfo)


SybilItem._traceback_filter = _traceback  # type: ignore[method-assign]


class _ConvertingEngine(PseudoEngine):
    """The sandbox's engine, extended by conversions between PDF and Word with a fixed text."""

    def can_convert(self, source_format: str, output_format: str) -> bool:
        return super().can_convert(source_format, output_format) or output_format in {"Pdf", "Docx"}

    def translate_file(self, source: Path, destination: Path, task: FileTask) -> str | None:
        if super().can_convert(task.source_format, task.output_format):
            return super().translate_file(source, destination, task)
        write(destination, task.output_format, f"[{task.target_language}] converted")
        return None


_stored_source = Submission._source


def _source(self: Submission) -> StoredFile:
    """Return the file for a request's URL, also for ``EXTERNAL``."""
    page = EXTERNAL.get(self._request.get("url", ""))
    return StoredFile(page, time.time()) if page else _stored_source(self)


def _open_page(namespace: dict[str, Any]) -> None:
    stack = namespace[STACK] = ExitStack()
    folder = stack.enter_context(TemporaryDirectory(ignore_cleanup_errors=True))
    patch = stack.enter_context(pytest.MonkeyPatch.context())  # changes back before the folder is removed
    shutil.copytree(ROOT / "examples" / "files", folder, dirs_exist_ok=True)
    sandbox = stack.enter_context(Sandbox(engine=_ConvertingEngine()))
    homes = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")
    isolated = dict.fromkeys(homes, folder)  # from the user's files
    stack.enter_context(mock.patch.dict(os.environ, sandbox.environment() | isolated))
    patch.setattr(Submission, "_source", _source)
    stack.enter_context(default_clock(ClientClock(sandbox)))
    patch.chdir(folder)


def _close_page(namespace: dict[str, Any]) -> None:
    stack: ExitStack = namespace.pop(STACK)
    namespace.clear()
    stack.close()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Keep in one xdist worker the blocks of a page, the cases of a test, and the pipeline's tests, which share output.

    Few groups also save time: the scheduler counts all of a worker's groups after each test.
    """
    from xdist.scheduler import LoadScopeScheduling  # type: ignore[import-untyped]  # noqa: PLC0415  (untyped, only where xdist is)

    class Pages(LoadScopeScheduling):  # type: ignore[misc]  # untyped
        def _split_scope(self, nodeid: str) -> str:
            file, _, name = nodeid.partition("::")
            if file.startswith("tests/pipeline/"):
                return "tests/pipeline"
            return file if name.startswith("line:") else nodeid.partition("[")[0]

    return Pages(config, log)


pytest_collect_file = Sybil(
    parsers=[CodeBlockParser("python", _run), CodeBlockParser("output", _compare), SkipParser()],
    patterns=["README.md", "docs/*.md", "docs/*/*.md"],
    path=str(ROOT),
    setup=_open_page,
    teardown=_close_page,
).pytest()
