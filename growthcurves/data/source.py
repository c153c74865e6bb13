"""Where a row came from: the file, its row and its column, so that an error can name the cell.

A table that was read from a file carries ``frame.attrs["source"]``, a plain dict that pandas copies along:

``file``
    the file's name.
``first_row``
    the file's row that holds the first row of data (2 under a header).
``blank``
    the file's rows that were empty and skipped; absent where there were none.
``missing``, ``options``
    what `read_table` was told besides the file; absent where nothing was.
``dataset``
    the name of a shipped data set; absent for files.
``part``
    what a table without a file is called: "table 3" of a list, "partition 2".
``places``
    of tables that were put together: one JSON text of the label with which each begins and what is known of it.
``waves``, ``cells``
    only after `to_long`: the number of long rows per wide row, and, as one JSON text (an immutable text costs
    nothing to copy), the wide columns of each outcome in the order of the waves.

The index says which row it is: a label of the index is the position in the file's data, and after `to_long`
``wide label * waves + wave position``. Filtering and sorting keep labels, so a row stays traceable.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Cell:
    """One cell in the words of the user's file.

    Attributes
    ----------
    column : str
        The column's name in the file.
    place : str
        Person and row, for example ``person 308, row 7 of sleep.csv``.
    """

    column: str
    place: str


class FileName(str):
    """The name of a file that was read, and where it lies; what is saved or printed of it is the name alone."""

    path: Path

    @classmethod
    def of(cls, path: Path) -> FileName:
        name = cls(path.name)
        name.path = path.resolve()
        return name


def path_read(frame: pd.DataFrame) -> Path | None:
    """Where the file lies that the table was read from in this process; None for other tables."""
    return getattr(source_of(frame).get("file"), "path", None)


#: How the empty text is shown, so that nobody takes it for nothing.
EMPTY = "(empty)"


def source_of(frame: pd.DataFrame) -> dict[str, Any]:
    """What is known of the file that the table came from; empty for a table made in memory."""
    return dict(frame.attrs.get("source") or {})


def from_file(frame: pd.DataFrame) -> bool:
    """Whether the table was read from a file of the user's."""
    source = source_of(frame)
    return bool(source.get("file")) and "dataset" not in source


def in_batches(source: Mapping[str, Any]) -> bool:
    """Whether the rows came with others, a batch at a time, so that no whole table can be read again or changed."""
    return "places" in source


def matched_notes(frame: pd.DataFrame) -> list[str]:
    """How many cells each missing code of the user matched, a sentence each.

    Examples
    --------
    >>> frame = pd.DataFrame({"y": [1.0]})
    >>> frame.attrs["source"] = {"file": "a.csv", "matched": {"-99": 3, "abc": 0}}
    >>> matched_notes(frame)
    ['The missing code -99 stood in 3 cells of a.csv.', 'The missing code abc matches no cell of a.csv.']
    """
    source = source_of(frame)
    found, file = source.get("matched", {}), source.get("file", "the table")
    return [
        f"The missing code {code} "
        + (f"stood in {cells} cell{'s' * (cells != 1)} of {file}." if cells else f"matches no cell of {file}.")
        for code, cells in found.items()
    ]


def find_cell(
    frame: pd.DataFrame,
    position: int,
    column: Hashable,
    ids: Any = None,
    source: Mapping[str, Any] | None = None,
) -> Cell:
    """Name the cell at a position of the table.

    Parameters
    ----------
    frame : DataFrame
        The table.
    position : int
        Position of the row in the table, from 0.
    column : hashable
        Name of the column.
    ids : array, optional
        Person of each row of the table.
    source : mapping, optional
        Where the table came from; by default what the table itself carries.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"who": [7, 8], "score": [1.0, 2.0]})
    >>> frame.attrs["source"] = {"file": "scores.csv", "first_row": 2}
    >>> find_cell(frame, 1, "score", ids=frame["who"].to_numpy())
    Cell(column='score', place='person 8, row 3 of scores.csv')
    """
    source = source_of(frame) if source is None else source
    label, source = _of_part(frame.index[position], source)
    if "waves" in source and isinstance(label, Integral):
        label, wave = divmod(int(label), int(source["waves"]))
        column = json.loads(source["cells"]).get(str(column), {wave: column})[wave]
    person = [] if ids is None else [f"person {show_id(ids[position])}"]
    return Cell(str(column), ", ".join([*person, _row(label, source)]))


def show_id(value: Any) -> str:
    """An id as the user wrote it: a whole number that pandas made a float loses its ``.0``."""
    if isinstance(value, float):  # numpy's doubles are floats
        return str(int(value)) if value.is_integer() else f"{value:.12g}"
    return str(value)


def show_level(value: Any) -> str:
    """A level of a grouping column for a reader: as `show_id`, and the empty text in words."""
    return show_id(value) or EMPTY


def _of_part(label: Any, source: Mapping[str, Any]) -> tuple[Any, Mapping[str, Any]]:
    """The label of a row in its own table, and where that came from; the same of a table that is one."""
    if "places" not in source:
        return label, source
    start, own = max(place for place in json.loads(source["places"]) if place[0] <= label)
    return int(label) - start, own


def _row(label: Any, source: Mapping[str, Any]) -> str:
    if "first_row" not in source or not isinstance(label, Integral):
        return f"row with index {label}"
    row = int(label) + int(source["first_row"])
    for blank in source.get("blank", ()):
        row += blank <= row
    where = source.get("file") or source.get("part")
    return f"row {row} of {where}" if where else f"row {row}"
