"""What is remembered of the columns of rows that are summed: levels, sums, ends, a mark of the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.rows_mark import RowsMark
from growthcurves.data.table_facts import Numbers
from growthcurves.model.outcomes import compared_values
from growthcurves.model.person_level import person_level
from growthcurves.model.recipe import BoundRows, numbers_of


@dataclass(frozen=True)
class NumberSums:
    """A column of numbers over some rows: its ends, its sum over the rows, and that over persons by their first row."""

    low: float
    high: float
    rows: float
    persons: float

    def __add__(self, other: NumberSums) -> NumberSums:
        ends = min(self.low, other.low), max(self.high, other.high)
        return NumberSums(*ends, self.rows + other.rows, self.persons + other.persons)


@dataclass
class Facts:
    """What is remembered of the columns of a model.

    Attributes
    ----------
    levels : dict of column to dict of level to int
        How many persons have each level of the categories that predict growth parameters.
    numbers : dict of column to NumberSums
    mark : RowsMark or None
        None before any row was seen.
    """

    levels: dict[str, dict[Any, int]] = field(default_factory=dict)
    numbers: dict[str, NumberSums] = field(default_factory=dict)
    mark: RowsMark | None = None

    @classmethod
    def of(cls, bound: BoundRows) -> Facts:
        """Those of the rows of one batch."""
        level, recipe, panel = person_level(bound.panel), bound.recipe, bound.panel
        names = {name for columns in recipe.predictors.values() for name in columns.levels}
        levels = {name: _counted(*level.coded(name)) for name in sorted(names)}
        numbers = {name: _sums(np.asarray(values), level.first_rows) for name, values in numbers_of(bound).items()}
        return cls(levels, numbers, RowsMark.of(panel, compared_values(recipe.model, panel)))

    def merged(self, other: Facts) -> None:
        """Remember other rows, of other persons."""
        for name, found in other.levels.items():
            mine = self.levels.setdefault(name, {})
            for value, persons in found.items():
                mine[value] = mine.get(value, 0) + persons
        for name, sums in other.numbers.items():
            self.numbers[name] = self.numbers[name] + sums if name in self.numbers else sums
        self.mark = self.mark + other.mark if self.mark and other.mark else self.mark or other.mark

    def means(self, rows: int, persons: int, of_persons: Sequence[str]) -> dict[str, Numbers]:
        """The columns of numbers with their means; `of_persons` are those that do not vary within persons."""
        return {
            name: Numbers(one.low, one.high, one.rows / rows, one.persons / persons if name in of_persons else None)
            for name, one in self.numbers.items()
        }


def _counted(codes: np.ndarray, labels: Any) -> dict[Any, int]:
    counts = np.bincount(codes[codes >= 0], minlength=len(labels))
    return dict(zip(pd.Index(labels).tolist(), counts.tolist(), strict=True))


def _sums(values: np.ndarray, first_rows: np.ndarray) -> NumberSums:
    total, of_persons = (float(part.sum(dtype=np.float64)) for part in (values, values[first_rows]))
    return NumberSums(float(values.min()), float(values.max()), total, of_persons)
