"""The residuals' part of V, its derivatives, and the sums with which its curvature is contracted.

Where different occasions are few, one matrix is made over all of them, and schedules take their part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.general.stacks import Stack
from growthcurves.numerics.arrays import Array

#: Step of central differences of a structure of somebody's own.
STEP = 1e-4


@dataclass(eq=False)
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
    _curved: Any = field(default=0.0, init=False)

    @cached_property
    def _matrix(self) -> Array:
        return _matrix(self.residual, self.grid)

    @cached_property
    def _derivatives(self) -> Array:
        return _derivatives(self.residual, self.grid)

    @cached_property
    def _sums(self) -> Array:
        m = len(self.grid.time) if self.grid is not None else 0
        return np.zeros((m, m))

    def matrices(self, stack: Stack) -> Array:
        """R of each schedule, (S, n, n)."""
        if stack.places is None:
            return _matrix(self.residual, stack.occasions)
        return self._matrix[stack.places[:, :, None], stack.places[:, None, :]]

    def derivatives(self, stack: Stack) -> Array:
        """Derivatives of R in the working coordinates, (k, S, n, n)."""
        if stack.places is None:
            return _derivatives(self.residual, stack.occasions)
        return self._derivatives[:, stack.places[:, :, None], stack.places[:, None, :]]

    def add(self, stack: Stack, M: Array) -> None:
        """Remember what the curvature of the R of a stack is multiplied with, (S, n, n)."""
        if stack.places is None:
            self._curved = self._curved + _curvature(self.residual, stack.occasions, M)
        else:
            np.add.at(self._sums, (stack.places[:, :, None], stack.places[:, None, :]), M)

    def curvature(self) -> Array:
        """sum tr(M d2R) in the working coordinates, (k, k), over what has been added."""
        if self.grid is None:
            return self._curved
        return _curvature(self.residual, self.grid, self._sums)


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
