"""The door for estimation, planning and storage: rows to sums, sums to estimates, and both to saved values and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.engine.estimates import Estimates
from growthcurves.engine.likelihood.gaussian import criterion, derivatives
from growthcurves.engine.likelihood.problem import Standardised, standard_problem, standardised, with_persons
from growthcurves.engine.moved import moved
from growthcurves.engine.normal import NormalEstimates
from growthcurves.engine.parameters.face import Face
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.search.certificate import Verdict, judge
from growthcurves.engine.search.optimise import Optimum
from growthcurves.engine.solution import Solution, solve_problem
from growthcurves.engine.summed import SummedEstimates
from growthcurves.engine.sums.crossing import MOST_COLUMNS as MOST_CROSSED
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.moments import Moments, PersonMoments
from growthcurves.engine.sums.nesting import Cells, Nesting
from growthcurves.engine.sums.rows import Centres
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.engine.sums.whole import Sums
from growthcurves.engine.weighted.sample import Sample
from growthcurves.later import Later

general = Later("growthcurves.engine.general.estimates")
structured = Later("growthcurves.engine.general.structured")
families = Later("growthcurves.engine.families.estimates")
levels = Later("growthcurves.engine.levels.estimates")
weighted = Later("growthcurves.engine.weighted.estimates")
replicated = Later("growthcurves.engine.weighted.replicates")
weighted_families = Later("growthcurves.engine.weighted.families")
weighted_levels = Later("growthcurves.engine.weighted.levels")
nested = Later("growthcurves.engine.general.nested")
crossed = Later("growthcurves.engine.levels.crossed")

__all__ = [
    "Centres",
    "LIKELIHOODS",
    "MOST_CROSSED",
    "Moments",
    "Nesting",
    "PersonMoments",
    "Standardised",
    "Sums",
    "Rows",
    "Sample",
    "Terms",
    "adds_up",
    "by_sums",
    "estimated",
    "estimated_from_sums",
    "estimates_from",
    "family_estimates",
    "family_from",
    "from_sums",
    "general_from",
    "independent",
    "of_rows",
    "holds_again",
    "standard_of",
    "recoded",
    "recoded_sums",
    "summed",
    "sums_from",
    "summed_persons",
    "sums_values",
]


#: Likelihoods that are fitted from rows, by the name under which a saved fit tells them apart.
LIKELIHOODS: dict[str, Any] = {
    "Structured": lambda *made: structured.Structured(*made),
    "NestedStructured": lambda *made: nested.NestedStructured(*made),
}


def summed(rows: Rows, persons: bool = True) -> Sums:
    """The one pass over the rows; without persons, their cross-products are made when they are asked for."""
    return Sums.of_rows(rows, persons)


def from_sums(residual: Any, likelihood: Any = None) -> bool:
    """Whether a model is estimated from persons' cross-products; else from the rows."""
    return likelihood is None and isinstance(residual, Independent)


def standard_of(sums: Sums, reml: bool) -> Standardised:
    """Standard coordinates and units; the scale is zero where the fixed effects fit the outcome perfectly."""
    return standardised(sums.totals, sums.coordinates, reml)


def family_estimates(
    rows: Rows, sums: Sums, family: Any, quadrature: Any, look: Any = None, sample: Sample | None = None
) -> Estimates:
    """The estimates of a model whose outcomes are of a family.

    Parameters
    ----------
    rows : Rows
    sums : Sums
        Of these rows.
    family : Family
    quadrature : "auto", "laplace" or int
        How the integral over random effects is taken.
    look : callable, optional
        Sees estimates that may have grown without end; it may refuse them.
    sample : Sample, optional
        How persons were sampled, where the rows are weighted.
    """
    found = families.Asked(family, quadrature).estimates(rows, sums, look)
    if sample is None:
        return found
    made: Any = weighted_families.kind_of(sample)
    return made.of(found, sample)  # type: ignore[no-any-return]


def estimated(
    rows: Rows, sums: Sums, frame: Standardised, residual: Any, likelihood: Any = None, sample: Sample | None = None
) -> Estimates:
    """The estimates of a model.

    Parameters
    ----------
    rows : Rows
    sums : Sums
        Of these rows.
    frame : Standardised
        Standard coordinates and units of the sums.
    residual : Residual
        The residual structure.
    likelihood : callable, optional
        Makes another likelihood than the package's: from rows, sums, whether by REML, and the residual structure.
    sample : Sample, optional
        How persons were sampled, where the rows are weighted.
    """
    if sample is not None:
        solution = solve_problem(with_persons(frame, sums.moments), sums.moments)
        return _weighted(sums, solution, sample)
    if from_sums(residual, likelihood):
        return estimated_from_sums(sums, frame)
    whole = nested.NestedStructured if rows.nesting is not None else structured.Structured
    made = (likelihood or whole)(rows, sums, frame.reml, residual)
    return general.GeneralEstimates.fitted(made, sums)


def estimated_from_sums(sums: Sums, frame: Standardised) -> Estimates:
    """The estimates of normal outcomes with independent residuals, for which sums suffice."""
    made: Estimates = _normal(sums)(sums, solve_problem(with_persons(frame, sums.moments), sums.moments))
    return made


def summed_persons(estimates: Any, why: tuple[str, str]) -> Estimates:
    """The same estimates, of persons whose outcomes are not known one by one; where they are needed it is said why,
    and what to do.
    """
    found: Any = SummedEstimates(estimates, why)
    made: Estimates = found
    return made


def recoded(estimates: Any, rows: Rows, sums: Sums) -> Estimates | None:
    """The same optimum for rows (and their sums) whose columns are made otherwise; None where the model is another."""
    if not isinstance(estimates, NormalEstimates):
        return estimates.recoded(rows, sums)
    solution = moved(estimates.solution, sums.moments, sums.coordinates)
    if solution is None:
        return None
    made: Any = estimates.of(sums, solution)
    return made


def by_sums(estimates: Any) -> bool:
    """Whether estimates are of sums alone, and need no rows for other terms or another method."""
    return isinstance(estimates.whole if isinstance(estimates, SummedEstimates) else estimates, NormalEstimates)


def recoded_sums(estimates: Any, terms: Terms) -> Estimates | None:
    """The same optimum of sums whose columns are made otherwise of the same products; None where the model is another.
    """
    if isinstance(estimates, SummedEstimates):
        inside = recoded_sums(estimates.whole, terms)
        return None if inside is None else summed_persons(inside, estimates.why)
    sums = estimates.sums.with_terms(terms)
    solution = None if sums is None else moved(estimates.solution, sums.moments, sums.coordinates)
    made: Any = None if solution is None else estimates.of(sums, solution)
    return made


def _normal(sums: Sums) -> Any:
    """What normal outcomes with independent residuals are estimated as."""
    if not sums.terms.levels:
        return NormalEstimates
    return levels.LevelEstimates if sums.moments.crossing is None else crossed.CrossedEstimates


def _weighted(sums: Sums, solution: Solution, sample: Sample, spread: Any = None) -> Estimates:
    """The estimates of weighted normal outcomes; `spread` is what a fit that was saved without persons kept."""
    made: Any
    if sample.factors is not None:
        made = replicated.ReplicatedLevelEstimates if sums.terms.levels else replicated.ReplicatedEstimates
    else:
        made = weighted_levels.WeightedLevelEstimates if sums.terms.levels else weighted.WeightedEstimates
    return made(sums, solution, sample, spread)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- saved values


def sums_values(sums: Sums, people: bool) -> dict[str, Any]:
    """The sums as plain values, with or without those of single persons."""
    moments = sums.moments
    terms, shared, own = moments.terms, moments.shared, None
    if moments.own is not None and not people:
        own = _people_values(replace(moments.own, labels=None))
    return {
        "moments": {
            "terms": (terms.x, terms.z, terms.blocks, terms.made, terms.units, terms.constant, terms.levels),
            "total": moments.total,
            "rows": moments.rows,
            "persons": moments.persons,
            "row_centre": moments.row_centre,
            "weight_centre": moments.weight_centre,
            "shared": None if shared is None else (shared.counts, shared.lengths, shared.G, shared.T),
            "cells": None if shared is None or shared.cells is None else _cells_values(shared.cells),
            "own": own,
            "one_by_one": moments.own is not None,
            "counted": moments.counted,
        },
        "people": _people_values(sums.people) if people else None,
    }


def _people_values(people: PersonMoments) -> dict[str, Any]:
    return {
        "gram": people.gram,
        "weights": people.weights,
        "row_centre": people.row_centre,
        "weight_centre": people.weight_centre,
        "nesting": None if people.nesting is None else _nesting_values(people.nesting),
        "stands": people.stands,
    }


def _cells_values(cells: Cells) -> tuple[Any, ...]:
    return cells.schedule, cells.counts, cells.C, _nesting_values(cells.nesting)


def _nesting_values(nesting: Nesting) -> tuple[Any, ...]:
    return nesting.units, tuple(tuple(labels.tolist()) for labels in nesting.labels), nesting.stands


def _nesting_from(values: tuple[Any, ...]) -> Nesting:
    units, labels, *stands = values
    return Nesting(tuple(units), tuple(np.array(names) for names in labels), *stands)


def _people_from(terms: Terms, values: dict[str, Any]) -> PersonMoments:
    nesting = None if values["nesting"] is None else _nesting_from(values["nesting"])
    return PersonMoments(terms, **{**values, "nesting": nesting})


def sums_from(values: dict[str, Any], absent: Any) -> Sums:
    """The sums from their values; `absent` stands for persons that were not saved."""
    inside = values["moments"]
    terms = Terms(*inside["terms"])
    people = absent if values["people"] is None else _people_from(terms, values["people"])
    own = None
    if inside["one_by_one"]:
        own = _people_from(terms, inside["own"]) if inside["own"] is not None else replace(people, labels=None)
    shared = None
    if inside["shared"] is not None:
        counts, lengths, G, T = inside["shared"]
        shared = Schedules(counts, lengths, G, T, _cells_from(inside["cells"]))
    names = ("total", "rows", "persons", "row_centre", "weight_centre", "counted")
    moments = Moments(terms=terms, shared=shared, own=own, **{name: inside[name] for name in names})
    return Sums.from_moments(people, moments)


def _cells_from(values: tuple[Any, ...] | None) -> Cells | None:
    if values is None:
        return None
    schedule, counts, C, nesting = values
    return Cells(schedule, counts, C, _nesting_from(nesting))


def general_from(values: dict[str, Any], sums: Sums, likelihood: Any) -> Estimates:
    """Estimates of a likelihood of rows from their values, the sums, and the likelihood made of the same rows."""
    return general.GeneralEstimates(sums, likelihood, *_optimum(values))


def family_from(
    values: dict[str, Any], sums: Sums, rows: Rows, family: Any, sample: Sample | None = None
) -> Estimates:
    """Estimates of outcomes of a family from their values, the sums and the same rows."""
    asked = families.Asked(family, values["own"]["asked"])
    likelihood = asked.likelihood(rows, sums, values["own"]["points"])
    made = (sums, likelihood, *_optimum(values), asked)
    if sample is None:
        return families.FamilyEstimates(*made)  # type: ignore[no-any-return]
    return weighted_families.kind_of(sample)(*made, sample)  # type: ignore[no-any-return]


def _optimum(values: dict[str, Any]) -> tuple[Local, Verdict, float]:
    """A point, what is certain of it, and the deviance there."""
    face = Face(values["rotation"], values["free"])
    local = Local(values["beta"], face, values["theta"], values["log_scale"], values["others"], values["scaled"])
    converged, singular, identified, decrement, null = values["verdict"]
    verdict = Verdict(converged, singular, identified, False, decrement, null)
    return local, verdict, values["lowest"]


def estimates_from(
    values: dict[str, Any], sums: Sums, reml: bool, sample: Sample | None = None, spread: Any = None
) -> Estimates:
    """Estimates from their values and sums; of weighted rows with how they were sampled, and the spread of scores."""
    problem = standard_problem(sums.moments, sums.coordinates, reml)
    face = Face(values["rotation"], values["free"])
    at = criterion(problem, face.matrix(values["theta"]))
    optimum = Optimum(at, derivatives(problem, at), face, values["theta"], values["evaluations"])
    solution = Solution(problem, optimum, judge(problem, optimum))
    return _normal(sums)(sums, solution) if sample is None else _weighted(sums, solution, sample, spread)


# ---------------------------------------------------------------- whether saved values are whole


def adds_up(sums: Sums) -> bool:
    """Whether the totals are those of the persons' cross-products, but for rounding."""
    again, kept = sums.people.moments(), sums.moments
    if kept.shared is None:
        return _alike(again.total, kept.total)
    if again.shared is None:
        return False
    names = ("counts", "lengths", "G", "T")
    pairs = [(getattr(again.shared, name), getattr(kept.shared, name)) for name in names]
    return all(_alike(*pair) for pair in [(again.total, kept.total), *pairs])


def of_rows(sums: Sums, rows: Rows) -> bool:
    """Whether the persons' cross-products are those of the rows, but for rounding."""
    kept = sums.people
    again = summed(rows).people.recentred(kept.row_centre, kept.weight_centre)
    return _alike(again.gram, kept.gram) and _alike(again.weights, kept.weights)


def holds_again(estimates: Any) -> bool:
    """Whether a likelihood of rows is at the parameters what it was, but for rounding."""
    found = estimates.likelihood.at(estimates.local, False)
    return found is not None and bool(abs(found.deviance - estimates.lowest) <= 1e-6 * (1.0 + abs(estimates.lowest)))


def independent(sums: Sums) -> bool:
    """Whether no random effect is a linear combination of others."""
    back = sums.coordinates.z.back
    size = np.abs(back).max(axis=0, initial=0.0)
    return not back.size or bool(np.linalg.matrix_rank(back / np.where(size > 0.0, size, 1.0)) == len(back))


def _alike(made: np.ndarray, kept: np.ndarray) -> bool:
    return made.shape == kept.shape and np.allclose(made, kept, rtol=1e-6, atol=1e-6 * _size(made))


def _size(values: np.ndarray) -> float:
    return float(np.abs(values).max(initial=0.0))
