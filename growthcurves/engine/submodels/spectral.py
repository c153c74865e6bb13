"""The exact distribution of a (restricted) likelihood ratio for one variance, by its spectral representation.

Crainiceanu and Ruppert (2004, Journal of the Royal Statistical Society B 66, 165-185), Theorem 1: with mu_s the
eigenvalues of Z'(I - X (X'X)^-1 X')Z and xi_s those of Z'Z, the ratio is the supremum over lambda >= 0 of

    nu log(1 + N / D) - sum log(1 + lambda k_s),   N = sum w_s^2 lambda mu_s / (1 + lambda mu_s),
    D = sum w_s^2 / (1 + lambda mu_s) + rest,

nu = n - p and k = mu for the restricted likelihood, nu = n and k = xi for the full one. Persons of one schedule share
eigenvalues, so that nothing has the size of the data.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.likelihood.problem import Problem
from growthcurves.numerics.arrays import Array

#: Distinct persons beyond which the eigenvalues are not computed.
MOST_PERSONS = 3000
#: Eigenvalues below this fraction of the largest are zero.
NOTHING = 1e-10
GRID = 240


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues with how often each occurs.

    Attributes
    ----------
    within, within_times : (g,) arrays
        Of Z'(I - P_X)Z, those that are not zero.
    whole, whole_times : (h,) arrays
        Of Z'Z.
    rest : int
        n - p less the number of those in `within`.
    """

    within: Array
    within_times: Array
    whole: Array
    whole_times: Array
    rest: int


def distinct_persons(problem: Problem, column: int) -> int:
    """The size of the matrix whose eigenvalues are needed."""
    return sum(len(factor) for factor in _roots(problem, column)[2])


def spectrum(problem: Problem, column: int) -> Spectrum:
    """The eigenvalues for one column of Z, from cross-products."""
    sizes, counts, roots = _roots(problem, column)
    ranks = np.array([len(factor) for factor in roots])
    R = np.concatenate(roots)
    A = np.diag(np.repeat(sizes, ranks)) - R @ R.T / problem.rows
    values = np.concatenate([np.linalg.eigvalsh(A), sizes])
    times = np.concatenate([np.ones(len(A)), counts - ranks])
    there = (values > NOTHING * sizes.max()) & (times > 0)
    rest = int(problem.rows) - problem.p - int(round(times[there].sum()))
    return Spectrum(values[there], times[there], sizes, counts, rest)


def _roots(problem: Problem, column: int) -> tuple[Array, Array, list[Array]]:
    """z'z of each design, its persons, and R (r, p) with R'R the sum of X'z z'X over them."""
    pieces = [piece for block in problem.layouts for piece in block.designs()]
    sizes = np.concatenate([piece.G[:, column, column] for piece in pieces])
    counts = np.concatenate([piece.counts for piece in pieces])
    return sizes, counts, [root for block in problem.layouts for root in block.roots(column)]


def simulated_ratios(problem: Problem, found: Spectrum, n: int, rng: np.random.Generator) -> Array:
    """n draws of the ratio; (n,)."""
    squares = rng.chisquare(found.within_times, (n, len(found.within)))
    rest = rng.chisquare(found.rest, n) if found.rest > 0 else np.zeros(n)
    size = found.within.max() if found.within.size else 1.0
    grid = np.exp(np.linspace(np.log(1e-7), np.log(1e9), GRID)) / size
    shrunk = 1.0 / (1.0 + np.multiply.outer(found.within, grid))
    D = squares @ shrunk + rest[:, None]
    N = squares @ (1.0 - shrunk)
    values, times = (found.within, found.within_times) if problem.reml else (found.whole, found.whole_times)
    penalty = times @ np.log1p(np.multiply.outer(values, grid))
    return _supremum(problem.error_df * np.log1p(N / D) - penalty)


def _supremum(curve: Array) -> Array:
    """The largest value on the grid, or zero, refined by the parabola through its neighbours."""
    best = curve.argmax(axis=1)
    inner = np.clip(best, 1, curve.shape[1] - 2)
    rows = np.arange(len(curve))
    before, here, after = (curve[rows, inner + shift] for shift in (-1, 0, 1))
    bend = np.minimum(before - 2.0 * here + after, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = np.where((best == inner) & (bend < 0), -((after - before) ** 2) / (8.0 * bend), 0.0)
    return np.maximum(curve[rows, best] + gain, 0.0)
