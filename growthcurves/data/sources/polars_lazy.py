"""A lazy frame of polars: written to a temporary Parquet file by polars' own streaming, then read in batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from growthcurves.data.sources.parquet import Parquet
from growthcurves.data.sources.scratch import Scratch
from growthcurves.errors import DataError, in_a_line
from growthcurves.output.words import capital


@dataclass
class LazyPolars:
    """A lazy frame of polars.

    Attributes
    ----------
    frame : polars LazyFrame
    """

    frame: Any
    name: str = "a lazy frame of polars"
    again: bool = True
    rows: int | None = None
    _written: dict[tuple[str, ...], tuple[Scratch, Parquet]] = field(default_factory=dict, init=False)

    def columns(self) -> list[str]:
        with self._told():
            return list(self.frame.collect_schema().names())

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        key = tuple(columns)
        if key not in self._written:
            scratch = Scratch()
            path = scratch.path / "rows.parquet"
            with self._told():
                self._as_texts(self.frame.select(list(columns))).sink_parquet(path)
            self._written[key] = (scratch, Parquet((path,), self.name))
        yield from self._written[key][1].batches(columns, size)

    @staticmethod
    def _as_texts(frame: Any) -> Any:
        """The frame with categories that declare no order as texts, as frames in memory are read."""
        kinds = frame.collect_schema()
        return frame.cast({name: str for name, kind in kinds.items() if str(kind).startswith("Categorical")})

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise DataError(f"{capital(self.name)} could not be computed: {in_a_line(error)}.") from error
