"""What is uncertain about the variance parameters at an optimum, and what moving them moves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from growthcurves.engine.parameters.point import Point
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Uncertainty:
    """Sampling covariance of the m variance parameters on the active face, and what they move.

    Attributes
    ----------
    cov : (m, m) array
        Inverse of the information, observed or expected.
    dcov_beta : (m, p, p) array
        Derivative of the covariance matrix of the fixed effects.
    moved : callable
        From a step (m,) in the parameters to the point there, beta unchanged.
    cross : (m, p) array or None
        Covariance with the fixed effects; None where they are uncorrelated, as for normal outcomes.
    """

    cov: Array
    dcov_beta: Array
    moved: Callable[[Array], Point]
    cross: Array | None = None
