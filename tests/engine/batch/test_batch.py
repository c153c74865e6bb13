"""Replicates fitted side by side end where each ends when it is fitted alone.

The single fits are those that the reference tests hold against R; the criterion of a replicate is held against a
dense likelihood here. Tolerance: 1e-8 relative in the deviance.
"""

from __future__ import annotations

import numpy as np
import pytest
from replicate_designs import DESIGNS, fitted

import growthcurves as gc
from growthcurves.engine.batch.criterion import criterion, derivatives
from growthcurves.engine.batch.fits import fit_batch
from growthcurves.engine.draws.replicates import ParametricSource, Truth, truth_of
from growthcurves.engine.likelihood.gaussian import criterion as single_criterion
from growthcurves.engine.likelihood.gaussian import derivatives as single_derivatives
from growthcurves.engine.search.certificate import judge
from growthcurves.engine.search.optimise import moment_start, optimise, other_start


def batch_of(name: str, method: str, count: int, zero: bool = False):
    solution = fitted(name, method).estimates.solution
    true = truth_of(solution)
    true = Truth(true.beta, 0.0 * true.D, true.sigma2) if zero else true
    return ParametricSource(solution.problem, true, np.random.SeedSequence(4)).next(count)


def alone(problem):
    start = moment_start(problem)
    return optimise(problem, [start, other_start(start, problem.partition)])


@pytest.mark.covering
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", DESIGNS)
def test_side_by_side_is_one_by_one(name, method, zero):
    batch = batch_of(name, method, 25, zero)
    fits = fit_batch(batch)
    assert fits.converged.all()
    assert not fits.alone.any()
    for replicate in range(len(batch)):
        problem = batch.single(replicate)
        optimum = alone(problem)
        deviance = optimum.at.deviance + problem.deviance_shift
        assert fits.deviance[replicate] == pytest.approx(deviance, rel=1e-8)
        assert fits.singular[replicate] == judge(problem, optimum).singular
        np.testing.assert_allclose(fits.beta[replicate], problem.beta(optimum.at.beta), rtol=1e-5, atol=1e-8)
        np.testing.assert_allclose(fits.D[replicate], optimum.at.D, rtol=1e-4, atol=1e-4)
    if zero:
        assert fits.singular.any()


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", DESIGNS)
def test_criterion_and_derivatives_are_those_of_single_problems(name, method):
    batch = batch_of(name, method, 4)
    q = batch.problem.q
    rng = np.random.default_rng(0)
    F = np.tril(rng.normal(size=(4, q, q)))
    F[1, :, -1] = 0.0
    F[2] = 0.0
    at = criterion(batch, F)
    slopes = derivatives(batch, at)
    for replicate in range(4):
        problem = batch.single(replicate)
        one = single_criterion(problem, F[replicate] @ F[replicate].T)
        single = single_derivatives(problem, one)
        assert at.deviance[replicate] == pytest.approx(one.deviance, rel=1e-12)
        np.testing.assert_allclose(at.beta[replicate], one.beta, rtol=1e-9, atol=1e-12)
        for mine, theirs in [
            (slopes.gradient, single.gradient),
            (slopes.profiled, single.profiled.reshape(q * q, q * q)),
            (slopes.expected, single.expected_hessian()),
            (slopes.rss, single.rss),
        ]:
            np.testing.assert_allclose(mine[replicate], theirs, rtol=1e-8, atol=1e-8 * np.abs(theirs).max())


def test_draws_do_not_depend_on_how_many_are_made_at_once():
    for name in ("schedules", "own times"):
        solution = fitted(name).estimates.solution
        sources = [ParametricSource(solution.problem, truth_of(solution), np.random.SeedSequence(4)) for _ in "ab"]
        whole = sources[0].next(7)
        pieces = [sources[1].next(count) for count in (1, 4, 2)]
        np.testing.assert_allclose(whole.total, np.concatenate([piece.total for piece in pieces]), rtol=1e-12)


def test_a_replicate_without_full_rank_has_no_estimates():
    batch = batch_of("balanced", "reml", 3)
    batch.total[1, 1, :] = batch.total[1, :, 1] = 0.0
    fits = fit_batch(batch)
    assert fits.dependent.tolist() == [False, True, False]
    assert fits.converged.tolist() == [True, False, True]
    assert np.isnan(fits.beta[1]).all()
    assert np.isfinite(fits.beta[[0, 2]]).all()


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_without_random_effects_replicates_are_least_squares(method):
    panel = fitted("schedules", method).panel
    model = gc.GrowthModel("y", "time", "id", random=())
    solution = gc.fit(model, panel.frame, method=method).estimates.solution
    batch = ParametricSource(solution.problem, truth_of(solution), np.random.SeedSequence(4)).next(6)
    fits = fit_batch(batch)
    assert fits.converged.all()
    for replicate, total in enumerate(batch.total):
        beta = np.linalg.solve(total[:-1, :-1], total[:-1, -1])
        rss = total[-1, -1] - beta @ total[:-1, -1]
        expected = rss / batch.error_df[replicate] * solution.problem.scale**2
        assert fits.sigma2[replicate] == pytest.approx(expected, rel=1e-12)
        np.testing.assert_allclose(fits.beta[replicate], solution.problem.beta(beta), rtol=1e-10)
