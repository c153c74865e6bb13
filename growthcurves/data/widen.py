"""From one row per person and occasion to one row per person."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers, kind_of, missing_rows
from growthcurves.data.constant import first_difference
from growthcurves.data.exact import room_for_missing
from growthcurves.data.frame import as_given, listed, raw_array, require_columns
from growthcurves.data.joined import apart, columns_of, with_joined
from growthcurves.data.patterns import number_text
from growthcurves.data.persons import Persons
from growthcurves.data.repeats import stacked_by
from growthcurves.data.source import find_cell, show_id
from growthcurves.errors import DataError, DataWarning, ModelError

_MOST_EMPTY_CELLS = 10_000_000


def to_wide(
    long: Any,
    id: str | list[str],
    time: str,
    values: str | Iterable[str],
    keep: str | Iterable[str] | None = None,
) -> pd.DataFrame:
    """Turn a long table (one row per person and occasion) into a wide one (one row per person).

    It undoes `to_long`: ``to_long(wide, id, time, columns={"bdi": "bdi_{day}"})`` gives the long table back,
    with a missing outcome where the long table had no row. With times of their own, spread over the wave and
    put the time among the values: ``to_wide(long, id, time="wave", values=["bdi", "day"])``.

    Parameters
    ----------
    long : DataFrame or Panel
        The long table, pandas or polars; it is not changed.
    id : str or list of str
        Column that names the person, or several that do so together.
    time : str
        Column that names the occasion: numbers, text or categories.
    values : list of str
        Columns to spread. Each makes one column per occasion, called ``<value>_<time>``.
    keep : list of str, optional
        Columns that are constant within persons and stay one column each; by default all others. Then a column
        that depends on the occasion alone, such as the wave beside the time, is left out with a warning.

    Returns
    -------
    DataFrame
        Columns id, the kept ones, then for each of `values` the occasions in their order (numbers by size, text
        as it first appears); persons in the order in which they first appear. A cell without a row is missing.

    Raises
    ------
    ColumnError
        For an unknown column, with the nearest known one.
    DataError
        When two rows share person and time (person, time and both rows are named), when an id or time is
        missing, when the time holds dates, and when a kept column varies within a person.
    ModelError
        When a column has two roles, or two columns would share a name.

    Examples
    --------
    >>> long = pd.DataFrame(
    ...     {"subject": [1, 1, 2], "day": [0, 7, 0], "bdi": [21, 15, 30], "arm": ["drug", "drug", "placebo"]}
    ... )
    >>> to_wide(long, id="subject", time="day", values=["bdi"])
       subject      arm  bdi_0  bdi_7
    0        1     drug     21   15.0
    1        2  placebo     30    NaN
    """
    long = as_given(long)
    spread = listed(values, "values")
    parts = columns_of(id, "id")
    if len(parts) > 1:
        _check_roles(long, [*parts, time, *spread])
        together, name = with_joined(long, parts, "id")
        kept = None if keep is None else [*map(str, parts), *listed(keep, "keep", 0)]
        return apart(to_wide(together, name, time, spread, kept), name, parts)
    return _widened(long, parts[0], time, spread, keep)


def _widened(
    long: pd.DataFrame, id: Any, time: str, spread: list[Any], keep: str | Iterable[str] | None
) -> pd.DataFrame:
    """`to_wide` for one column of ids."""
    _check_roles(long, [id, time, *spread])
    persons = Persons.of(_complete(long, id))
    occasions, labels = _occasions(long, time)
    rows = _row_of_each_cell(long, persons, occasions, labels, id, time)
    kept = _kept(long, persons, occasions, {id, time, *spread}, keep)
    first = persons.first_rows
    wide = {name: _take(raw_array(long, name), first) for name in [id, *kept]}
    for name in spread:
        column = raw_array(long, name)
        for position, label in enumerate(labels):
            new = f"{name}_{number_text(label)}"
            if new in wide:
                raise ModelError(f"The wide table would have two columns called {new!r}: rename one of them.")
            wide[new] = _take(column, rows[:, position])
    frame = pd.DataFrame(wide, copy=False)
    frame.attrs = {name: value for name, value in long.attrs.items() if name != "source"}
    return frame


def _check_roles(long: pd.DataFrame, roles: list[Any]) -> None:
    require_columns(long, roles)
    twice = next((name for name in roles if roles.count(name) > 1), None)
    if twice is not None:
        raise ModelError(f"Column {str(twice)!r} is named twice among id=, time= and values=.")
    if not len(long):
        raise DataError("The table has no rows.")


def _complete(long: pd.DataFrame, name: Hashable) -> Any:
    """A column that may have no missing values."""
    column = raw_array(long, name)
    missing = missing_rows(column)
    if missing is not None:
        cell = find_cell(long, int(missing.argmax()), name)
        raise DataError(f"Column {cell.column!r} is missing ({cell.place}): leave such rows out with dropna first.")
    return column


def _occasions(long: pd.DataFrame, time: str) -> tuple[np.ndarray, list[Any]]:
    """Position of every row's occasion, and the occasions in their order."""
    column = _complete(long, time)
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = column.remove_unused_categories()
        return np.asarray(present.codes, dtype=np.int64), present.categories.tolist()
    if kind_of(long[time]) == "text":
        codes, labels = pd.factorize(column)
        return codes, list(labels)
    if not holds_numbers(column):
        raise DataError(
            f"Column {time!r} holds {kind_of(long[time])}, which cannot name the columns of a wide table: give a "
            f"column that numbers the occasions as time=, and put {time!r} among the values=."
        )
    codes, labels = pd.factorize(np.asarray(column, dtype=np.float64))
    order = np.argsort(labels)
    return np.argsort(order)[codes], labels[order].tolist()


def _row_of_each_cell(
    long: pd.DataFrame, persons: Persons, occasions: np.ndarray, labels: list[Any], id: str, time: str
) -> np.ndarray:
    """Row of the long table for every person and occasion, -1 where there is none."""
    cells = persons.count * len(labels)
    if cells > _MOST_EMPTY_CELLS and cells > 20 * len(long):
        raise DataError(
            f"{time!r} has {len(labels)} different values, far more than a person has rows: number the occasions "
            f"in a column, give that as time=, and put {time!r} among the values=."
        )
    rows = np.full(cells, -1, dtype=np.intp)
    where = persons.codes * len(labels) + occasions
    every = np.arange(len(long))
    rows[where] = every
    hidden = rows[where] != every
    if hidden.any():
        one = int(hidden.argmax())
        other = int(np.flatnonzero(where == where[one])[1])
        who = f"Person {show_id(persons.labels[persons.codes[one]])} has two rows at {time!r} "
        who += number_text(labels[occasions[one]])
        stacked = stacked_by(long, persons.codes, occasions, [id, time])
        if stacked is not None:
            raise DataError(f"{who}, and {stacked.said}: take the rows of one first, such as {stacked.condition}.")
        first, second = (find_cell(long, row, id).place for row in (one, other))
        raise DataError(f"{who}: {first} and {second}; a wide table has one cell for them.")
    return rows.reshape(persons.count, len(labels))


def _kept(
    long: pd.DataFrame, persons: Persons, occasions: np.ndarray, used: set[str], keep: str | Iterable[str] | None
) -> list[Hashable]:
    """The columns that stay one column each; every one is constant within persons."""
    names: list[Hashable]
    if keep is not None:
        names = [name for name in listed(keep, "keep", 0) if name not in used]
        require_columns(long, names)
    else:
        names = [name for name in long.columns if name not in used]
    varying: dict[Hashable, int] = {}
    for name in names:
        row = first_difference(raw_array(long, name), persons.codes, persons.first_rows)
        if row is not None:
            varying[name] = row
    by_time = [] if keep is not None else [name for name in varying if _of_time_alone(long, name, occasions)]
    for name in varying:
        if name not in by_time:
            raise DataError(_varies(long, persons, name, varying[name]))
    if by_time:
        shown = ", ".join(repr(str(name)) for name in by_time)
        text = f"to_wide leaves out {shown}: the same for all persons at a time, no value of a person."
        warnings.warn(text, DataWarning, stacklevel=3)
    return [name for name in names if name not in varying]


def _of_time_alone(long: pd.DataFrame, name: Hashable, occasions: np.ndarray) -> bool:
    first = Persons.of(occasions)
    return first_difference(raw_array(long, name), first.codes, first.first_rows) is None


def _varies(long: pd.DataFrame, persons: Persons, name: Hashable, row: int) -> str:
    person = persons.codes[row]
    one, two = long[name].iloc[persons.first_rows[person]], long[name].iloc[row]
    return (
        f"Column {str(name)!r} varies within person {show_id(persons.labels[person])} ({show_id(one)}, then "
        f"{show_id(two)}): name it in values= to spread it, or leave it out with keep=[...]."
    )


def _take(values: Any, rows: np.ndarray) -> Any:
    if (rows < 0).any():
        return pd.api.extensions.take(room_for_missing(values), rows, allow_fill=True)
    return values.take(rows)
