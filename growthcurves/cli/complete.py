"""What the shell completes: names of columns from the file that was typed, and short names of methods."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click
from click.shell_completion import CompletionItem

from growthcurves.signs import visible_line


def columns(ctx: click.Context, option: click.Parameter, typed: str) -> list[CompletionItem]:
    """The columns of DATA that begin with what is typed; none where the file cannot be read."""
    from growthcurves.data.read import read_table
    from growthcurves.errors import GrowthCurvesError

    path = str(ctx.params.get("data") or next(iter(ctx.args), ""))  # an option without its value stops the parser
    options: dict[str, Any] = {"nrows": 5} if path.lower().endswith((".csv", ".tsv", ".txt")) else {}
    try:
        names = [str(name) for name in read_table(path, **options).columns]
    except (GrowthCurvesError, OSError):
        return []
    plain = [name for name in names if name == visible_line(name)]
    return [CompletionItem(name) for name in plain if name.lower().startswith(typed.lower())]


class NamesOf:
    """The short names of a registry of exchangeable parts, looked up when they are needed."""

    def __init__(self, module: str, registry: str) -> None:
        self.module, self.registry = module, registry

    def __call__(self, ctx: click.Context, option: click.Parameter, typed: str) -> list[Any]:
        names = getattr(import_module(self.module), self.registry)
        return [CompletionItem(name) for name in names if name.startswith(typed.lower())]
