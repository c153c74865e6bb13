"""Persons drawn with replacement, and smaller models, are those of tables made row by row.

Source of truth: `growthcurves.fit` on a table in which each drawn person's rows stand as often as drawn, or with the
smaller formula; that fit is held against R elsewhere. Tolerance: 1e-8 relative in the deviance.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from replicate_designs import DESIGNS, fitted

import growthcurves as gc
from growthcurves.engine.batch.fits import fit_batch
from growthcurves.engine.draws.replicates import ParametricSource, truth_of
from growthcurves.engine.draws.resample import CaseSource
from growthcurves.engine.solution import solve_problem
from growthcurves.engine.submodels.submodel import submodel

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")


def table_of(fit, persons) -> object:
    """Rows of the persons in turn, each person drawn under an id of its own."""
    frame, codes = fit.panel.frame.reset_index(drop=True), fit.panel.persons.codes
    rows = [np.flatnonzero(codes == person) for person in persons]
    drawn = frame.iloc[np.concatenate(rows)].reset_index(drop=True)
    return drawn.assign(**{fit.model.id: np.repeat(np.arange(len(persons)), [len(r) for r in rows])})


@pytest.mark.parametrize("name", ["balanced", "schedules", "own times"])
def test_drawn_persons_are_fitted_as_their_rows(name):
    fit = fitted(name)
    source = CaseSource(fit.estimates.solution.problem, fit.sums.people, np.random.SeedSequence(2))
    draws = np.random.default_rng(np.random.SeedSequence(2)).integers(0, source.count, (5, source.count))
    fits = fit_batch(source.next(5))
    for replicate, persons in enumerate(draws):
        refit = gc.fit(DESIGNS[name][0], table_of(fit, persons), time=fit.model.time)
        assert fits.deviance[replicate] == pytest.approx(refit.deviance, rel=1e-8)
        np.testing.assert_allclose(fits.beta[replicate], refit.params, rtol=1e-5, atol=1e-7)
        assert fits.sigma2[replicate] == pytest.approx(refit.scale, rel=1e-5)


@pytest.mark.parametrize("name", ["schedules", "own times"])
def test_leaving_a_person_out(name):
    fit = fitted(name)
    source = CaseSource(fit.estimates.solution.problem, fit.sums.people, np.random.SeedSequence(2))
    fits = fit_batch(source.without(3, 6))
    for replicate, left_out in enumerate((3, 4, 5)):
        persons = [person for person in range(source.count) if person != left_out]
        refit = gc.fit(DESIGNS[name][0], table_of(fit, persons), time=fit.model.time)
        assert fits.deviance[replicate] == pytest.approx(refit.deviance, rel=1e-8)


def test_everybody_once_is_the_fit():
    for name in DESIGNS:
        fit = fitted(name)
        source = CaseSource(fit.estimates.solution.problem, fit.sums.people, np.random.SeedSequence(2))
        fits = fit_batch(source.weighted(np.ones((1, source.count))))
        assert fits.deviance[0] == pytest.approx(fit.deviance, rel=1e-8)
        np.testing.assert_allclose(fits.spread[0], fit.cov_params(), rtol=1e-4, atol=1e-8)


def test_drawn_persons_do_not_depend_on_how_many_are_drawn_at_once():
    fit = fitted("schedules")
    sources = [CaseSource(fit.estimates.solution.problem, fit.sums.people, np.random.SeedSequence(2)) for _ in "ab"]
    whole = sources[0].next(7)
    pieces = [sources[1].next(count) for count in (1, 4, 2)]
    np.testing.assert_allclose(whole.total, np.concatenate([piece.total for piece in pieces]), rtol=1e-12)


SMALLER = [
    ("schedules", "y ~ time + x + (time | id)", (0, 1), None),
    ("schedules", "y ~ time * arm + x + (1 | id)", (0,), None),
    ("schedules", "y ~ time * arm + x + (time || id)", (0, 1), ((0,), (1,))),
    ("own times", "y ~ time + (1 | id)", (0,), None),
]


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize(("name", "formula", "z", "partition"), SMALLER)
def test_a_smaller_model_is_that_of_its_formula(name, formula, z, partition, method):
    fit = fitted(name, method)
    small = gc.fit(formula, fit.panel.frame, method=method, time="time")
    kept = [list(fit.terms).index(term) for term in small.terms]
    part = submodel(fit.estimates.solution.problem, kept, z, partition)
    solution = solve_problem(part.problem, replace(fit.sums.moments, own=None))
    assert solution.deviance == pytest.approx(small.deviance, rel=1e-8)
    np.testing.assert_allclose(solution.beta, small.params, rtol=1e-5)
    large = fit.estimates.solution
    batch = ParametricSource(large.problem, truth_of(large), np.random.SeedSequence(1)).next(4)
    fits = fit_batch(part.of(batch))
    full = fit_batch(batch)
    assert fits.converged.all()
    if method == "ml" or len(kept) == len(fit.terms):
        assert (fits.deviance >= full.deviance - 1e-7).all()
