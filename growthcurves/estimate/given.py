"""What a user gives as data: a table or a panel, or a source of rows that are read in batches."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from growthcurves.data.read import read_table
from growthcurves.data.sources.asked import source_of_data
from growthcurves.data.sources.contract import Partitioned, Source
from growthcurves.data.sources.whole_persons import LEAST
from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import whole_number

#: Rows that are read at once, about, unless the user says otherwise.
BATCH = 1_000_000


@dataclass(frozen=True)
class Given:
    """Data as a user gave them.

    Attributes
    ----------
    data : object
        A table or a panel, where it is no source.
    source : Source or None
    size : int
        Rows of a batch, about.
    """

    data: Any
    source: Source | None
    size: int

    @classmethod
    def of(cls, data: Any, batch: int | None) -> Given:
        """What the data are.

        Raises
        ------
        DataError
            For a file or folder that is not there.
        ModelError
            For `batch` of a table in memory or of partitions, and where it is no number of rows.
        """
        source = source_of_data(data)
        if source is None and batch is not None:
            raise ModelError("batch= is of rows that are read in batches: a table in memory has none.")
        if batch is not None and isinstance(source, Partitioned):
            raise ModelError(
                f"Rows of {source.name} are summed by partition, where they lie: leave batch= out, and make partitions "
                "smaller by repartition(partition_size=) where they are too large."
            )
        if source is None and isinstance(data, (str, Path)):
            data = read_table(data)
        size = BATCH if batch is None else max(whole_number(batch, "batch= is a number of rows", 1, 10**9), LEAST)
        return cls(data, source, size)
