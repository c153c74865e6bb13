"""What a likelihood of a test is searched by: plain central differences, and the rank of what its variances move.

The package's own likelihoods have exact derivatives; these share nothing with them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.likelihood import Frame
from growthcurves.engine.general.evaluated import Evaluated
from growthcurves.engine.general.marginal import Person
from growthcurves.engine.likelihood.gaussian import LOG_2PI
from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array

#: Step in coordinates whose natural unit is one; its fourth power is what is lost.
STEP = 0.01
#: Weights of the first derivative at -2, -1, 1, 2 steps.
FIRST = {-2: 1.0 / 12.0, -1: -2.0 / 3.0, 1: 2.0 / 3.0, 2: -1.0 / 12.0}
#: Weights of the second derivative.
SECOND = {-2: -1.0 / 12.0, -1: 4.0 / 3.0, 0: -5.0 / 2.0, 1: 4.0 / 3.0, 2: -1.0 / 12.0}
#: Step for derivatives of V_i, which is of the second order in the coordinates of a chart.
RANK_STEP = 1e-3


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


class Products(NamedTuple):
    """sum log|V_i| and [X y]'V^-1[X y], (p + 1, p + 1)."""

    log_det: float
    squares: Array


def evaluated(
    products: Callable[[Local], Products | None], at: Local, frame: Frame, best_beta: bool
) -> Evaluated | None:
    """-2 log (restricted) likelihood and its derivatives at a local point; None where it is not finite.

    Parameters
    ----------
    products : callable
        From a local point to its products; fixed effects play no part in them.
    frame : Frame
    """
    p = len(at.beta)
    seen: dict[bytes, Products | None] = {}

    def of(local: Local) -> Products | None:
        key = np.concatenate([local.theta, [local.log_scale], local.others]).tobytes()
        if key not in seen:
            seen[key] = products(local)
        return seen[key]

    here = of(at)
    if here is None:
        return None
    if best_beta:
        try:
            beta = np.linalg.solve(here.squares[:p, :p], here.squares[:p, p])
        except np.linalg.LinAlgError:
            return None
        at = replace(at, beta=beta)
    v = np.append(-at.beta, 1.0)
    found = differentiated(lambda local: _deviance(of(local), v, frame), _variances(at), np.full(at.size - p, STEP))
    if found is None:
        return None
    gradient, hessian = np.empty(at.size), np.empty((at.size, at.size))
    gradient[:p], hessian[:p, :p] = -2.0 * (here.squares[:p] @ v), 2.0 * here.squares[:p, :p]
    gradient[p:], hessian[p:, p:] = found.gradient, found.hessian
    for j in range(at.size - p):
        slope = _slope(of, _variances(at), j)
        hessian[:p, p + j] = hessian[p + j, :p] = -2.0 * (slope[:p] @ v)
    return Evaluated(at, found.deviance, gradient, hessian)


def _variances(at: Local) -> Local:
    """The same variances without fixed effects, whose coordinates are the variances' alone."""
    return replace(at, beta=np.zeros(0))


def _deviance(products: Products | None, v: Array, frame: Frame) -> float:
    if products is None:
        return float("inf")
    p = len(v) - 1
    total = products.log_det + float(v @ products.squares @ v)
    if not frame.reml:
        return total + frame.rows * LOG_2PI
    sign, log_det = np.linalg.slogdet(products.squares[:p, :p])
    return total + float(log_det) + (frame.rows - p) * LOG_2PI if sign > 0 else float("inf")


def _slope(of: Callable[[Local], Products | None], at: Local, place: int) -> Array:
    """Derivative of the products along one coordinate; they are finite where the deviance was."""
    step = np.zeros(at.size)
    step[place] = STEP
    squares = [found.squares for times in (1.0, -1.0, 2.0, -2.0) if (found := of(at.moved(times * step))) is not None]
    up, down, far_up, far_down = squares
    return (8.0 * (up - down) - (far_up - far_down)) / (12.0 * STEP)


def told_apart(persons: Callable[[Local], Sequence[Person]], at: Local, coordinates: Sequence[int]) -> bool:
    """Whether the variance parameters move the V_i in independent ways, at a point inside the range."""
    if not len(coordinates):
        return True
    columns = []
    for place in coordinates:
        step = np.zeros(at.size)
        step[place] = RANK_STEP
        both = zip(persons(at.moved(step)), persons(at.moved(-step)), strict=True)
        columns.append(np.concatenate([((up.V - down.V) / (2.0 * RANK_STEP)).ravel() for up, down in both]))
    J = np.column_stack(columns)
    size = np.linalg.norm(J, axis=0)
    if not (size > 0).all():
        return False
    values = np.linalg.svd(J / size, compute_uv=False)
    return bool(values[-1] > 1e-6 * values[0])
