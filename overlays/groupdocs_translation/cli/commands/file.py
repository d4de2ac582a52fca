"""``file``: translate documents, images and recordings."""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..._errors import (
    AuthenticationError,
    CallBudgetExceeded,
    ConfigurationError,
    JobPartial,
    TransferError,
    TranslationError,
)
from ..._files import check_places, move_into_place, output_folder
from ..._inputs import Source, hidden, read_source
from ..._progress import human_size
from ..._rules.names import result_name
from ...spec.derived import FileStyle
from ...spec.formats import check_output, recognize
from .. import options
from ..exits import PROGRAM, Exit
from ..options import given_options, kind_options, known_format
from ..output import say, text_lines, write_file

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence

    from ..._results import FileTranslation
    from ..._sync.jobs import Job
    from ..context import Context

TEXTS_TIMEOUT_S = 3600.0  # for an image or a recording read as text, which takes longer than a text
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}")


@options.command("file")
@click.argument("files", nargs=-1, required=True, metavar="FILE|URL|-...")
@options.to_languages
@options.from_language
@options.output
@options.output_format
@options.kind
@options.option("--format", type=options.SOURCE_FORMAT, help="Override the format detected from the extension.")
@options.option("--name", metavar="NAME", help="File name of standard input, such as report.docx.")
@options.option("--as-text", is_flag=True, help="Print the text of an image or a recording instead of writing files.")
@options.option("--no-wait", is_flag=True, help="Submit, print the job ID, and exit.")
@options.variants(FileStyle)
@options.billing
@options.trial
@kind_options
def file(
    context: Context,
    files: tuple[str, ...],
    targets: list[str],
    out: str,
    overwrite: bool,
    as_text: bool,
    no_wait: bool,
    **given: Any,
) -> int:
    r"""Translate files.

    The results are named like report.de.docx; their paths are printed. A FILE may be a URL, which the service fetches.
    It may also be - for standard input, with --name. All files are submitted before the command waits for the first
    one. Each file costs an upload, a submission and a few polls.

    \b
      groupdocs-translation file report.docx --to de
      groupdocs-translation file report.docx --to de -o bericht.pdf
      groupdocs-translation file *.pptx --to de,fr --out translated --slides 1-3
      groupdocs-translation file scan.pdf --kind image --to en --as-text
    """
    if "-" in files and not given["name"]:
        raise click.UsageError("standard input has no file name: use --name, such as --name report.docx")
    if given["name"] and len(files) > 1:
        raise click.UsageError(f"--name applies to one file, got {len(files)} files")
    results = Results(context, out, overwrite=overwrite, is_single=len(files) * len(targets) == 1)
    arguments: dict[str, Any] = {"target": targets, "as_text": as_text, **given_options(given)}
    if results.format and not as_text:
        arguments["output_format"] = results.format
    outcomes = _Outcomes(context, files)
    with context.client() as client, context.watching() as watch:
        if not (as_text or no_wait):
            results.check(outcomes, arguments)
            if results.is_folder:
                arguments |= {"output_dir": out, "overwrite": overwrite}
        jobs: dict[str, Job[Any]] = {}
        for name in outcomes.remaining():
            with outcomes.reporting(name):
                jobs[name] = client.submit_file(sys.stdin.buffer if name == "-" else name, progress=watch, **arguments)
                outcomes.found[name]["job"] = jobs[name].to_dict() if no_wait else jobs[name].id
                if no_wait:
                    context.write(jobs[name].id)
        for name, job in () if no_wait else jobs.items():
            with outcomes.reporting(name):
                if as_text:
                    texts = job.result(context.timeout or TEXTS_TIMEOUT_S, progress=watch)
                    context.write_result(job, *text_lines(texts.by_language))
                    outcomes.found[name]["texts"] = dict(texts.by_language)
                else:
                    outcomes.found[name]["results"] = results.fetch(job, timeout=context.timeout, progress=watch)
    return outcomes.end()


class _Outcomes:
    """The outcome of each file on the command line. A file given twice is translated once."""

    def __init__(self, context: Context, files: Sequence[str]) -> None:
        self._context = context
        self.found: dict[str, dict[str, Any]] = {
            name: {"source": str(getattr(hidden(name), "masked", name))}  # the query of a URL may be secret
            for name in files
        }

    def remaining(self) -> list[str]:
        return [name for name, entry in self.found.items() if "error" not in entry]

    @contextmanager
    def reporting(self, name: str) -> Generator[None]:
        """Report the failure of one file of several and continue with the others.

        Raises:
            TranslationError: the only file failed, or every other file would fail too.
        """
        try:
            yield
        except TranslationError as error:
            if len(self.found) == 1 or isinstance(error, AuthenticationError | CallBudgetExceeded):
                raise
            error.add_note(f"({self.found[name]['source']})")
            problem = self._context.problem(error)
            self.found[name]["error"] = problem.to_dict()
            if not self._context.is_json:
                say(f"{PROGRAM}: {problem.message}")
                if problem.advice and error.job is None:
                    say(problem.advice)

    def end(self) -> int:
        """Print the summary of all files and return the exit code."""
        self._context.write_json({"files": list(self.found.values()), "calls": dict(self._context.calls)})
        codes: set[int] = {entry.get("error", {}).get("exit_code", Exit.DONE) for entry in self.found.values()}
        if codes != {Exit.DONE} and not self._context.is_json:
            self._context.say_resume_commands()
        if len(codes) == 1:
            return codes.pop()
        return Exit.PARTLY if codes & {Exit.DONE, Exit.PARTLY} else Exit.FAILED


class Results:
    """The destination given by ``--out``: a folder or, for a single result, a file or standard output.

    ``format`` is the format of that file, ``None`` for a folder and standard output.

    Raises:
        click.UsageError: ``--out`` is a file or standard output, with several results or with ``--json``; or it is a
            file of an unknown format.
    """

    def __init__(self, context: Context, out: str, *, overwrite: bool, is_single: bool) -> None:
        self._context = context
        self._out = out
        self._overwrite = overwrite
        self._is_stdout = out == "-"
        self.resume_options = [*(["--out", out] if out != "." else []), *(["--overwrite"] if overwrite else [])]
        context.download_options = self.resume_options
        self.format = None if self._is_stdout else _format_of(out)
        self.is_folder = not self._is_stdout and self.format is None
        if not self.is_folder and not is_single:
            raise click.UsageError(f"--out {out} takes one result, and there are several: use a folder")
        if self._is_stdout and context.is_json:
            raise click.UsageError("--out - and --json both write to standard output: use one of them")

    def check(self, outcomes: _Outcomes, arguments: Mapping[str, Any]) -> None:
        """Check names, formats and free space for all files before anything is billed; report those that cannot be.

        Raises:
            ConfigurationError: the only file cannot be translated, or the results cannot be written.
        """
        claimed: dict[str, str] = {}
        needed = 0
        for name in outcomes.found:
            with outcomes.reporting(name):
                given = (
                    Source(arguments["name"], 0, None) if name == "-" else read_source(name, name=arguments.get("name"))
                )
                kind, source_format = recognize(given.name, format=arguments.get("format"), kind=arguments.get("kind"))
                result_format = check_output(kind, source_format, arguments.get("output_format"))
                result = result_name(given.name, "*", result_format)
                if result in claimed:
                    raise ConfigurationError(
                        f"its results would have the same names as those of {claimed[result]}: use another --out"
                    )
                claimed[result] = outcomes.found[name]["source"]
                needed += (given.size or 0) * len(arguments["target"])  # results have about the size of their source
        if outcomes.remaining():
            self.check_destination(needed)

    def check_destination(self, needed: int = 0) -> None:
        """Check that the destination can be written and has room for ``needed`` bytes.

        Raises:
            ConfigurationError: the file exists, or cannot be written, or there is not enough free space.
        """
        if self._is_stdout:
            return
        if not self.is_folder:
            output_folder(Path(self._out).parent)
            check_places([Path(self._out)], needed, overwrite=self._overwrite)
        elif (free := shutil.disk_usage(output_folder(self._out)).free) < needed:
            raise ConfigurationError(
                f"not enough free space in {self._out}: {human_size(free)} of about {human_size(needed)}"
            )

    def fetch(self, job: Job[Any], **waiting: Any) -> dict[str, Any]:
        """Wait for a job, download its files, print their paths, and return path and size by language.

        Raises:
            click.UsageError: several results and one destination file.
            TranslationError: as ``Job.download()``.
        """
        if self.is_folder:
            try:
                result = job.download(self._out, overwrite=self._overwrite, **waiting)
            except JobPartial as error:
                self._context.write(*map(str, error.result.files.values()))
                raise
            paths = {language: str(path) for language, path in result.files.items()}
        else:
            result, paths = self._fetch_one(job, **waiting)
        self._context.resume_commands.pop(job.id, None)
        self._context.write(*paths.values())
        return {language: {"path": path, "size": result.sizes[language]} for language, path in paths.items()}

    def _fetch_one(self, job: Job[Any], **waiting: Any) -> tuple[FileTranslation, dict[str, str]]:
        path = Path(self._out)
        parent = None if self._is_stdout else path.parent  # a move within one file system is atomic
        with tempfile.TemporaryDirectory(prefix=".groupdocs-", dir=parent) as folder:
            result = job.download(folder, **waiting)
            if len(result.files) > 1:
                raise click.UsageError(f"the job has {len(result.files)} results: use a folder for --out")
            ((language, whole),) = result.files.items()
            if self._is_stdout:
                write_file(whole)
                return result, {}
            try:
                move_into_place(whole, path, overwrite=self._overwrite)
            except FileExistsError:
                raise ConfigurationError(
                    f"already exists: {path.name}", parameter="overwrite", hint="use overwrite=True"
                ) from None
            except OSError as error:
                raise TransferError(f"cannot write {path}: {error.strerror or error}") from None
        return result, {language: str(path)}


def _format_of(out: str) -> str | None:
    """Return the format of a destination file, ``None`` for a folder."""
    extension = Path(out).suffix
    if out.endswith(("/", os.sep)) or os.path.isdir(out):  # Path.is_dir() raises for a name that is too long
        return None
    try:
        return known_format(extension)
    except ValueError as error:
        if _EXTENSION.fullmatch(extension):
            raise click.UsageError(f"--out {out}: {error}; for a folder, use {out}{os.sep}") from None
        return None
