"""Columns compared with values or with each other, by logic with a third answer for what is missing."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import FormulaError, brief

_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Truth:
    """For each row whether a condition holds, (n,), and whether it does not; neither where a value is missing."""

    yes: np.ndarray
    no: np.ndarray


@dataclass(frozen=True, eq=False)
class Pair:
    """An array of a column, what its values are compared with, and the error that says why they cannot be."""

    left: Any
    right: Any
    rows: int
    refused: Callable[[str], FormulaError]

    def compared(self, sign: str) -> Truth:
        there = ~np.asarray(pd.isna(self.left))
        if isinstance(self.right, (np.ndarray, pd.api.extensions.ExtensionArray)):
            there = there & ~np.asarray(pd.isna(self.right))
        there = np.broadcast_to(there, self.rows)
        holds = np.broadcast_to(self._holds(sign), self.rows)
        return Truth(holds & there, ~holds & there)

    def _holds(self, sign: str) -> np.ndarray:
        left, right = self.left, self.right
        if isinstance(left, pd.Categorical):
            return self._by_level(sign, left)
        if isinstance(left, np.ndarray) and left.dtype == object:
            if sign not in ("==", "!="):
                raise self.refused("texts have no order: make the column an ordered categorical, or use 'in'")
            return np.asarray(pd.Series(left, dtype=object) == right, dtype=bool)
        found = pd.array(np.atleast_1d(_COMPARED[sign](left, right)), dtype="boolean")
        return found.fillna(False).to_numpy(dtype=bool)

    def _by_level(self, sign: str, column: pd.Categorical) -> np.ndarray:
        levels = column.categories.tolist()
        numbers = not column.ordered and all(pd.api.types.is_number(level) for level in levels)
        if numbers or sign in ("==", "!="):
            true = [_COMPARED[sign](level, self.right) for level in levels]
        elif column.ordered and self.right in levels:
            true = [_COMPARED[sign](place, levels.index(self.right)) for place in range(len(levels))]
        else:
            why = f"{brief(self.right)} is no level of it" if column.ordered else "categories have no order"
            raise self.refused(f"a categorical column is compared by {sign!r}, and {why}")
        return np.array([*true, False], dtype=bool)[column.codes]
