"""From a model and a panel to a fitted model: bind, sum, check what cannot be answered, solve, certify."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.data.describe import repeated_rows, repeated_text
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.engine.design import Terms
from growthcurves.engine.moments import PersonMoments
from growthcurves.engine.problem import Coordinates, Problem, coordinates, standard_problem
from growthcurves.engine.solution import Solution, solve_problem
from growthcurves.errors import (
    ConvergenceWarning,
    DataWarning,
    GrowthCurvesWarning,
    IdentificationWarning,
    ModelError,
    ModelWarning,
    NotEstimableError,
    unknown,
)
from growthcurves.fitted import FittedModel
from growthcurves.model.bind import BoundModel, bind, model_columns
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel

METHODS = ("reml", "ml")
#: Fewer persons than this say little about how much persons differ.
FEW_PERSONS = 6


def panel_for(model: GrowthModel, data: Any) -> Panel:
    """The panel of a model: the data's own, or made from a table with the model's columns."""
    if isinstance(data, Panel):
        roles = {"id": (model.id, data.id), "time": (model.time, data.time), "outcome": (model.outcome, data.outcome)}
        for role, (wanted, given) in roles.items():
            if wanted != given and wanted is not None:
                raise ModelError(f"The model's {role} is {wanted!r} but the panel's is {given!r}.")
        return data
    return Panel(data, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave)


def estimate(
    model: GrowthModel,
    panel: Panel,
    method: str,
    kind: type[FittedModel],
    people: PersonLevel | None = None,
) -> FittedModel:
    """Fit a model to a panel.

    `people` is the panel seen at the level of persons, where the caller has looked at it already.

    Raises
    ------
    NotEstimableError
        When the data cannot answer: one person, one occasion each, constant time or outcome, a perfect fit.
    """
    method = str(method).lower()
    if method not in METHODS:
        raise ModelError(unknown("method", method, METHODS))
    if model.wave is None and panel.wave is not None:
        model = model.replace(wave=panel.wave)
    panel = panel.drop_missing(model_columns(model))
    _refuse_data(model, panel)
    people = people if people is not None and people.panel is panel else PersonLevel(panel)
    bound = bind(model, panel, people)
    person_moments = _sums(bound)
    moments = person_moments.moments()
    coords = coordinates(moments)
    _refuse_design(bound, coords, moments.rows)
    problem = standard_problem(moments, coords, method == "reml")
    _refuse_perfect(bound, problem)
    solution = solve_problem(problem, moments)
    _refuse_unbounded(bound, solution)
    notes = [*_data_notes(bound), *_design_notes(bound, coords), *_solution_notes(bound, solution)]
    for note in notes:
        python_warnings.warn(note, stacklevel=4)
    texts = tuple(str(note) for note in notes)
    return kind(bound.model, panel, bound, person_moments, moments, coords, solution, method, texts)


def _sums(bound: BoundModel) -> PersonMoments:
    persons = bound.panel.persons
    terms = Terms(bound.x, bound.z, bound.model.random.positions, bound.made)
    codes = None if persons.starts is not None else persons.codes
    return PersonMoments.of_rows(
        terms,
        bound.stored,
        bound.panel.values,
        bound.weights,
        persons.count,
        persons.starts,
        codes,
        np.asarray(persons.labels),
    )


def _refuse_data(model: GrowthModel, panel: Panel) -> None:
    persons, outcome = panel.persons, panel.values
    if persons.count == 1 and model.random.names:
        raise NotEstimableError(
            f"The data hold one person only ({model.id} {show_id(persons.labels[0])}): "
            f"how persons differ cannot be estimated from one; give data of several persons."
        )
    if outcome.min() == outcome.max():
        raise NotEstimableError(
            f"The outcome {model.outcome!r} is constant ({outcome[0]:g}): there is nothing to model."
        )
    if model.time is not None and panel.times.min() == panel.times.max():
        raise NotEstimableError(
            f"The time {model.time!r} is constant ({panel.times[0]:g}): no rate of change can be estimated; "
            f"check the column, or leave time out."
        )
    if model.random.names and int(persons.sizes.max()) == 1:
        what = "slopes of persons" if "slope" in model.random.names else "differences between persons"
        raise NotEstimableError(
            f"Every person has one occasion only, so that {what} cannot be told from the residual: "
            f"check that {model.id!r} is the person, or fit random=() for the mean trend alone."
        )


def _refuse_design(bound: BoundModel, coords: Coordinates, rows: int) -> None:
    for column in coords.dependent_z:
        raise NotEstimableError(
            f"The random effect {bound.random_names[column]!r} cannot vary: its column is constant or a "
            f"linear combination of the other random effects; leave it out of random=."
        )
    if rows <= len(coords.x.kept):
        raise NotEstimableError(
            f"There are {rows} rows for {len(coords.x.kept)} fixed effects: too few to estimate a residual variance."
        )


def _refuse_perfect(bound: BoundModel, problem: Problem) -> None:
    outcome = bound.model.outcome
    if problem.scale == 0.0:
        raise NotEstimableError(
            f"The fixed effects fit {outcome!r} perfectly: there is no residual variation, and no uncertainty to state."
        )


def _refuse_unbounded(bound: BoundModel, solution: Solution) -> None:
    if solution.verdict.unbounded:
        raise NotEstimableError(
            f"Every person's own line fits {bound.model.outcome!r} perfectly: there is no residual variation "
            f"within persons, and the likelihood has no maximum; check whether the outcome is computed from time."
        )


def _data_notes(bound: BoundModel) -> Iterable[GrowthCurvesWarning]:
    panel, model = bound.panel, bound.model
    if panel.persons.count < FEW_PERSONS and model.random.names:
        yield DataWarning(
            f"There are {panel.persons.count} persons only: what is said of the differences between persons "
            f"rests on these few."
        )
    if model.time is None:
        return
    yield from _duplicate_note(bound)
    occasions = _Occasions.of(panel)
    yield from _cohort_note(bound, occasions)
    yield from _baseline_note(bound, occasions)


def _duplicate_note(bound: BoundModel) -> Iterable[GrowthCurvesWarning]:
    panel = bound.panel
    repeated = repeated_rows(panel.persons, panel.times)
    if repeated.any():
        yield DataWarning(repeated_text(panel.persons, panel.times, repeated, bound.model.time))


@dataclass(frozen=True)
class _Occasions:
    """First and last time of every person, and the outcome at the first, each (N,)."""

    first: np.ndarray
    last: np.ndarray
    baseline: np.ndarray

    @classmethod
    def of(cls, panel: Panel) -> _Occasions:
        times, outcome, persons = panel.times, panel.values, panel.persons
        if _ascending(panel):
            ends = np.cumsum(persons.sizes) - 1
            starts = ends - persons.sizes + 1
            return cls(times[starts], times[ends], outcome[starts])
        first, last = np.full(persons.count, np.inf), np.full(persons.count, -np.inf)
        np.minimum.at(first, persons.codes, times)
        np.maximum.at(last, persons.codes, times)
        at_first = np.flatnonzero(times == first[persons.codes])
        baseline = np.empty(persons.count)
        baseline[persons.codes[at_first]] = outcome[at_first]
        return cls(first, last, baseline)


def _ascending(panel: Panel) -> bool:
    """Whether each person's rows lie together and in the order of time."""
    if panel.persons.starts is None:
        return False
    back = panel.times[1:] < panel.times[:-1]
    back[panel.persons.starts[1:] - 1] = False
    return not back.any()


def _cohort_note(bound: BoundModel, occasions: _Occasions) -> Iterable[GrowthCurvesWarning]:
    first = occasions.first
    span = float(np.median(occasions.last - first))
    if span > 0 and float(first.std()) > 0.5 * span:
        time = bound.model.time
        yield DataWarning(
            f"Persons start at very different values of {time!r} (SD {first.std():.3g}, median follow-up {span:.3g}): "
            f"differences between persons of different {time!r} and change within persons are mixed in the slope. "
            f"Measure time from each person's first occasion and give the first {time!r} as a predictor to split them."
        )


def _baseline_note(bound: BoundModel, occasions: _Occasions) -> Iterable[GrowthCurvesWarning]:
    seen = set()
    for columns in bound.predictors.values():
        for name, values in zip(columns.names, columns.values, strict=True):
            if values is None or name in seen:
                continue
            seen.add(name)
            if np.mean(values == occasions.baseline) > 0.9 and values.min() < values.max():
                yield ModelWarning(
                    f"The predictor {name!r} equals the first {bound.model.outcome!r} of most persons: the baseline is "
                    f"both predictor and outcome, which biases the effects on change; leave the first occasion out of "
                    f"the outcome, or the predictor out of the model."
                )


def _design_notes(bound: BoundModel, coords: Coordinates) -> Iterable[GrowthCurvesWarning]:
    if coords.dependent_x:
        names = ", ".join(bound.terms[j] for j in coords.dependent_x)
        yield ModelWarning(f"Left out as linear combinations of other terms: {names}.")
    if bound.model.time is None or "intercept" not in bound.predictors:
        return
    intercept = set(bound.predictors["intercept"].names)
    for parameter in bound.model.parameters[1:]:
        lone = [name for name in bound.predictors[parameter].names if name not in intercept and name != "1"]
        if lone and "1" in bound.predictors[parameter].names:
            names = ", ".join(lone)
            yield ModelWarning(
                f"{names} predicts the {parameter} but not the intercept: all persons are held to start equal "
                f"at the origin whatever their {names}; add it to the intercept unless that is meant."
            )
    yield from _origin_note(bound)


def _origin_note(bound: BoundModel) -> Iterable[GrowthCurvesWarning]:
    """An origin far outside the data matters where G is not closed under a change of origin."""
    times, origin = bound.panel.times, bound.shape.origin
    low, high = float(times.min()), float(times.max())
    away = max(low - origin, origin - high, 0.0)
    if away <= 2.0 * (high - low):
        return
    together = any({"intercept", "slope"} <= set(block) for block in bound.model.random.blocks)
    if "slope" in bound.random_names and not together:
        yield ModelWarning(
            f"The origin of {bound.model.time!r} ({origin:g}) lies far outside the data ({low:g} to {high:g}) and the "
            f"random slope has no covariance with a random intercept: the model depends on this origin; "
            f"set origin= inside the data or let intercept and slope covary."
        )


def _solution_notes(bound: BoundModel, solution: Solution) -> Iterable[GrowthCurvesWarning]:
    verdict = solution.verdict
    if not verdict.identified:
        yield IdentificationWarning(
            f"The variances of {', '.join(bound.random_names)} and of the residual cannot be told apart in this design "
            f"(too few occasions per person, at times that persons share): fixed effects are valid, and variances, "
            f"reliability, ICC and persons' estimates are withheld. Fit fewer random effects, or add occasions."
        )
    if not verdict.converged:
        yield ConvergenceWarning(
            f"The optimum could not be certified (Newton decrement {verdict.decrement:.2g}): do not rely on this fit."
        )
