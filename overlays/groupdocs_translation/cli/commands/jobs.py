"""``jobs``: poll, wait for and download submitted jobs by ID, from any process."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ..._errors import ConfigurationError
from ..._results import State
from ...spec.formats import check_output, recognize
from .. import options
from ..context import Context
from ..exits import PROGRAM, Exit, flag
from ..output import text_lines
from .file import Results

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..._results import Progress
    from ..._sync.client import TranslationClient
    from ..._sync.jobs import Job

SAMPLE = "sample"  # with --sandbox, the ID of a job made for this run: a new sandbox has no other job
_CODES = {State.FAILED: Exit.FAILED, State.EXPIRED: Exit.FAILED, State.PARTIAL: Exit.PARTLY}


@click.group("jobs", no_args_is_help=True)
@options.global_options
def jobs() -> None:
    """Resume submitted jobs.

    The service keeps results for 24 hours. Jobs submitted by this command on this machine are remembered with file
    name and kind; for other jobs, use --kind. With --sandbox, the ID "sample" stands for a new sample job.
    """


def _known(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Return the job IDs for shell completion, each with its file name."""
    context = ctx.ensure_object(Context)
    with suppress(ConfigurationError):
        jobs = context.history().jobs()
        return [CompletionItem(job["id"], help=job.get("name")) for job in jobs if job["id"].startswith(incomplete)]
    return []


_ids = click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=_known)
_kind = options.option("--kind", type=options.words("file", "text", "hugo"), help="Kind of a job submitted elsewhere.")


@options.command("list", jobs)
def listed(context: Context) -> None:
    """List the jobs of the last 24 hours.

    Lists the jobs submitted by this command on this machine. Makes no call.
    """
    known = context.history().jobs()
    context.write_json({"jobs": known})
    rows = ((job["id"], job["kind"], " ".join(job.get("targets", ())), str(job.get("name", ""))) for job in known)
    context.write_table(("id", "kind", "into", "file"), rows, wrapped=3)


@options.command("status", jobs)
@_ids
@_kind
@options.trial
def status(context: Context, ids: tuple[str, ...], kind: str | None) -> int:
    """Poll jobs once.

    Prints pending, done, partial, failed or expired. Costs one call for each job. Exit code 4: a job is partially done,
    1: a job failed or is unknown.
    """
    rows: list[dict[str, Any]] = []
    with context.client() as client:
        for job_id in ids:
            job = _pick(context, client, job_id, kind)
            found = job.status()
            values = {"state": found.state.value, "languages": list(found.languages), "message": found.message}
            rows.append({"id": job.id, "kind": job.kind, **values})
    context.write_json({"jobs": rows, "calls": dict(context.calls)})
    lines = ((row["id"], row["state"], " ".join(row["languages"]), row["message"] or "") for row in rows)
    context.write_table(("id", "state", "languages", "message"), lines, wrapped=3)
    return max((_CODES.get(State(row["state"]), Exit.DONE) for row in rows), default=Exit.DONE)


@options.command("wait", jobs)
@_ids
@_kind
@options.waiting
@options.trial
def wait(context: Context, ids: tuple[str, ...], kind: str | None) -> None:
    """Wait until jobs are done.

    Prints the translations of text jobs; download files with 'jobs download'.
    """

    def finish(job: Job[Any], watch: Callable[[Progress], None]) -> dict[str, Any]:
        return _result(context, job, job.result(context.timeout, progress=watch))

    _finish_each(context, ids, finish, kind=kind)


def _result(context: Context, job: Job[Any], result: Any) -> dict[str, Any]:
    values: dict[str, Any] = {"id": job.id, "kind": job.kind, "state": "done"}
    if job.kind == "text":
        context.write_result(job, *text_lines(result.by_language))
        return values | {"translations": dict(result.by_language)}
    if job.kind == "file":
        context.write_result(job, f"{job.id}\tdone\t{' '.join(result.urls)}")
        return values | {"languages": list(result.urls)}
    context.write_result(job, *(".".join(path) for path in result.front_matter))
    return values | {"front_matter": result.front_matter, "shortcodes": dict(result.shortcodes)}


@options.command("download", jobs)
@_ids
@options.output
@options.option("--name", metavar="NAME", help="File name of the source, from which the results are named.")
@options.option(
    "--output-format", type=options.OUTPUT_FORMAT, help="Format of the results, if it differs from the source."
)
@options.waiting
@options.trial
def download(
    context: Context, ids: tuple[str, ...], out: str, overwrite: bool, name: str | None, output_format: str | None
) -> None:
    """Wait for jobs and download their files.

    Prints the paths of the files. Downloading is not billed.
    """
    if name and len(ids) > 1:
        raise click.UsageError(f"--name applies to one job, got {len(ids)} jobs")
    results = Results(context, out, overwrite=overwrite, is_single=len(ids) == 1)
    details = options.given_options({"name": name, "output_format": output_format})
    for option, value in details.items():
        results.resume_options += [flag(option), value]
    if name:
        kind, source_format = recognize(name)
        details["output_format"] = check_output(kind, source_format, output_format)

    def finish(job: Job[Any], watch: Callable[[Progress], None]) -> dict[str, Any]:
        if job.kind != "file":
            wanted = f"use '{PROGRAM} jobs wait {job.id}'"
            raise ConfigurationError(f"a job of kind {job.kind!r} has no files", hint=wanted)
        return {"id": job.id, "results": results.fetch(job, timeout=context.timeout, progress=watch)}

    results.check_destination()
    _finish_each(context, ids, finish, **details)


def _finish_each(
    context: Context,
    ids: tuple[str, ...],
    finish: Callable[[Job[Any], Callable[[Progress], None]], dict[str, Any]],
    **details: Any,
) -> None:
    """Finish the jobs one after the other; for unfinished ones, keep the command that resumes them."""
    with context.client() as client, context.watching() as watch:
        jobs = [_pick(context, client, job_id, **details) for job_id in ids]
        for job in jobs:
            context.keep(job)
        found = [finish(job, watch) for job in jobs]
    context.write_json({"jobs": found, "calls": dict(context.calls)})


def _pick(
    context: Context, client: TranslationClient, job_id: str, kind: str | None = None, **details: Any
) -> Job[Any]:
    """Return the job with that ID, including what is remembered about it."""
    if context.is_sandbox and job_id == SAMPLE:
        if kind == "text":
            return client.submit_text("Hello", target="de")
        return client.submit_file(b"Hello\n", name="sample.txt", target="de")
    known = context.history().job(job_id) or {}
    given: dict[str, Any] = {**known, **details, "id": job_id, **({} if kind is None else {"kind": kind})}
    return client.job(**given)
