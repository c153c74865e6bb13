"""Observed information of the variance parameters, in the parameters of the active face and sigma^2.

At an interior optimum every smooth parameterisation gives the same delta-method results; on a face the
parameters are those of the matrices of that rank (docs/engine.md, section 6).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.blocks import Array
from growthcurves.engine.optimise import Optimum
from growthcurves.engine.problem import Problem


@dataclass(frozen=True)
class VarianceInformation:
    """Sampling covariance of the m variance parameters and what they move.

    Attributes
    ----------
    cov : (m, m) array
        Inverse of the observed information.
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


def variance_information(problem: Problem, optimum: Optimum, identified: bool) -> VarianceInformation | None:
    """Observed information at an optimum; None where it is not positive definite.

    Where the model is not identified the inverse is taken on what the data do determine, which serves the
    covariance matrix of the fixed effects (it depends on nothing else).
    """
    at, slopes, face, theta = optimum.at, optimum.slopes, optimum.face, optimum.theta
    s, nu, m = at.sigma2, problem.error_df, face.size
    q, p = problem.q, problem.p
    E = face.directions(theta).reshape(m, q * q)
    hessian = np.empty((m + 1, m + 1))
    hessian[:m, :m] = face.hessian(theta, slopes.gradient, slopes.fixed_scale)
    hessian[:m, m] = hessian[m, :m] = -(E @ slopes.rss.ravel()) / s**2
    hessian[m, m] = nu / s**2
    scale = 1.0 / np.sqrt(np.maximum(np.diag(hessian), 1e-300))
    inverse = _inverse(hessian * np.outer(scale, scale), identified)
    if inverse is None:
        return None
    cov = 2.0 * inverse * np.outer(scale, scale)
    Jx = problem.original_x()
    dG = problem.scale**2 * np.concatenate([s * E.reshape(m, q, q), at.D[None]])
    inner = np.concatenate(
        [s * (E @ slopes.whitened.reshape(q * q, p * p)).reshape(m, p, p), np.eye(p)[None]]
    )
    outer = Jx @ np.linalg.solve(at.factor, np.eye(p)).T
    dsigma2 = np.append(np.zeros(m), problem.scale**2)
    return VarianceInformation(cov, dG, dsigma2, outer @ inner @ outer.T)


def _inverse(scaled: Array, identified: bool) -> Array | None:
    values, vectors = np.linalg.eigh(scaled)
    there = values > 1e-9 * values[-1]
    if identified and not there.all():
        return None
    return (vectors[:, there] / values[there]) @ vectors[:, there].T
