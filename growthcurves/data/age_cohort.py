"""Age as time apart: the age at which persons entered, and the time since."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import missing_rows, numeric_column
from growthcurves.data.frame import as_given, raw_array, require_columns
from growthcurves.data.joined import with_joined
from growthcurves.data.persons import Persons
from growthcurves.errors import ModelError


def age_cohort(data: Any, id: str | list[str] | None = None, age: str | None = None) -> pd.DataFrame:
    """Split age into the age at entry, by which persons differ, and the time since entry, in which they age.

    Persons who enter at different ages differ in when they were born as well: with age as time the rate of change mixes
    how the same persons change (`<age>_since_entry`) with how persons of different ages differ (`<age>_entry`), which
    are the same only where cohorts are alike (Sliwinski, Hoffman and Hofer 2010).

    Parameters
    ----------
    data : DataFrame or Panel
        The long table, pandas or polars; it is not changed. Of a panel the rows that are used.
    id : str or list of str, optional
        Column that names the person, or several that do so together; that of a panel.
    age : str, optional
        Column of the age, or of any time at which persons begin at different values; that of a panel's time.

    Returns
    -------
    DataFrame
        The table with two columns more: ``<age>_entry``, the person's lowest age in the table, and
        ``<age>_since_entry``, the age less that. Where age is missing, so is the second; a row without an id has
        neither.

    Raises
    ------
    ColumnError
        For an unknown column, with the nearest known one.
    DataError
        For an age that is no number: person, row and column are named.
    ModelError
        Without id or age of a table, and when the table has a column of that name already.

    References
    ----------
    Sliwinski, Hoffman and Hofer (2010), Evaluating convergence of within-person change and between-person age
    differences in age-heterogeneous longitudinal studies, Research in Human Development 7, 45-60. Mendes de Leon
    (2007), Aging and the elapse of time, Journals of Gerontology B 62, S198-S202.

    Examples
    --------
    >>> long = pd.DataFrame({"who": [1, 1, 2, 2], "age": [50.0, 52, 71, 73]})
    >>> age_cohort(long, id="who", age="age")
       who   age  age_entry  age_since_entry
    0    1  50.0       50.0              0.0
    1    1  52.0       50.0              2.0
    2    2  71.0       71.0              0.0
    3    2  73.0       71.0              2.0
    """
    of_panel = all(hasattr(data, name) for name in ("id", "time", "rows_dropped"))
    id, age = (data.id, data.time) if of_panel and id is None and age is None else (id, age)
    if id is None or age is None:
        raise ModelError("age_cohort() needs the columns id= and age= of the table, or a panel with a time.")
    long = as_given(data)
    together, name_of_id = with_joined(long, id, "id")
    require_columns(together, [name_of_id, age])
    ids = raw_array(together, name_of_id)
    ages = numeric_column(long, age, ids)
    entry = _lowest(ids, ages)
    split = {f"{age}_entry": entry, f"{age}_since_entry": ages - entry}
    if taken := next((name for name in split if name in long.columns), None):
        raise ModelError(f"The table has a column {taken!r} already, which is not overwritten: rename or drop it.")
    return long.assign(**split)


def _lowest(ids: Any, values: np.ndarray) -> np.ndarray:
    """For every row the lowest value of its person; missing where there is none."""
    found = np.full(len(values), np.nan)
    no_id = missing_rows(ids)
    named = np.ones(len(values), dtype=bool) if no_id is None else ~no_id
    persons = Persons.of(ids[named])
    least = np.full(persons.count, np.inf)
    np.fmin.at(least, persons.codes, values[named])
    found[named] = np.where(np.isfinite(least), least, np.nan)[persons.codes]
    return found
