"""Whether a likelihood has no maximum: fixed effects, or how much persons differ, that grow without end.

An outcome that is the likelier the larger its linear predictor says so whatever the random effects are: where a
direction of the fixed effects moves no outcome to the less likely side and some to the likelier one, the likelihood
rises along it for ever (Albert and Anderson 1984; Konis 2007, by a linear programme).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthcurves.contracts.family import Family
from growthcurves.numerics.arrays import Array

if TYPE_CHECKING:
    from growthcurves.engine.families.estimates import FamilyEstimates
    from growthcurves.engine.families.likelihood import FamilyLikelihood
    from growthcurves.engine.families.records import Records
    from growthcurves.engine.parameters.local import Local

#: Linear predictors so far out that an outcome's score has the sign that it has at the end.
FAR = 25.0
#: A score below this, or working thresholds beyond, are those of an outcome that is all but certain.
CERTAIN, WIDE = 1e-4, 12.0
#: What a programme finds below this is rounding.
NOTHING = 1e-6
#: SDs of a linear predictor over persons, in those of the link: many, and more than there are.
LARGE, ENDLESS = 15.0, 1e3
#: The logarithm of a dispersion of amounts that is nothing but rounding: a relative SD of 1e-10.
PERFECT = -46.0
#: What the deviance may change by where ten times the SD is as good.
AS_GOOD = 0.05


def looks_endless(found: FamilyEstimates) -> bool:
    """Whether fixed effects may have grown without end: a search that stopped, or outcomes that are all but certain."""
    return not found.verdict.converged or all_but_certain(found.likelihood, found.local)


def all_but_certain(likelihood: FamilyLikelihood, local: Local) -> bool:
    """Whether some outcome is all but certain at a point."""
    if np.abs(local.others).max(initial=0.0) > WIDE:
        return True
    family = likelihood.family.moved(local.others)
    return any(_certain(group, family, group.X @ local.beta + group.offset) for group in likelihood.collected.groups)


def _certain(group: Records, family: Family, eta: Array) -> bool:
    up, down = _sides(group, family)
    score = np.abs(family.score(group.answers, eta)[1])
    return bool((score[up | down] < CERTAIN).any())


def _sides(group: Records, family: Family) -> tuple[Array, Array]:
    """Outcomes that are the likelier the larger, or the smaller, the linear predictor is, (n, R) each."""
    ends = (np.full(group.offset.shape, end) for end in (-FAR, FAR))
    with np.errstate(all="ignore"):
        low, high = (family.score(group.answers, eta)[1] for eta in ends)
    return (low > 0.0) & (high >= 0.0), (high < 0.0) & (low <= 0.0)


def endless_direction(found: FamilyEstimates) -> Array | None:
    """A direction of the fixed effects (p,), original coding, along which the likelihood rises for ever."""
    likelihood = found.likelihood
    p, thresholds = found.frame.p, len(getattr(likelihood.family, "thresholds", ()))
    parts = [_constraints(group, likelihood.family, thresholds) for group in likelihood.collected.groups]
    least, still = (np.unique(np.concatenate([part[k] for part in parts]), axis=0) for k in (0, 1))
    direction = _programme(least, still)
    if direction is None:
        return None
    return np.linalg.solve(found.frame.back_x, direction[:p])


def _constraints(group: Records, family: Family, thresholds: int) -> tuple[Array, Array]:
    """Rows that a direction must not take below zero, and rows that it must not move."""
    X = group.X.reshape(group.offset.size, group.X.shape[-1])
    if thresholds:
        return _of_categories(X, group.answers.value.reshape(-1).astype(int), thresholds)
    up, down = (side.reshape(-1) for side in _sides(group, family))
    return np.concatenate([X[up], -X[down]]), X[~(up | down)]


def _of_categories(X: Array, place: Array, thresholds: int) -> tuple[Array, Array]:
    """The linear predictor must not fall below the threshold under a category, nor rise above that over it."""
    cuts = np.eye(thresholds)
    above, below = place > 0, place < thresholds
    over = np.hstack([X[above], -cuts[place[above] - 1]])
    return np.concatenate([over, np.hstack([-X[below], cuts[place[below]]])]), np.zeros((0, X.shape[1] + thresholds))


def _programme(least: Array, still: Array) -> Array | None:
    """The direction within the unit cube that moves the rows most; None where it moves none."""
    from scipy.optimize import linprog

    if not len(least):
        return None
    total = least.sum(axis=0)
    equal = (still, np.zeros(len(still))) if len(still) else (None, None)
    answer = linprog(-total, A_ub=-least, b_ub=np.zeros(len(least)), A_eq=equal[0], b_eq=equal[1], bounds=(-1.0, 1.0))
    return answer.x if answer.status == 0 and -answer.fun > NOTHING else None


def persons_differ_endlessly(found: FamilyEstimates) -> bool:
    """Whether ten times the SD between persons, and all that goes with it, is as good as what was found."""
    local, family = found.local, found.likelihood.family
    if not family.single or not found.frame.q:
        return False
    most = max(float(np.einsum("anr,ab,bnr->nr", g.Z, local.D, g.Z).max()) for g in found.likelihood.collected.groups)
    size = np.sqrt(most / (getattr(family, "latent_variance", None) or 1.0))
    if size < LARGE:
        return False
    return bool(size > ENDLESS) or _nobody_changes(found) or _as_good_ten_times(found)


def fits_perfectly(found: FamilyEstimates) -> bool:
    """Whether amounts do not scatter at all about persons' own curves, so that the density grows without end."""
    continuous = getattr(found.likelihood.family, "continuous", False)
    return continuous and bool((found.local.others < PERFECT).any())


def _nobody_changes(found: FamilyEstimates) -> bool:
    """Whether every person has outcomes at one end, or in one category: then nothing holds persons near others."""
    family = found.likelihood.family
    return all(_alike(group, family).all() for group in found.likelihood.collected.groups)


def _alike(group: Records, family: Family) -> Array:
    """Records whose outcomes are alike in all rows, (R,)."""
    if hasattr(family, "thresholds"):
        return np.all(group.answers.value == group.answers.value[:1], axis=0)
    up, down = _sides(group, family)
    return np.all(up, axis=0) | np.all(down, axis=0)


def _as_good_ten_times(found: FamilyEstimates) -> bool:
    local, ten = found.local, 10.0
    step = np.zeros(local.size)
    step[: len(local.beta)], step[local.chart] = (ten - 1.0) * local.beta, (ten - 1.0) * local.theta
    own = local.others
    if len(own):
        step[len(step) - len(own) :] = np.concatenate([(ten - 1.0) * own[:1], np.full(len(own) - 1, np.log(ten))])
    there = found.likelihood.sloped(local.moved(step))
    return there is not None and there.deviance < found.lowest + AS_GOOD
