"""`growthcurves reshape`: from one row per person to one row per occasion, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from growthcurves.cli.command import PlainCommand, SpreadsheetSafeOption, refuse_needless, table_command
from growthcurves.cli.options import TABLE, Request, request_of
from growthcurves.cli.values import Names

if TYPE_CHECKING:
    import pandas as pd

_TAKEN = ("id", "time", "columns", "times", "outcome", "missing", "names", "day_first", "date_format", "read", "where")
_OWN = [
    click.Option(
        ["--values"], type=Names(), metavar="COLUMNS", help='The table is long: spread these columns, "bdi,anx".'
    ),
    click.Option(
        ["--keep"], type=Names(), metavar="COLUMNS", help="Columns of persons to keep; by default all others."
    ),
    click.Option(
        ["-o", "--output"], metavar="FILE", help="Where to write: .csv, .tsv, .parquet or .xlsx; CSV here by default."
    ),
    SpreadsheetSafeOption(),
]


@click.command(
    cls=PlainCommand,
    params=table_command([option for option in TABLE if option.name in _TAKEN], _OWN),
    short_help="From wide to long, and from long to wide.",
)
def reshape(output: str | None, spreadsheet_safe: bool, as_json: bool, write_model: str | None, **values: Any) -> None:
    """Turn a wide table DATA into a long one (--columns), or a long one into a wide one (--values).

    \b
    growthcurves reshape wide.csv --id subject --time week \\
        --columns "bdi=bdi_t{wave}" --columns "anx=anx_t{wave}" \\
        --times "1=0,2=6,3=12" -o long.csv
    growthcurves reshape long.csv --id subject --time week --values bdi -o wide.xlsx
    """
    from growthcurves.cli.machine import as_json as json_of
    from growthcurves.cli.model_file import write_model_file
    from growthcurves.cli.output import checked_files, hand_on, hand_on_json, tell
    from growthcurves.output.tables import as_csv, safe_cells, write_table

    spread, keep = values.pop("values"), values.pop("keep")
    request = request_of(values)
    files = checked_files(request.data, output=("a table", output), write_model=("a model file", write_model))
    path = files.get("output")
    refuse_needless(spreadsheet_safe, path)
    frame = _reshaped(request, spread, keep)
    write_model_file(files)
    if path is not None:
        write_table(frame, path, spreadsheet_safe)
    if as_json:
        shape = {"rows": len(frame), "columns": [str(name) for name in frame.columns]}
        hand_on_json(json_of({"file": str(path)} | shape if path else shape | {"table": frame}))
    elif path is None:
        hand_on(as_csv(safe_cells(frame) if spreadsheet_safe else frame))
    else:
        tell(f"{len(frame):,} rows, {len(frame.columns):,} columns are in {path}.")


def _reshaped(request: Request, spread: tuple | None, keep: tuple | None) -> pd.DataFrame:
    from growthcurves.cli.table import chosen, long_table, read
    from growthcurves.data.joined import apart
    from growthcurves.data.widen import to_wide

    if bool(request.columns) == bool(spread):
        raise click.UsageError("Give either --columns (from wide to long) or --values (from long to wide).")
    missing = [f"--{name}" for name in ("id", "time") if not getattr(request, name)]
    if missing:
        raise click.UsageError(f"{', '.join(missing)} needed.")
    assert request.id is not None and request.time is not None
    kept = None if keep is None else [str(name) for name in keep]
    parts = list(request.id_columns)
    if request.columns:
        long = long_table(request, request.id, request.time, lambda wide: kept if kept is None else [*parts, *kept])
        long = chosen(long, request)
        return apart(long, request.id, parts) if len(parts) > 1 else long
    for option in ("times", "outcome"):
        if option in request.given:
            raise click.UsageError(f"--{option} belongs to --columns (from wide to long).")
    id = parts if len(parts) > 1 else request.id
    return to_wide(chosen(read(request), request), id, request.time, [str(name) for name in spread or ()], kept)
