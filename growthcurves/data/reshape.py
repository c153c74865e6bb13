"""From one row per person to one row per person and occasion."""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_frame, raw_array, require_columns
from growthcurves.data.patterns import Pattern, plain_number
from growthcurves.data.source import find_cell, show_id, source_of
from growthcurves.errors import DataError, ModelError, NotAvailableError

Columns = str | Mapping[str, str | Mapping[str, float]]


def to_long(
    wide: Any,
    id: str,
    time: str,
    columns: Columns,
    times: Mapping[float, float] | None = None,
    keep: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Turn a wide table (one row per person) into a long one (one row per person and occasion).

    Parameters
    ----------
    wide : DataFrame
        The wide table, pandas or polars; it is not changed.
    id : str
        Column that names the person; every person has one row.
    time : str
        Name of the time column of the long table.
    columns : str or dict
        A pattern of column names such as ``"reaction_{day}"``: the number is the time, the rest the outcome's
        name; or a dict from each outcome's name to its pattern (``{"bdi": "bdi_t{wave}"}``) or to its columns
        spelled out (``{"bdi": {"base_bdi": 0, "end_bdi": 12}}``). A pattern fits whole names.
    times : dict, optional
        Time of each number in the names (wave). The numbers are then kept in a column ``wave``.
    keep : list of str, optional
        Columns to repeat on every row of the person; by default all others.

    Returns
    -------
    DataFrame
        Columns id, time, wave (with `times`), the kept ones, the outcomes; sorted by person and time.
        Occasions without any outcome are kept as missing. The index label is
        ``label in wide * occasions + occasion``, which is how an error can name the wide table's cell.

    Raises
    ------
    ColumnError
        For an unknown column, and for a pattern that no column fits (with the nearest ones).
    DataError
        When a person has several rows (both are named).
    ModelError
        When names collide, or `times` does not fit the waves.

    Examples
    --------
    >>> wide = pd.DataFrame({"subject": [1, 2], "age": [30, 40], "score_0": [5, 6], "score_3": [7, 8]})
    >>> to_long(wide, id="subject", time="week", columns="score_{week}")
       subject  week  age  score
    0        1     0   30      5
    1        1     3   30      7
    2        2     0   40      6
    3        2     3   40      8
    """
    wide = as_frame(wide)
    require_columns(wide, [id])
    outcomes = _outcome_columns(wide, id, columns)
    occasions = _occasions(outcomes, times)
    kept = _kept_columns(wide, id, outcomes, keep)
    named_wave = [] if times is None else ["wave"]
    _refuse_collisions([id, time, *named_wave, *kept, *outcomes])
    _refuse_repeated_persons(wide, id)
    return _stack(_Layout(wide, id, time, outcomes, occasions, kept, times is not None))


@dataclass(frozen=True, eq=False)
class _Layout:
    """Everything that decides the long table. `occasions` are pairs (wave, time) in the order of time."""

    wide: pd.DataFrame
    id: str
    time: str
    outcomes: dict[str, dict[float, Hashable]]
    occasions: list[tuple[float, float]]
    kept: list[Hashable]
    with_wave: bool


def _outcome_columns(wide: pd.DataFrame, id: str, columns: Columns) -> dict[str, dict[float, Hashable]]:
    """For each outcome its wide columns by wave."""
    others: list[Hashable] = [column for column in wide.columns if column != id]
    if isinstance(columns, str):
        pattern = Pattern(columns)
        return {pattern.stem: pattern.find(others)}
    if not isinstance(columns, Mapping) or not columns:
        raise ModelError(
            "columns= needs a pattern such as 'reaction_{day}', or a dict of outcomes and patterns."
        )
    return {str(outcome): _columns_of(wide, others, outcome, given) for outcome, given in columns.items()}


def _columns_of(
    wide: pd.DataFrame, others: list[Hashable], outcome: str, given: Any
) -> dict[float, Hashable]:
    if isinstance(given, str):
        return Pattern(given).find(others)
    if not isinstance(given, Mapping) or not given:
        raise ModelError(
            f"columns= gives neither a pattern nor a dict {{column: time}} for outcome {outcome!r}."
        )
    require_columns(wide, given)
    found: dict[float, Hashable] = {}
    for column, number in given.items():
        number = _finite_number(number, f"column {column!r}")
        if number in found:
            raise ModelError(f"Columns {str(found[number])!r} and {str(column)!r} are both number {number}.")
        found[number] = column
    return found


def _occasions(
    outcomes: dict[str, dict[float, Hashable]], times: Mapping[float, float] | None
) -> list[tuple[float, float]]:
    waves = {wave for columns in outcomes.values() for wave in columns}
    if times is None:
        return [(wave, wave) for wave in sorted(waves)]
    if isinstance(times, str):
        raise NotAvailableError("times= as a pattern of columns is not there yet: give a dict {wave: time}.")
    if not isinstance(times, Mapping) or set(times) != waves:
        shown = ", ".join(str(wave) for wave in sorted(waves))
        raise ModelError(f"times= needs a dict with one time for each wave found in the names: {shown}.")
    pairs = [(wave, _finite_number(times[wave], f"wave {wave}")) for wave in sorted(waves)]
    if len({time for _, time in pairs}) < len(pairs):
        raise ModelError("times= gives two waves the same time.")
    return sorted(pairs, key=lambda pair: pair[1])


def _finite_number(value: Any, what: str) -> float:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        raise ModelError(f"The time of {what} must be a number, not {value!r}.")
    return plain_number(float(value))


def _kept_columns(
    wide: pd.DataFrame, id: str, outcomes: dict[str, dict[float, Hashable]], keep: Iterable[str] | None
) -> list[Hashable]:
    used = {column for columns in outcomes.values() for column in columns.values()} | {id}
    if keep is None:
        return [column for column in wide.columns if column not in used]
    kept: list[Hashable] = [keep] if isinstance(keep, str) else list(keep)
    require_columns(wide, kept)
    return [column for column in dict.fromkeys(kept) if column != id]


def _refuse_collisions(names: list[Any]) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise ModelError(
                f"The long table would have two columns called {str(name)!r}: choose another name for the "
                f"time or the outcome, or leave a column out with keep=[...]."
            )
        seen.add(name)


def _refuse_repeated_persons(wide: pd.DataFrame, id: str) -> None:
    if not len(wide):
        raise DataError("The table has no rows.")
    repeated = (wide[id].duplicated() & wide[id].notna()).to_numpy()
    if not repeated.any():
        return
    second = int(repeated.argmax())
    person = wide[id].iloc[second]
    first = int((wide[id] == person).to_numpy(dtype=bool, na_value=False).argmax())
    rows = " and ".join(find_cell(wide, position, id).place for position in (first, second))
    raise DataError(
        f"{id!r} must name one row each in a wide table, but {show_id(person)} has several: {rows}; "
        f"a table with several rows per person is long already."
    )


def _stack(layout: _Layout) -> pd.DataFrame:
    wide, width = layout.wide, len(layout.occasions)
    order = _person_order(wide[layout.id])
    long: dict[Hashable, Any] = {layout.id: _repeated(wide, layout.id, order, width)}
    long[layout.time] = np.tile(np.array([time for _, time in layout.occasions]), len(wide))
    if layout.with_wave:
        long["wave"] = np.tile(np.array([wave for wave, _ in layout.occasions]), len(wide))
    for name in layout.kept:
        long[name] = _repeated(wide, name, order, width)
    for outcome, columns in layout.outcomes.items():
        parts = [columns.get(wave) for wave, _ in layout.occasions]
        long[outcome] = _interleaved(wide, parts, order)
    frame = pd.DataFrame(long, index=_labels(wide, order, width), copy=False)
    frame.attrs = {**wide.attrs, "source": _long_source(layout)}
    return frame


def _person_order(ids: pd.Series) -> np.ndarray | None:
    """Positions that sort the persons, missing ids last; None where they are sorted or cannot be."""
    if ids.is_monotonic_increasing:
        return None
    try:
        return np.asarray(ids.array.argsort(kind="stable", na_position="last"))
    except TypeError:  # text and numbers mixed: as in the file
        return None


def _taken(wide: pd.DataFrame, name: Hashable, order: np.ndarray | None) -> Any:
    values = raw_array(wide, name)
    return values if order is None else values.take(order)


def _repeated(wide: pd.DataFrame, name: Hashable, order: np.ndarray | None, width: int) -> Any:
    return _taken(wide, name, order).repeat(width)


def _interleaved(wide: pd.DataFrame, parts: list[Hashable | None], order: np.ndarray | None) -> Any:
    """The columns (None: a wave without one) laid person by person into one array."""
    arrays = [None if name is None else _taken(wide, name, order) for name in parts]
    there = [values for values in arrays if values is not None]
    if not all(isinstance(values, np.ndarray) and values.dtype.kind in "fiu" for values in there):
        return _interleaved_any(arrays, len(wide))
    dtypes = [values.dtype for values in there] + [np.dtype(float)] * (len(there) < len(parts))
    stacked = np.empty((len(wide), len(parts)), dtype=np.result_type(*dtypes))
    for position, values in enumerate(arrays):
        stacked[:, position] = np.nan if values is None else values
    return stacked.ravel()


def _interleaved_any(arrays: list[Any], rows: int) -> Any:
    """As `_interleaved`, for text, dates, categories and what else pandas can put under one another."""
    template = next(values for values in arrays if values is not None)
    empty = pd.Series(template[:1]).reindex([-1] * rows)
    columns = [empty if values is None else pd.Series(values) for values in arrays]
    stacked = pd.concat(columns, ignore_index=True).array
    return stacked.take(np.arange(rows * len(arrays)).reshape(len(arrays), rows).T.ravel())


def _labels(wide: pd.DataFrame, order: np.ndarray | None, width: int) -> pd.Index:
    index = wide.index
    traceable = pd.api.types.is_integer_dtype(index.dtype) and index.is_unique and index.min() >= 0
    plain = not traceable or index.equals(pd.RangeIndex(len(wide)))
    if plain and order is None:
        return pd.RangeIndex(len(wide) * width)
    labels = np.arange(len(wide)) if plain else index.to_numpy(dtype=np.int64)
    labels = labels if order is None else labels[order]
    if np.array_equal(labels, np.arange(len(wide))):
        return pd.RangeIndex(len(wide) * width)
    return pd.Index((labels[:, None] * width + np.arange(width)).ravel())


def _long_source(layout: _Layout) -> dict[str, Any]:
    cells = {
        outcome: [str(columns.get(wave, outcome)) for wave, _ in layout.occasions]
        for outcome, columns in layout.outcomes.items()
    }
    return {
        **source_of(layout.wide),
        "waves": len(layout.occasions),
        "cells": json.dumps(cells, ensure_ascii=False),
    }
