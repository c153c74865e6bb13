"""A deviance and its derivatives, as a general likelihood gives them."""

from __future__ import annotations

from dataclasses import dataclass

from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A deviance and its derivatives at a local point; see `contracts.likelihood.Evaluated`."""

    point: Local
    deviance: float
    gradient: Array
    hessian: Array
