"""Tables that are in memory or come one after the other: a list, an iterator, a function, an object of pyarrow."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from growthcurves.data.frame import as_frame
from growthcurves.data.source import source_of
from growthcurves.data.sources.contract import Source
from growthcurves.data.sources.parquet import frame_of
from growthcurves.data.sources.places import placed
from growthcurves.errors import DataError, GrowthCurvesError, brief, in_a_line

_END = object()


@dataclass
class Frames:
    """Tables one after the other.

    Attributes
    ----------
    made : callable
        Gives the tables from the first on.
    name : str
    again : bool
        Whether `made` gives them each time that it is called.
    rows : int or None
    """

    made: Callable[[], Iterable[Any]]
    name: str
    again: bool = True
    rows: int | None = None
    _kept: Source | None = field(default=None, init=False)
    _ahead: list[pd.DataFrame] = field(default_factory=list, init=False)
    _rest: Iterator[pd.DataFrame] | None = field(default=None, init=False)

    def put_aside(self, rows: Source) -> None:
        """Take the rows of tables that can be read once only from here from now on."""
        self._kept = rows

    def columns(self) -> list[str]:
        """Those of the first table, which is kept for the reading that follows where there is only one."""
        if self._kept is not None:
            return list(self._kept.columns())
        if self._rest is None:
            self._begin()
        if not self._ahead:
            spent = "" if self.again else ": has it been read to its end before?"
            raise DataError(f"There is no table in {self.name}{spent or '.'}")
        return list(self._ahead[0].columns)

    def _begin(self) -> None:
        self._rest = self._iterated()
        self._ahead = list(itertools.islice(self._rest, 1))

    def _iterated(self) -> Iterator[pd.DataFrame]:
        """The tables, each a frame of pandas; what goes wrong says at which."""
        with self._reading(1):
            made = self.made()
        if isinstance(made, pd.DataFrame) or not isinstance(made, Iterable):
            raise DataError(f"A function that is a source of rows gives tables one after the other, not {brief(made)}.")
        items = iter(made)
        for number in itertools.count(1):
            with self._reading(number):
                one = next(items, _END)
            if one is _END:
                return
            frame = self._frame(one, number)
            if len(frame.columns):
                yield frame if "first_row" in source_of(frame) else placed(frame, part=f"table {number}")

    def _frame(self, one: Any, number: int) -> pd.DataFrame:
        try:
            return as_frame(one)
        except DataError:
            raise DataError(
                f"Table {number} of {self.name} is no table: a pandas or polars DataFrame is needed, not {brief(one)}."
            ) from None

    @contextmanager
    def _reading(self, number: int) -> Iterator[None]:
        try:
            yield
        except GrowthCurvesError:
            raise
        except Exception as error:
            raise DataError(f"Table {number} of {self.name} could not be read: {in_a_line(error)}.") from error

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        if self._kept is not None:
            yield from self._kept.batches(columns, size)
            return
        if self._rest is None:
            self._begin()
        taken, rest = self._ahead, self._rest
        assert rest is not None
        self._ahead, self._rest = [], None if self.again else iter(())
        for frame in itertools.chain(taken, rest):
            cut = len(frame) > size
            yield from (frame.iloc[at : at + size] for at in range(0, len(frame), size)) if cut else (frame,)


def dataset_batches(dataset: Any, size: int = 1_000_000) -> Iterator[pd.DataFrame]:
    """The rows of a dataset or a reader of record batches of pyarrow."""
    made = dataset.to_batches(batch_size=size) if hasattr(dataset, "to_batches") else dataset
    return (frame_of(batch, batch.schema.names) for batch in made)
