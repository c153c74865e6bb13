"""A Dask DataFrame: its partitions one after the other, or each worked on where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.data.sources.contract import placed
from growthcurves.numerics.threads import alone


@dataclass(frozen=True)
class DaskFrame:
    """A Dask DataFrame.

    Attributes
    ----------
    frame : dask DataFrame
    """

    frame: Any
    again: bool = True
    rows: int | None = None

    @property
    def name(self) -> str:
        return f"a Dask DataFrame of {self.frame.npartitions:,} partitions"

    def columns(self) -> list[str]:
        return [str(name) for name in self.frame.columns]

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        for number, part in enumerate(self.parts(columns), start=1):
            (table,) = _dask().compute(part)
            for start in range(0, len(table), size):
                yield placed(table.iloc[start : start + size], f"partition {number}", start)

    def parts(self, columns: Sequence[str]) -> list[Any]:
        """Each partition with these columns, not computed yet."""
        chosen = self.frame[list(columns)]
        found: list[Any] = chosen.optimize().to_delayed() if hasattr(chosen, "optimize") else chosen.to_delayed()
        return found

    def shuffled(self, id: Sequence[str]) -> DaskFrame:
        """The same rows with those of each person in one partition."""
        return DaskFrame(self.frame.shuffle(on=list(id)))

    def summed_up(self, columns: Sequence[str], work: Callable[[pd.DataFrame], Any]) -> Any:
        """What `work` makes of every partition, where it lies, added in pairs in the order of the partitions.

        The order of additions does not depend on who is done first, nor on how many work.
        """
        dask = _dask()
        found = [
            dask.delayed(_worked, pure=False)(part, work, f"partition {number}")
            for number, part in enumerate(self.parts(columns), start=1)
        ]
        while len(found) > 1:
            pairs = [dask.delayed(_added, pure=False)(*found[at : at + 2]) for at in range(0, len(found) - 1, 2)]
            found = pairs + found[len(pairs) * 2 :]
        return dask.compute(found[0])[0]


def _dask() -> Any:
    import dask

    return dask


def _worked(part: pd.DataFrame, work: Callable[[pd.DataFrame], Any], place: str) -> Any:
    with alone():  # as many partitions as there are workers are worked on
        return work(placed(part, place))


def _added(one: Any, other: Any) -> Any:
    return one + other
