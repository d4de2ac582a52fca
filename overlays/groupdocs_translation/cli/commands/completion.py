"""``completion``: the script that lets a shell complete commands, options and values."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from click.shell_completion import get_completion_class

from .. import options
from ..invocation import PROGRAM
from ..output import write, write_json

if TYPE_CHECKING:
    from ..invocation import Invocation


@options.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(invocation: Invocation, shell: str) -> None:
    r"""Print a shell's completion script.

    \b
      groupdocs-translation completion bash > ~/.local/share/bash-completion/completions/groupdocs-translation
      groupdocs-translation completion zsh > "${fpath[1]}/_groupdocs-translation"
      groupdocs-translation completion fish > ~/.config/fish/completions/groupdocs-translation.fish
    """
    made = get_completion_class(shell)
    assert made is not None
    root = click.get_current_context().find_root().command
    variable = f"_{PROGRAM.replace('-', '_').upper()}_COMPLETE"
    script = made(root, {}, PROGRAM, variable).source_template % made(root, {}, PROGRAM, variable).source_vars()
    if invocation.is_json:
        write_json({"shell": shell, "script": script})
    else:
        write(script)
