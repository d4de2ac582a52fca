"""``batch``: translate a folder, resumable after an interruption or a crash."""

from __future__ import annotations

import shlex
import sys
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import click

from ..._progress import human_count, human_size, human_time
from ...spec.derived import FileStyle
from .. import options
from ..exits import PROGRAM, Exit, cli_wording
from ..options import given_options, kind_options, option

if TYPE_CHECKING:
    from ...batch import Batch, BatchPlan, BatchReport
    from ..context import Context

MAX_LISTED = 20  # files with their reasons on the terminal; all are in the reports
_STOPPED = {
    "max_calls": "stopped before call {limit}: --max-calls reached",
    "call_budget": "stopped: call budget used up",
    "refused": "stopped: the service would reject every file",
    "authentication": "stopped: authentication failed",
    "interrupted": "stopped: interrupted",
}


@options.command("batch")
@click.argument("folder", type=click.Path(exists=True, file_okay=False), metavar="SRC_DIR")
@options.to_languages
@options.from_language
@option("-o", "--out", "output_dir", required=True, metavar="DIR", help="Folder for the results; keeps the tree.")
@option("--include", multiple=True, metavar="GLOB", help="Translate only these files, such as '*.docx'.")
@option("--exclude", multiple=True, metavar="GLOB", help="Skip these files, such as 'drafts/*'.")
@option("--dry-run", is_flag=True, help="Show the expected cost by kind; send and write nothing.")
@option("--retry-failed", is_flag=True, help="Retry files that failed.")
@option("--retry-uncertain", is_flag=True, help="Submit again what may have been accepted; may be billed twice.")
@option("--overwrite", is_flag=True, help="Replace files that were not made by a batch.")
@option("--follow-symlinks", is_flag=True, help="Follow links to files and folders.")
@option("--journal", metavar="FILE", help="Journal file; default: in a hidden folder of --out.")
@option("--uploads", type=options.number(1), help="Maximum concurrent uploads.")
@option("--jobs", type=options.number(1), help="Maximum concurrent jobs at the service.")
@option("--downloads", type=options.number(1), help="Maximum concurrent downloads.")
@options.output_format
@options.kind
@options.variants(FileStyle)
@options.billing
@kind_options
def batch(
    context: Context,
    folder: str,
    targets: list[str],
    dry_run: bool,
    **given: Any,
) -> int:
    r"""Translate a folder.

    Translates every supported file into --out, keeping the folder's tree, and skips files that are already done. A
    journal in --out records each step: after an interruption or a crash, run the same command to resume without paying
    twice. A file that fails does not stop the others.

    Exit code 0: everything is done, 4: some of it, 1: nothing.

    \b
      groupdocs-translation batch docs --to de,fr --out translated --dry-run
      groupdocs-translation batch docs --to de,fr --out translated --exclude 'drafts/*' --max-calls 500
    """
    from ...batch import Batch, BatchPlan, Concurrency  # loads asynchronous I/O

    limits = {name: given.pop(name) for name in ("uploads", "jobs", "downloads")}
    given |= {name: getattr(context, name) for name in ("max_calls", "polling", "timeout")}
    given |= {"wording": cli_wording, "concurrency": Concurrency(**given_options(limits))}
    context.max_calls = None  # a limit of the batch, not of its client
    with context.client() as client, context.progress() as show:
        batch = Batch(client, folder, target=targets, progress=show, **given_options(given))
        outcome = batch.plan() if dry_run else _run(context, batch)
    if isinstance(outcome, BatchPlan):
        return _print_plan(context, outcome)
    return _print_report(context, outcome, given["max_calls"])


def _run(context: Context, batch: Batch) -> BatchReport:
    """Run the batch; if it ends early, keep the command that resumes it."""
    try:
        return batch.run()
    except BaseException as error:
        has_begun = batch.report is not None or isinstance(error, KeyboardInterrupt)
        if has_begun and not context.is_sandbox:
            context.resume_commands["batch"] = shlex.join([PROGRAM, *context.arguments])
        raise


def _print_plan(context: Context, plan: BatchPlan) -> int:
    context.write_json(plan.to_dict())
    rows = [
        (cost.kind, str(cost.files), human_size(cost.bytes), *(str(round(count)) for count in calls))
        for cost in plan.kinds
        for calls in [(cost.uploads, cost.submissions, cost.expected_polls, cost.expected)]
    ]
    if sys.stdout.isatty() and rows:
        rows.append(("total", str(sum(cost.files for cost in plan.kinds)), "", "", "", "", str(plan.expected_calls)))
    if rows:
        context.write_table(("kind", "files", "size", "uploads", "submissions", "polls", "calls"), rows)
    left = ", ".join(f"{count} {state}" for state, count in plan.by_state.items() if state != "planned" and count)
    files, calls = human_count(plan.files, "file"), human_count(plan.minimum_calls, "call")
    context.say(f"{files}{f': {left}' if left else ''}; {f'at least {calls}' if rows else 'nothing to do'}")
    if plan.unknown_pairs:
        context.say(f"unknown language pairs: {', '.join(plan.unknown_pairs)}; the run checks them first (1 call)")
    if plan.by_state.get("failed"):
        context.say("failed files are skipped: use --retry-failed to retry them")
    if plan.ignored:
        names = ", ".join(f"{count} {extension or 'without an extension'}" for extension, count in plan.ignored.items())
        context.say(f"not supported by the service: {names}")
    if plan.made:
        names = ", ".join(f"{count} in {folder}" for folder, count in plan.made.items())
        context.say(f"skipped, results of other batches: {names}")
    return Exit.DONE


def _print_report(context: Context, report: BatchReport, limit: int | None) -> int:
    held_up = (file for file in report.each("planned", "uploaded", "submitted") if file.reason)
    bad = list(islice(chain(report.each("failed", "uncertain"), held_up), MAX_LISTED))
    listed = {"not_done": [file.to_dict() for file in bad], "json": str(report.json), "html": str(report.html)}
    context.write_json(report.to_dict() | listed)
    context.write_table(("", ""), _rows(report), is_headed=False)
    if bad:
        rows = ((file.path, file.state.value, file.reason or "") for file in bad)
        context.write_table(("file", "state", "why"), rows, wrapped=2)
        if report.failed + report.uncertain > len(bad):
            context.write(f"and {report.failed + report.uncertain - len(bad)} more")
    if not report.files:
        context.say("no file to translate: check the folder, --include and --exclude")
    if report.stopped is not None:
        context.say(_STOPPED.get(report.stopped, report.stopped).format(limit=(limit or 0) + 1))
    if (report.unfinished or not report.found_all) and not context.is_sandbox:
        context.say(f"to resume: {shlex.join([PROGRAM, *context.arguments])}")
    context.say(f"reports: {report.html} and {report.json.name}")
    if report.is_complete:
        return Exit.DONE
    return Exit.PARTLY if report.done else Exit.FAILED


def _rows(report: BatchReport) -> list[tuple[str, str]]:
    states = (("done", report.done), ("failed", report.failed), ("uncertain", report.uncertain))
    return [
        ("files", str(report.files)),
        *((name, str(count)) for name, count in states if count or name == "done"),
        *([("to resume", str(report.unfinished))] if report.unfinished else []),
        ("done in this run", str(report.new)),
        ("calls", str(report.total_calls)),
        ("took", human_time(report.seconds)),
    ]
