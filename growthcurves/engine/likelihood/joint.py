"""The likelihood with beta and sigma^2 as parameters of their own, in local coordinates of the cone of D.

Profiles hold a function of (beta, D, sigma^2) fixed, so nothing may be profiled out beforehand. With REML the
criterion is the restricted one plus the generalised least squares term of beta, whose minimum over beta is
REML itself. Derivation in docs/inference-intervals.md, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.likelihood.gaussian import LOG_2PI, held, inverse_factor, weighted_products
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.parameters.face import Face
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Point:
    """Parameters in standard coordinates: beta (p,), D = F F' on a chart of the cone, log sigma^2.

    The chart rotates every block to the eigenvectors of D, largest first, and moves the lower triangle of the
    factor there: it covers every positive semidefinite matrix near D, singular ones included, and at a zero
    eigenvalue its second derivatives are those along the missing directions.

    Attributes
    ----------
    beta : (p,) array
    face : Face
    theta : (m,) array
    log_scale : float
    """

    beta: Array
    face: Face
    theta: Array
    log_scale: float

    @classmethod
    def of_factor(cls, beta: Array, F: Array, log_scale: float, partition: tuple[tuple[int, ...], ...]) -> Point:
        """The point with D = F F', (q, q)."""
        rotation, roots, free = np.zeros_like(F), np.zeros(len(F)), []
        for block in partition:
            U, values, _ = np.linalg.svd(F[list(block)])
            rotation[np.ix_(block, block)] = U
            roots[list(block)] = values[: len(block)]
            free += [(block[i], block[j]) for j in range(len(block)) for i in range(j, len(block))]
        theta = np.array([roots[i] if i == j else 0.0 for i, j in free])
        return cls(beta, Face(rotation, tuple(free)), theta, log_scale)

    @cached_property
    def F(self) -> Array:
        """Factor of D, (q, q)."""
        return self.face.factor(self.theta)

    @cached_property
    def D(self) -> Array:
        return self.F @ self.F.T

    @cached_property
    def sigma2(self) -> float:
        return float(np.exp(min(self.log_scale, 700.0)))

    @property
    def size(self) -> int:
        """Local coordinates: beta, the chart's, log sigma^2."""
        return len(self.beta) + self.face.size + 1

    def moved(self, step: Array) -> Point:
        """The point at a step (size,) in the local coordinates, on the same chart."""
        p = len(self.beta)
        return Point(self.beta + step[:p], self.face, self.theta + step[p:-1], self.log_scale + float(step[-1]))

    def recharted(self, partition: tuple[tuple[int, ...], ...]) -> Point:
        """The same parameters on the chart that belongs to them."""
        return Point.of_factor(self.beta, self.F, self.log_scale, partition)


@dataclass(frozen=True)
class Joint:
    """The criterion at a point and its derivatives in the point's local coordinates.

    Attributes
    ----------
    point : Point
    deviance : float
        -2 log likelihood; for REML its minimum over beta is -2 log restricted likelihood.
    gradient : (size,) array
    hessian : (size, size) array
    """

    point: Point
    deviance: float
    gradient: Array
    hessian: Array


def joint(problem: Problem, point: Point, best_beta: bool) -> Joint | None:
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
        point = Point(beta, point.face, point.theta, point.log_scale)
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
    problem: Problem, point: Point, factor: Array, left: Array, v: Array, scaled: float
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
