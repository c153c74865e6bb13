"""Information of the variance parameters, in the parameters of the active face and sigma^2.

At an interior optimum every smooth parameterisation gives the same delta-method results; on a face the
parameters are those of the matrices of that rank (docs/engine.md, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.search.optimise import Optimum
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class VarianceInformation:
    """Sampling covariance of the m variance parameters and what they move.

    Attributes
    ----------
    cov : (m, m) array
        Inverse of the information, observed or expected.
    dG : (m, q, q) array
        Derivative of G of the standard random effects, in squared outcome units; nothing cancels there, however
        far the origin is from the data.
    dsigma2 : (m,) array
    dcov_beta : (m, p, p) array
        Derivative of the covariance matrix of the fixed effects, in the original coding.
    """

    cov: Array
    dG: Array
    dsigma2: Array
    dcov_beta: Array


def variance_information(
    problem: Problem, optimum: Optimum, identified: bool, hessian: Array | None = None
) -> VarianceInformation | None:
    """What the variance parameters' sampling covariance is at an optimum, and what they move; None where their
    information is not positive definite.

    Where the model is not identified the inverse is taken on what the data do determine, which serves the
    covariance matrix of the fixed effects (it depends on nothing else).

    Parameters
    ----------
    hessian : (m, m) array, optional
        Twice the information; the observed one if not given.
    """
    at, slopes, face, theta = optimum.at, optimum.slopes, optimum.face, optimum.theta
    s, q, p = at.sigma2, problem.q, problem.p
    m = face.size
    E = face.directions(theta).reshape(m, q * q)
    inverse = inverse_information(observed_hessian(problem, optimum) if hessian is None else hessian, identified)
    if inverse is None:
        return None
    Jx = problem.original_x()
    dG = problem.scale**2 * np.concatenate([s * E.reshape(m, q, q), at.D[None]])
    inner = np.concatenate(
        [s * (E @ slopes.whitened.reshape(q * q, p * p)).reshape(m, p, p), np.eye(p)[None]]
    )
    outer = Jx @ np.linalg.solve(at.factor, np.eye(p)).T
    dsigma2 = np.append(np.zeros(m), problem.scale**2)
    return VarianceInformation(2.0 * inverse, dG, dsigma2, outer @ inner @ outer.T)


def observed_hessian(problem: Problem, optimum: Optimum) -> Array:
    """Second derivatives of -2 log likelihood in (theta, sigma^2), beta profiled (docs/engine.md, equation 6.1)."""
    at, slopes, face, theta = optimum.at, optimum.slopes, optimum.face, optimum.theta
    m, s = face.size, at.sigma2
    E = face.directions(theta).reshape(m, problem.q**2)
    hessian = np.empty((m + 1, m + 1))
    hessian[:m, :m] = face.hessian(theta, slopes.gradient, slopes.fixed_scale)
    hessian[:m, m] = hessian[m, :m] = -(E @ slopes.rss.ravel()) / s**2
    hessian[m, m] = problem.error_df / s**2
    return hessian


def inverse_information(hessian: Array, identified: bool) -> Array | None:
    """The inverse of a Hessian in any units; None where it is not positive definite."""
    scale = 1.0 / np.sqrt(np.maximum(np.diag(hessian), 1e-300))
    values, vectors = np.linalg.eigh(hessian * np.outer(scale, scale))
    there = values > 1e-9 * values[-1]
    if identified and not there.all():
        return None
    return (vectors[:, there] / values[there]) @ vectors[:, there].T * np.outer(scale, scale)
