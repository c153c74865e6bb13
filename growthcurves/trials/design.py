"""A trial's table made ready for a fit: visits as occasions, arms by visit, a panel that counts what it left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.backticks import quoted
from growthcurves.data.frame import as_named, raw_array, require_columns
from growthcurves.data.joined import with_joined
from growthcurves.data.panel import Panel, counting
from growthcurves.data.repeats import stacked_advice, stacked_rows
from growthcurves.data.rows import leave_out
from growthcurves.data.source import show_id, show_level
from growthcurves.errors import DataError, ModelError, NotEstimableError, among, unknown
from growthcurves.model.formula.chosen import chosen_rows, where_reason
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.tree import Term
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import model_columns
from growthcurves.model.shapes import shape_of
from growthcurves.numerics.bounds import several
from growthcurves.trials.absent import reasons_of
from growthcurves.trials.baseline import Baseline, baseline_of
from growthcurves.trials.visits import Visits, meant, visits_of

RESPONSES = ("value", "change", "clda")


@dataclass(frozen=True)
class Roles:
    """What the columns of a trial's table are, and what is modelled; see `growthcurves.trials.mmrm.mmrm`."""

    outcome: str
    visit: str
    id: Any
    arm: str
    reference: Any
    baseline: Any = None
    covariates: Any = None
    response: str = "value"
    visits: Any = None
    where: str | None = None
    subgroup: str | None = None
    outcome_unit: str | None = None
    limits: Any = None

    def __post_init__(self) -> None:
        if not among(self.response, RESPONSES):
            raise ModelError(unknown("response", self.response, RESPONSES))


@dataclass(frozen=True, eq=False)
class Design:
    """A model of a trial without its residual structure, and the rows for it.

    Attributes
    ----------
    roles : Roles
    panel : Panel
    model : GrowthModel
    visits : Visits
        Those that are modelled.
    arms : tuple
        Levels, the reference first.
    baseline : Baseline
    randomised : Series
        The arm of every person in the table, by id.
    absent : Series
        Why persons of the table are in no row that is used after the baseline, by id.
    """

    roles: Roles
    panel: Panel
    model: GrowthModel
    visits: Visits
    arms: tuple[Any, ...]
    baseline: Baseline
    randomised: pd.Series
    absent: pd.Series

    @property
    def after(self) -> Visits:
        """The visits at which arms may differ: all but a modelled baseline."""
        return _after(self.visits, self.baseline)

    def counts(self) -> pd.DataFrame:
        """Rows used at each visit (index) in each arm (columns)."""
        visits, arms = self.visits.places(self.panel.column(self.visits.column)), self.panel.column(self.roles.arm)
        found = np.zeros((len(self.visits.levels), len(self.arms)), dtype=int)
        np.add.at(found, (visits, pd.Index(self.arms, dtype=object).get_indexer(np.asarray(arms, dtype=object))), 1)
        return pd.DataFrame(found, index=pd.Index(self.visits.levels, dtype=object), columns=list(self.arms))

    def persons_at(self, visits: Collection[Any]) -> pd.Series:
        """Persons of each arm with a row at any of these visits."""
        there = pd.Series(self.panel.column(self.visits.column)).isin(list(visits)).to_numpy()
        seen = self.panel.frame.loc[there, [self.panel.id, self.roles.arm]].drop_duplicates(self.panel.id)
        return seen[self.roles.arm].value_counts().reindex(list(self.arms), fill_value=0)


def design_of(frame: pd.DataFrame, roles: Roles) -> Design:
    """The design of a trial.

    Raises
    ------
    ColumnError, DataError, ModelError
        For columns that are not there or cannot be what they are said to be: person and value are named.
    """
    named = {role: as_named(frame, getattr(roles, role)) for role in ("visit", "arm", "outcome")}
    roles = replace(roles, **named)
    frame, id = with_joined(frame, roles.id, "id")
    frame, arm = with_joined(frame, roles.arm, "arm")
    roles = replace(roles, arm=arm)
    require_columns(frame, [id, roles.visit, roles.arm, roles.outcome])
    if not len(frame):
        raise DataError("The table has no rows.")
    frame, not_chosen = leave_out(frame, _not_chosen(frame, roles.where))
    known, visits = _known_and_modelled(frame, roles)
    arms, frame = _with_arms(frame, id, roles)
    frame, baseline = baseline_of(frame, id, known, visits, roles)
    visits = visits.only([level not in baseline.left_out for level in visits.levels])
    frame, masks = _at_visits(frame, known, visits, baseline, roles)
    of_values = {} if baseline.outcome != roles.outcome else {"limits": roles.limits}
    panel = Panel(
        frame, id=id, time=visits.time, outcome=baseline.outcome, wave=roles.visit, left_out=masks,
        outcome_unit=roles.outcome_unit, **of_values,
    )  # fmt: skip
    panel = counting(panel, not_chosen).drop_missing(model_columns(_model(id, visits, arms, baseline, roles)))
    visits = _seen(panel, visits)
    _refuse_twice(panel, visits, roles)
    model = _model(id, visits, arms, baseline, roles)
    randomised = _randomised(frame, id, arms, roles)
    later = known.only([level not in baseline.left_out and level != baseline.modelled for level in known.levels])
    absent = _absent(frame, id, randomised, panel, later, _after(visits, baseline), model, baseline, roles)
    return Design(roles, panel, model, visits, arms, baseline, randomised, absent)


def _known_and_modelled(chosen: pd.DataFrame, roles: Roles) -> tuple[Visits, Visits]:
    """All visits, and those that are modelled; names that do not tell their order stand as visits= lists them."""
    if roles.visits is None:
        return (known := visits_of(chosen, roles.visit)), known
    visits = visits_of(chosen, roles.visit, roles.visits)
    try:
        return visits_of(chosen, roles.visit), visits
    except ModelError:
        return visits, visits


def _not_chosen(frame: pd.DataFrame, where: str | None) -> dict[str, np.ndarray]:
    if where is None:
        return {}
    chosen = chosen_rows(frame, where)
    return {where_reason(where, chosen): ~chosen}


def _after(visits: Visits, baseline: Baseline) -> Visits:
    """All but a modelled baseline."""
    return visits.only([level != baseline.modelled for level in visits.levels])


def _randomised(rows: pd.DataFrame, id: Any, arms: tuple[Any, ...], roles: Roles) -> pd.Series:
    """The arm of every person."""
    known = rows[[id, roles.arm]].dropna().drop_duplicates(id)
    values = pd.Categorical(np.asarray(known[roles.arm], dtype=object), categories=list(arms))
    return pd.Series(values, index=pd.Index(known[id].to_numpy(), dtype=object))


def _absent(
    rows: pd.DataFrame,
    id: Any,
    randomised: pd.Series,
    panel: Panel,
    later: Visits,
    modelled: Visits,
    model: GrowthModel,
    baseline: Baseline,
    roles: Roles,
) -> pd.Series:
    """Why persons are in no row that is used after the baseline."""
    seen = pd.Index(np.asarray(panel.ids, dtype=object)[modelled.places(panel.column(modelled.column)) >= 0])
    absent = randomised.index[~randomised.index.isin(seen)]
    own = {id, model.time, roles.visit, roles.arm, roles.outcome, baseline.outcome}
    needed = [name for name in model_columns(model) if name not in own]
    first = [name for name in needed if name == baseline.column]
    return reasons_of(rows, id, absent, later, modelled, [*dict.fromkeys([*first, *needed])], roles)


# ---------------------------------------------------------------- arms and visits


def _with_arms(frame: pd.DataFrame, id: Any, roles: Roles) -> tuple[tuple[Any, ...], pd.DataFrame]:
    """The arms that occur, the reference first, and the table with its arms as these categories."""
    column = frame[roles.arm]
    factor = pd.Categorical(column.array).remove_unused_categories()
    levels = factor.categories.tolist()
    shown = ", ".join(map(show_level, levels))
    if roles.reference is None:
        raise ModelError(f"reference= is needed: the arm that the others are compared with (of {shown}).")
    if len(levels) < 2:
        raise ModelError(f"The column {roles.arm!r} holds one arm only ({shown}): there is nothing to compare.")
    first = meant(roles.reference, levels, roles.arm)
    arms = [first, *(level for level in levels if level != first)]
    refuse_several(frame, id, roles.arm, "an arm")
    codes = pd.Index(arms, dtype=object).get_indexer(np.asarray(frame[roles.arm], dtype=object))
    return tuple(arms), _replaced(frame, **{roles.arm: pd.Categorical.from_codes(codes, arms)})


def refuse_several(frame: pd.DataFrame, id: Any, column: str, what: str) -> None:
    """Refuse a column that is to be one value for each person, and is not.

    Raises
    ------
    DataError
        Person and values are named.
    """
    pairs = frame[[id, column]].dropna().drop_duplicates()
    twice = pairs[id].duplicated()
    if twice.any():
        who = pairs[id][twice].iloc[0]
        found = " and ".join(show_level(value) for value in pairs[column][pairs[id] == who].iloc[:2])
        raise DataError(
            f"Person {show_id(who)} has several values of {column!r} ({found}): {what} is one value for each person."
        )


def _at_visits(
    frame: pd.DataFrame, known: Visits, visits: Visits, baseline: Baseline, roles: Roles
) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The table with times, and the rows at no modelled visit, by reason."""
    values = raw_array(frame, roles.visit)
    places, all_places = visits.places(values), known.places(values)
    masks = {f"missing {roles.visit}": pd.isna(values)}
    masks |= {
        f"visit {show_id(level)}, {why}": all_places == known.levels.index(level)
        for level, why in baseline.left_out.items()
    }
    others = (places < 0) & ~np.logical_or.reduce(list(masks.values()))
    masks |= {"other visits than those of visits=": others} if others.any() else {}
    if visits.are_times:
        return frame, masks
    times = np.append(np.array(visits.numbers, dtype=float), np.nan)[places]
    order = pd.Categorical.from_codes(places, list(visits.levels))
    return _replaced(frame, **{visits.time: times, roles.visit: order}), masks


def _seen(panel: Panel, visits: Visits) -> Visits:
    """The visits of which there are values.

    Raises
    ------
    NotEstimableError
        When it is one alone.
    """
    seen = np.bincount(visits.places(panel.column(visits.column)), minlength=len(visits.levels)) > 0
    found = visits.only(seen.tolist())
    if len(found.levels) < 2:
        raise NotEstimableError(
            f"There are values of one visit only ({visits.column} {show_id(found.levels[0])}), and repeated measures "
            f"need two: compare the arms at one visit by analysis of covariance."
        )
    return found


def _replaced(frame: pd.DataFrame, **columns: Any) -> pd.DataFrame:
    made = frame.assign(**columns)
    made.attrs = dict(frame.attrs)
    return made


def _refuse_twice(panel: Panel, visits: Visits, roles: Roles) -> None:
    """Refuse two values of a person at a visit."""
    cells = pd.DataFrame({"person": panel.persons.codes, "visit": visits.places(panel.column(roles.visit))})
    twice = cells.duplicated().to_numpy()
    if twice.any():
        row = int(twice.argmax())
        visit = show_id(visits.levels[cells["visit"][row]])
        stacked = stacked_rows(panel)
        advice = "keep the one that counts"
        if stacked is not None:
            advice = f"{stacked.said}; {stacked_advice(stacked, panel.id)}"
        raise DataError(
            f"Person {show_id(panel.ids[row])} has two values of {roles.outcome!r} at {roles.visit} {visit}: {advice}."
        )


# ---------------------------------------------------------------- the model


def _model(id: Any, visits: Visits, arms: tuple[Any, ...], baseline: Baseline, roles: Roles) -> GrowthModel:
    """Arm and baseline by visit, covariates as they are written."""
    constant, by_visit = _covariates(roles.covariates, roles.visit)
    others = [*([] if baseline.column is None else [quoted(baseline.column)]), *by_visit]
    own = [] if roles.subgroup is None else [quoted(roles.subgroup)]
    constant = [term for term in constant if term not in own]
    arm = " * ".join([quoted(roles.arm), *own])
    labels = visits.labels()
    predictors = {
        label: " + ".join([*(own if level == baseline.modelled else [arm]), *others]) or "1"
        for level, label in labels.items()
    }
    same = len(set(predictors.values())) == 1
    known: dict[str, Any] = {"times": visits.numbers, "labels": tuple(labels.values()), "waves": visits.levels}
    shape: Any = replace(shape_of("visits"), wave=roles.visit, **known)  # type: ignore[type-var]
    return GrowthModel(
        outcome=baseline.outcome,
        time=visits.time,
        id=id,
        wave=roles.visit,
        shape=shape,
        predictors=next(iter(predictors.values())) if same else predictors,
        reference={roles.arm: arms[0]},
        time_varying=" + ".join(constant) or None,
        random=(),
    )


def _covariates(given: Any, visit: str) -> tuple[list[str], list[str]]:
    """Terms with one effect at all visits, and those with an effect by visit, which a product with the visit says."""
    one = isinstance(given, str) or given is None
    text = given if one else " + ".join(quoted(str(name)) for name in several(given))
    terms = [] if text is None else read_terms(text).terms
    split = [(_without(term, visit), visit in term.columns) for term in terms if term.factors]
    by_visit = [str(term) for term, own in split if own and term.factors]
    return [str(term) for term, own in split if not own and str(term) not in by_visit], by_visit


def _without(term: Term, visit: str) -> Term:
    for factor in term.factors:
        if visit in factor.columns and factor.label != visit:
            raise ModelError(f"covariates= takes the visit as it is ({visit}:age), not {factor.label!r}.")
    return Term(tuple(factor for factor in term.factors if factor.label != visit), term.scale)
