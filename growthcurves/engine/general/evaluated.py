"""A deviance and its derivatives, as a general likelihood gives them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array


class Sloped(NamedTuple):
    """A deviance and its gradient in local coordinates."""

    deviance: float
    gradient: Array


@dataclass(frozen=True, eq=False)
class Evaluated:
    """A deviance and its derivatives at a local point; see `contracts.likelihood.Evaluated`."""

    point: Local
    deviance: float
    gradient: Array
    hessian: Array
