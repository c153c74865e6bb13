"""The roles of a panel's columns: which name is what, and whether the columns can be it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_float_dtype

from growthcurves.data.checks import numbers_of
from growthcurves.data.dates import DateStyle
from growthcurves.data.elapsed import Elapsed, elapsed_times
from growthcurves.data.frame import check_name, require_columns
from growthcurves.data.patterns import FoundPattern, find_patterns
from growthcurves.errors import ColumnError, DataError, ModelError


def check_roles(data: pd.DataFrame, id: Any, time: str | None, outcome: str, wave: str | None) -> None:
    """Every role has a column of its own; only a wave number may serve as the time as well."""
    if id is None or outcome is None:
        raise ModelError("A panel needs the columns id= and outcome=.")
    roles = {"id": id, "time": time, "outcome": outcome}
    taken: dict[str, str] = {}
    for role, name in (*roles.items(), ("wave", wave)):
        check_name(name, role)
    for role, name in roles.items():
        if name is not None and name in taken:
            raise ModelError(f"Column {name!r} cannot be {taken[name]} and {role} at once.")
        if name is not None:
            taken[name] = role
    if wave is not None and wave in (id, outcome):
        raise ModelError(f"Column {wave!r} cannot be {taken[wave]} and wave at once.")
    refuse_wide(data, id, time, outcome)
    require_columns(data, taken if wave is None else [*taken, wave])
    if not len(data):
        raise DataError("The table has no rows.")


def refuse_wide(data: pd.DataFrame, id: Any, time: str | None, outcome: str | None) -> None:
    """A table with one row per person, without the time or the outcome, and with numbered columns is wide."""
    absent = [name for name in (time, outcome) if name is not None and name not in data.columns]
    found = wide_pattern(data, id) if absent and id in data.columns else None
    if found is not None:
        pattern = found.text.replace("{wave}", f"{{{time or 'wave'}}}")
        raise ColumnError(
            f"There is no column {str(absent[0])!r}: the table is wide, with one row per {str(id)!r} and the columns "
            f"{found.columns[0]} to {found.columns[-1]}. Make it long with to_long(..., columns={pattern!r})."
        )


def wide_pattern(data: pd.DataFrame, id: Any = None) -> FoundPattern | None:
    """The pattern that most columns of a wide table fit; None for a table that does not look wide.

    A wide table has one row per person, and numbered columns. Without `id` any column without decimals may name them.
    """
    patterns = find_patterns(name for name in data.columns if name != id) if len(data) else []
    if not patterns:
        return None
    others = [id] if id is not None else [name for name in data.columns if str(name) not in patterns[0].columns]
    named = any(data[name].is_unique for name in others if id is not None or not is_float_dtype(data[name].dtype))
    return patterns[0] if named else None


def read_times(
    data: pd.DataFrame, time: str | None, ids: Any, since: Any, unit: str | None, style: DateStyle
) -> Elapsed | None:
    """The elapsed time of every row; None without a time column."""
    if time is not None:
        return elapsed_times(data, time, ids, since, unit, style)
    if since is not None or unit is not None:
        raise ModelError("since= and time_unit= need a time column: give one with time=.")
    return None


def read_outcome(data: pd.DataFrame, outcome: str, ids: Any) -> np.ndarray:
    """The outcome of every row as float64."""
    column = data[outcome]
    if pd.api.types.is_bool_dtype(column.dtype):
        raise DataError(f"Outcome column {outcome!r} holds True and False where numbers are needed.")
    return numbers_of(data, column, ids)
