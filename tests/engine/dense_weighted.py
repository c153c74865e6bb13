"""The pseudo-likelihood of weighted rows, persons and units as dense matrices, with its sandwich; for tests.

A person with row weights w has V_i = Z_i G Z_i' + sigma^2 diag(1/w); raised to the power of its own weight a
normal density is one with covariance V_i / w_i times a constant, so that a unit is normal with covariance
blockdiag(V_i / w_i) + Z H Z' times constants (Rabe-Hesketh and Skrondal 2006, equation 1, done for normal outcomes).
Gradients by complex steps, second derivatives by differences of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg import block_diag

LOG_2PI = np.log(2.0 * np.pi)


@dataclass
class Unit:
    """A unit of the highest level: its persons' rows, their weights and its own."""

    y: Sequence[np.ndarray]
    X: Sequence[np.ndarray]
    Z: Sequence[np.ndarray]
    rows: Sequence[np.ndarray]
    persons: np.ndarray
    weight: float
    above: Sequence[np.ndarray] = field(default_factory=list)


def symmetric(values: np.ndarray) -> np.ndarray:
    """A symmetric matrix of its lower triangle, row by row."""
    size = int(np.sqrt(2 * len(values)))
    out = np.zeros((size, size), dtype=values.dtype)
    out[np.tril_indices(size)] = values
    return out + np.tril(out, -1).T


def log_likelihood(unit: Unit, beta: np.ndarray, G: np.ndarray, H: np.ndarray | None, s2: complex) -> complex:
    """The log pseudo-likelihood of a unit, without its own weight."""
    total, parts, left, columns = 0.0, [], [], []
    for k, (y, X, Z, w) in enumerate(zip(unit.y, unit.X, unit.Z, unit.rows, strict=True)):
        there, own = w > 0, unit.persons[k]
        if own == 0 or not there.any():
            continue
        y, X, Z, w = y[there], X[there], Z[there], w[there]
        V = Z @ G @ Z.T + np.diag(s2 / w)
        n, log_det = len(y), np.log(np.linalg.det(V / s2)) + len(y) * np.log(s2)
        constant = 0.5 * (n * (LOG_2PI + np.log(s2)) - np.log(w).sum()) - 0.5 * w.sum() * (LOG_2PI + np.log(s2))
        total += own * (constant - 0.5 * (n * LOG_2PI + log_det)) + 0.5 * (n * LOG_2PI + log_det - n * np.log(own))
        parts.append(V / own)
        left.append(y - X @ beta)
        columns.append(unit.above[k][there] if H is not None else None)
    if not parts:
        return 0.0
    e, V = np.concatenate(left), block_diag(*parts)
    scale = np.exp(np.mean(np.log(np.diag(V).real)))
    if H is not None:
        Z = np.concatenate(columns)
        V = V + Z @ H @ Z.T
    log_det = np.log(np.linalg.det(V / scale)) + len(e) * np.log(scale)
    return total - 0.5 * (len(e) * LOG_2PI + log_det + e @ np.linalg.solve(V, e))


@dataclass
class Dense:
    """A weighted fit by dense matrices: parameters are beta, the lower triangles of G and H, sigma^2."""

    units: Sequence[Unit]
    p: int
    q: int
    above: int = 0

    def split(self, x: np.ndarray) -> tuple:
        g, h = self.q * (self.q + 1) // 2, self.above * (self.above + 1) // 2
        beta, G = x[: self.p], symmetric(x[self.p : self.p + g])
        H = symmetric(x[self.p + g : self.p + g + h]) if h else None
        return beta, G, H, x[-1]

    def values(self, x: np.ndarray) -> np.ndarray:
        return np.array([log_likelihood(unit, *self.split(x)) for unit in self.units])

    def scores(self, x: np.ndarray) -> np.ndarray:
        """Derivatives of each unit's log pseudo-likelihood, without its weight, (units, parameters)."""
        out = []
        for j in range(len(x)):
            step = np.zeros(len(x), dtype=complex)
            step[j] = 1e-200j
            out.append(self.values(x + step).imag / 1e-200)
        return np.array(out).T

    @property
    def weights(self) -> np.ndarray:
        return np.array([unit.weight for unit in self.units])

    def gradient(self, x: np.ndarray) -> np.ndarray:
        return self.weights @ self.scores(x)

    def hessian(self, x: np.ndarray, sizes: np.ndarray, fourth: bool = True) -> np.ndarray:
        """Second derivatives by differences of the fourth (or second) order, with steps of 1e-3 of these sizes."""

        def along(j: int) -> np.ndarray:
            step = np.zeros(len(x))
            step[j] = 1e-3 * sizes[j]
            near = self.gradient(x + step) - self.gradient(x - step)
            if not fourth:
                return near / (2 * step[j])
            return (8 * near - self.gradient(x + 2 * step) + self.gradient(x - 2 * step)) / (12 * step[j])

        found = np.array([along(j) for j in range(len(x))])
        return (found + found.T) / 2

    def fitted(self, start: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The optimum, the Hessian and the scores of units there: Newton's method from a start near it."""
        x = np.asarray(start, dtype=float)
        rough = self.hessian(x, np.maximum(np.abs(x), 0.1), fourth=False)
        sizes = np.sqrt(np.diag(np.linalg.inv(-rough)))
        for _ in range(10):
            H = self.hessian(x, sizes)
            step = np.linalg.solve(H, self.gradient(x))
            x = x - step
            if np.abs(step / sizes).max() < 1e-8:
                return x, H, self.scores(x)
        raise AssertionError("Newton's method did not end: the start was far from the optimum")


def sandwich(H: np.ndarray, scores: np.ndarray, weights: np.ndarray, psu: np.ndarray, strata: np.ndarray) -> np.ndarray:
    """H^-1 M H^-1 with M = sum over strata of n / (n - 1) sum (s - mean)(s - mean)'; `strata` is each unit's."""
    meat = np.zeros_like(H)
    for stratum in np.unique(strata):
        inside = strata == stratum
        names = np.unique(psu[inside])
        sums = np.array([(weights[:, None] * scores)[inside & (psu == name)].sum(axis=0) for name in names])
        away = sums - sums.mean(axis=0)
        meat += len(names) / (len(names) - 1) * away.T @ away
    bread = np.linalg.inv(H)
    return bread @ meat @ bread
