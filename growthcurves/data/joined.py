"""Several columns that say one thing together: patient 1 of site 2, the placebo group at site 3."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.frame import as_named, check_name, require_columns, text_of
from growthcurves.data.levels import as_groups
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError, brief

COMMA = ", "


def with_joined(
    frame: pd.DataFrame, names: Any, option: str, first: Mapping[Any, Any] | None = None
) -> tuple[pd.DataFrame, Any]:
    """The table with one column for several, and its name; the table itself for one name.

    Parameters
    ----------
    frame : DataFrame
    names : hashable or list
        One column, or a list of them.
    option : str
        Where the user said so, for an error.
    first : dict, optional
        The level of a column that comes first, where one was asked for.

    Returns
    -------
    DataFrame, hashable
        The column is called as its parts are, with commas between them, and so are its values. It is categorical, its
        categories in the order of the parts; missing where any part is.

    Raises
    ------
    ColumnError
        For an unknown column.
    ModelError
        For a list without names or with one twice.

    Examples
    --------
    >>> table, name = with_joined(pd.DataFrame({"site": [2, 10, 2], "who": ["a", "a", "b"]}), ["site", "who"], "id")
    >>> name, table[name].tolist()
    ('site, who', ['2, a', '10, a', '2, b'])
    """
    names = as_named(frame, names)
    parts = [names] if _is_column(frame, names) else [as_named(frame, part) for part in columns_of(names, option)]
    if len(parts) == 1:
        return with_its_parts(frame, parts[0]), parts[0]
    require_columns(frame, parts)
    name = name_of(names, option)
    return (frame if name in frame.columns else frame.assign(**{name: joined(frame, parts, first)})), name


def _is_column(frame: pd.DataFrame, names: Any) -> bool:
    """Whether a tuple is itself the name of a column."""
    return isinstance(names, tuple) and any(names == name for name in frame.columns)


def with_its_parts(frame: pd.DataFrame, name: Any) -> pd.DataFrame:
    """The table with a joined column of that name, where it has the parts alone, as new rows of a fit have.

    Raises
    ------
    ColumnError
        For the part that is not there, where others are.
    """
    if name in frame.columns or not isinstance(name, str):
        return frame
    pieces, columns = name.split(COMMA), {str(column): column for column in frame.columns}
    parts = _parts_of(pieces, columns)
    if parts is None and not columns.keys().isdisjoint(pieces):
        require_columns(frame, pieces)
    return frame if parts is None else frame.assign(**{name: joined(frame, parts)})


def _parts_of(pieces: list[str], columns: dict[str, Any]) -> list[Any] | None:
    """The columns whose names, with commas between them, make these pieces; None without any."""
    if not pieces:
        return []
    for count in range(1, len(pieces) + 1):
        first = COMMA.join(pieces[:count])
        rest = _parts_of(pieces[count:], columns) if first in columns else None
        if rest is not None:
            return [columns[first], *rest]
    return None


def name_of(names: Any, option: str) -> Any:
    """What the column that several make is called; one name as it is."""
    parts = columns_of(names, option)
    return parts[0] if len(parts) == 1 else text_of(tuple(parts))


def columns_of(names: Any, option: str) -> list[Any]:
    """The columns that one name or a list of names means.

    Raises
    ------
    ModelError
        For a list without names or with one twice.
    """
    if not isinstance(names, list | tuple):
        check_name(names, option)
        return [names]
    parts = list(names)
    for part in parts:
        check_name(part, option)
    if not parts or len(set(map(str, parts))) < len(parts):
        raise ModelError(f"{option}= needs a column, or a list of different columns, not {brief(names)}.")
    return parts


def texts_of(names: Any, option: str) -> list[str]:
    """The same as the texts that columns of a panel are called by."""
    return list(map(text_of, columns_of(names, option)))


def joined(frame: pd.DataFrame, parts: list[Any], first: Mapping[Any, Any] | None = None) -> pd.Categorical:
    """One category for every combination that occurs, in the order of the parts."""
    asked = first or {}
    ordered = pd.DataFrame({part: as_groups(frame[part].array, asked.get(part)) for part in parts}, index=frame.index)
    groups = ordered.groupby(parts, sort=True, observed=True, dropna=True).ngroup()
    codes = groups.fillna(-1).astype("int64").to_numpy()
    rows = pd.Series(range(len(codes))).groupby(codes, sort=True).first()
    table = frame[parts].iloc[rows[rows.index >= 0].to_numpy()]
    labels = [_label(tuple(map(show_id, row))) for row in table.itertuples(index=False, name=None)]
    distinct = {label: code for code, label in enumerate(dict.fromkeys(labels))}  # 1 and "1" are one
    one = np.array([*(distinct[label] for label in labels), -1], dtype="int64")
    return pd.Categorical.from_codes(one[codes], list(distinct))


def kinds_of_parts(frame: pd.DataFrame, name: Any) -> tuple[Any, ...]:
    """What the columns hold of which one was joined: "numbers", "texts", or categories in their order; () of others."""
    columns = {str(column): column for column in frame.columns}
    parts = _parts_of(name.split(COMMA), columns) if isinstance(name, str) and COMMA in name else None
    return tuple(_kind_of_part(frame[part]) for part in parts or ())


def _kind_of_part(column: pd.Series) -> Any:
    if isinstance(column.dtype, pd.CategoricalDtype):
        return tuple(map(show_id, column.cat.categories))
    return "numbers" if holds_numbers(column) else "texts"


def in_order(labels: pd.Categorical, kinds: Sequence[Any]) -> pd.Categorical:
    """Joined values of several tables with their categories in the order that `joined` gives those of one table.

    `kinds` are those of the parts (`kinds_of_parts`).

    Examples
    --------
    >>> found = in_order(pd.Categorical(["7, b", "10, a", "7, a"], ["7, b", "10, a", "7, a"]), ["numbers", "texts"])
    >>> found.categories.tolist()
    ['7, a', '7, b', '10, a']
    """
    apart = [_parts(label) for label in labels.categories]
    if not kinds or {len(parts) for parts in apart} != {len(kinds)}:  # values that are not told apart again
        return labels
    ranks = [_ranks(list(part), kind) for part, kind in zip(zip(*apart, strict=True), kinds, strict=True)]
    return labels.reorder_categories(labels.categories[np.lexsort(ranks[::-1])])


def _ranks(values: list[str], kind: Any) -> np.ndarray:
    """Where the values of a part stand among all of them."""
    if kind == "numbers":
        return np.array(list(map(float, values)))
    found = pd.Categorical(values, categories=kind) if kind != "texts" else as_groups(np.array(values, dtype=object))
    return np.asarray(found.codes)


def _parts(label: str) -> tuple[str, ...]:
    """The values of which a joined one was made."""
    if label.startswith("("):
        found: tuple[str, ...] = ast.literal_eval(label)
        return found
    return tuple(label.split(" | " if " | " in label else COMMA))


def _label(values: tuple[str, ...]) -> str:
    """One text for a combination, which no other has; what it is does not depend on which others there are."""
    if any("|" in value or value.startswith("(") for value in values):
        return repr(values)
    return (" | " if any("," in value for value in values) else COMMA).join(values)


def apart(frame: pd.DataFrame, name: Hashable, parts: list[Any]) -> pd.DataFrame:
    """A table whose joined column is taken apart again: its parts stand first."""
    others = [column for column in frame.columns if column != name and column not in parts]
    return frame[[*parts, *others]]
