"""Tables that are in memory or come one after the other: a list, an iterator, a function, an object of pyarrow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from growthcurves.data.frame import as_frame
from growthcurves.data.sources.contract import placed
from growthcurves.data.sources.parquet import frame_of
from growthcurves.errors import DataError, brief


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
    kept : Source or None
        Where the tables have been put aside, if they can be read once only.
    """

    made: Callable[[], Iterable[Any]]
    name: str
    again: bool = True
    rows: int | None = None
    kept: Any = None
    _ahead: list[Any] = field(default_factory=list, init=False)
    _rest: Iterator[Any] | None = field(default=None, init=False)

    def columns(self) -> list[str]:
        """Those of the first table, which is kept for the reading that follows where there is only one."""
        if self.kept is not None:
            return list(self.kept.columns())
        if self._rest is None:
            self._begin()
        if not self._ahead:
            raise DataError(f"There is no table in {self.name}.")
        return list(as_frame(self._ahead[0]).columns)

    def _begin(self) -> None:
        self._rest = self._iterated()
        self._ahead = [one for one in [next(self._rest, None)] if one is not None]

    def _iterated(self) -> Iterator[Any]:
        made = self.made()
        if isinstance(made, pd.DataFrame) or not isinstance(made, Iterable):
            raise DataError(f"A function that is a source of rows gives tables one after the other, not {brief(made)}.")
        return iter(made)

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        if self.kept is not None:
            yield from self.kept.batches(columns, size)
            return
        if self._rest is None:
            self._begin()
        taken, rest = self._ahead, self._rest
        assert rest is not None
        self._ahead, self._rest = [], None if self.again else iter(())
        for number, one in enumerate(_chain(taken, rest), start=1):
            frame = as_frame(one)
            place = frame.attrs.get("source", {}).get("file") or f"table {number}"
            for start in range(0, len(frame), size):
                yield placed(frame.iloc[start : start + size], place, start)


def _chain(first: list[Any], rest: Iterator[Any]) -> Iterator[Any]:
    yield from first
    yield from rest


def dataset_batches(dataset: Any, size: int = 1_000_000) -> Iterator[pd.DataFrame]:
    """The rows of a dataset or a reader of record batches of pyarrow."""
    made = dataset.to_batches(batch_size=size) if hasattr(dataset, "to_batches") else dataset
    return (frame_of(batch, batch.schema.names) for batch in made)
