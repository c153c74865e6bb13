"""Value and derivatives of a normal likelihood that says, for any variances, log|V| and [X y]'V^-1[X y].

Fixed effects enter through the products alone and are differentiated exactly; variances by central differences.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from growthcurves.engine.general.differences import STEP, Evaluated, differentiated
from growthcurves.engine.likelihood.gaussian import LOG_2PI
from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array


class Products(NamedTuple):
    """sum log|V_i| and [X y]'V^-1[X y], (p + 1, p + 1)."""

    log_det: float
    squares: Array


def evaluated(products: Callable[[Local], Products | None], at: Local, frame, best_beta: bool) -> Evaluated | None:
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


def _deviance(products: Products | None, v: Array, frame) -> float:
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
