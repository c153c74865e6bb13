"""The different values of a column, found once, whoever asks; and in which order they stand as groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.exact import EXACT
from growthcurves.remembered import remembered

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

#: Names of groups that others are compared with; a column of texts that has just one of them begins with it.
CONTROLS = (
    "placebo",
    "pbo",
    "control",
    "controls",
    "control group",
    "sham",
    "vehicle",
    "untreated",
    "no treatment",
    "usual care",
    "standard care",
    "standard of care",
    "treatment as usual",
    "waitlist",
    "wait list",
    "waiting list",
)


def united(parts: Sequence[Any]) -> Any:
    """Arrays one after the other, the categories that differ those of all.

    Examples
    --------
    >>> united([pd.Categorical(["f"]), pd.Categorical(["m", "f"])]).tolist()
    ['f', 'm', 'f']
    """
    if all(isinstance(part, pd.Categorical) for part in parts):
        return pd.api.types.union_categoricals(parts, ignore_order=True)
    return pd.concat([pd.Series(part) for part in parts], ignore_index=True).array


@remembered
def factorized(panel: Panel, name: Any) -> tuple[np.ndarray, Any]:
    """Number of each used row's value, -1 where it is missing, and the values: categories, or in order of appearance.

    Examples
    --------
    >>> from growthcurves.data.datasets import load_dataset
    >>> from growthcurves.data.panel import Panel
    >>> panel = Panel(load_dataset("orthodont"), id="subject", time="age", outcome="distance")
    >>> codes, levels = factorized(panel, "sex")
    >>> codes[:3].tolist(), len(levels)
    ([0, 0, 0], 2)
    """
    column = panel.column(name)
    if isinstance(column, pd.Categorical):
        return column.codes, column.categories
    return told_apart(column)


def told_apart(values: Any) -> tuple[np.ndarray, Any]:
    """Number of each value, -1 where it is missing, and the different values in order of appearance.

    A table may hold lists, dictionaries or arrays, which no model uses: those are told apart by how they print.

    Examples
    --------
    >>> told_apart(np.array(["b", "a", "b", None], dtype=object))[0].tolist()
    [0, 1, 0, -1]
    >>> told_apart(pd.Series([[1, 2], [1], [1, 2], None]).to_numpy())[0].tolist()
    [0, 1, 0, -1]
    """
    try:
        return pd.factorize(values)
    except TypeError:  # no hash
        return pd.factorize(np.array([None if value is None else repr(value) for value in values], dtype=object))


def whole(levels: Sequence[Any]) -> list[Any]:
    """Levels as they were written: whole numbers that a missing value had made floats are whole numbers again.

    Examples
    --------
    >>> whole([1.0, 2.0]), whole([1.5, 2.0]), whole(["a"])
    ([1, 2], [1.5, 2.0], ['a'])
    """
    floats = all(isinstance(level, float) and level.is_integer() and abs(level) < EXACT for level in levels)
    return [int(level) for level in levels] if floats else list(levels)


def with_whole(found: pd.Categorical) -> pd.Categorical:
    """Categories with `whole` levels."""
    levels = found.categories
    return found.rename_categories(whole(levels.tolist())) if levels.dtype == float and len(levels) else found


def as_groups(column: Any, asked: Any = None) -> pd.Categorical:
    """A column (an array) as groups: the levels that occur, in the order in which every table and picture has them.

    The level that was asked for comes first, where it occurs; else the one that `first` says.

    Examples
    --------
    >>> as_groups(np.array(["drug", "placebo", "active", None], dtype=object)).categories.tolist()
    ['placebo', 'active', 'drug']
    """
    found = pd.Categorical(column)
    found = found.remove_unused_categories()
    found = with_whole(found)
    levels = found.categories.tolist()
    as_table = isinstance(getattr(column, "dtype", None), pd.CategoricalDtype)
    ordered = beginning(levels, asked if asked in levels else first(levels, as_table))
    return found if ordered == levels else found.reorder_categories(ordered)


def first(levels: Sequence[Any], as_table: bool) -> Any:
    """The level that the others are compared with where nothing is asked for.

    It is the first of a categorical column; else, of texts, the one that is called like a control; else the first by
    alphabet, in which order texts come.

    Parameters
    ----------
    levels : sequence
        In their order.
    as_table : bool
        Whether the table orders the levels, as a categorical column does.
    """
    named = None if as_table else control(levels)
    return next(iter(levels), None) if named is None else named


def beginning(levels: Sequence[Any], first: Any) -> list[Any]:
    """The levels with one of them first."""
    return [level for level in levels if level == first] + [level for level in levels if level != first]


def control(levels: Sequence[Any]) -> Any:
    """The one level that is called like a control; None where there is none or more than one."""
    found = [level for level in levels if isinstance(level, str) and level.strip().casefold() in CONTROLS]
    return found[0] if len(found) == 1 else None
