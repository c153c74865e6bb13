"""`growthcurves completion`: the shell completes commands, options and names of columns."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from growthcurves.cli.command import PlainCommand
from growthcurves.cli.output import hand_on

VARIABLE = "_GROWTHCURVES_COMPLETE"


@click.command(
    cls=PlainCommand,
    params=[click.Argument(["shell"], type=click.Choice(["bash", "zsh", "fish"]))],
    short_help="Let the shell complete commands and options.",
)
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print the lines that let SHELL complete commands, options and names of columns.

    \b
    bash:  eval "$(growthcurves completion bash)"    in ~/.bashrc
    zsh:   eval "$(growthcurves completion zsh)"     in ~/.zshrc
    fish:  growthcurves completion fish > ~/.config/fish/completions/growthcurves.fish
    """
    kind = get_completion_class(shell)
    assert kind is not None
    hand_on(kind(ctx.find_root().command, {}, "growthcurves", VARIABLE).source() + "\n")
