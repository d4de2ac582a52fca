"""``file``: translate documents, images and recordings."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import click

from ..._errors import (
    AuthenticationError,
    CallBudgetExceeded,
    ConfigurationError,
    TransferError,
    TranslationError,
    UnsupportedFormat,
)
from ..._files import check_places, move_into_place, output_folder
from ..._inputs import hidden
from ..._rules.names import result_name
from ...spec.formats import check_output, format_name, recognize
from .. import options
from ..completion import complete_formats
from ..exits import PROGRAM, Exit, as_dict, cli_wording, meaning_of
from ..options import given_options, kind_options, merged
from ..output import say, write, write_json

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from ..._results import TextTranslation
    from ..._sync.jobs import Job
    from ..context import Context

TEXTS_TIMEOUT_S = 3600.0  # for an image or a recording read as text, which takes longer than a text


@options.command("file")
@click.argument("files", nargs=-1, required=True, metavar="FILE|URL|-...")
@options.to_languages
@options.from_language
@options.output
@options.output_format
@options.kind
@click.option(
    "--format",
    metavar="FORMAT",
    shell_complete=complete_formats,
    help="Override the format detected from the extension.",
)
@click.option("--name", metavar="NAME", help="File name of standard input, such as report.docx.")
@click.option("--as-text", is_flag=True, help="Print the text of an image or a recording instead of writing files.")
@click.option("--no-wait", is_flag=True, help="Submit, print the job ID, and exit.")
@options.variants
@options.billing
@options.trial
@kind_options
def file(
    context: Context,
    files: tuple[str, ...],
    targets: tuple[list[str], ...],
    out: str,
    overwrite: bool,
    as_text: bool,
    no_wait: bool,
    trial: bool,
    max_calls: int | None,
    polling: str | None,
    timeout: float | None,
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
    languages = merged(targets)
    results = Results(context, out, overwrite=overwrite, is_single=len(files) * len(languages) == 1)
    arguments: dict[str, Any] = {"target": languages, "as_text": as_text}
    arguments |= {} if as_text else results.arguments(*files[:1], is_waiting=not no_wait)
    arguments |= given_options(given)
    work = _Work(context, files)
    with (
        context.client(is_trial=trial, **options.client_settings(max_calls=max_calls, polling=polling)) as client,
        context.watching(client, results.resume_command) as watch,
    ):
        jobs: dict[str, Job[Any]] = {}
        for name, entry in work.found.items():
            source: Any = sys.stdin.buffer if name == "-" else name
            with work.reporting(name):
                if not (as_text or no_wait or name == "-"):
                    results.claim(name, arguments)
                jobs[name] = client.submit_file(source, progress=watch, **arguments)
                if no_wait:
                    entry["job"] = jobs[name].to_dict()
                    results.write(jobs[name].id)
        for name, job in () if no_wait else jobs.items():
            with work.reporting(name):
                if as_text:
                    texts = job.result(timeout or TEXTS_TIMEOUT_S, progress=watch)
                    _print_texts(results, texts)
                    work.found[name]["texts"] = dict(texts.by_language)
                else:
                    work.found[name]["results"] = results.fetch(job, timeout=timeout, progress=watch)
                work.found[name]["job"] = job.id
                context.resume_commands.pop(job.id, None)
    return work.end()


def _print_texts(results: Results, texts: TextTranslation[list[str]]) -> None:
    for language in texts:
        for text in texts[language]:
            results.write(text if len(texts.by_language) == 1 else f"{language}\t{text}")


def shown(source: str) -> str:
    """Return a path unchanged, and a URL without its query, which may be secret."""
    return str(getattr(hidden(source), "masked", source))


class _Work:
    """The outcome of each file on the command line. A file given twice is translated once."""

    def __init__(self, context: Context, files: Sequence[str]) -> None:
        self._context = context
        self._codes: list[int] = []  # of those that failed
        self.found: dict[str, dict[str, Any]] = {name: {"source": shown(name)} for name in files}

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
            meaning = meaning_of(error)
            self._codes.append(meaning.exit)
            if error.job is not None and meaning.is_over:
                self._context.resume_commands.pop(error.job.id, None)
            values = as_dict(type(error).__name__, cli_wording(error), meaning.exit, meaning.advice, [])
            self.found[name]["error"] = values
            if not self._context.is_json:
                say(f"{PROGRAM}: {cli_wording(error)}")
                if meaning.advice and error.job is None:
                    say(meaning.advice)

    def end(self) -> int:
        """Print the summary of all files and return the exit code."""
        if self._context.is_json:
            write_json({"files": list(self.found.values()), "calls": dict(self._context.calls)})
        elif self._codes:
            self._context.say_resume_commands()
        codes = {*self._codes, *([Exit.DONE] if len(self._codes) < len(self.found) else [])}
        return codes.pop() if len(codes) == 1 else Exit.PARTLY


class Results:
    """The destination given by ``--out``: a folder or, for a single result, a file or standard output.

    ``format`` is the format of that file, ``None`` for a folder and standard output.

    Raises:
        click.UsageError: ``--out`` is a file or standard output, with several results or with ``--json``.
    """

    def __init__(self, context: Context, out: str, *, overwrite: bool, is_single: bool) -> None:
        self._context = context
        self._out = out
        self._overwrite = overwrite
        self._is_stdout = out == "-"
        self._claimed: dict[str, str] = {}
        self.format: str | None = None
        if not self._is_stdout and not os.path.isdir(out):  # Path.is_dir() raises for a name that is too long
            with suppress(UnsupportedFormat):  # a folder that does not exist yet
                self.format = format_name(Path(out).suffix)
        if not self._is_folder and not is_single:
            raise click.UsageError(f"--out {out} takes one result, and there are several: use a folder")
        if self._is_stdout and context.is_json:
            raise click.UsageError("--out - and --json both write to standard output: use one of them")

    @property
    def _is_folder(self) -> bool:
        return not self._is_stdout and self.format is None

    def arguments(self, source: str | None = None, *, is_waiting: bool = True) -> dict[str, Any]:
        """Check the destination before anything is billed, and return the arguments with which ``submit_file`` does.

        Raises:
            ConfigurationError: the file exists or cannot be written.
        """
        if self.format is None:
            is_folder = is_waiting and not self._is_stdout
            return {"output_dir": self._out, "overwrite": self._overwrite} if is_folder else {}
        if is_waiting:
            output_folder(Path(self._out).parent)
            needed = os.path.getsize(source) if source is not None and os.path.isfile(source) else 0
            check_places([Path(self._out)], needed, overwrite=self._overwrite)
        return {"output_format": self.format}

    def claim(self, source: str, arguments: dict[str, Any]) -> None:
        """Refuse a file whose results would have the same names as another file's, before anything is billed."""
        path = unquote(urlsplit(source).path) if "://" in source else source
        if os.path.isdir(path):
            raise ConfigurationError(f"{source} is a folder, not a file", hint=f"use '{PROGRAM} batch'")
        name = str(arguments.get("name") or Path(path).name).encode(errors="replace").decode()
        kind, source_format = recognize(name, format=arguments.get("format"), kind=arguments.get("kind"))
        result = result_name(name, "*", check_output(kind, source_format, arguments.get("output_format")))
        if result in self._claimed:
            raise ConfigurationError(
                f"its results would have the same names as those of {self._claimed[result]}: use another --out"
            )
        self._claimed[result] = shown(source)

    def resume_command(self, job: dict[str, Any]) -> list[str]:
        """Return the arguments that fetch a job."""
        if job["kind"] == "text":
            return ["jobs", "wait", job["id"]]
        return ["jobs", "download", job["id"], *(["--out", self._out] if self._out != "." else [])]

    def fetch(self, job: Job[Any], **waiting: Any) -> dict[str, Any]:
        """Wait for a job, download its files, print their paths, and return path and size by language.

        Raises:
            click.UsageError: several results and one destination file.
            TranslationError: as ``Job.download()``.
        """
        if self._is_folder:
            result = job.download(self._out, overwrite=self._overwrite, **waiting)
            found = {language: {"path": str(result[language]), "size": result.sizes[language]} for language in result}
            for entry in found.values():
                self.write(str(entry["path"]))
            return found
        path = Path(self._out)
        parent = None if self._is_stdout else path.parent  # a move within one file system is atomic
        with tempfile.TemporaryDirectory(prefix=".groupdocs-", dir=parent) as folder:
            result = job.download(folder, **waiting)
            if len(result.files) > 1:
                raise click.UsageError(f"the job has {len(result.files)} results: use a folder for --out")
            ((language, whole),) = result.files.items()
            if self._is_stdout:
                with whole.open("rb") as content:
                    shutil.copyfileobj(content, sys.stdout.buffer)
                sys.stdout.buffer.flush()
                return {}
            try:
                move_into_place(whole, path, overwrite=self._overwrite)
            except FileExistsError:
                raise ConfigurationError(
                    f"already exists: {path.name}", parameter="overwrite", hint="use overwrite=True"
                ) from None
            except OSError as error:
                raise TransferError(f"cannot write {path}: {error.strerror or error}") from None
        self.write(str(path))
        return {language: {"path": str(path), "size": result.sizes[language]}}

    def write(self, line: str) -> None:
        """Print a line of the result, except with ``--json``."""
        if not self._context.is_json:
            write(line)
