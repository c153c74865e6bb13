"""What commands share: options shown by section, a model file, JSON; errors as one plain line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from growthcurves.cli.model_file import ModelFileOption, WriteModelOption
from growthcurves.cli.options import RENAMED

TITLES = {"table": "The table", "model": "The model", "answers": "The answers", "design": "The sample", "": "Options"}


class PlainCommand(click.Command):
    """A command whose help shows the options by section, and that refuses options with an empty text."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            rest = super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            raise _renamed(error, ctx) from None
        for option in self.params:
            value = ctx.params.get(str(option.name))
            if isinstance(value, str) and not value.strip():
                raise click.BadParameter("a value is needed.", ctx, option)
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        sections: dict[str, list[tuple[str, str]]] = {}
        for option in self.get_params(ctx):
            record = option.get_help_record(ctx)
            if record is not None:
                sections.setdefault(getattr(option, "section", ""), []).append(record)
        for section, title in TITLES.items():
            if section in sections:
                with formatter.section(title):
                    formatter.write_dl(sections[section])


def _renamed(error: click.NoSuchOption, ctx: click.Context) -> click.UsageError:
    """The error of an unknown option; for one that had another name, that name."""
    name = RENAMED.get(error.option_name.lstrip("-"))
    return error if name is None else click.UsageError(f"{error.option_name} is called --{name}.", ctx)


class JsonOption(click.Option):
    """`--json`: the results for other programs."""

    def __init__(self) -> None:
        super().__init__(["--json", "as_json"], is_flag=True, help="Print the results as JSON.")


class SpreadsheetSafeOption(click.Option):
    """`--spreadsheet-safe`: no cell of a CSV file is run by a spreadsheet."""

    def __init__(self) -> None:
        super().__init__(
            ["--spreadsheet-safe"],
            is_flag=True,
            help="In CSV, an apostrophe before texts that a spreadsheet would run as formulas (=, +, -, @ first).",
        )


def refuse_needless(spreadsheet_safe: bool, path: Path | None) -> None:
    """Refuse `--spreadsheet-safe` where every text is a cell of text already."""
    if spreadsheet_safe and path is not None and path.suffix.lower() not in (".csv", ".tsv"):
        raise click.UsageError(f"--spreadsheet-safe is for CSV; in {path.suffix} every text is a cell of text already.")


def data_argument() -> click.Argument:
    """The file with the table."""
    return click.Argument(["data"], metavar="DATA")


def table_command(options: list[Any], own: list[Any]) -> list[click.Parameter]:
    """The parameters of a command that reads a table: DATA, shared options, model files, its own, JSON."""
    return [data_argument(), *options, ModelFileOption(), WriteModelOption(), *own, JsonOption()]
