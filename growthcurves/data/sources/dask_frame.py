"""A Dask DataFrame: its partitions one after the other, or each worked on where it lies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.sources.places import numbered, placed
from growthcurves.errors import DataError, GrowthCurvesError, in_a_line
from growthcurves.numerics.threads import alone
from growthcurves.output.words import capital


@dataclass(frozen=True)
class DaskFrame:
    """A Dask DataFrame.

    Attributes
    ----------
    frame : dask DataFrame
    of : str
        What its partitions are of, where they are not the user's.
    """

    frame: Any
    of: str = ""
    again: bool = True
    rows: int | None = None

    @property
    def name(self) -> str:
        return f"a Dask DataFrame of {self.frame.npartitions:,} partitions"

    def columns(self) -> list[str]:
        return [str(name) for name in self.frame.columns]

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        for number, part in enumerate(self.parts(columns), start=1):
            with self._told(number):
                (table,) = _dask().compute(part)
            for start in range(0, len(table), size):
                yield placed(table.iloc[start : start + size], start, part=self._called(number))

    def some(self, columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        """Tables of each partition as `batches` gives them, of large ones runs of rows from all over them.

        They tell what columns hold, and only they travel from where the rows lie.
        """
        for number, part in enumerate(self.parts(columns), start=1):
            with self._told(number):
                ((table, positions),) = _dask().compute(_dask().delayed(_spread)(part))
            found = placed(table, part=self._called(number))
            found.index = pd.Index(positions)
            yield found

    def parts(self, columns: Sequence[str]) -> list[Any]:
        """Each partition with these columns, not computed yet."""
        chosen = self.frame[list(columns)]
        found: list[Any] = chosen.optimize().to_delayed() if hasattr(chosen, "optimize") else chosen.to_delayed()
        return found

    def shuffled(self, id: Sequence[str]) -> DaskFrame:
        """The same rows with those of each person in one partition."""
        return DaskFrame(self.frame.shuffle(on=list(id)), " of the shuffled rows")

    def summed_up(self, columns: Sequence[str], work: Callable[[pd.DataFrame], Any]) -> Any:
        """What `work` makes of every partition, where it lies, added in pairs in the order of the partitions.

        The order of additions does not depend on who is done first, nor on how many work.
        """
        dask = _dask()
        worked = dask.delayed(partial(_worked, work), pure=False)  # arguments are searched for tasks, functions are not
        parts = self.parts(columns)
        found = [worked(part, number, self._called(number)) for number, part in enumerate(parts, start=1)]
        while len(found) > 1:
            pairs = [dask.delayed(_added, pure=False)(*found[at : at + 2]) for at in range(0, len(found) - 1, 2)]
            found = pairs + found[len(pairs) * 2 :]
        try:
            return dask.compute(found[0])[0]
        except GrowthCurvesError:
            raise
        except Exception as error:
            self._find_bad(parts)
            raise DataError(f"{capital(self.name)} could not be computed: {in_a_line(error)}.") from error

    def _find_bad(self, parts: list[Any]) -> None:
        """Refuse the first partition that cannot be computed: Dask does not say which it was."""
        dask = _dask()
        for number, part in enumerate(parts, start=1):
            with self._told(number):
                dask.compute(dask.delayed(len)(part))

    @contextmanager
    def _told(self, number: int) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            raise DataError(
                f"{capital(self._called(number))} of {self.frame.npartitions:,} could not be computed: "
                f"{in_a_line(error)}."
            ) from error

    def _called(self, number: int) -> str:
        return f"partition {number:,}{self.of}"


#: Rows of a partition that tell what columns hold, and in how many runs they are taken.
SOME, RUNS = 200_000, 20
#: So many labels are kept for the rows of a partition, as no other knows how many it has.
LABELS = 1 << 40


def _dask() -> Any:
    import dask

    return dask


def _spread(part: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """A partition, or runs of rows from all over a large one, and which rows they are."""
    if len(part) <= SOME:
        return part, np.arange(len(part))
    starts = np.linspace(0, len(part) - SOME // RUNS, RUNS).astype(np.int64)
    rows = (starts[:, None] + np.arange(SOME // RUNS)).ravel()
    return part.iloc[rows], rows


def _worked(work: Callable[[pd.DataFrame], Any], part: pd.DataFrame, number: int, place: str) -> Any:
    (frame,) = numbered([placed(part, part=place)], number * LABELS)
    with alone():  # as many partitions as there are workers are worked on
        return work(frame)


def _added(one: Any, other: Any) -> Any:
    return one + other
