"""What the functions of formulas take and make: columns, whole numbers, knots; several columns at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from growthcurves.errors import FormulaError
from growthcurves.model.formula.codings import Coded

State = dict[str, Any]

#: The most columns that one function makes, and the most knots that it takes.
MOST_COLUMNS = 100


@dataclass(frozen=True, eq=False)
class Spread:
    """Several columns that one function makes.

    Attributes
    ----------
    fields : tuple of (name, (n,) array)
    spans : bool
        Whether together they make the constant; the first is then left out beside it.
    adds_up : bool
        Whether they add up to one, also where all of them stay beside the constant (as formulaic's `cr`).
    """

    fields: tuple[tuple[Any, np.ndarray], ...]
    spans: bool = False
    adds_up: bool = False

    def columns(self, reduced: bool) -> list[tuple[str, Any, np.ndarray]]:
        """As of `Coded`."""
        kept = self.fields[1:] if reduced else self.fields
        return [(f"[{name}]", name, values) for name, values in kept]


# ------------------------------------------------------------------ arguments


def refused(function: str, why: str) -> NoReturn:
    """An error about a function's arguments."""
    raise FormulaError(f"In a formula {function}() {why}.")


def truths(value: Any) -> Any:
    """Categories that are True and False, as a column of truths; anything else as it is."""
    if isinstance(value, pd.Categorical) and all(isinstance(one, (bool, np.bool_)) for one in value.categories):
        return value.categories.to_numpy(dtype=bool)[value.codes]
    return value


def column(function: str, value: Any) -> np.ndarray:
    """A column of numbers (n,); truths are 0 and 1."""
    value = truths(value)
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype.kind in "fiub":
        return value.astype(np.float64, copy=False)
    if isinstance(value, (pd.Categorical, Coded)):
        refused(function, "takes a column of numbers, not categories")
    refused(function, "takes a column of numbers first")


def whole(function: str, option: str, value: Any, least: int = 1) -> int:
    """A whole number of columns."""
    if isinstance(value, (float, np.floating)) and float(value).is_integer() and least <= value <= MOST_COLUMNS:
        return int(value)
    refused(function, f"takes as {option} a whole number from {least} to {MOST_COLUMNS}")


def knots_of(function: str, value: Any) -> tuple[float, ...]:
    """A list of knots in ascending order."""
    values = list(value) if isinstance(value, tuple) else [value]
    if len(values) > MOST_COLUMNS:
        refused(function, f"takes at most {MOST_COLUMNS} knots, not {len(values):,}")
    if not all(isinstance(knot, (int, float)) and np.isfinite(knot) for knot in values):
        refused(function, "takes as knots a list of numbers")
    return tuple(sorted(float(knot) for knot in values))
