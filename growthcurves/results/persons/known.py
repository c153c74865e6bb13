"""What is known of the persons of new rows: their own random effects, or those of the units above in which they lie."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.frame import raw_array, require_columns
from growthcurves.engine.estimates import PersonState
from growthcurves.fitted import FittedModel
from growthcurves.numerics.arrays import Array
from growthcurves.results.questions.levels import is_crossed, units_above


class Known(NamedTuple):
    """What is known of rows' persons.

    Attributes
    ----------
    state : PersonState
        Of each row's person; the prior where nothing is known.
    there : (n,) array of bool
        Of which rows anything is: of the person, or of a unit in which the person lies.
    """

    state: PersonState
    there: Array


def known_of_rows(fit: FittedModel, frame: pd.DataFrame | None, codes: Array) -> Known:
    """The state of each row's person, by the person's place in the fit; of others by the lowest unit that is known.

    A new person of a known school has the school's effects given the outcomes and a draw from the covariance of persons
    within schools: effects of two levels are independent until outcomes of the person tie them.
    """
    if is_crossed(fit):
        return _of_crossed(fit, frame, codes)
    state, there = fit.estimates.state.take(np.maximum(codes, 0)), codes >= 0
    if frame is None or there.all() or not units_above(fit):
        return Known(state, there)
    for level, units in _units_of_rows(fit, frame):
        rows = np.flatnonzero(~there & (units >= 0))
        of_unit = fit.sums.people.nesting.units[level - 1]
        member = np.zeros(of_unit.max() + 1, dtype=np.intp)
        member[of_unit] = np.arange(len(of_unit))
        first = fit.sums.terms.places[units_above(fit)[level - 1]].start
        _put(fit, state, rows, first, fit.estimates.state.take(member[units[rows]]))
        there = there | (units >= 0)
    return Known(state, there)


def _of_crossed(fit: FittedModel, frame: pd.DataFrame | None, codes: Array) -> Known:
    """The same of rows whose units cross persons: the effects of the person and of the units of each row."""
    estimates: Any = fit.estimates
    if frame is None:
        units = [of_rows for of_rows, _ in fit.bound.crossed]
    else:
        names = zip(units_above(fit), fit.bound.crossed, strict=True)
        require_columns(frame, list(units_above(fit)))
        units = [pd.Index(labels).get_indexer(_plain(raw_array(frame, name), labels)) for name, (_, labels) in names]
    return Known(estimates.of_rows(codes, units), np.any([one >= 0 for one in (codes, *units)], axis=0))


def _put(fit: FittedModel, state: PersonState, rows: Array, first: int, members: PersonState) -> None:
    """Write what is known of units into the state of rows, from a person of the fit in each; effects from `first` on
    are theirs, those before are as the model says that they vary.
    """
    state.effects[:, rows] = 0.0
    state.slope[:, :, rows] = 0.0
    state.spread[:, :, rows] = fit.estimates.G[:, :, None]
    state.effects[first:, rows] = members.effects[first:]
    state.slope[first:, :, rows] = members.slope[first:]
    state.spread[first:, first:, rows] = members.spread[first:, first:]


def _units_of_rows(fit: FittedModel, frame: pd.DataFrame) -> list[tuple[int, Array]]:
    """Level and unit of each row among those of the fit (-1 for others), the lowest level first; as far as columns go.

    A label is of a unit within the unit above: it may be used again in others.
    """
    nesting, names = fit.sums.people.nesting, units_above(fit)
    found: list[tuple[int, Array]] = []
    above = np.zeros(len(frame), dtype=np.intp)
    for level in range(len(names), 0, -1):
        if names[level - 1] not in frame:
            break
        labels = nesting.labels[level - 1]
        parents = nesting.parents(level - 1) if level < len(names) else np.zeros(len(labels), dtype=np.intp)
        known = pd.MultiIndex.from_arrays([parents, labels])
        values = _plain(raw_array(frame, names[level - 1]), labels)
        above = known.get_indexer(pd.MultiIndex.from_arrays([above, values]))
        found.insert(0, (level, above))
    return found


def _plain(values: Array, labels: Array) -> Array:
    """Labels of new rows as those of the fit are kept: of text as text."""
    if labels.dtype.kind != "U" or values.dtype != object:
        return values
    return np.array([None if pd.isna(value) else str(value) for value in values], dtype=object)
