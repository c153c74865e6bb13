"""Expected information of the variance parameters, in those of the active face and sigma^2.

See docs/inference-df.md, section 2.
"""

from __future__ import annotations

import numpy as np

from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.search.optimise import Optimum
from growthcurves.numerics.arrays import Array


def expected_hessian(problem: Problem, optimum: Optimum) -> Array:
    """Expected second derivatives of -2 log (restricted) likelihood in (theta, sigma^2), (m + 1, m + 1)."""
    at, slopes, face, theta = optimum.at, optimum.slopes, optimum.face, optimum.theta
    m, q, p, s = face.size, problem.q, problem.p, at.sigma2
    E = face.directions(theta).reshape(m, q * q)
    inner = slopes.expected_hessian()
    trace = slopes.sums.p.ravel()
    if problem.reml:
        whitened = slopes.whitened.reshape(q * q, p * p)
        inner = inner - 2.0 * _given_fixed(problem, optimum)
        inner = inner + whitened @ slopes.whitened.swapaxes(2, 3).reshape(q * q, p * p).T
        trace = trace - np.einsum("abii->ab", slopes.whitened).ravel()
    hessian = np.empty((m + 1, m + 1))
    hessian[:m, :m] = E @ inner @ E.T
    hessian[:m, m] = hessian[m, :m] = E @ trace / s
    hessian[m, m] = problem.error_df / s**2
    return (hessian + hessian.T) / 2


def _given_fixed(problem: Problem, optimum: Optimum) -> Array:
    """sum_i tr(E P_i F U_i A^-1 U_i') as a (q q, q q) matrix, U_i of the columns of X."""
    q, p = problem.q, problem.p
    half = np.linalg.solve(optimum.at.factor, np.eye(p))
    weight = np.zeros((p + 1, p + 1))
    weight[:p, :p] = half.T @ half
    total = np.zeros((q, q, q, q))
    for block in problem.blocks:
        total += block.curvature(optimum.at.D, weight).pk
    return total.transpose(3, 0, 1, 2).reshape(q * q, q * q)
