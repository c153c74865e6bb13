"""A time-varying predictor apart: the person's mean, and what is above or below it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import missing_rows, numeric_column
from growthcurves.data.frame import as_given, listed, raw_array, require_columns
from growthcurves.data.joined import columns_of, with_joined
from growthcurves.data.persons import Persons
from growthcurves.errors import ModelError


def within_between(long: Any, id: str | list[str], columns: str | Iterable[str]) -> pd.DataFrame:
    """Split time-varying predictors into the person's mean and the deviation from it.

    The two parts answer different questions: ``stress_between``, whether persons with more stress have higher
    outcomes; ``stress_within``, whether a person's outcome is higher when there is more stress than usual.

    Parameters
    ----------
    long : DataFrame or Panel
        The long table, pandas or polars; it is not changed.
    id : str or list of str
        Column that names the person, or several that do so together.
    columns : str or list of str
        Columns of numbers to split.

    Returns
    -------
    DataFrame
        The table with two columns more for each of `columns`: ``<column>_within`` and ``<column>_between``. The
        mean is over all rows of the person in which the column is not missing (also those in which the outcome
        is); where it is missing, the deviation is missing and the mean is not. A row without an id has neither.

    Raises
    ------
    ColumnError
        For an unknown column, with the nearest known one.
    DataError
        For a column that does not hold numbers: person, row and column are named.
    ModelError
        When the table has a column of that name already.

    References
    ----------
    Enders and Tofighi (2007), Psychological Methods 12, 121-138 (centring within clusters).

    Examples
    --------
    >>> long = pd.DataFrame({"subject": [1, 1, 2], "stress": [2.0, 4.0, 5.0]})
    >>> within_between(long, id="subject", columns=["stress"])
       subject  stress  stress_within  stress_between
    0        1     2.0           -1.0             3.0
    1        1     4.0            1.0             3.0
    2        2     5.0            0.0             5.0
    """
    long = as_given(long)
    names = listed(columns, "columns")
    require_columns(long, [*columns_of(id, "id"), *names])
    together, name_of_id = with_joined(long, id, "id")
    ids = raw_array(together, name_of_id)
    split: dict[str, np.ndarray] = {}
    for name in names:
        values = numeric_column(long, name, ids)
        between = own_means(ids, values)
        split |= {f"{name}_within": values - between, f"{name}_between": between}
    taken = next((name for name in split if name in long.columns), None)
    if taken is not None:
        raise ModelError(f"The table has a column {taken!r} already, which is not overwritten: rename or drop it.")
    return long.assign(**split)


def own_means(ids: Any, values: np.ndarray) -> np.ndarray:
    """For every row the mean of its person's values that are not missing; missing where there is none.

    Sums are taken about each person's first value, so that a constant comes back as it was.
    """
    means = np.full(len(values), np.nan)
    no_id = missing_rows(ids)
    known = ~np.isnan(values) if no_id is None else ~(np.isnan(values) | no_id)
    named = np.ones(len(values), dtype=bool) if no_id is None else ~no_id
    if not known.any():
        return means
    persons = Persons.of(ids[named])
    groups, values = persons.codes[known[named]], values[known]
    first = np.zeros(persons.count)
    first[groups[::-1]] = values[::-1]  # the last written is the first
    count = np.bincount(groups, minlength=persons.count)
    sums = np.bincount(groups, weights=values - first[groups], minlength=persons.count)
    with np.errstate(invalid="ignore"):
        mean = np.where(count > 0, first + sums / count, np.nan)
    means[named] = mean[persons.codes]
    return means
