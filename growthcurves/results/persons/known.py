"""What is known of the persons of new rows: their own random effects, or those of the units above in which they lie."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.frame import raw_array, require_columns
from growthcurves.data.source import show_id
from growthcurves.engine.estimates import PersonState
from growthcurves.errors import ModelError
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
    if frame is not None and there.any() and units_above(fit):
        _refuse_elsewhere(fit, frame, codes)
    if frame is None or there.all():
        return Known(state, there)
    _drawn(fit, state, ~there)
    if not units_above(fit):
        return Known(state, there)
    for level, units in _units_of_rows(fit, frame):
        rows = np.flatnonzero(~there & (units >= 0))
        of_unit = fit.sums.people.nesting.units[level - 1]
        member = np.zeros(of_unit.max() + 1, dtype=np.intp)
        member[of_unit] = np.arange(len(of_unit))
        first = fit.sums.terms.places[units_above(fit)[level - 1]].start
        _put(state, rows, first, fit.estimates.state.take(member[units[rows]]))
        there = there | (units >= 0)
    return Known(state, there)


def _refuse_elsewhere(fit: FittedModel, frame: pd.DataFrame, codes: Array) -> None:
    """Refuse rows of a person of the fit in another unit: of whom they are cannot be told."""
    nesting, there = fit.sums.people.nesting, codes >= 0
    for unit, labels, of_persons in zip(units_above(fit), nesting.labels, nesting.units, strict=True):
        if unit not in frame:
            continue
        here = np.asarray(_plain(raw_array(frame, unit), labels), dtype=object)
        own = labels[of_persons[np.maximum(codes, 0)]]
        elsewhere = np.flatnonzero(there & ~pd.isna(here) & (here != own))
        if elsewhere.size:
            row = elsewhere[0]
            who = show_id(fit.panel.persons.labels[codes[row]])
            raise ModelError(
                f"The {fit.model.id} {who} lies in {unit} {own[row]} in the fit, and in {here[row]} here: give "
                f"another person another id, or leave the column {unit!r} out for the person of the fit."
            )


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


def before_seen(fit: FittedModel, rows: pd.DataFrame, codes: Array) -> PersonState | None:
    """What is known of new persons before any outcome of them, in standard random effects; `codes` says whose rows are.

    None where that is G: without units above persons, and where none of theirs is known. A person of the fit itself is
    taken as one of a new unit, since the units of the fit know that person's outcomes already.
    """
    if not units_above(fit) or is_crossed(fit):
        return None
    there = [name for name in (fit.model.id, *units_above(fit)) if name in rows]
    frame = rows[there].groupby(codes).first()
    state, known = known_of_rows(fit, frame, np.full(len(frame), -1))
    own = pd.Index(fit.panel.persons.labels).get_indexer(pd.Index(frame[fit.model.id])) >= 0
    _drawn(fit, state, own)
    if not (known & ~own).any():
        return None
    A = np.linalg.inv(fit.standard_rows(np.eye(len(state.effects))))
    spread = np.einsum("ab,bcn,dc->adn", A, state.spread, A, optimize=True)
    return PersonState(A @ state.effects, spread, np.einsum("ab,bpn->apn", A, state.slope))


def _drawn(fit: FittedModel, state: PersonState, rows: Array) -> None:
    """Rows of persons of whom nothing is known: drawn from G."""
    state.effects[:, rows], state.slope[:, :, rows] = 0.0, 0.0
    state.spread[:, :, rows] = fit.estimates.G[:, :, None]


def _put(state: PersonState, rows: Array, first: int, members: PersonState) -> None:
    """Write what is known of units into the state of rows, effects from `first` on, by a person of the fit in each."""
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
