"""The tables of a report as files: CSV, and documents of every kind."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from growthcurves.data.frame import listed
from growthcurves.errors import DataError, ModelError, among, brief, unknown
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
    read: Path | None = None,
) -> list[Path]:
    """Write each table in each format into a folder, never over the file `read`; see `Report.save_tables`."""
    wanted = listed(formats, "formats")
    for ending in wanted:
        if not among(ending, _KNOWN):
            raise ModelError(unknown("format of tables", ending, _KNOWN))
    folder = path_of(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        raise DataError(f"{brief(folder)} is a file, or lies below one: give the name of a folder.") from None
    for path in (folder / f"{name}.{ending}" for name in tables for ending in wanted):
        if read is not None and path.resolve() == read:
            raise DataError(f"{brief(path)} is the file of the data itself: give another folder.")
    paths = []
    for name, table in tables.items():
        for ending in wanted:
            path = folder / f"{name}.{ending}"
            paths.append(write_table(table, path, spreadsheet_safe) if ending == "csv" else save_table(table, path))
    return paths
