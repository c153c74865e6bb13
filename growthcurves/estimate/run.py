"""From a model and a panel to a fitted model: bind, sum, check what cannot be answered, solve, certify."""

from __future__ import annotations

import warnings as python_warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.panel import Panel, joining
from growthcurves.engine.build import (
    Centres,
    Nesting,
    Rows,
    Sample,
    Terms,
    by_sums,
    estimated,
    family_estimates,
    from_sums,
    standard_of,
    summed,
)
from growthcurves.engine.estimates import Estimates
from growthcurves.errors import GrowthCurvesError, ModelError, among, unknown
from growthcurves.estimate.endless import refuse_endless
from growthcurves.estimate.notes import OF_ESTIMATES, data_notes, design_notes, estimation_notes
from growthcurves.estimate.refusals import (
    refuse_columns,
    refuse_data,
    refuse_design,
    refuse_perfect,
    refuse_sizes,
    refuse_taken_up,
    refuse_unbounded,
    refuse_units,
)
from growthcurves.estimate.sampled import sampling_notes
from growthcurves.fitted import FittedModel
from growthcurves.model.bind import bind
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.left import computed_side
from growthcurves.model.growth import GrowthModel
from growthcurves.model.occasions import panel_occasions
from growthcurves.model.outcome_family import FamilyOutcome, family_outcome, learned_family
from growthcurves.model.outcomes import with_outcome
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.recipe import BoundRows, group_columns, model_columns
from growthcurves.model.survey.checked import refuse_unweighable, without_zeros
from growthcurves.model.survey.design import SurveyDesign
from growthcurves.model.survey.weighing import Weighing, weighed
from growthcurves.model.varying import refuse_unknown_random
from growthcurves.numerics.bounds import whole_number

METHODS = ("reml", "ml")
#: Words of the quadrature beside numbers of points, and the most points.
QUADRATURES, MOST_POINTS = ("auto", "laplace"), 200


def chosen(panel: Panel, where: str | None) -> Panel:
    """The rows of a panel for which a condition holds; all without one."""
    return panel if where is None else panel.choose(where)


def panel_for(model: GrowthModel, data: Any, where: str | None = None) -> Panel:
    """The panel of a model: the data's own, or made from a table with the model's columns; of the rows by `where`."""
    if isinstance(data, Panel):
        roles = {"id": (model.id, data.id), "time": (model.time, data.time), "outcome": (model.outcome, data.outcome)}
        for role, (wanted, given) in roles.items():
            if wanted != given and wanted is not None and not (role == "outcome" and model.computed):
                raise ModelError(f"The model's {role} is {wanted!r} but the panel's is {given!r}.")
        panel = chosen(data, where)
        panel = panel if model.wave is None else panel.with_wave(model.wave)
    else:
        outcome = computed_side(model.outcome).read_from(model.id, model.time) if model.computed else model.outcome
        panel = Panel(data, id=model.id, time=model.time, outcome=outcome, wave=model.wave, where=where)
    return with_outcome(panel, model.outcome) if model.computed else panel


def estimate(
    model: GrowthModel,
    panel: Panel,
    method: str | None,
    kind: type[FittedModel],
    people: PersonLevel | None = None,
    likelihood: Any = None,
    quadrature: Any = "auto",
    sampled: Sampled | None = None,
) -> FittedModel:
    """Fit a model to a panel.

    `people` is the panel seen at the level of persons, where the caller has looked at it already; `likelihood` makes
    another likelihood than the package's (see `engine.build.estimated`); `quadrature` is how the integral of outcomes
    of a family is taken; `sampled` is the design by which persons were sampled, with the table that it counts.

    Raises
    ------
    NotEstimableError
        When the data cannot answer: one person, one occasion each, constant time or outcome, a perfect fit.
    """
    method = method_of(model, method, sampled)
    bound, outcome = bound_panel(model, panel, people, sampled)
    return estimate_rows(bound, outcome, method, kind, likelihood, quadrature, sampled)


def estimate_rows(
    bound: BoundRows,
    outcome: FamilyOutcome | None,
    method: str,
    kind: type[FittedModel],
    likelihood: Any = None,
    quadrature: Any = "auto",
    sampled: Sampled | None = None,
    notes_of: Callable[[BoundRows], Iterable[Note]] = data_notes,
) -> FittedModel:
    """Fit a model to rows that are bound to it; `notes_of` gives what is to be said of them, all else as `estimate`."""
    weighing = None if sampled is None else weighing_of(bound, sampled)
    bound = bound if weighing is None else averaged(bound, weighing)
    rows = rows_of(bound, outcome, weighing)
    residual = residual_of(bound.model.residual)
    refuse_sizes(bound)
    refuse_taken_up(bound)
    sums = summed(rows, outcome is None and from_sums(residual, likelihood))
    refuse_design(bound, sums)
    frame = standard_of(sums, method == "reml")
    if outcome is None:
        _refuse_quadrature(quadrature)
        refuse_perfect(bound, frame)
        refuse_units(bound, sums, frame)
        estimates = estimated(rows, sums, frame, residual, likelihood, sample_of(weighing))
        refuse_unbounded(bound, estimates)
    else:
        estimates = family_estimates(
            rows, sums, outcome.family, as_quadrature(quadrature), partial(refuse_endless, bound, outcome),
            sample_of(weighing),
        )  # fmt: skip
    told = [] if outcome is None else [Note(NoteKind.CATEGORIES, text) for text in outcome.told]
    told += sampling_notes(weighing, len(sums.kept))
    notes = [*notes_of(bound), *told, *design_notes(bound, sums), *estimation_notes(bound, estimates)]
    return kind(bound.model, bound.panel, bound, estimates, method, warned(notes), weighing=weighing)


def bound_panel(
    model: GrowthModel, panel: Panel, people: PersonLevel | None = None, sampled: Sampled | None = None
) -> tuple[BoundRows, FamilyOutcome | None]:
    """The model with the panel's rows, and the outcome of a family."""
    if model.wave is None and panel.wave is not None:
        model = model.replace(wave=panel.wave)
    for name in group_columns(model):
        panel = joining(panel, name)
    refuse_unknown_random(model, panel.data.columns)
    panel = panel.drop_missing(model_columns(model)).referring(model.reference or {})
    if sampled is not None:
        refuse_unweighable(model, sampled.design)
        panel = without_zeros(sampled.design, model, panel)
    refuse_data(model, panel)
    outcome = None if model.likelihood_family is None else family_outcome(model, panel)
    model = model if outcome is None else learned_family(model, outcome)
    people = people if people is not None and people.panel is panel else PersonLevel(panel)
    bound = bind(model, panel, people)
    refuse_columns(bound)
    return bound, outcome


def can_be_asked(model: GrowthModel, data: Any) -> bool:
    """Whether a model suits a panel or table so far as is known before it is fitted."""
    try:
        bound = bound_panel(model, panel_for(model, data))[0]
        refuse_sizes(bound)
        refuse_taken_up(bound)
    except GrowthCurvesError:
        return False
    return True


def by_likelihood(fit: FittedModel) -> FittedModel:
    """The same model of the same rows by full maximum likelihood, without a pass over the rows.

    Raises
    ------
    NotEstimableError
        When the likelihood has no maximum.
    """
    return fit if fit.method == "ml" else _by_other(fit, fit.estimates.by_ml(), "ml")


def by_method(fit: FittedModel, method: str) -> FittedModel | None:
    """The same model of the same sums by another method; None where it is estimated from rows."""
    if not by_sums(fit.estimates) or fit.weighing is not None:
        return None
    if fit.method == method:
        return fit
    estimates: Any = fit.estimates
    return _by_other(fit, estimates.by_method(method == "reml"), method)


def _by_other(fit: FittedModel, estimates: Estimates, method: str) -> FittedModel:
    refuse_unbounded(fit.bound, estimates)
    of_rows = [note for note in fit.notes if note.kind not in OF_ESTIMATES]
    notes = warned([*of_rows, *estimation_notes(fit.bound, estimates)])
    return replace(fit, estimates=estimates, method=method, notes=notes)


def warned(notes: list[Note]) -> tuple[Note, ...]:
    """Give the warnings that an analyst should see, and keep them as notes."""
    for note in notes:
        python_warnings.warn(note.warning, stacklevel=6)
    return tuple(notes)


def method_of(model: GrowthModel, method: str | None, sampled: Sampled | None = None) -> str:
    """The method of estimation: REML of normal outcomes, full maximum likelihood of others and under weights.

    Raises
    ------
    ModelError
        For an unknown method, and REML of outcomes that are not normal or of weighted rows.
    """
    if method is None:
        return "reml" if model.likelihood_family is None and sampled is None else "ml"
    found = str(method).lower()
    if not among(found, METHODS):
        raise ModelError(unknown("method", method, METHODS))
    if model.likelihood_family is not None and found == "reml":
        raise ModelError(
            f"family={model.family.name!r} is fitted by full maximum likelihood: REML is of normal outcomes, so leave "
            f"method= out."
        )
    if sampled is not None and found == "reml":
        raise ModelError(
            "A fit with design= maximises a weighted likelihood: REML takes degrees of freedom off the number of rows, "
            "which weighted rows do not have, so leave method= out."
        )
    return found


def _refuse_quadrature(asked: Any) -> None:
    """Normal outcomes have no integral to take by points."""
    if asked != "auto":
        raise ModelError("quadrature= is for outcomes of a family: the integral of normal outcomes is exact.")


def as_quadrature(asked: Any) -> Any:
    """How the integral over random effects is taken: "auto", "laplace", or a number of points.

    Raises
    ------
    ModelError
        For anything else.
    """
    if isinstance(asked, str) and asked.lower() in QUADRATURES:
        return asked.lower()
    if isinstance(asked, str):
        raise ModelError(unknown("quadrature", asked, QUADRATURES) + " A number of points is a whole number.")
    return whole_number(asked, "quadrature= is 'auto', 'laplace' or a number of points", 1, MOST_POINTS)


@dataclass(frozen=True, eq=False)
class Sampled:
    """A sampling design, with the table whose sampling units it counts: that before rows were chosen."""

    design: SurveyDesign
    whole: Any
    distinct: bool = False


def weighing_of(bound: BoundRows, sampled: Sampled) -> Weighing:
    """What a design comes to for the persons of a fit."""
    units = Nesting.of(bound.units).units if bound.units else ()
    return weighed(sampled.design, bound.model, bound.panel, units, sampled.whole, sampled.distinct)


def again(weighing: Weighing | None) -> Sampled | None:
    """The design of a fit, for another fit of its rows."""
    return None if weighing is None else Sampled(weighing.design, weighing.whole, weighing.distinct)


def averaged(bound: BoundRows, weighing: Weighing) -> BoundRows:
    """The same rows, with the means of covariates over what these stand for."""
    if not bound.covariates:
        return bound
    counts = weighing.mass[bound.panel.persons.codes] * (1.0 if weighing.rows is None else weighing.rows)
    means = tuple(float(np.average(column, weights=counts)) for column in bound.covariates)
    return replace(bound, recipe=replace(bound.recipe, covariate_means=means))


def sample_of(weighing: Weighing | None) -> Sample | None:
    """The sampling units as the engine takes them."""
    if weighing is None:
        return None
    single = "centred" if weighing.design.single == "centred" else "certainty"
    of_replicates = weighing.replicates, weighing.factors, weighing.of
    return Sample(weighing.sampled, weighing.strata, weighing.unit, single, *of_replicates)


def rows_of(
    bound: BoundRows,
    outcome: FamilyOutcome | None = None,
    weighing: Weighing | None = None,
    centres: Centres | None = None,
) -> Rows:
    """The rows of the panel as the engine takes them.

    `outcome` is that of a family; `centres` are those about which sums are taken, where they are to be added to others.
    """
    nesting = Nesting.of(bound.units) if bound.units else None
    if nesting is not None and weighing is not None:
        nesting = replace(nesting, stands=weighing.units)
    recipe, panel, persons, family = bound.recipe, bound.panel, bound.panel.persons, bound.model.likelihood_family
    if family is not None and outcome is None:
        outcome = family_outcome(bound.model, panel)
    constant = family is None or family.constant_in_x
    outcomes = panel.values if outcome is None else outcome.values  # first: where rows are gone it says so
    return Rows(
        Terms(
            recipe.x, recipe.z, recipe.random.positions, recipe.made, recipe.units, constant, recipe.random.units
        ),
        bound.measured,
        outcomes,
        bound.weights,
        persons.count,
        persons.starts,
        None if persons.starts is not None else persons.codes,
        np.asarray(persons.labels),
        panel_occasions(residual_of(bound.model.residual), panel),
        None if outcome is None else outcome.trials,
        None if outcome is None else outcome.offset,
        nesting,
        bound.crossed,
        None if weighing is None else weighing.persons,
        None if weighing is None else weighing.rows,
        centres,
    )
