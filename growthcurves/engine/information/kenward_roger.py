"""Kenward and Roger's adjusted covariance matrix of the fixed effects as a contraction of the cross-products.

Derivation in docs/inference-df.md, section 3: V is linear in (G, sigma^2), so that second derivatives are zero, and
along the direction in which all of V grows the terms of the adjustment cancel.
"""

from __future__ import annotations

import numpy as np

from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.search.optimise import Optimum
from growthcurves.numerics.arrays import Array


def adjusted_covariance(problem: Problem, optimum: Optimum, cov: Array) -> Array:
    """Phi + 2 Phi sum_kl W_kl (Q_kl - P_k Phi P_l) Phi in the original coding, (p, p).

    Parameters
    ----------
    cov : (m + 1, m + 1) array
        W, the sampling covariance of (theta, sigma^2); the last row takes no part.
    """
    at, face = optimum.at, optimum.face
    q, p, m = problem.q, problem.p, face.size
    E = face.directions(optimum.theta).reshape(m, q * q)
    weight = (E.T @ cov[:m, :m] @ E).reshape(q, q, q, q)  # sum_kl W_kl E_k,ab E_l,cd
    inverse = np.linalg.solve(at.factor, np.eye(p))
    linked = sum((block.linked(at.D, weight) for block in problem.blocks), np.zeros((p + 1, p + 1)))
    between = inverse @ linked[:p, :p] @ inverse.T
    b = (E @ optimum.slopes.whitened.reshape(q * q, p * p)).reshape(m, p, p)
    through = np.einsum("kl,kij,ljh->ih", cov[:m, :m], b, b, optimize=True) if m else np.zeros((p, p))
    outer = problem.original_x() @ inverse.T
    adjusted = outer @ (at.sigma2 * np.eye(p) + 2.0 * at.sigma2 * (between - through)) @ outer.T
    return (adjusted + adjusted.T) / 2
