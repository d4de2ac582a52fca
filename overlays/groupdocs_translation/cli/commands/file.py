"""``file``: translate documents, images and recordings."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from ..._errors import AuthenticationError, CallBudgetExceeded, TranslationError
from .. import options
from ..exits import Exit, as_dict, cli_wording, meaning_of
from ..options import given_options, kind_options, merged
from ..output import write, write_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..._results import FileTranslation, Progress
    from ..._sync.client import TranslationClient
    from ..context import Context


@options.command("file")
@click.argument("files", nargs=-1, required=True, metavar="FILE|URL|-...")
@options.to_languages
@options.from_language
@options.output
@click.option("--output-format", metavar="FORMAT", help="Turn the result into this format, for example pdf.")
@options.kind
@click.option("--format", metavar="FORMAT", help="Of the source, in place of its extension.")
@click.option("--name", metavar="NAME", help="Of the source, for standard input.")
@click.option("--as-text", is_flag=True, help="Print the text of an image or a recording in place of files.")
@click.option("--no-wait", is_flag=True, help="Submit, print the job's id, and stop.")
@options.variants
@options.money
@options.trial
@kind_options
def file(
    context: Context,
    files: tuple[str, ...],
    targets: tuple[list[str], ...],
    trial: bool,
    max_calls: int | None,
    polling: str | None,
    **given: Any,
) -> int:
    r"""Translate files.

    The results are called report.de.docx and so on; their paths are printed. A FILE may be a URL, which the
    service fetches itself, or - for standard input (with --name). Each file costs an upload, a submission and a few
    questions whether it is ready.

    \b
      groupdocs-translation file report.docx --to de
      groupdocs-translation file *.pptx --to de,fr --out translated --slides 1-3
      groupdocs-translation file scan.pdf --kind image --to en --as-text
    """
    if "-" in files and not given["name"]:
        raise click.UsageError("standard input has no name: give --name report.docx")
    if given["name"] and len(files) > 1:
        raise click.UsageError("--name is for one file")
    work = _Work(context, merged(targets), given)
    settings = options.client_settings(max_calls=max_calls, polling=polling)
    with (
        context.client(is_trial=trial, **settings) as client,
        context.watching(client, work.go_on) as watch,
    ):
        for file in files:
            work.translate(client, file, watch, is_only=len(files) == 1)
    if context.is_json:
        write_json({"files": work.done, "calls": dict(context.calls)})
    return work.code()


def files_of(result: FileTranslation) -> dict[str, Any]:
    """Language → path and size, for JSON."""
    return {language: {"path": str(result[language]), "size": result.sizes[language]} for language in result}


class _Work:
    """The files of one command line: what came of each."""

    def __init__(self, context: Context, targets: list[str], given: dict[str, Any]) -> None:
        self._context = context
        self._targets = targets
        self._output_dir: str = given.pop("output_dir")
        self._overwrite: bool = given.pop("overwrite")
        self._timeout: float | None = given.pop("timeout")
        self._as_text: bool = given.pop("as_text")
        self._no_wait: bool = given.pop("no_wait")
        self._options = given_options(given)
        self._codes: list[int] = []
        self.done: list[dict[str, Any]] = []

    def go_on(self, job: dict[str, Any]) -> list[str]:
        """The command line that picks a job up."""
        if job["kind"] == "text":
            return ["jobs", "wait", job["id"]]
        folder = [] if self._output_dir == "." else ["--out", self._output_dir]
        return ["jobs", "download", job["id"], *folder]

    def translate(
        self, client: TranslationClient, file: str, watch: Callable[[Progress], None], *, is_only: bool
    ) -> None:
        """One file; a failure among several files is said, and the others go on.

        Raises:
            TranslationError: the only file failed, or none of the others could do better.
        """
        source: Any = sys.stdin.buffer if file == "-" else file
        try:
            found = self._translate(client, source, watch)
        except TranslationError as error:
            if is_only or isinstance(error, AuthenticationError | CallBudgetExceeded):
                raise
            error.add_note(f"({file})")
            self._fail(file, error)
        else:
            self._codes.append(Exit.DONE)
            self.done.append({"source": file, **found})

    def code(self) -> int:
        """The exit code of all."""
        if len(set(self._codes)) == 1:
            return self._codes[0]
        return Exit.PARTLY

    def _fail(self, file: str, error: TranslationError) -> None:
        meaning = meaning_of(error)
        self._codes.append(meaning.exit)
        if not self._context.is_json:
            self._context.report(error)
            return
        values = as_dict(type(error).__name__, cli_wording(error), meaning.exit, meaning.advice, [])
        self.done.append({"source": file, "error": values})

    def _translate(self, client: TranslationClient, source: Any, watch: Callable[[Progress], None]) -> dict[str, Any]:
        if self._no_wait:
            job = client.submit_file(
                source, target=self._targets, as_text=self._as_text, progress=watch, **self._options
            )
            self._write(job.id)
            return {"job": job.to_dict()}
        if self._as_text:
            texts = client.translate_to_text(
                source, target=self._targets, timeout=self._timeout, progress=watch, **self._options
            )
            for language in texts:
                for text in texts[language]:
                    self._write(text if len(self._targets) == 1 else f"{language}\t{text}")
            return {"texts": dict(texts.by_language), "job": self._finished(texts.jobs[0])}
        result = client.translate_file(
            source,
            target=self._targets,
            output_dir=self._output_dir,
            overwrite=self._overwrite,
            timeout=self._timeout,
            progress=watch,
            **self._options,
        )
        for language in result:
            self._write(str(result[language]))
        return {"results": files_of(result), "job": self._finished(result.job)}

    def _finished(self, job_id: str) -> str:
        self._context.resume_commands.pop(job_id, None)
        return job_id

    def _write(self, line: str) -> None:
        if not self._context.is_json:
            write(line)
