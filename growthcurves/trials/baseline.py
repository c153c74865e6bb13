"""Where the baseline of a trial comes from, and what becomes of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.frame import raw_array
from growthcurves.data.joined import columns_of, name_of
from growthcurves.data.repeats import stacked_advice, stacked_by
from growthcurves.data.source import show_id
from growthcurves.data.visit_order import baseline_among
from growthcurves.errors import DataError, ModelError, unknown

if TYPE_CHECKING:
    from growthcurves.trials.design import Roles
    from growthcurves.trials.visits import Visits

#: Share of persons whose value at a visit is that of the baseline column, from which the visit is the baseline.
THE_SAME = 0.9


@dataclass(frozen=True)
class Baseline:
    """The baseline of a trial.

    Attributes
    ----------
    outcome : str
        The column that is modelled: the outcome, or its change from the baseline.
    column : str or None
        The column that predicts; None for none.
    modelled : visit or None
        The visit that is modelled as an outcome (cLDA).
    left_out : dict of visit to str
        Visits whose rows are no outcomes, and why.
    """

    outcome: str
    column: str | None = None
    modelled: Any = None
    left_out: Mapping[Any, str] = field(default_factory=dict)


def baseline_of(
    frame: pd.DataFrame, id: Any, known: Visits, visits: Visits, roles: Roles
) -> tuple[pd.DataFrame, Baseline]:
    """The table with the columns of the baseline and of what is modelled, and where the baseline is.

    Raises
    ------
    ModelError
        For a baseline that is neither a column nor a visit, or does not suit the response.
    DataError
        For one that changes within a person.
    """
    if roles.response == "clda":
        modelled = _modelled(frame, visits, roles)
        return frame, Baseline(roles.outcome, modelled=modelled, left_out=_before(known, modelled))
    if roles.baseline is None:
        if roles.response == "change":
            raise ModelError('response="change" needs baseline=: a column, or the visit whose value it is.')
        return frame, Baseline(roles.outcome)
    ids = raw_array(frame, id)
    if isinstance(roles.baseline, str) and roles.baseline in frame.columns:
        frame, found = _of_column(frame, ids, known, roles)
    else:
        frame, found = _of_visit(frame, ids, known, roles)
    return _as_change(frame, ids, found, roles) if roles.response == "change" else (frame, found)


def _modelled(frame: pd.DataFrame, visits: Visits, roles: Roles) -> Any:
    """The baseline visit of cLDA: that which was asked for, else the one that its name tells."""
    if isinstance(roles.baseline, str) and roles.baseline in frame.columns:
        raise ModelError(
            'response="clda" takes the baseline for one of the outcomes: baseline= names its visit, not a column.'
        )
    return baseline_among(visits.levels) if roles.baseline is None else _visit(visits, roles.baseline)


def _visit(visits: Visits, wanted: Any) -> Any:
    try:
        return visits.named(wanted)
    except ModelError:
        known = [show_id(level) for level in visits.levels]
        raise ModelError(unknown("column or visit for the baseline", wanted, known)) from None


def _of_column(frame: pd.DataFrame, ids: Any, known: Visits, roles: Roles) -> tuple[pd.DataFrame, Baseline]:
    """A column of the table; the visit at which the outcome is the same number is the baseline, no outcome."""
    name = roles.baseline
    values = _one_each(numeric_column(frame, name, ids), frame, ids, name, roles)
    outcome, places = numeric_column(frame, roles.outcome, ids), known.places(raw_array(frame, roles.visit))
    last = -1
    for place in range(len(known.levels)):
        both = (places == place) & ~np.isnan(values) & ~np.isnan(outcome)
        if both.any() and np.mean(np.isclose(values[both], outcome[both], rtol=1e-9, atol=0.0)) >= THE_SAME:
            last = place
    why = f"the baseline: its value is the predictor {name!r}"
    return frame.assign(**{name: values}), Baseline(roles.outcome, name, left_out=_until(known, last, why))


def _of_visit(frame: pd.DataFrame, ids: Any, known: Visits, roles: Roles) -> tuple[pd.DataFrame, Baseline]:
    """The outcome at a visit, as a column of its own."""
    visit, name = _visit(known, roles.baseline), f"baseline {roles.outcome}"
    place = known.levels.index(visit)
    there = known.places(raw_array(frame, roles.visit)) == place
    values = np.where(there, numeric_column(frame, roles.outcome, ids), np.nan)
    said = f"{roles.outcome} at {roles.visit} {show_id(visit)}"
    made = frame.assign(**{name: _one_each(values, frame, ids, said, roles)})
    why = f"the baseline: its value is the predictor {name!r}"
    return made, Baseline(roles.outcome, name, left_out=_until(known, place, why))


def _until(known: Visits, last: int, why: str) -> dict[Any, str]:
    """The baseline visit and those before it."""
    return _before(known, known.levels[last]) | {known.levels[last]: why} if last >= 0 else {}


def _before(known: Visits, baseline: Any) -> dict[Any, str]:
    """The visits before the baseline."""
    return dict.fromkeys(known.levels[: known.levels.index(baseline)], "before the baseline")


def _one_each(values: np.ndarray, frame: pd.DataFrame, ids: Any, name: str, roles: Roles) -> np.ndarray:
    """The one known number of each person, on all rows.

    Raises
    ------
    DataError
        For a person with two.
    """
    groups = pd.Series(values).groupby(pd.factorize(pd.Series(ids))[0])
    low, high = groups.transform("min").to_numpy(), groups.transform("max").to_numpy()
    differs = high > low
    if differs.any():
        row = int(differs.argmax())
        outcome = numeric_column(frame, roles.outcome, ids)
        own = (roles.outcome, roles.visit, roles.arm, *columns_of(roles.id, "id"))
        stacked = stacked_by(frame, ids, raw_array(frame, roles.visit), own, outcome)
        advice = "a baseline is one number for each person"
        if stacked is not None:
            advice = f"{stacked.said}; {stacked_advice(stacked, name_of(roles.id, 'id'))}"
        raise DataError(
            f"Person {show_id(pd.Series(ids).iloc[row])} has two baselines ({name!r}: {low[row]:.6g} and "
            f"{high[row]:.6g}): {advice}."
        )
    return low


def _as_change(frame: pd.DataFrame, ids: Any, found: Baseline, roles: Roles) -> tuple[pd.DataFrame, Baseline]:
    name = f"change in {roles.outcome}"
    change = numeric_column(frame, roles.outcome, ids) - frame[found.column].to_numpy(dtype=float)
    return frame.assign(**{name: change}), Baseline(name, found.column, left_out=found.left_out)
