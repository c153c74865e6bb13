"""Derivatives of a log density beyond those that a family gives: differences of the last ones that it does.

They are asked for at modes only, once for all nodes, and the functions are smooth on the scale of a linear predictor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.family import Answers, Family
from growthcurves.numerics.arrays import Array

#: Of a central difference: it is right to some 1e-9, as the square of this over six, and rounding over it is less.
STEP = 1e-4


class Fourth(NamedTuple):
    """The fourth derivative l'''' (n, R); d l''' / d psi (k, n, R); d^2 l' and d^2 l'' / d psi d psi' (k, k, n, R)."""

    fourth: Array
    own_third: Array
    own_first: Array
    own_second: Array


def fourth(family: Family, answers: Answers, eta: Array) -> Fourth:
    """At linear predictors (n, R)."""
    bent = _slope(lambda step: family.slopes(answers, eta + step).third)
    k = len(family.working)
    if not k:
        none = np.zeros((0, 0, *eta.shape))
        return Fourth(bent, np.zeros((0, *eta.shape)), none, none)
    third = _slope(lambda step: family.own(answers, eta + step).second)
    moved = [_slope(partial(_own, family, answers, eta, axis)) for axis in np.eye(k)]
    both = np.stack(moved, axis=1)  # of l' and l'', (2, k, k, n, R)
    return Fourth(bent, third, *(0.5 * (both + both.swapaxes(1, 2))))


def _slope(of: Callable[[float], Array]) -> Array:
    """The derivative at zero of a function of a step."""
    return (of(STEP) - of(-STEP)) / (2.0 * STEP)


def _own(family: Family, answers: Answers, eta: Array, axis: Array, step: float) -> Array:
    """d l' / d psi and d l'' / d psi, (2, k, n, R), a step away along an axis (k,) of the own parameters psi."""
    found = family.moved(family.working + step * axis).own(answers, eta)
    return np.stack([found.first, found.second])
