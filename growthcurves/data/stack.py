"""The arrays of a long table, laid person by person from the columns of a wide one."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import raw_array
from growthcurves.data.source import source_of

#: Wide columns by wave: a number, or the name of a visit.
WaveColumns = dict[Any, Hashable]


@dataclass(frozen=True, eq=False)
class Layout:
    """Everything that decides a long table.

    Attributes
    ----------
    wide : DataFrame
        One row per person.
    id, time : str
        The wide column of the person, and the name of the time in the long table.
    outcomes : dict
        For each outcome its wide columns by wave.
    waves : list of float or str
        The waves in the order of the rows of a person.
    clock : list of float or str, or dict
        The time of each of `waves`, or the wide column that holds the persons' own times at each wave.
    kept : list
        Columns to repeat on every row of the person.
    with_wave : bool
        Whether the long table has a column ``wave``.
    """

    wide: pd.DataFrame
    id: str
    time: str
    outcomes: dict[str, WaveColumns]
    waves: list[Any]
    clock: list[Any] | WaveColumns
    kept: list[Hashable]
    with_wave: bool

    @property
    def spread(self) -> dict[str, WaveColumns]:
        """The long columns that come from several wide ones, with those by wave."""
        own = {self.time: self.clock} if isinstance(self.clock, Mapping) else {}
        return {**own, **self.outcomes}

    def parts(self, columns: WaveColumns) -> list[Hashable | None]:
        """The wide columns in the order of the waves, None for a wave without one."""
        return [columns.get(wave) for wave in self.waves]


def stack(layout: Layout) -> pd.DataFrame:
    """The long table."""
    wide, width = layout.wide, len(layout.waves)
    order = _person_order(wide[layout.id])
    spread = {name: _interleaved(wide, layout.parts(columns), order) for name, columns in layout.spread.items()}
    long: dict[Hashable, Any] = {layout.id: _repeated(wide, layout.id, order, width)}
    long[layout.time] = (
        spread.pop(layout.time) if layout.time in spread else _repeatedly(list(layout.clock), len(wide))
    )
    if layout.with_wave:
        long["wave"] = _repeatedly(layout.waves, len(wide))
    for name in layout.kept:
        long[name] = _repeated(wide, name, order, width)
    frame = pd.DataFrame(long | spread, index=_labels(wide, order, width), copy=False)
    frame.attrs = {**wide.attrs, "source": _long_source(layout)}
    return frame


def _repeatedly(waves: list[Any], persons: int) -> Any:
    """The waves of each person: numbers, or names of visits as ordered categories."""
    if isinstance(waves[0], str):
        return pd.Categorical.from_codes(np.tile(np.arange(len(waves)), persons), waves, ordered=True)
    return np.tile(np.array(waves), persons)


def _person_order(ids: pd.Series) -> np.ndarray | None:
    """Positions that sort the persons, missing ids last; None where they are sorted or cannot be."""
    if ids.is_monotonic_increasing:
        return None
    try:
        return np.asarray(ids.array.argsort(kind="stable", na_position="last"))
    except TypeError:  # text and numbers mixed: as in the file
        return None


def _repeated(wide: pd.DataFrame, name: Hashable, order: np.ndarray | None, width: int) -> Any:
    values = raw_array(wide, name)
    return (values if order is None else values.take(order)).repeat(width)


def _interleaved(wide: pd.DataFrame, parts: list[Hashable | None], order: np.ndarray | None) -> Any:
    """The columns (None: a wave without one) laid person by person into one array."""
    arrays = [None if name is None else raw_array(wide, name) for name in parts]
    there = [values for values in arrays if values is not None]
    kinds = {values.dtype.kind if isinstance(values, np.ndarray) else "any" for values in there}
    if not (kinds <= set("fiu") or kinds == {"M"}):
        return _interleaved_any(arrays, order, len(wide))
    empty = np.array(np.nan if kinds != {"M"} else "NaT", dtype=float if kinds != {"M"} else there[0].dtype)
    dtypes = [values.dtype for values in there] + [empty.dtype] * (len(there) < len(parts))
    stacked = np.empty((len(wide), len(parts)), dtype=np.result_type(*dtypes))
    for position, values in enumerate(arrays):
        stacked[:, position] = empty if values is None else values
    return (stacked if order is None else stacked.take(order, axis=0)).ravel()


def _interleaved_any(arrays: list[Any], order: np.ndarray | None, rows: int) -> Any:
    """As `_interleaved`, for text, categories, True and False, and what else pandas can put under one another."""
    template = next(values for values in arrays if values is not None)
    empty = pd.Series(template[:1]).reindex([-1] * rows).array
    filled = [empty if values is None else values for values in arrays]
    if all(isinstance(values, pd.Categorical) for values in filled):
        stacked: Any = pd.api.types.union_categoricals(filled, ignore_order=True)
    else:
        stacked = pd.concat([pd.Series(values) for values in filled], ignore_index=True).array
    cells = np.arange(rows * len(arrays)).reshape(len(arrays), rows).T
    return stacked.take((cells if order is None else cells[order]).ravel())


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


def _long_source(layout: Layout) -> dict[str, Any]:
    cells = {name: [str(columns.get(wave, name)) for wave in layout.waves] for name, columns in layout.spread.items()}
    return {
        **source_of(layout.wide),
        "waves": len(layout.waves),
        "cells": json.dumps(cells, ensure_ascii=False),
    }
