"""``jobs``: ask for, wait for and fetch what was submitted, by id, from any process."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from ..._errors import ConfigurationError
from ..._results import State
from ...spec.formats import check_output, format_name, recognize
from .. import options
from ..context import Context
from ..exits import Exit
from ..output import write, write_json, write_table
from .file import files_of

if TYPE_CHECKING:
    from ..._sync.client import TranslationClient
    from ..._sync.jobs import Job

SAMPLE = "sample"  # with --sandbox, the id of a job that is made on the spot: a new sandbox knows no other
_CODES = {State.FAILED: Exit.FAILED, State.EXPIRED: Exit.FAILED, State.PARTIAL: Exit.PARTLY}


@click.group("jobs", no_args_is_help=True)
@options.global_options
def jobs() -> None:
    """Pick up submitted jobs.

    The service keeps results for 24 hours. Jobs of this machine's commands are remembered with their files' names
    and kinds; for others, say --kind. With --sandbox, the id "sample" stands for a job made on the spot.
    """


def _known(ctx: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The ids that a shell may complete, each with its file."""
    context = ctx.ensure_object(Context)
    with suppress(ConfigurationError):
        jobs = context.history(context.service).jobs(now=context.clock.wall())
        return [CompletionItem(job["id"], help=job.get("name")) for job in jobs if job["id"].startswith(incomplete)]
    return []


_ids = click.argument("ids", nargs=-1, required=True, metavar="ID...", shell_complete=_known)
_kind = click.option("--kind", type=options.words("file", "text", "hugo"), help="Of a job that is not remembered.")


@jobs.command("list", cls=options.Command)
@options.global_options
@click.pass_obj
def listed(context: Context) -> None:
    """List the jobs of the last 24 hours.

    They are those that this machine's commands submitted, with what was remembered of them. Costs no call.
    """
    jobs = context.history(context.service).jobs(now=context.clock.wall())
    if context.is_json:
        write_json({"jobs": jobs})
        return
    rows = ((job["id"], job["kind"], " ".join(job.get("targets", ())), str(job.get("name", ""))) for job in jobs)
    write_table(("id", "kind", "into", "file"), rows, wrapped=3)


@jobs.command("status", cls=options.Command)
@_ids
@_kind
@options.global_options
@click.pass_obj
def status(context: Context, ids: tuple[str, ...], kind: str | None) -> int:
    """Ask for the state of jobs.

    It is pending, done, partial, failed or expired. Costs one call each. Exit code 4: one is done in part, 1: one
    failed or is unknown.
    """
    rows: list[dict[str, Any]] = []
    with context.client() as client:
        for job_id in ids:
            job = _pick(context, client, job_id, kind)
            found = job.status()
            rows.append(
                {
                    "id": job.id,
                    "kind": job.kind,
                    "state": found.state.value,
                    "languages": list(found.languages),
                    "message": found.message,
                }
            )
    if context.is_json:
        write_json({"jobs": rows, "calls": dict(context.calls)})
    else:
        lines = ((row["id"], row["state"], " ".join(row["languages"]), row["message"] or "") for row in rows)
        write_table(("id", "state", "languages", "message"), lines, wrapped=3)
    return max((_CODES.get(State(row["state"]), Exit.DONE) for row in rows), default=Exit.DONE)


@jobs.command("wait", cls=options.Command)
@_ids
@_kind
@options.waiting
@options.global_options
@click.pass_obj
def wait(context: Context, ids: tuple[str, ...], kind: str | None, polling: str | None, timeout: float | None) -> None:
    """Wait until jobs are done.

    Translations of texts are printed; files are fetched with 'jobs download'.
    """
    found: list[dict[str, Any]] = []
    with context.client(**options.client_settings(polling=polling)) as client:
        for job_id in ids:
            job = _pick(context, client, job_id, kind)
            with context.watching(client, lambda _: []) as watch:
                context.keep(job, lambda values: ["jobs", "wait", values["id"]])
                result = job.result(timeout, progress=watch)
            context.resume_commands.pop(job.id, None)
            found.append(_result(context, job, result))
    if context.is_json:
        write_json({"jobs": found, "calls": dict(context.calls)})


def _result(context: Context, job: Job, result: Any) -> dict[str, Any]:
    """Print what a job has made, and give it for the JSON document."""
    values: dict[str, Any] = {"id": job.id, "kind": job.kind, "state": "done"}
    lines: list[str] = []
    if job.kind == "text":
        values["translations"] = dict(result.by_language)
        for language in result:
            texts = [result[language]] if isinstance(result[language], str) else result[language]
            lines += [text if len(result.by_language) == 1 else f"{language}\t{text}" for text in texts]
    elif job.kind == "file":
        values["languages"] = list(result.urls)
        lines = [f"{job.id}\tdone\t{' '.join(result.urls)}"]
    else:
        values |= {"front_matter": result.front_matter, "shortcodes": dict(result.shortcodes)}
        lines = [".".join(path) for path in result.front_matter]
    for line in () if context.is_json else lines:
        write(line)
    return values


@jobs.command("download", cls=options.Command)
@_ids
@options.output
@click.option("--name", metavar="NAME", help="The source's name, which the results get theirs from.")
@click.option("--output-format", metavar="FORMAT", help="Of the results, if it is not the source's.")
@options.waiting
@options.global_options
@click.pass_obj
def download(
    context: Context,
    ids: tuple[str, ...],
    output_dir: str,
    overwrite: bool,
    name: str | None,
    output_format: str | None,
    polling: str | None,
    timeout: float | None,
) -> None:
    """Wait for jobs and fetch their files.

    The paths of the files are printed. Fetching costs no call.
    """
    if name and len(ids) > 1:
        raise click.UsageError("--name is for one job")
    found: list[dict[str, Any]] = []
    details: dict[str, Any] = {"output_format": format_name(output_format)} if output_format else {}
    if name:
        kind, source_format = recognize(name)
        details = {"name": name, "output_format": check_output(kind, source_format, output_format)}
    with context.client(**options.client_settings(polling=polling)) as client:
        for job_id in ids:
            job = _pick(context, client, job_id, None, **details)
            with context.watching(client, lambda _: []) as watch:
                context.keep(job, lambda values: ["jobs", "download", values["id"], "--out", output_dir])
                result = job.download(output_dir, overwrite=overwrite, timeout=timeout, progress=watch)
            context.resume_commands.pop(job.id, None)
            found.append({"id": job.id, "results": files_of(result)})
            for language in () if context.is_json else result:
                write(str(result[language]))
    if context.is_json:
        write_json({"jobs": found, "calls": dict(context.calls)})


def _pick(context: Context, client: TranslationClient, job_id: str, kind: str | None, **details: Any) -> Job:
    """The job of that id, with what is remembered of it."""
    if context.is_sandbox and job_id == SAMPLE:
        if kind == "text":
            return client.submit_text("Hello", target="de")
        return client.submit_file(b"Hello\n", name="sample.txt", target="de")
    known = context.history(client.base_url).job(job_id, now=context.clock.wall()) or {}
    values = {**known, **details, "id": job_id}
    if kind is not None:
        values["kind"] = kind
    return client.job(**values)
