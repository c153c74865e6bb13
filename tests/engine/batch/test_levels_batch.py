"""Persons in units side by side: criterion and derivatives of every replicate are those of one model by itself.

Those are held against a dense likelihood in tests/engine/likelihood/test_levels.py. Tolerance: 1e-9 relative.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.engine.batch.criterion import criterion, derivatives
from growthcurves.engine.levels.without import Without
from growthcurves.engine.likelihood.gaussian import criterion as single_criterion
from growthcurves.engine.likelihood.gaussian import derivatives as single_derivatives
from growthcurves.numerics.factors import square_root

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
FORMULAS = {
    "slopes": "y ~ time * arm + (time | site/id)",
    "uncorrelated": "y ~ time + (1 | site) + (time || id)",
    "three levels": "y ~ time + (1 | region) + (time | site) + (time | id)",
}


def fitted(formula, own):
    rng, waves = np.random.default_rng(5), 5
    frame = pd.DataFrame({"id": np.repeat(np.arange(60), waves), "time": np.tile(np.arange(1.0 * waves), 60)})
    frame = frame.assign(site=frame["id"] % 12, region=frame["id"] % 4, arm=frame["id"] // 12 % 2)
    frame["time"] += rng.uniform(-0.4, 0.4, len(frame)) if own else 0.0
    u, v = rng.normal(size=(60, 2)) * (1.0, 0.4), rng.normal(size=(12, 2)) * (0.8, 0.4)
    at = u[frame["id"]] + v[frame["site"]]
    frame["y"] = at[:, 0] + at[:, 1] * frame["time"] + rng.normal(size=len(frame))
    return gc.fit(formula, frame.sample(frac=0.85, random_state=2).sort_values(["id", "time"]), time="time")


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.parametrize("name", FORMULAS)
def test_replicates_are_models_by_themselves(name, own):
    fit = fitted(FORMULAS[name], own)
    rng, problem = np.random.default_rng(1), fit.estimates.frame
    for level in range(len(fit.model.above) + 1):
        batch = Without(fit.estimates, level).batch(1, 4)
        D = np.zeros((3, problem.q, problem.q))
        for block in problem.partition:
            A = rng.normal(size=(3, len(block), len(block)))
            D[np.ix_(range(3), block, block)] = A @ A.swapaxes(1, 2)
        here = criterion(batch, square_root(D))
        slopes = derivatives(batch, here)
        for replicate in range(3):
            alone = batch.single(replicate)
            there = single_criterion(alone, D[replicate])
            assert here.deviance[replicate] == pytest.approx(there.deviance, rel=1e-11)
            exact = single_derivatives(alone, there)
            size = problem.q**2
            for mine, theirs in (
                (slopes.gradient, exact.gradient),
                (slopes.profiled, exact.profiled.reshape(size, size)),
                (slopes.expected, exact.expected_hessian()),
            ):
                masked = masks(problem.partition, theirs.shape, problem.q)
                found, wanted = mine[replicate] * masked, theirs * masked
                np.testing.assert_allclose(found, wanted, rtol=1e-9, atol=1e-9 * np.abs(wanted).max())


def masks(partition, shape, q):
    """Entries of matrices that are free: the others are asked for by nobody."""
    free = np.zeros((q, q))
    for block in partition:
        free[np.ix_(block, block)] = 1.0
    return free if shape == (q, q) else np.outer(free.ravel(), free.ravel())


def test_columns_may_be_transformed():
    fit = fitted(FORMULAS["slopes"], False)
    problem = fit.estimates.frame
    batch = Without(fit.estimates, 0).batch(0, 2)
    into_z = np.diag([2.0, 0.5, 3.0, 1.5])
    into_xy = np.eye(problem.p + 1)
    into_xy[-1, -1] = 3.0
    moved = batch.transformed(problem, into_z, into_xy)
    D = np.diag([0.5, 0.4, 0.3, 0.2])
    back = np.linalg.inv(into_z)
    first = criterion(batch, np.repeat(square_root(D)[None], 2, axis=0))
    second = criterion(moved, np.repeat(square_root(back @ D @ back.T)[None], 2, axis=0))
    np.testing.assert_allclose(second.rss, 9.0 * first.rss, rtol=1e-12)
