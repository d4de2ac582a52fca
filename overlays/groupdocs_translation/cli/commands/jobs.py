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
from .file import Results

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..._results import Progress
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


def _command(name: str) -> Callable[[Callable[..., Any]], click.Command]:
    """A command of the group, with the options of every command; its function gets the ``Context`` first."""

    def decorate(function: Callable[..., Any]) -> click.Command:
        made = options.command(name)(function)
        jobs.add_command(made)
        return made

    return decorate


@_command("list")
def listed(context: Context) -> None:
    """List the jobs of the last 24 hours.

    They are those that this machine's commands submitted, with what was remembered of them. Costs no call.
    """
    known = context.history(context.service).jobs(now=context.clock.wall())
    if context.is_json:
        write_json({"jobs": known})
        return
    rows = ((job["id"], job["kind"], " ".join(job.get("targets", ())), str(job.get("name", ""))) for job in known)
    write_table(("id", "kind", "into", "file"), rows, wrapped=3)


@_command("status")
@_ids
@_kind
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
            values = {"state": found.state.value, "languages": list(found.languages), "message": found.message}
            rows.append({"id": job.id, "kind": job.kind, **values})
    if context.is_json:
        write_json({"jobs": rows, "calls": dict(context.calls)})
    else:
        lines = ((row["id"], row["state"], " ".join(row["languages"]), row["message"] or "") for row in rows)
        write_table(("id", "state", "languages", "message"), lines, wrapped=3)
    return max((_CODES.get(State(row["state"]), Exit.DONE) for row in rows), default=Exit.DONE)


@_command("wait")
@_ids
@_kind
@options.waiting
def wait(context: Context, ids: tuple[str, ...], kind: str | None, polling: str | None, timeout: float | None) -> None:
    """Wait until jobs are done.

    Translations of texts are printed; files are fetched with 'jobs download'.
    """

    def finish(job: Job[Any], watch: Callable[[Progress], None]) -> dict[str, Any]:
        return _result(context, job, job.result(timeout, progress=watch))

    _finish_each(context, ids, polling, finish, lambda job: ["jobs", "wait", job["id"]], kind=kind)


def _result(context: Context, job: Job[Any], result: Any) -> dict[str, Any]:
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


@_command("download")
@_ids
@options.output
@click.option("--name", metavar="NAME", help="The source's name, which the results get theirs from.")
@click.option("--output-format", metavar="FORMAT", help="Of the results, if it is not the source's.")
@options.waiting
def download(
    context: Context,
    ids: tuple[str, ...],
    out: str,
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
    details: dict[str, Any] = {"output_format": format_name(output_format)} if output_format else {}
    if name:
        kind, source_format = recognize(name)
        details = {"name": name, "output_format": check_output(kind, source_format, output_format)}
    results = Results(context, out, overwrite=overwrite, is_single=len(ids) == 1)

    def finish(job: Job[Any], watch: Callable[[Progress], None]) -> dict[str, Any]:
        return {"id": job.id, "results": results.fetch(job, timeout=timeout, progress=watch)}

    results.arguments()
    _finish_each(context, ids, polling, finish, results.resume_command, **details)


def _finish_each(
    context: Context,
    ids: tuple[str, ...],
    polling: str | None,
    finish: Callable[[Job[Any], Callable[[Progress], None]], dict[str, Any]],
    resume_command: Callable[[dict[str, Any]], list[str]],
    **details: Any,
) -> None:
    """Finish the jobs, one after the other; those that are not finished are told with the command that does."""
    found: list[dict[str, Any]] = []
    with (
        context.client(**options.client_settings(polling=polling)) as client,
        context.watching(client, resume_command) as watch,
    ):
        for job_id in ids:
            job = _pick(context, client, job_id, **details)
            context.keep(job, resume_command)
            found.append(finish(job, watch))
            context.resume_commands.pop(job.id, None)
    if context.is_json:
        write_json({"jobs": found, "calls": dict(context.calls)})


def _pick(
    context: Context, client: TranslationClient, job_id: str, kind: str | None = None, **details: Any
) -> Job[Any]:
    """Return the job of that id, with what is remembered of it."""
    if context.is_sandbox and job_id == SAMPLE:
        if kind == "text":
            return client.submit_text("Hello", target="de")
        return client.submit_file(b"Hello\n", name="sample.txt", target="de")
    known = context.history(client.base_url).job(job_id, now=context.clock.wall()) or {}
    given: dict[str, Any] = {**known, **details, "id": job_id, **({} if kind is None else {"kind": kind})}
    return client.job(**given)
