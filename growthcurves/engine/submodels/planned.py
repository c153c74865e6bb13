"""Planned studies fitted side by side: estimates with their uncertainty, and likelihood ratios of variances."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from growthcurves.engine.batch.fits import Fits, fit_batch
from growthcurves.engine.batch.uncertain import Uncertain, entries_of, uncertain, uncorrelated
from growthcurves.engine.draws.planned import Drawn, Kinds
from growthcurves.engine.submodels.submodel import submodel
from growthcurves.numerics.arrays import Array


def planned_fits(kinds: Kinds, drawn: Drawn, L: Array, adjusted: bool = False) -> tuple[Fits, Uncertain]:
    """Fits of drawn studies, with degrees of freedom of each fixed effect and then of what is tested.

    Several rows L (k, p) have those of their uncorrelated combinations. Satterthwaite's by observed information, or
    Kenward and Roger's, by expected information and with their standard errors.
    """
    batch = kinds.batch(drawn)
    fits = fit_batch(batch)
    rows = np.broadcast_to(np.eye(batch.problem.p), (1, batch.problem.p, batch.problem.p))
    if len(L) > 1:
        spread = np.where(np.isfinite(fits.spread), fits.spread, 0.0)
        turned = uncorrelated(L, spread)
        rows = np.concatenate([np.broadcast_to(rows, (len(turned), *rows.shape[1:])), turned], axis=1)
    else:
        rows = np.concatenate([rows, L[None]], axis=1)
    return fits, uncertain(batch, fits, rows, "expected" if adjusted else "observed", adjusted)


def planned_tail(kinds: Kinds, drawn: Drawn, kept: Sequence[int], blocks: tuple[tuple[int, ...], ...]) -> Array:
    """p-values of likelihood ratios against the model with only some random effects, in some blocks; NaN without fits.

    One variance that is left out lies at its boundary: half and half of two chi-squares (Stram and Lee 1994).
    """
    from scipy.special import chdtrc

    problem = kinds.problem
    batch = kinds.batch(drawn)
    part = submodel(problem, range(problem.p), kept, blocks)
    large, small = fit_batch(batch), fit_batch(part.of(batch))
    ratio = np.maximum(small.deviance - large.deviance, 0.0)
    d, boundaries = len(entries_of(problem.partition)) - len(entries_of(blocks)), problem.q - len(kept)
    p = chdtrc(d, ratio)
    if boundaries:
        less = chdtrc(d - 1, ratio) if d > 1 else (ratio <= 0.0).astype(float)
        p = 0.5 * (p + less)
    return np.where(large.converged & small.converged, p, np.nan)
