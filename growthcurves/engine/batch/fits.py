"""Fitting a batch of replicates, and saying of each what `certificate.py` says of one fit."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.engine.batch.criterion import Batch, criterion
from growthcurves.engine.batch.faces import ranks_of, scales, spectra
from growthcurves.engine.batch.optimise import Ends, descent_directions, optimise_batch, optimise_near
from growthcurves.engine.batch.starts import moment_starts, other_starts
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.parameters.face import ZERO
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.search.certificate import CONVERGED, LARGE, identified, judge, within_fixed_effects
from growthcurves.engine.search.optimise import DESCENT, moment_start, optimise, other_start
from growthcurves.numerics.arrays import Array

#: Columns of X whose smallest eigenvalue of X'X / n (standard coordinates) is below this are dependent.
DEPENDENT = 1e-10


@dataclass(frozen=True)
class Fits:
    """Estimates of B replicates, NaN where there are none.

    Attributes
    ----------
    deviance : (B,) array
        -2 log (restricted) likelihood in the original coding.
    beta : (B, p) array
        Fixed effects in the original coding.
    D : (B, q, q) array
        Relative covariance of the standard random effects; times `sigma2`, their covariance in outcome units.
    sigma2 : (B,) array
        Residual variance in squared outcome units.
    spread : (B, p, p) array
        cov(beta) in the original coding.
    singular : (B,) array of bool
        D lacks rank: a variance of zero, which is a finding and no failure.
    converged : (B,) array of bool
        As in `certificate.Verdict`.
    alone : (B,) array of bool
        The search side by side did not end in an optimum, and the replicate was fitted alone.
    dependent : (B,) array of bool
        The replicate's columns of X are dependent (persons of a group were not drawn): not fitted.
    working : (B, k) array
        Working parameters of the residual structure, or of the family.
    residual : Residual or None
        The structure; None where outcomes have no residual, whose working parameters are then the family's.
    family : Family or None
    """

    deviance: Array
    beta: Array
    D: Array
    sigma2: Array
    spread: Array
    singular: Array
    converged: Array
    alone: Array
    dependent: Array
    working: Array
    residual: Any = Independent()
    family: Any = None

    def __len__(self) -> int:
        return len(self.deviance)

    @property
    def G(self) -> Array:
        """Covariance of the standard random effects in squared outcome units, (B, q, q)."""
        return self.sigma2[:, None, None] * self.D

    def points(self, used: Array) -> Point:
        """The estimates of some replicates as a point whose arrays have a leading axis."""
        G = {"person": self.G[used]}
        if self.residual is None:
            known = [self.family.moved(own) if np.isfinite(own).all() else None for own in self.working[used]]
            return Point(self.beta[used], G, None, tuple(known))
        return Point(self.beta[used], G, self.residual.moved(self.sigma2[used], self.working[used]))

    @staticmethod
    def joined(parts: list[Fits]) -> Fits:
        """The fits of consecutive batches as one record."""
        names = [field.name for field in fields(Fits) if field.name not in ("residual", "family")]
        return replace(parts[0], **{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})


def fit_batch(batch: Batch, near: Array | None = None) -> Fits:
    """Fit every replicate by the criterion of its problem, from two starting points, and certify.

    `near` (q, q) is where the optima are expected: a replicate whose optimum lies within a standard error of it is
    searched from there alone. What does not converge side by side is fitted alone by `optimise`; what does not converge
    there has ``converged`` False. A replicate whose columns of X are dependent has no estimates.
    """
    problem = batch.problem
    dependent = _dependent(batch)
    ends = Ends.empty(batch)
    able = np.flatnonzero(~dependent)
    if able.size:
        part = batch.take(able)
        ends.put(able, _searched(part, near) if problem.q else _least_squares(part))
    converged = _certified(batch, ends)
    alone = ~(converged | dependent)
    for replicate in np.flatnonzero(alone).tolist():
        converged[replicate] = _fit_alone(batch.single(replicate), replicate, ends)
    lost = ~np.isfinite(ends.deviance)
    sigma2 = ends.rss / batch.error_df * problem.scale**2
    J = problem.original_x() / problem.scale
    half = ends.inverse @ J.T
    return Fits(
        deviance=ends.deviance + batch.deviance_shift,
        beta=np.linalg.solve(problem.back_x, problem.offset[:, None] + problem.scale * ends.beta.T).T,
        D=np.where(lost[:, None, None], np.nan, ends.D),
        sigma2=sigma2,
        spread=sigma2[:, None, None] * (half.swapaxes(1, 2) @ half),
        singular=~lost & (ends.ranks.sum(axis=1) < problem.q),
        converged=converged,
        alone=alone,
        dependent=dependent,
        working=np.zeros((len(batch), 0)),
    )


def _searched(batch: Batch, near: Array | None) -> Ends:
    if near is not None:
        return optimise_near(batch, near, _searched_widely)
    return _searched_widely(batch)


def _searched_widely(batch: Batch) -> Ends:
    start = moment_starts(batch)
    return optimise_batch(batch, [start, other_starts(start, batch.problem.partition)])


def _least_squares(batch: Batch) -> Ends:
    """Without random effects the optimum is known."""
    B = len(batch)
    at = criterion(replace(batch, blocks=()), np.zeros((B, 0, 0)))
    there = {"deviance": at.deviance, "beta": at.beta, "rss": at.rss, "inverse": at.inverse}
    return replace(Ends.empty(batch), **there, decrement=np.zeros(B), regular=np.ones(B, dtype=bool))


def _dependent(batch: Batch) -> Array:
    """Replicates whose columns of X are dependent."""
    if batch.problem.p == 0:
        return np.zeros(len(batch), dtype=bool)
    return np.linalg.eigvalsh(batch.total[:, :-1, :-1])[:, 0] <= DEPENDENT * batch.rows


def _certified(batch: Batch, ends: Ends) -> Array:
    """Replicates that ended in an optimum beyond doubt; the others are looked at one by one."""
    D = ends.D
    strength, _ = descent_directions(D, ends.gradient, ends.expected, batch.problem.partition)
    sure = np.isfinite(ends.deviance) & (ends.decrement < CONVERGED)
    if not ends.regular[sure].all() and _identified(batch.problem):
        sure &= ends.regular
    return sure & (strength <= DESCENT) & (np.einsum("zii->z", D) < LARGE)


def _identified(problem: Problem) -> bool:
    """As `certificate.judge`: where the design does not identify the model, a flat Hessian is no failure."""
    return identified(problem.blocks, problem.partition) and not within_fixed_effects(problem)


def _fit_alone(problem: Problem, replicate: int, ends: Ends) -> bool:
    """Fit one replicate by itself, write where it ended, and say whether it converged."""
    start = moment_start(problem)
    optimum = optimise(problem, [start, other_start(start, problem.partition)])
    at, slopes = optimum.at, optimum.slopes
    size = problem.q * problem.q
    ends.deviance[replicate], ends.F[replicate] = at.deviance, optimum.face.factor(optimum.theta)
    ends.beta[replicate], ends.rss[replicate] = at.beta, at.rss
    ends.inverse[replicate] = np.linalg.solve(at.factor, np.eye(problem.p))
    ends.gradient[replicate], ends.profiled[replicate] = slopes.gradient, slopes.profiled.reshape(size, size)
    values, _ = spectra(at.D[None], problem.partition)
    ends.ranks[replicate] = ranks_of(values, ZERO * scales(at.D[None]), problem.partition)[0]
    return judge(problem, optimum).converged
