"""The residuals' part of V, its derivatives, and its curvature.

Where different occasions are few, one matrix is made over all of them, and schedules take their part of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.general.stacks import Stack
from growthcurves.numerics.arrays import Array

#: Step of central differences of a structure of somebody's own.
STEP = 1e-4


@dataclass(frozen=True, eq=False)
class Within:
    """A residual structure with values, at the occasions of stacks.

    Attributes
    ----------
    residual : Residual
    grid : Occasions or None
        The different occasions, (m,).
    """

    residual: Any
    grid: Occasions | None

    @cached_property
    def _matrix(self) -> Array:
        return _matrix(self.residual, self.grid)

    @cached_property
    def _derivatives(self) -> Array:
        return _derivatives(self.residual, self.grid)

    def matrices(self, stack: Stack) -> Array:
        """R of each schedule, (S, n, n)."""
        if stack.places is None:
            return stack.own(_matrix(self.residual, stack.occasions))
        return stack.own(self._matrix[stack.pairs])

    def derivatives(self, stack: Stack) -> Array:
        """Derivatives of R in the working coordinates, (k, S, n, n)."""
        if stack.places is None:
            return stack.own(_derivatives(self.residual, stack.occasions))
        return stack.own(self._derivatives[:, *stack.pairs])

    def curvature(self, parts: Sequence[tuple[Stack, Array]]) -> Array:
        """sum tr(M d2R) in the working coordinates, (k, k), over stacks with their M, (S, n, n)."""
        if self.grid is None:
            return np.sum([_curvature(self.residual, stack.occasions, stack.own(M)) for stack, M in parts], axis=0)
        sums = np.zeros((len(self.grid.time),) * 2)
        for stack, M in parts:
            np.add.at(sums, stack.pairs, stack.own(M))
        return _curvature(self.residual, self.grid, sums)


def _matrix(residual: Any, at: Occasions | None) -> Array:
    """R, (..., n, n): structures of the package take persons side by side, others one by one."""
    assert at is not None
    if hasattr(residual, "derivatives") or at.time.ndim == 1:
        return np.broadcast_to(residual.matrix(at), (*at.time.shape, at.time.shape[-1]))
    return np.stack([residual.matrix(at.take(np.asarray(i))) for i in range(len(at.time))])


def _derivatives(residual: Any, at: Occasions | None) -> Array:
    assert at is not None
    if hasattr(residual, "derivatives"):
        return residual.derivatives(at)
    k, n = len(residual.working), at.time.shape[-1]
    found = [(_moved(residual, at, step) - _moved(residual, at, -step)) / (2.0 * STEP) for step in STEP * np.eye(k)]
    return np.array(found).reshape(k, *at.time.shape, n)


def _moved(residual: Any, at: Occasions, step: Array) -> Array:
    return _matrix(residual.moved(residual.scale, residual.working + step), at)


def _curvature(residual: Any, at: Occasions, M: Array) -> Array:
    if hasattr(residual, "curvature"):
        return residual.curvature(M, at)
    k, steps = len(residual.working), STEP * np.eye(len(residual.working))
    found = np.empty((k, k))
    for i in range(k):
        for j in range(k):
            moves = [(a * b, _moved(residual, at, a * steps[i] + b * steps[j])) for a in (1, -1) for b in (1, -1)]
            found[i, j] = sum(sign * float((M * R).sum()) for sign, R in moves) / (4.0 * STEP**2)
    return found
