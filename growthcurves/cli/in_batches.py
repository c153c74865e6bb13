"""A fit of files that are read in batches: a folder, a pattern, or a file with --batch."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from growthcurves.cli.options import Request
from growthcurves.cli.table import Roles
from growthcurves.cli.terms import references

if TYPE_CHECKING:
    import pandas as pd

#: Options of tables that are read at once: they change or describe the table before it is read as rows.
OF_WHOLE_TABLES = (
    "columns", "times", "missing", "names", "read", "since", "time_unit", "outcome_unit", "entry", "status",
    "day_first", "date_format",
)  # fmt: skip
#: What does the same in batches.
INSTEAD = {"missing": "leave rows with a number as code out with --where"}


def batch_option() -> click.Option:
    """How many rows are read at once."""
    from growthcurves.cli.values import WholeNumber

    text = "Read DATA in batches of about so many rows, as folders and patterns of files are (of a million)."
    return click.Option(["--batch"], type=WholeNumber(), metavar="ROWS", help=text)


class FirstRows(NamedTuple):
    """What a model is made in the light of: the first rows."""

    data: pd.DataFrame


def in_batches(request: Request) -> bool:
    """Whether DATA is read in batches: a folder, a pattern of files, or a file with --batch."""
    path = Path(request.data)
    return request.batch is not None or path.is_dir() or (not path.exists() and glob.has_magic(request.data))


def run_in_batches(request: Request, design: Any, model_of: Any) -> Any:
    """Fit as asked; `model_of` makes the model that the options say, in the light of the first rows."""
    from growthcurves.fit import fit

    _refuse_of_whole_tables(request)
    said: dict[str, Any] = {"method": request.criterion, "where": request.where, "batch": request.batch}
    said |= {"design": design, "quadrature": request.quadrature}
    first = FirstRows(_first_rows(request))
    if request.formula:
        names = ("time", "residual", "wave", "family", "trials", "exposure")
        options: dict[str, Any] = {name: getattr(request, name) for name in names}
        options |= {"reference": references(request.reference, first.data) if request.reference else None}
        given = {name: value for name, value in (said | options).items() if value is not None}
        return fit(request.formula, request.data, **given)
    model = model_of(request, _roles(request), first, request.family)
    return fit(model, request.data, **{name: value for name, value in said.items() if value is not None})


def _roles(request: Request) -> Roles:
    missing = [f"--{name}" for name in ("id", "time", "outcome") if not getattr(request, name)]
    if missing:
        raise click.UsageError(f"{', '.join(missing)} needed (or the whole model with --formula).")
    assert request.id is not None and request.outcome is not None
    return Roles(request.id, request.time, request.outcome, request.wave)


def _refuse_of_whole_tables(request: Request) -> None:
    for name in OF_WHOLE_TABLES:
        if name in request.given:
            option = name.replace("_", "-")
            instead = INSTEAD.get(name, "leave it out")
            raise click.UsageError(
                f"--{option} is of tables that are read at once, and {request.data} is read in batches: {instead}, "
                f"or give one file without --batch."
            )


def _first_rows(request: Request) -> pd.DataFrame:
    from growthcurves.data.sources.asked import source_of_data
    from growthcurves.errors import DataError

    source = source_of_data(request.data)
    if source is None:
        raise click.UsageError(f"--batch reads Parquet and text files, and folders of them, not {request.data}.")
    found = next(source.batches(source.columns(), 10_000), None)
    if found is None:
        raise DataError(f"There are no rows in {source.name}.")
    return found
