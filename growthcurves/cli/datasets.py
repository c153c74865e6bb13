"""`growthcurves datasets`: the data sets that come with the package."""

from __future__ import annotations

from typing import Any

import click

from growthcurves.cli.command import JsonOption, PlainCommand, SpreadsheetSafeOption, refuse_needless
from growthcurves.cli.output import called

_FIRST_ROWS = 5


@click.command(
    cls=PlainCommand,
    params=[
        click.Argument(["name"], metavar="[NAME]", required=False),
        click.Option(["-o", "--output"], metavar="FILE", help="Write the data: .csv, .tsv, .parquet or .xlsx."),
        SpreadsheetSafeOption(),
        JsonOption(),
    ],
    short_help="List, show or write the data sets that come along.",
)
def datasets(name: str | None, output: str | None, spreadsheet_safe: bool, as_json: bool) -> None:
    """List the data sets that come with growthcurves, show the one called NAME, or write it to a file.

    \b
    growthcurves datasets
    growthcurves datasets trial
    growthcurves datasets trial -o trial.csv
    """
    from growthcurves.cli.layout import say
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.output import hand_on_json, tell
    from growthcurves.data.datasets import dataset_entry, list_datasets

    if name is None:
        if output:
            raise click.UsageError(
                f"-o writes one data set: name it, for example {called()} datasets trial -o trial.csv."
            )
        listed = list_datasets()
        if as_json:
            hand_on_json(json_of(listed))
        else:
            say(_list_text(listed))
        return
    entry = dataset_entry(name)
    if output:
        _write(name, output, spreadsheet_safe)
    if as_json:
        hand_on_json(json_of(entry | ({"written": output} if output else {})))
    elif output:
        tell(f"{entry['rows']:,} rows are in {output}.\n\n{_commands(entry, output)}")
    else:
        say(_entry_text(name, entry))


def _write(name: str, output: str, spreadsheet_safe: bool) -> None:
    from growthcurves.cli.output import checked_files
    from growthcurves.data.datasets import load_dataset
    from growthcurves.output.tables import write_table

    path = checked_files(None, output=("a table", output))["output"]
    refuse_needless(spreadsheet_safe, path)
    write_table(load_dataset(name), path, spreadsheet_safe)


def _list_text(listed: Any) -> str:
    from growthcurves.cli.layout import table_lines

    table = table_lines(listed[["name", "rows", "persons", "title"]])
    return f"Data sets\n{table}\n\nShow one\n  {called()} datasets {listed['name'].iloc[0]}"


def _entry_text(name: str, entry: dict[str, Any]) -> str:
    from growthcurves.cli.layout import table_lines, wrapped
    from growthcurves.data.datasets import load_dataset

    roles = ", ".join(f"{role} {column}" for role, column in entry["roles"].items())
    units = ", ".join(f"{role} in {unit}" for role, unit in entry.get("units", {}).items())
    size = f"{entry['rows']:,} rows, {entry['persons']:,} persons, {entry['layout']}"
    file = f"{name}.csv"
    parts = [
        f"{name}: {entry['title']}",
        f"Table\n{wrapped([size, roles, units])}",
        f"First rows\n{table_lines(load_dataset(name).head(_FIRST_ROWS))}",
        f"Source\n{wrapped([entry['source'], entry['citation'], entry['licence']])}",
        f"Take it\n  {called()} datasets {name} -o {file}\n{_commands(entry, file)}",
    ]
    return "\n\n".join(parts)


def _commands(entry: dict[str, Any], file: str) -> str:
    """How the data set is analysed, ready to be typed."""
    roles = {role: column for role, column in entry["roles"].items() if role in ("id", "time", "outcome")}
    options = [f"--{role} {column}" for role, column in roles.items()]
    options += [f'--columns "{entry["columns"]}"'] if isinstance(entry.get("columns"), str) else []
    return f"  {called()} fit {file} \\\n      {' '.join(options)}"
