"""What a source of rows promises, and what every table of one is held to: the same columns, of the same kinds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.frame import raw_array
from growthcurves.data.source import find_cell, source_of
from growthcurves.errors import ColumnError, DataError, brief, unknown

#: What a column of truth values is called.
TRUTH = "True and False"
_OF_OBJECTS = {"boolean": TRUTH, "date": "dates", "datetime": "dates", "period": "dates"}


class Source(Protocol):
    """Tables that come one after the other.

    Attributes
    ----------
    name : str
        What it is called in a sentence: "the folder panel", "visits.csv", "a list of 3 tables".
    rows : int or None
        How many rows it has, where that is known without reading them.
    again : bool
        Whether it can be read more than once.
    """

    @property
    def name(self) -> str: ...
    @property
    def rows(self) -> int | None: ...
    @property
    def again(self) -> bool: ...

    def columns(self) -> list[str]:
        """The names of all its columns."""
        ...

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        """Tables of these columns with about so many rows, in the order of the source.

        Each carries in ``attrs["source"]`` which file or part it is of, so that an error names the row.
        """
        ...


@runtime_checkable
class Partitioned(Protocol):
    """What a source offers beside the contract whose rows lie elsewhere, in partitions: work goes to them."""

    def some(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Tables of some rows of each partition, which tell what columns hold."""
        ...

    def summed_up(self, columns: Sequence[str], work: Callable[[pd.DataFrame], Any]) -> Any:
        """What `work` makes of every partition, added in their order."""
        ...


@runtime_checkable
class Fleeting(Protocol):
    """What a source offers beside the contract that can be read once only."""

    def put_aside(self, rows: Source) -> None:
        """Take its rows from here from now on."""
        ...


@dataclass
class Checked:
    """Tables of a source as they come, each held to the columns and the kinds of the first.

    Attributes
    ----------
    wanted : list of str
    kinds : dict of str to str
        What each column held in the first table that has a value of it: "numbers", "True and False", "dates" or
        "text".
    free : frozenset of str
        Columns that may hold anything.
    """

    wanted: Sequence[str]
    kinds: dict[str, str] = field(default_factory=dict)
    free: frozenset[str] = frozenset()

    def table(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The wanted columns of a table.

        Raises
        ------
        ColumnError
            When one is not there: the file or partition is named.
        DataError
            When one holds text where numbers were, or the other way round: file, row and column are named.
        """
        missing = [name for name in self.wanted if name not in frame.columns]
        if missing:
            raise ColumnError(f"{_place(frame)} has other columns: {unknown('column', missing[0], frame.columns)}")
        frame = frame if list(frame.columns) == list(self.wanted) else frame[list(self.wanted)]
        if len(frame.columns) > len(self.wanted):
            shared = frame.columns[frame.columns.duplicated()][0]
            raise DataError(f"{_place(frame)} has several columns called {shared!r}: give them different names.")
        for name in (name for name in self.wanted if name not in self.free):
            self._look(frame, name)
        return _signed(frame)

    def _look(self, frame: pd.DataFrame, name: str) -> None:
        kind = kind_of_column(frame[name])
        if kind and self.kinds.setdefault(name, kind) != kind:
            raise DataError(self._other_kind(frame, name, kind))

    def _other_kind(self, frame: pd.DataFrame, name: str, kind: str) -> str:
        at, value = _first_of_kind(frame[name], self.kinds[name])
        row = find_cell(frame, at, name).place
        return (
            f"Column {name!r} held {self.kinds[name]} before and holds {kind} in {row} ({brief(value)}): all tables "
            f"need the same kinds of columns; correct it there, or make all of them {_words(kind)}."
        )


def _signed(frame: pd.DataFrame) -> pd.DataFrame:
    """The table with unsigned numbers of 64 bits as signed ones, where these hold them.

    Tables of both kinds would become doubles together, which do not tell large ids apart.
    """
    large = [name for name, dtype in frame.dtypes.items() if pd.api.types.is_unsigned_integer_dtype(dtype)
             and dtype.itemsize == 8 and not (frame[name] >= 2**63).any()]  # fmt: skip
    if not large:
        return frame
    masked = {name: not isinstance(frame[name].dtype, np.dtype) for name in large}
    found = frame.astype({name: "Int64" if masked[name] else "int64" for name in large})
    found.attrs = frame.attrs
    return found


def kind_of_column(column: pd.Series) -> str:
    """What a column holds: "numbers", "True and False", "dates" or "text"; empty where all is missing."""
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        return "numbers"
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return "numbers" if not np.isnan(column.to_numpy()[:1]).all() or column.notna().any() else ""
    if not len(column) or column.isna().all():
        return ""
    if pd.api.types.is_bool_dtype(dtype) and not isinstance(dtype, pd.CategoricalDtype):
        return TRUTH
    if holds_numbers(raw_array(column.to_frame("x"), "x")):
        return "numbers"
    if pd.api.types.is_datetime64_any_dtype(dtype) or isinstance(dtype, pd.PeriodDtype):
        return "dates"
    return _OF_OBJECTS.get(pd.api.types.infer_dtype(column, skipna=True), "text")


def _first_of_kind(column: pd.Series, before: str) -> tuple[int, Any]:
    """The first value that is not of the kind that was there before."""
    there = column.notna().to_numpy(copy=True)
    if before == "numbers" and not pd.api.types.is_datetime64_any_dtype(column.dtype):
        there &= pd.to_numeric(column.astype(object), errors="coerce").isna().to_numpy()
    at = int(there.argmax())
    return at, column.iloc[at]


def _words(kind: str) -> str:
    return kind if kind == "dates" else "text"


def _place(frame: pd.DataFrame) -> str:
    source = source_of(frame)
    return str(source.get("file") or source.get("part") or "one of the tables")
