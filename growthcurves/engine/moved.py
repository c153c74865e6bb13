"""A solution carried over to other coordinates that span the same curves."""

from __future__ import annotations

import numpy as np

from growthcurves.engine.likelihood.gaussian import criterion, derivatives
from growthcurves.engine.likelihood.problem import Standardised, standardised, with_persons
from growthcurves.engine.parameters.face import ZERO, face_of
from growthcurves.engine.search.certificate import judge
from growthcurves.engine.search.optimise import Optimum
from growthcurves.engine.solution import Solution
from growthcurves.engine.sums.coordinates import Coordinates
from growthcurves.engine.sums.moments import Moments
from growthcurves.engine.sums.totals import Totals
from growthcurves.numerics.arrays import Array

#: Two sets of columns span the same space when what is left of one beside the other is shorter than this.
SAME = 1e-8


def moved(solution: Solution, moments: Moments, coords: Coordinates) -> Solution | None:
    """The same optimum for moments whose row columns are made otherwise; None where the model is another one.

    Parameters
    ----------
    solution : Solution
    moments : Moments
        The same sums with other terms.
    coords : Coordinates
        Of these moments.
    """
    found = in_other_columns(solution.problem, moments, coords)
    if found is None:
        return None
    frame, change = found
    problem = with_persons(frame, moments)
    D = change @ solution.optimum.at.D @ change.T
    face, theta = face_of((D + D.T) / 2, problem.partition, ZERO)
    at = criterion(problem, face.matrix(theta))
    optimum = Optimum(at, derivatives(problem, at), face, theta, 0)
    again = Solution(problem, optimum, judge(problem, optimum))
    ends = ((one.problem, one.optimum.at.deviance) for one in (solution, again))
    return again if same_likelihood(*ends) else None


def in_other_columns(old: Standardised, totals: Totals, coords: Coordinates) -> tuple[Standardised, Array] | None:
    """Standard coordinates of other columns, and C with Z_old = Z_new C; None where these span other curves."""
    if len(coords.x.kept) != old.p or coords.dependent_z:
        return None
    new = standardised(totals, coords, old.reml)
    if not _same_span(old.into_xy[:-1, :-1], new.into_xy[:-1, :-1], totals.total[:-1, :-1] / totals.rows):
        return None
    change = between(old, new)
    return None if change is None else (new, change)


def same_likelihood(one: tuple[Standardised, float], other: tuple[Standardised, float]) -> bool:
    """Whether two deviances in standard units are the same but for how the columns of X are scaled."""
    values = [deviance + frame.scale_shift for frame, deviance in (one, other)]
    return abs(values[0] - values[1]) <= SAME * abs(values[0])


def between(old: Standardised, new: Standardised) -> Array | None:
    """C with Z_old = Z_new C, block by block; None where a block's columns span other curves."""
    if old.into_z.shape != new.into_z.shape:
        return None
    change = np.zeros((new.q, old.q))
    for block in new.partition:
        here = np.ix_(block, block)
        before, after = old.into_z[:, block], new.into_z[:, block]
        part = np.linalg.lstsq(after, before, rcond=None)[0]
        if np.abs(after @ part - before).max(initial=0.0) > SAME * max(np.abs(before).max(initial=0.0), 1e-300):
            return None
        change[here] = part
    return change


def _same_span(old: Array, new: Array, gram: Array) -> bool:
    """Whether orthonormal columns (in the metric of `gram`) span the same space."""
    left = old - new @ (new.T @ gram @ old)
    return bool(np.sqrt(np.abs(np.einsum("ij,ik,kj->j", left, gram, left))).max(initial=0.0) < SAME)
