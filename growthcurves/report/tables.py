"""The tables of a report as files: CSV, and documents of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from growthcurves.data.frame import listed
from growthcurves.errors import ModelError, among, unknown
from growthcurves.output.documents import DOCUMENTS
from growthcurves.output.files import path_of
from growthcurves.output.save import save_table
from growthcurves.output.tables import write_table

#: What is written without being asked for.
FORMATS = ("csv", "tex", "md")
_KNOWN = ("csv", *(ending.removeprefix(".") for ending in DOCUMENTS))


def save_tables(
    tables: Mapping[str, pd.DataFrame],
    folder: str | Path,
    formats: Iterable[str] = FORMATS,
    spreadsheet_safe: bool = False,
) -> list[Path]:
    """Write each table in each format into a folder; see `Report.save_tables`."""
    wanted = listed(formats, "formats")
    for ending in wanted:
        if not among(ending, _KNOWN):
            raise ModelError(unknown("format of tables", ending, _KNOWN))
    folder = path_of(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in tables.items():
        for ending in wanted:
            path = folder / f"{name}.{ending}"
            paths.append(write_table(table, path, spreadsheet_safe) if ending == "csv" else save_table(table, path))
    return paths
