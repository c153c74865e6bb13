"""The profiled ML and REML criterion of y = X beta + Z u + e, its gradient and its Hessian in D = G / sigma^2.

Derivation and sources in docs/engine.md, section 2 (Harville 1977; Bates et al. 2015, section 3; Wolfinger,
Tobias and Sall 1994 for the sweep form). Everything is a contraction of the sums in `blocks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.likelihood.blocks import Curvature
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.numerics.arrays import Array

LOG_2PI = float(np.log(2.0 * np.pi))


@dataclass(frozen=True)
class Criterion:
    """The criterion at D, with beta and sigma^2 at their optimum given D.

    Attributes
    ----------
    deviance : float
        -2 log (restricted) likelihood in standard coordinates.
    D : (q, q) array
    factor : (p, p) array
        Lower Cholesky factor of A = X'WX.
    beta : (p,) array
    rss : float
        (y - X beta)' W (y - X beta).
    sigma2 : float
        rss / (n - p) for REML, rss / n for ML.
    """

    deviance: float
    D: Array
    factor: Array
    beta: Array
    rss: float
    sigma2: float

    @cached_property
    def inverse(self) -> Array:
        """R^-1 for A = R R', (p, p)."""
        return inverse_factor(self.factor)


def inverse_factor(factor: Array) -> Array:
    """The inverse of a Cholesky factor."""
    return np.linalg.solve(factor, np.eye(len(factor)))


def criterion(problem: Problem, D: Array) -> Criterion:
    """Evaluate the criterion at D (q, q), positive semidefinite."""
    log_det, left = weighted_products(problem, D)
    p, nu = problem.p, problem.error_df
    try:
        factor = np.linalg.cholesky(left[:p, :p])
    except np.linalg.LinAlgError:  # D so large that X'WX is nothing to rounding
        return Criterion(np.inf, D, np.eye(p), np.zeros(p), np.nan, np.nan)
    inverse = inverse_factor(factor)
    half = inverse @ left[:p, p]
    beta = inverse.T @ half
    rss = float(left[p, p] - half @ half)
    sigma2 = rss / nu
    if not rss > 0:
        return Criterion(np.inf, D, factor, beta, rss, sigma2)
    deviance = nu * (LOG_2PI + np.log(sigma2) + 1.0) + log_det
    if problem.reml:
        deviance += 2.0 * float(np.log(factor.diagonal()).sum())
    found = Criterion(float(deviance), D, factor, beta, rss, sigma2)
    found.__dict__["inverse"] = inverse
    return found


def weighted_products(problem: Problem, D: Array) -> tuple[float, Array]:
    """sum log|I + G_i D| and [X y]'W[X y], (p + 1, p + 1) (docs/engine.md, 2.1 and 2.2)."""
    log_det, left = 0.0, problem.total
    for block in problem.blocks:
        reduction = block.reduce(D)
        log_det += reduction.log_det
        left = left - reduction.explained
    return log_det, left


@dataclass(frozen=True)
class Derivatives:
    """Derivatives of the deviance in D as a symmetric matrix, with sigma^2 profiled or as its own parameter.

    Attributes
    ----------
    gradient : (q, q) array
        S with d deviance = tr(S dD).
    profiled : (q, q, q, q) array
        H with d^2 deviance = sum dD_ab H_abcd dD_cd, sigma^2 and beta profiled.
    fixed_scale : (q, q, q, q) array
        The same with sigma^2 held fixed and beta profiled.
    rss : (q, q) array
        Derivative of rss in D.
    whitened : (q, q, p, p) array
        R^-1 (sum_i U_ia U_ib')_X R^-T for A = R R': minus the derivative of A in D_ab, whitened.
    sums : Curvature
        The sums over persons of which they are made.
    """

    gradient: Array
    profiled: Array
    fixed_scale: Array
    rss: Array
    whitened: Array
    sums: Curvature

    def expected_hessian(self) -> Array:
        """sum_i tr(E P_i F P_i) as a (q q, q q) matrix: expected second derivative of the log determinants."""
        return self.sums.expected_hessian()

    def information(self, direction: Array) -> float:
        """Expected second derivative of -2 log likelihood along a symmetric matrix."""
        flat = direction.ravel()
        return float(flat @ self.expected_hessian() @ flat)


@dataclass(frozen=True)
class Held:
    """Derivatives of the deviance in D with beta and sigma^2 held.

    Attributes
    ----------
    sums : Curvature
    gradient : (q, q) array
        S = sum P_i - sum U_i K U_i'.
    hessian : (q, q, q, q) array
    residual : (q, p + 1, q) array
        sum U_a (U_b v)'.
    inverse : (p, p) array
        R^-1 for A = R R'.
    whitened : (q, q, p, p) array
        R^-1 (sum_i U_ia U_ib')_X R^-T.
    """

    sums: Curvature
    gradient: Array
    hessian: Array
    residual: Array
    inverse: Array
    whitened: Array


def held(problem: Problem, D: Array, inverse: Array, v: Array, precision: float) -> Held:
    """Derivatives in D at any beta, v = (-beta, 1), and any precision 1 / sigma^2 (docs/engine.md, 2.7 and 2.10).

    `inverse` is that of the Cholesky factor of A at D.
    """
    p, q = problem.p, problem.q
    weight = (precision * v)[:, None] * v
    if problem.reml:
        weight[:p, :p] += inverse.T @ inverse
    sums = curvature(problem, D, weight)
    by_pair = sums.uu.transpose(0, 2, 1, 3)
    gradient = sums.p - by_pair.reshape(q, q, weight.size) @ weight.ravel()
    whitened = inverse @ by_pair[:, :, :p, :p] @ inverse.T
    hessian = (2.0 * sums.pk - sums.pp).transpose(3, 0, 1, 2)
    if problem.reml:
        flat = whitened.reshape(q * q, p * p)
        swapped = whitened.swapaxes(2, 3).reshape(q * q, p * p)
        hessian = hessian - (flat @ swapped.T).reshape(q, q, q, q)
    return Held(sums, gradient, hessian, sums.uu @ v, inverse, whitened)


def derivatives(problem: Problem, at: Criterion) -> Derivatives:
    """First and second derivatives at an evaluated point (docs/engine.md, equations 2.6 to 2.11)."""
    p, q, nu = problem.p, problem.q, problem.error_df
    v = np.append(-at.beta, 1.0)
    here = held(problem, at.D, at.inverse, v, nu / at.rss)
    rss = -(v @ here.residual)
    cross = (here.residual[:, :p].swapaxes(1, 2) @ here.inverse.T).reshape(q * q, p)
    cross = (cross + cross.reshape(q, q, p).swapaxes(0, 1).reshape(q * q, p)) / 2
    fixed = here.hessian - (2.0 * nu / at.rss) * (cross @ cross.T).reshape(q, q, q, q)
    profiled = fixed - (nu / at.rss**2) * (rss[:, :, None, None] * rss)
    return Derivatives(here.gradient, profiled, fixed, rss, here.whitened, here.sums)


def curvature(problem: Problem, D: Array, weight: Array) -> Curvature:
    """The sums over all persons that derivatives need."""
    q, width = problem.q, problem.p + 1
    parts = [block.curvature(D, weight) for block in problem.blocks]
    if not parts:
        return Curvature(np.zeros((q, width, q, width)), np.zeros((q, q)), *np.zeros((2, q, q, q, q)))
    total = parts[0]
    for part in parts[1:]:
        total = Curvature(*(left + right for left, right in zip(total, part, strict=True)))
    return total
