"""Places near the path of constrained optima, and what one evaluation tells of the profile there.

The path is that of Venzon and Moolgavkar (1988): points at which the deviance cannot be lowered without
changing the quantity. See docs/inference-intervals.md, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.contracts.likelihood import Evaluated, Likelihood
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.profile.quantities import Quantity
from growthcurves.engine.search.optimise import newton_step
from growthcurves.numerics.arrays import Array

#: Where D, relative to the residual variance, is larger than this, its likelihood is nothing but rounding.
ENORMOUS = 1e16


@dataclass(frozen=True, eq=False)
class Place:
    """A point and what one evaluation tells of the profile near it.

    Attributes
    ----------
    point : Local
    deviance : float
    x : float
    profile, slope, curvature : float
        Deviance of the path at x, and its derivatives in x.
    multiplier : float
        Derivative of the deviance along the normal of the quantity.
    home : (size,) array
        Step to the path at the same x.
    along : (size,) array
        Step along the path per unit of x.
    decrement : float
        Squared distance from the path.
    saddle : bool
        Whether the deviance can be lowered by second-order changes at the same x.
    """

    point: Local
    deviance: float
    x: float
    profile: float
    slope: float
    curvature: float
    multiplier: float
    home: Array
    along: Array
    decrement: float
    saddle: bool


def place(likelihood: Likelihood, quantity: Quantity, point: Local) -> Place | None:
    """Evaluate a point; None where the deviance or the quantity is not finite."""
    if not float(point.theta @ point.theta) < ENORMOUS:
        return None
    found = likelihood.at(point.recharted(likelihood.frame.partition), not quantity.moves_beta)
    return None if found is None else described(found, quantity)


def orthogonal_to(normal: Array) -> Array:
    """An orthonormal basis (size, size - 1) of what is orthogonal to a vector, from its Householder reflection."""
    w = normal / np.linalg.norm(normal)
    w[0] += 1.0 if w[0] >= 0.0 else -1.0
    basis = -np.outer(w, w[1:] / abs(w[0]))
    basis[1:] += np.eye(len(w) - 1)
    return basis


def described(found: Evaluated, quantity: Quantity) -> Place | None:
    """What an evaluated point tells of the profile of a quantity (docs/inference-intervals.md, 4.2 to 4.6)."""
    x = quantity.measure(found.point)
    with np.errstate(divide="ignore", invalid="ignore"):
        normal, bend = quantity.slopes(found.point) if np.isfinite(x) else (np.zeros(found.point.size), np.nan)
    size = float(normal @ normal)
    if not (np.isfinite(size) and np.isfinite(bend).all() and size > 0.0):
        return None
    g, n = found.gradient, normal / size
    multiplier = float(g @ n)
    L = found.hessian - multiplier * bend
    basis = orthogonal_to(normal)
    K, across = basis.T @ L @ basis, basis.T @ (L @ n)
    home, decrement, saddle, _ = newton_step(basis.T @ g, K)
    along, gain, *_ = newton_step(across, K)
    home, curvature = basis @ home, float(n @ L @ n) - gain
    slope, profile = multiplier + float(n @ L @ home), found.deviance - decrement / 2.0
    along = n + basis @ along
    return Place(found.point, found.deviance, x, profile, slope, curvature, multiplier, home, along, decrement, saddle)
