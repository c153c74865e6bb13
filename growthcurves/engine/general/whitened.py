"""A stack of schedules at given covariance matrices V = L L', everything multiplied by L^-1 from the left."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.general.outcomes import Own, Shared
from growthcurves.engine.general.stacks import Stack
from growthcurves.numerics.arrays import Array


def inverse_factors(V: Array, counts: Array) -> tuple[Array, float] | None:
    """L^-1 (S, n, n) of V = L L', and the sum of log|V| over persons; None where a V is not positive definite."""
    try:
        L = np.linalg.cholesky(V)
    except np.linalg.LinAlgError:
        return None
    inverse = np.linalg.solve(L, np.broadcast_to(np.eye(V.shape[-1]), V.shape))
    return inverse, 2.0 * float(counts @ np.log(np.diagonal(L, axis1=1, axis2=2)).sum(axis=1))


@dataclass(frozen=True, eq=False)
class Whitened:
    """A stack at V.

    Attributes
    ----------
    stack : Stack
    inverse : (S, n, n) array
        L^-1.
    log_det : float
        Sum over persons of log|V|.
    data : Shared or Own
        Multiplied by L^-1.
    """

    stack: Stack
    inverse: Array
    log_det: float
    data: Shared | Own

    @classmethod
    def of(cls, stack: Stack, V: Array) -> Whitened | None:
        """None where a V is not positive definite."""
        found = inverse_factors(V, stack.counts)
        return None if found is None else cls(stack, *found, stack.data.times(found[0]))

    def squares(self) -> Array:
        """[X y]' V^-1 [X y], (p + 1, p + 1)."""
        return self.data.squares()

    def directions(self, dV: Array) -> Array:
        """B_j = L^-1 dV_j L^-T, (m, S, n, n)."""
        return self.inverse @ dV @ np.swapaxes(self.inverse, -1, -2)

    @cached_property
    def Z(self) -> Array:
        """L^-1 Z."""
        return self.inverse @ self.stack.Z
