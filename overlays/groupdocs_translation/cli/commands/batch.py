"""``batch``: translate a folder, stop, crash, go on."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING, Any

import click

from ..._progress import human_count, human_size, human_time
from .. import options
from ..exits import PROGRAM, Exit, cli_wording
from ..options import given_options, kind_options, merged
from ..output import write, write_json, write_table

if TYPE_CHECKING:
    from ...batch import Batch, BatchPlan, BatchReport
    from ..context import Context

MAX_LISTED = 20  # files with their reasons on the terminal; all are in the reports
_STOPPED = {
    "max_calls": "stopped before call {limit}: --max-calls",
    "call_budget": "stopped: the calls are used up",
    "refused": "stopped: the service would refuse every file",
    "authentication": "stopped: no token",
    "interrupted": "stopped: interrupted",
}


@options.command("batch")
@click.argument("folder", type=click.Path(exists=True, file_okay=False), metavar="SRC_DIR")
@options.to_languages
@options.from_language
@click.option("-o", "--out", "output_dir", required=True, metavar="DIR", help="For the results; the tree is kept.")
@click.option("--include", multiple=True, metavar="GLOB", help="Only these files, for example '*.docx'.")
@click.option("--exclude", multiple=True, metavar="GLOB", help="Not these, for example 'drafts/*'.")
@click.option("--dry-run", is_flag=True, help="Say what it would cost, by kind; send and write nothing.")
@click.option("--retry-failed", is_flag=True, help="Try again what the service could not do.")
@click.option("--retry-uncertain", is_flag=True, help="Submit again what may have been taken; may pay twice.")
@click.option("--overwrite", is_flag=True, help="Replace files that no batch has made.")
@click.option("--follow-symlinks", is_flag=True, help="Follow links to files and folders.")
@click.option("--journal", metavar="FILE", help="In place of the one in the hidden folder of --out.")
@click.option("--uploads", type=options.number(1), metavar="N", help="At a time.")
@click.option("--jobs", type=options.number(1), metavar="N", help="At the service at a time.")
@click.option("--downloads", type=options.number(1), metavar="N", help="At a time.")
@options.output_format
@options.kind
@options.variants
@options.money
@kind_options
def batch(
    context: Context,
    folder: str,
    targets: tuple[list[str], ...],
    output_dir: str,
    dry_run: bool,
    uploads: int | None,
    jobs: int | None,
    downloads: int | None,
    **given: Any,
) -> int:
    r"""Translate a folder.

    Every file that the service takes is translated into --out, which keeps the folder's tree. What is done already is
    skipped. A journal in --out remembers each step: stopped, killed or crashed, the same command goes on where it was
    and pays for nothing twice. A file that fails does not stop the others.

    Exit code 0: everything is done, 4: a part of it, 1: nothing.

    \b
      groupdocs-translation batch docs --to de,fr --out translated --dry-run
      groupdocs-translation batch docs --to de,fr --out translated --exclude 'drafts/*' --max-calls 500
    """
    from ...batch import Batch, BatchPlan, Concurrency  # noqa: PLC0415  (loads asynchronous I/O)

    bounds = {"uploads": uploads, "jobs": jobs, "downloads": downloads}
    settings: dict[str, Any] = given_options(given)
    settings |= {"wording": cli_wording, "concurrency": Concurrency(**given_options(bounds))}
    with context.client() as client, context.progress() as show:
        batch = Batch(client, folder, target=merged(targets), output_dir=output_dir, progress=show, **settings)
        outcome = batch.plan() if dry_run else _run(context, batch)
    if isinstance(outcome, BatchPlan):
        return _say_plan(context, outcome)
    return _say_report(context, outcome, settings.get("max_calls"))


def _run(context: Context, batch: Batch) -> BatchReport:
    """Run it; when it ends early, remember the command that resumes it."""
    try:
        return batch.run()
    except BaseException as error:
        has_begun = batch.report is not None or isinstance(error, KeyboardInterrupt)
        if has_begun and not context.is_sandbox:
            context.resume_commands["batch"] = shlex.join([PROGRAM, *context.arguments])
        raise


def _say_plan(context: Context, plan: BatchPlan) -> int:
    if context.is_json:
        write_json(plan.to_dict())
        return Exit.DONE
    rows = [
        (cost.kind, str(cost.files), human_size(cost.bytes), *(str(round(count)) for count in calls))
        for cost in plan.kinds
        for calls in [(cost.uploads, cost.submissions, cost.expected_polls, cost.expected)]
    ]
    if sys.stdout.isatty() or not rows:
        rows.append(("in all", str(sum(cost.files for cost in plan.kinds)), "", "", "", "", str(plan.expected_calls)))
    write_table(("kind", "files", "size", "uploads", "submissions", "polls", "calls"), rows)
    left = ", ".join(f"{count} {state}" for state, count in plan.by_state.items() if state != "planned" and count)
    files, calls = human_count(plan.files, "file"), human_count(plan.minimum_calls, "call")
    context.say(f"{files}{f': {left}' if left else ''}; at least {calls}")
    if plan.unknown_pairs:
        context.say(f"not known here: {', '.join(plan.unknown_pairs)}; the run asks the service first (1 call)")
    if plan.by_state.get("failed"):
        context.say("what has failed is left alone: --retry-failed tries it again")
    if plan.ignored:
        names = ", ".join(f"{count} {extension or 'without extension'}" for extension, count in plan.ignored.items())
        context.say(f"not taken by the service: {names}")
    if plan.made:
        names = ", ".join(f"{count} in {folder}" for folder, count in plan.made.items())
        context.say(f"left out, made by other batches: {names}")
    return Exit.DONE


def _say_report(context: Context, report: BatchReport, limit: int | None) -> int:
    bad = [file for _, file in zip(range(MAX_LISTED), report.each("failed", "uncertain"), strict=False)]
    if context.is_json:
        listed = {"not_done": [file.to_dict() for file in bad], "json": str(report.json), "html": str(report.html)}
        write_json(report.to_dict() | listed)
        return _code(report)
    write_table(("", ""), _rows(report), is_headed=False)
    if bad:
        rows = ((file.path, file.state.value, file.reason or "") for file in bad)
        write_table(("file", "state", "why"), rows, wrapped=2)
        if report.failed + report.uncertain > len(bad):
            write(f"and {report.failed + report.uncertain - len(bad)} more")
    if report.stopped is not None:
        context.say(_STOPPED.get(report.stopped, report.stopped).format(limit=(limit or 0) + 1))
    if (report.unfinished or not report.found_all) and not context.is_sandbox:
        context.say(f"to go on: {shlex.join([PROGRAM, *context.arguments])}")
    context.say(f"reports: {report.html} and {report.json.name}")
    return _code(report)


def _rows(report: BatchReport) -> list[tuple[str, str]]:
    states = (("done", report.done), ("failed", report.failed), ("uncertain", report.uncertain))
    return [
        ("files", str(report.files)),
        *((name, str(count)) for name, count in states if count or name == "done"),
        *([("to go on with", str(report.unfinished))] if report.unfinished else []),
        ("done in this run", str(report.new)),
        ("calls", str(report.total_calls)),
        ("took", human_time(report.seconds)),
    ]


def _code(report: BatchReport) -> int:
    if report.is_complete:
        return Exit.DONE
    return Exit.PARTLY if report.done else Exit.FAILED
