"""Everyone but for one person: as persons counted zero times, and as sums of each person made anew.

Tolerance: 1e-9 relative in what the criterion is made of.
"""

from __future__ import annotations

import numpy as np
import pytest
from replicate_designs import DESIGNS, fitted

from growthcurves.engine.batch.criterion import criterion, derivatives
from growthcurves.engine.batch.interpolated import Interpolated
from growthcurves.engine.draws.resample import CaseSource
from growthcurves.engine.likelihood.gaussian import criterion as single_criterion
from growthcurves.numerics.factors import square_root


def source_of(name: str) -> CaseSource:
    fit = fitted(name)
    return CaseSource(fit.estimates.solution.problem, fit.sums.people, np.random.SeedSequence(1))


def nearby(D, count, size):
    """Points about D, relative to it."""
    rng, L, q = np.random.default_rng(3), np.linalg.cholesky(D), len(D)
    X = size * rng.uniform(-0.5, 0.5, (count, q, q))
    return L @ (np.eye(q) + X + X.swapaxes(1, 2)) @ L.T


@pytest.mark.parametrize("name", DESIGNS)
def test_taken_away_is_not_counted(name):
    source = source_of(name)
    times = np.ones((4, source.count))
    times[np.arange(4), np.arange(4)] = 0.0
    without, counted = source.without(0, 4), source.weighted(times)
    F = square_root(nearby(np.eye(without.problem.q), 4, 0.3))
    here, there = criterion(without, F), criterion(counted, F)
    np.testing.assert_allclose(here.deviance, there.deviance, rtol=1e-11)
    for mine, theirs in zip(derivatives(without, here), derivatives(counted, there), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-9 * np.abs(theirs).max())
    alone = single_criterion(without.single(2), F[2] @ F[2].T)
    assert alone.deviance == pytest.approx(there.deviance[2], rel=1e-11)


@pytest.mark.parametrize("size", [0.002, 0.2])
def test_near_one_point_sums_are_polynomials(size):
    source = source_of("own times")
    (exact,), D = source.everyone, nearby(np.eye(2), 1, 0.4)[0]
    known = Interpolated.near(exact, D, 10**6, source.totals.shape[1])
    assert isinstance(known, Interpolated)
    F = square_root(nearby(D, 6, size))
    weight = np.random.default_rng(1).normal(size=(6, *source.totals.shape[1:]))
    weight = weight + weight.swapaxes(1, 2)
    _, there = known._standard(F)
    assert there.all() if size < 0.01 else not there.any()
    for mine, theirs in zip(known.reduce(F), summed(exact, F), strict=True):
        np.testing.assert_allclose(mine, theirs, rtol=1e-9, atol=1e-10 * np.abs(theirs).max())
    mine, theirs = known.curvature(F, weight), summed(exact, F, weight)
    for name in ("uu", "p"):
        here, exactly = getattr(mine, name), getattr(theirs, name)
        np.testing.assert_allclose(here, exactly, rtol=1e-9, atol=1e-10 * np.abs(exactly).max())
    for name in ("pp", "pk"):  # of which steps alone are made
        here, exactly = getattr(mine, name), getattr(theirs, name)
        np.testing.assert_allclose(here, exactly, atol=0.02 * np.abs(exactly).max())


def summed(block, F, *weight):
    made = [piece.curvature(F, *weight) if weight else piece.reduce(F) for piece in block.pieces(len(F))]
    return type(made[0])(*map(sum, zip(*made, strict=True))) if weight else tuple(map(sum, zip(*made, strict=True)))


@pytest.mark.parametrize(("D", "persons"), [(np.diag([1.0, 0.0]), 10**6), (np.eye(2), 50)])
def test_polynomials_are_not_made_where_they_do_not_do_or_pay(D, persons):
    source = source_of("own times")
    (exact,) = source.everyone
    assert Interpolated.near(exact, D, persons, source.totals.shape[1]) is exact
