"""Parquet: a file, several, or a folder of them, read in batches through pyarrow, only the columns that are needed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.data.extras import needed_package
from growthcurves.data.sources.places import placed
from growthcurves.errors import ColumnError, DataError, in_a_line, unknown


@dataclass(frozen=True)
class Parquet:
    """Parquet files in the order of their names.

    Attributes
    ----------
    files : tuple of Path
    name : str
    written : str
        How they would be typed again.
    """

    files: tuple[Path, ...]
    name: str
    again: bool = True
    written: str = "..."

    @cached_property
    def _arrow(self) -> Any:
        needed_package("pyarrow", "parquet", self.files[0])
        return needed_package("pyarrow.parquet", "parquet", self.files[0])

    @cached_property
    def _known(self) -> tuple[int, Any]:
        """Rows of all files, and the schema of the first."""
        rows, schema = 0, None
        for path in self.files:
            with self._opened(path) as file:
                rows += file.metadata.num_rows
                schema = file.schema_arrow if schema is None else schema
        return rows, schema

    @property
    def rows(self) -> int:
        return self._known[0]

    def columns(self) -> list[str]:
        return list(self._known[1].names)

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        for path in self.files:
            with self._opened(path) as file:
                yield from self._of_file(file, path, columns, size)

    def _of_file(self, file: Any, path: Path, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        known = file.schema_arrow.names
        missing = [name for name in columns if name not in known]
        if missing:
            raise ColumnError(f"{path.name} has other columns: {unknown('column', missing[0], known)}")
        before, batches = 0, file.iter_batches(batch_size=size, columns=list(columns), use_threads=True)
        while True:
            try:
                batch = next(batches, None)
            except Exception as error:  # what a damaged file raises is documented nowhere
                raise _cut_short(path, before, error) from None
            if batch is None:
                return
            frame = frame_of(batch, columns)
            yield placed(frame, before, file=path.name)
            before += len(frame)

    def _opened(self, path: Path) -> Any:
        try:
            return self._arrow.ParquetFile(path)
        except Exception as error:
            raise _cut_short(path, 0, error) from None


def frame_of(batch: Any, columns: Sequence[str]) -> pd.DataFrame:
    """A record batch as a table; columns of numbers without missing values are not copied."""
    return pd.DataFrame({name: _column(batch.column(name)) for name in columns}, copy=False)


def _column(values: Any) -> Any:
    """A column; whole numbers of 64 bits stay so where some are missing, as a double does not hold all of them."""
    kind = str(values.type)
    plain = kind.removeprefix("u").startswith("int") or kind in ("float", "double")
    if plain and values.null_count == 0:
        return values.to_numpy()
    if kind in ("int64", "uint64"):
        mask = values.is_null().to_numpy(zero_copy_only=False)
        return pd.arrays.IntegerArray(values.fill_null(0).to_numpy(), mask)
    return values.to_pandas()


def _cut_short(path: Path, before: int, error: Exception) -> DataError:
    after = f" after row {before:,}" if before else ""
    return DataError(f"{path.name} cannot be read as Parquet{after}: {in_a_line(error)}. Is the file whole?")
