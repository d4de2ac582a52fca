"""Information about the service and this machine: ``languages``, ``formats``, ``doctor`` and ``completion``."""

from __future__ import annotations

import sys

import click
from click.shell_completion import get_completion_class

from ..._rules.names import check_language
from ...spec.formats import KINDS, recognize
from .. import options
from ..completion import COMPLETION, PowerShell
from ..context import Context
from ..diagnostics import diagnose
from ..exits import PROGRAM, Exit, flag


@options.command("languages")
@options.option("-f", "--from", "source", type=options.LANGUAGE, help="List only the targets of this source language.")
def languages(context: Context, source: str | None) -> None:
    """List language pairs.

    Costs one billed call and needs no credentials.
    """
    context.is_trial = True
    with context.client() as client:
        languages, known = client.languages(), client.account.languages
    if source is not None:
        source, _ = known.resolve(check_language(source, "source"), ())
        languages = type(languages)({source: languages[source]})
    context.write_json({"languages": {code: list(languages[code]) for code in languages}, "calls": dict(context.calls)})
    if source is not None and not sys.stdout.isatty():
        context.write(*languages[source])
    else:
        rows = ((code, str(len(languages[code])), " ".join(languages[code])) for code in sorted(languages))
        context.write_table(("from", "into", "languages"), rows, wrapped=2)


@options.command("formats")
@click.argument("format", required=False)
def formats(context: Context, format: str | None) -> None:
    """List formats, conversions and options.

    Lists, for each kind of source, its formats, the output formats, and the options of 'file' it accepts. With a FORMAT
    (docx, .docx or report.docx), lists only the kinds that accept it. Makes no call.
    """
    kinds = [kind for kind in KINDS.values() if kind.name != "auto"]
    if format is not None:
        _, name = recognize(format, format=f".{format.rpartition('.')[2]}")
        kinds = [kind for kind in kinds if name in kind.formats]
    facts = {
        kind.name: {
            "formats": [*kind.formats],
            "outputs": [*(kind.outputs or (kind.default_output or "same format",))],
            "options": sorted(flag(name) for name in {*kind.options, *kind.text_options}),
        }
        for kind in kinds
    }
    context.write_json({"kinds": facts})
    rows = ((name, *(" ".join(names).lower() for names in columns.values())) for name, columns in facts.items())
    context.write_table(("kind", "formats", "output formats", "options"), rows)


@options.command("doctor")
def doctor(context: Context) -> int:
    """Diagnose problems.

    Checks versions, settings, both hosts, the clock and the credentials. Makes no billed call.

    Exit code 0: no problem found (warnings allowed), 3: missing or wrong credentials, 1: another problem.
    """
    findings = diagnose(**context.client_settings())
    failed = {finding.name for finding in findings if finding.result == "failed"}
    context.write_json({"is_healthy": not failed, "findings": [finding._asdict() for finding in findings]})
    context.write_table(("", "what", "found"), [(each.result, each.name, each.text) for each in findings], wrapped=2)
    if failed & {"credentials", "token"}:
        return Exit.AUTHENTICATION
    return Exit.FAILED if failed else Exit.DONE


@options.command("completion")
@click.argument("shell", type=options.words("bash", "zsh", "fish", PowerShell.name))
def completion(context: Context, shell: str) -> None:
    r"""Print a shell's completion script.

    \b
      groupdocs-translation completion bash > ~/.local/share/bash-completion/completions/groupdocs-translation
      groupdocs-translation completion zsh > "${fpath[1]}/_groupdocs-translation"
      groupdocs-translation completion fish > ~/.config/fish/completions/groupdocs-translation.fish
      groupdocs-translation completion powershell | Out-String | Invoke-Expression
    """
    made = get_completion_class(shell)
    assert made is not None
    root = click.get_current_context().find_root().command
    script = made(root, {}, PROGRAM, COMPLETION).source()
    context.write_json({"shell": shell, "script": script})
    context.write(script)
