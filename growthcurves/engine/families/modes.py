"""The modes of the integrand over standard normal effects: Newton's method for all records side by side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.contracts.family import Family, Slopes
from growthcurves.engine.families.records import Records
from growthcurves.engine.families.small import factored, times, transposed
from growthcurves.numerics.arrays import Array

MAX_STEPS = 100
#: Squared Newton decrement of every record at which the next step is the last: it leaves the mode right to some 1e-10;
#: where the integrand is not concave steps are other ones than Newton's and gain less, so that more is asked of them.
LAST, LAST_OF_OTHERS = 1e-9, 1e-16
#: Halvings of a step that overshoots.
HALVINGS = 40


@dataclass(frozen=True, eq=False)
class Mode:
    """Modes v of log f(y | eta) - |v|^2 / 2, eta = fixed + a'v, and the curvature there.

    Attributes
    ----------
    v : (q, R) array
    eta : (n, R) array
    slopes : Slopes
        Of the log density at eta.
    log_det : (R,) array
        log|H|, H = I - sum_j l''_j a_j a_j'.
    C : (q, q, R) array
        Upper triangular, C C' = H^-1.
    """

    v: Array
    eta: Array
    slopes: Slopes
    log_det: Array
    C: Array


def modes(records: Records, family: Family, fixed: Array, a: Array, near: Array) -> Mode | None:
    """The modes, searched from `near` (q, R); None where the curvature at one is not that of a maximum.

    `fixed` (n, R) is the linear predictor without random effects, `a` (q, n, R) the columns of the standard normal
    effects.
    """
    q = len(a)
    v, at = near, _At(records, family, fixed, a, near)
    for _ in range(MAX_STEPS if q else 0):
        newton = factored(at.curvature(False))
        found = factored(at.curvature(True)) if newton is None else newton
        if found is None:
            return None
        step = times(found[1], times(transposed(found[1]), at.gradient))
        decrement = (step * at.gradient).sum(axis=0)
        last = LAST_OF_OTHERS if newton is None else LAST
        v, at = _moved(records, family, fixed, a, at, step, decrement)
        if not decrement.max(initial=0.0) > last:
            break
    found = factored(at.curvature(False))
    return None if found is None else Mode(v, at.eta, at.slopes, *found)


def _moved(
    records: Records, family: Family, fixed: Array, a: Array, at: _At, step: Array, decrement: Array
) -> tuple[Array, _At]:
    """The point after a step, shortened where the integrand would fall."""
    length = np.ones(len(decrement))
    for _ in range(HALVINGS):
        there = _At(records, family, fixed, a, at.v + length * step)
        worse = ~(there.value >= at.value - 1e-9 * (1.0 + np.abs(at.value))) & (decrement > 0.0)
        if not worse.any():
            break
        length = np.where(worse, length / 2.0, length)
    return there.v, there


class _At:
    """The integrand's logarithm and its derivatives at some v."""

    def __init__(self, records: Records, family: Family, fixed: Array, a: Array, v: Array) -> None:
        self.v, self.a = v, a
        self.eta = fixed + sum((a[c] * v[c] for c in range(len(v))), np.zeros_like(fixed))
        self.slopes = family.slopes(records.answers, self.eta)
        self.value = self.slopes.value.sum(axis=0) - 0.5 * (v**2).sum(axis=0)

    @property
    def gradient(self) -> Array:
        return (self.slopes.first * self.a).sum(axis=1) - self.v

    def curvature(self, safe: bool) -> Array:
        """H (q, q, R); `safe` leaves out what is not concave."""
        weight = np.maximum(-self.slopes.second, 0.0) if safe else -self.slopes.second
        q = len(self.a)
        H = np.empty((q, q, self.a.shape[2]))
        for b in range(q):
            weighted = weight * self.a[b]
            for c in range(b + 1):
                H[b, c] = H[c, b] = (weighted * self.a[c]).sum(axis=0) + (b == c)
        return H
