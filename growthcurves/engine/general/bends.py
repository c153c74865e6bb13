"""Second derivatives of V in a residual structure's natural parameters, as Kenward and Roger's adjustment has them.

The adjustment depends on the parameters that V is differentiated in. They are those of SAS: variances, and correlations
(ranges, powers) as they are named; of structures that are linear in variances and covariances these, so that nothing
bends. Derived in docs/inference-df.md, section 3.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.general.stacks import Stack
from growthcurves.engine.general.within import Within
from growthcurves.numerics.arrays import Array

#: Lengths of steps in the working coordinates, for first and for second differences.
FIRST, SECOND = 1e-5, 1e-3


@dataclass(frozen=True, eq=False)
class Bends:
    """A residual structure with values, in the coordinates (log scale, working parameters).

    Attributes
    ----------
    residual : Residual
    grid : Occasions or None
    """

    residual: Any
    grid: Occasions | None

    @property
    def none(self) -> bool:
        """Whether the structure is linear in variances and covariances."""
        return bool(getattr(self.residual, "linear", False))

    def summed(self, stacks: Sequence[Stack], cov: Array) -> list[Array]:
        """sum_jk cov(psi)_jk d2R / dpsi_j dpsi_k of each schedule, (S, n, n) for every stack.

        Along a path that is straight in psi, d2R/dt2 = R''[c, c] + R'[w] with w = -J^-1 psi''[c, c], J = dpsi/dx; the
        paths are those of the roots c of the covariance in x.
        """
        values, vectors = np.linalg.eigh(cov)
        paths = [c for c in (vectors * np.sqrt(np.maximum(values, 0.0))).T if np.abs(c).max() > 0.0]
        bent = sum((self._psi_bent(c) for c in paths), np.zeros(len(self._jacobian)))
        back = -np.linalg.lstsq(self._jacobian, bent, rcond=None)[0]
        return [self._along(np.zeros(len(cov)), back, stack) + sum(self._bent(c, stack) for c in paths)
                for stack in stacks]  # fmt: skip

    def _at(self, step: Array) -> Any:
        return self.residual.moved(self.residual.scale * np.exp(step[0]), self.residual.working + step[1:])

    def _psi(self, step: Array) -> Array:
        """The natural parameters."""
        there = self._at(step)
        pairs = zip(there.parameters(), there.values(), strict=True)
        return np.array([float(value) ** 2 if one.kind == "sd" else float(value) for one, value in pairs])

    @cached_property
    def _jacobian(self) -> Array:
        steps = FIRST * np.eye(len(self.residual.working) + 1)
        return np.column_stack([(self._psi(one) - self._psi(-one)) / (2.0 * FIRST) for one in steps])

    def _psi_bent(self, c: Array) -> Array:
        t = SECOND / np.abs(c).max()
        return (self._psi(t * c) - 2.0 * self._psi(0.0 * c) + self._psi(-t * c)) / t**2

    def _along(self, step: Array, c: Array, stack: Stack) -> Array:
        """dR/dt along c, at a step."""
        there = Within(self._at(step), self.grid)
        return c[0] * there.matrices(stack) + np.tensordot(c[1:], there.derivatives(stack), 1)

    def _bent(self, c: Array, stack: Stack) -> Array:
        t = SECOND / np.abs(c).max()
        return (self._along(t * c, c, stack) - self._along(-t * c, c, stack)) / (2.0 * t)
