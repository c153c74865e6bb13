"""Derivatives of a deviance in local coordinates by central differences of the fourth order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array

#: Step in coordinates whose natural unit is one; its fourth power is what is lost.
STEP = 0.01
#: Weights of the first derivative at -2, -1, 1, 2 steps.
FIRST = {-2: 1.0 / 12.0, -1: -2.0 / 3.0, 1: 2.0 / 3.0, 2: -1.0 / 12.0}
#: Weights of the second derivative.
SECOND = {-2: -1.0 / 12.0, -1: 4.0 / 3.0, 0: -5.0 / 2.0, 1: 4.0 / 3.0, 2: -1.0 / 12.0}


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A deviance and its derivatives at a local point; see `contracts.likelihood.Evaluated`."""

    point: Local
    deviance: float
    gradient: Array
    hessian: Array


def differentiated(deviance: Callable[[Local], float], at: Local, steps: Array) -> Evaluated | None:
    """Value, gradient and Hessian at a point; None where the deviance is not finite nearby.

    Parameters
    ----------
    deviance : callable
    at : Local
    steps : (size,) array
        A step in each coordinate.
    """
    n = at.size

    def value(*moves: tuple[int, int]) -> float:
        step = np.zeros(n)
        for i, times in moves:
            step[i] += times * steps[i]
        return deviance(at.moved(step))

    middle = value()
    along = {(i, t): value((i, t)) for i in range(n) for t in FIRST}
    gradient = np.array([sum(w * along[i, t] for t, w in FIRST.items()) for i in range(n)]) / steps
    hessian = np.empty((n, n))
    for i in range(n):
        own = sum(w * (along[i, t] if t else middle) for t, w in SECOND.items())
        hessian[i, i] = own / steps[i] ** 2
        for j in range(i):
            mixed = sum(a * b * value((i, s), (j, t)) for s, a in FIRST.items() for t, b in FIRST.items())
            hessian[i, j] = hessian[j, i] = mixed / (steps[i] * steps[j])
    if not (np.isfinite(middle) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
        return None
    return Evaluated(at, float(middle), gradient, hessian)
