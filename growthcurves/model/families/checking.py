"""Outcomes as they stand in a column, as a family can take them; refused in one sentence where it cannot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from growthcurves.contracts.family import Array
from growthcurves.errors import DataError, RowError, brief, listed

#: Number kinds of numpy: truths, whole numbers, floats.
_NUMBERS = "biuf"
#: What to do about amounts of zero.
NONE_AT_ALL = "make it missing, or ask of such rows whether there is any, by family='binomial'"


def shown(value: Any) -> str:
    """A value as a sentence shows it: numbers without quotes."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    if isinstance(value, (int, float, np.number)):
        return f"{value:.12g}" if isinstance(value, (float, np.floating)) else str(value)
    return brief(value)


def names_of(values: Sequence[Any]) -> str:
    """Categories as a sentence lists them."""
    return listed([shown(value) for value in values], 120)


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, NA or NaT."""
    try:
        return value is None or bool(value != value)
    except (TypeError, ValueError):  # NA is neither equal to itself nor not
        return True


def are_numbers(values: Array) -> bool:
    """Whether all are numbers or truths, in a column of any type."""
    if values.dtype.kind in _NUMBERS:
        return True
    kinds = (bool, int, float, np.number, np.bool_)
    return values.dtype.kind == "O" and all(isinstance(one, kinds) for one in values.ravel())


def refuse(name: str, value: Any, what: str, todo: str = "", row: int = 0) -> RowError:
    """The error of an outcome that cannot be, at a position of the column."""
    return RowError(f"The outcome {name!r} is {shown(value)}", f", and {what}{': ' + todo if todo else ''}.", row)


def refuse_missing(values: Array, name: str) -> None:
    """Refuse a missing outcome: rows without one are left out before."""
    if values.dtype.kind in "biuU":
        return
    missing = np.isnan(values) if values.dtype.kind == "f" else np.array([is_missing(one) for one in values.ravel()])
    if np.any(missing):
        raise DataError(f"The outcome {name!r} is missing in a row: leave out the rows that have none.")


def as_column(values: Any, name: str) -> Array:
    """Values as an array of one dimension, none of them missing."""
    column = np.asarray(values)
    if column.ndim != 1:
        raise DataError(f"The outcome {name!r} is one column of values, not an array of {column.ndim} dimensions.")
    if not column.size:
        raise DataError(f"The outcome {name!r} has no rows.")
    refuse_missing(column, name)
    return column


def numbers(values: Any, name: str, what: str) -> Array:
    """A column of finite numbers, as floats."""
    column = as_column(values, name)
    if not are_numbers(column):
        kinds = (bool, int, float, np.number, np.bool_)
        row, bad = next((row, one) for row, one in enumerate(column.tolist()) if not isinstance(one, kinds))
        raise refuse(name, bad, what, row=row)
    found = column.astype(float)
    return _all(found, np.isfinite(found), name, what)


def whole(values: Any, name: str, what: str, todo: str = "") -> Array:
    """A column of whole numbers from zero up, as floats."""
    found = numbers(values, name, what)
    return _all(found, (found >= 0) & (found == np.floor(found)), name, what, todo)


def positive(values: Any, name: str, what: str, todo: str = "") -> Array:
    """A column of numbers above zero."""
    found = numbers(values, name, what)
    return _all(found, found > 0, name, what, todo)


def _all(found: Array, good: Array, name: str, what: str, todo: str = "") -> Array:
    bad = np.flatnonzero(~good)
    if bad.size:
        raise refuse(name, found[bad[0]], what, todo, int(bad[0]))
    return found


def no_trials(trials: Any, family: str, name: str) -> None:
    """Refuse trials of outcomes that have none."""
    if trials is not None:
        raise DataError(f"Outcomes {name!r} of family={family!r} have no trials: leave out trials=.")


def categories_of(column: Array, order: Sequence[Any] | None, name: str) -> tuple[list[Any], list[Any]]:
    """The categories of a column in order (without one as they sort), those with rows and those without."""
    seen = dict.fromkeys(column.tolist())
    known = _sorted(list(seen)) if order is None else list(dict.fromkeys(order))
    for value in seen:
        if value not in known:
            row = column.tolist().index(value)
            raise refuse(name, value, f"the categories are {names_of(known)}", row=row)
    return [one for one in known if one in seen], [one for one in known if one not in seen]


def _sorted(values: list[Any]) -> list[Any]:
    try:
        return sorted(values)
    except TypeError:  # of several types
        return sorted(values, key=str)


def without_rows(name: str, empty: Sequence[Any]) -> str:
    """What is said of categories that are left out."""
    several = len(empty) > 1
    end = "have no rows, and are left out" if several else "has no rows, and is left out"
    return f"{names_of(empty)} of {name} {end}."


def places(column: Array, categories: Sequence[Any]) -> Array:
    """The place of each value among the categories, as floats."""
    place = {category: float(i) for i, category in enumerate(categories)}
    return np.array([place[value] for value in column.tolist()])
