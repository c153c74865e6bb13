"""The likelihood with beta and sigma^2 as parameters of their own, in local coordinates of the cone of D.

Profiles hold a function of (beta, D, sigma^2) fixed, so nothing may be profiled out beforehand. With REML the
criterion is the restricted one plus the generalised least squares term of beta, whose minimum over beta is
REML itself. Derivation in docs/inference-intervals.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from growthcurves.engine.likelihood.gaussian import LOG_2PI, held, inverse_factor, weighted_products
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class Joint:
    """The criterion at a point and its derivatives in the point's local coordinates.

    Attributes
    ----------
    point : Local
    deviance : float
        -2 log likelihood; for REML its minimum over beta is -2 log restricted likelihood.
    gradient : (size,) array
    hessian : (size, size) array
    """

    point: Local
    deviance: float
    gradient: Array
    hessian: Array


def joint(problem: Problem, point: Local, best_beta: bool) -> Joint | None:
    """Evaluate the criterion at a point, or at the same D and sigma^2 with the best beta; None where it is not finite.

    Equations 2.1 to 2.4 of docs/inference-intervals.md.
    """
    p, nu = problem.p, problem.error_df
    if not 0.0 < point.sigma2 < np.inf:
        return None
    log_det, left = weighted_products(problem, point.D)
    try:
        factor = np.linalg.cholesky(left[:p, :p])
    except np.linalg.LinAlgError:
        return None
    if best_beta:
        beta = np.linalg.solve(factor.T, np.linalg.solve(factor, left[:p, p]))
        point = replace(point, beta=beta)
    v = np.append(-point.beta, 1.0)
    squares = float(v @ left @ v)
    if not 0.0 < squares < np.inf:
        return None
    scaled = squares / point.sigma2
    deviance = nu * (LOG_2PI + point.log_scale) + scaled + log_det
    if problem.reml:
        deviance += 2.0 * float(np.log(np.diag(factor)).sum())
    if not np.isfinite(deviance):
        return None
    gradient, hessian = _derivatives(problem, point, factor, left, v, scaled)
    return Joint(point, deviance, gradient, hessian)


def _derivatives(
    problem: Problem, point: Local, factor: Array, left: Array, v: Array, scaled: float
) -> tuple[Array, Array]:
    p, q, m = problem.p, problem.q, point.face.size
    here = held(problem, point.D, inverse_factor(factor), v, 1.0 / point.sigma2)
    residual = here.residual / point.sigma2
    gradient, hessian = np.empty(p + m + 1), np.empty((p + m + 1, p + m + 1))
    gradient[:p] = -2.0 * (left[:p] @ v) / point.sigma2
    gradient[-1] = problem.error_df - scaled
    hessian[:p, :p] = 2.0 * left[:p, :p] / point.sigma2
    hessian[:p, -1] = hessian[-1, :p] = -gradient[:p]
    hessian[-1, -1] = scaled
    if m:
        E = point.face.directions(point.theta).reshape(m, q * q)
        gradient[p:-1] = point.face.gradient(point.theta, here.gradient)
        hessian[p:-1, p:-1] = point.face.hessian(point.theta, here.gradient, here.hessian)
        across = residual[:, :p].swapaxes(0, 1)
        hessian[:p, p:-1] = ((across + across.swapaxes(1, 2)).reshape(p, q * q)) @ E.T
        hessian[p:-1, :p] = hessian[:p, p:-1].T
        hessian[p:-1, -1] = hessian[-1, p:-1] = E @ np.tensordot(v, residual, (0, 1)).ravel()
    return gradient, hessian
