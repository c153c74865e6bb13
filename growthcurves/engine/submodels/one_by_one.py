"""Replicates of normal outcomes that are fitted one after the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from growthcurves.engine.batch.fits import Fits
from growthcurves.engine.submodels.pair import Drawing

#: Numbers that such a replicate counts as, so that a progress bar moves every few of them.
DRAWN_NUMBERS = 1 << 18


def one_by_one(estimates: Any, made: Callable[[int], Any], count: int = 0) -> Drawing:
    """Replicates whose estimates, None where there are none, are made one by one."""

    def fits(first: int, last: int) -> Fits:
        return Fits.joined([as_fits(estimates, made(place)) for place in range(first, last)])

    return Drawing(DRAWN_NUMBERS, count, fits)


def as_fits(base: Any, found: Any) -> Fits:
    """One replicate as fits, its random effects in the standard coordinates of the estimates that it is of."""
    p, q = base.frame.p, base.frame.q
    if found is None:
        values: list[Any] = [np.full(shape, np.nan) for shape in ((), (p,), (q, q), (), (p, p))]
        values += [False, False, False, True]
    else:
        change = base.frame.back_z @ np.linalg.solve(found.frame.back_z, np.eye(q))
        D = change @ found.solution.optimum.at.D @ change.T
        values = [found.deviance, found.beta, D, found.solution.sigma2, found.cov_beta]
        values += [found.verdict.singular, found.verdict.converged, False, False]
    made: list[Any] = [np.asarray(value)[None] for value in values]
    deviance, beta, D, sigma2, spread, singular, converged, alone, dependent = made
    return Fits(deviance, beta, D, sigma2, spread, singular, converged, alone, dependent, np.zeros((1, 0)))
