"""The variance of the outcome that a model implies, in parts: fixed and random, within and between persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.fitted import FittedModel
from growthcurves.numerics.chunks import chunks


@dataclass(frozen=True)
class VarianceParts:
    """Parts of the variance over the rows (with n - 1, as Nakagawa's and Rights and Sterba's programs).

    A row's x and z are split into the person's mean and the deviation from it.

    Attributes
    ----------
    fixed_within, fixed_between : float
        Variance of x' beta within and between persons (f1 and f2 of Rights and Sterba 2019).
    slopes_within, slopes_between : float
        tr(G S) with the covariance matrix S of z within persons (v), and of persons' means of z, which is zero where
        persons share their mean times.
    intercepts : float
        m' G m with the mean m of z (m).
    residual : float
    random : float
        Mean over rows of z' G z (Johnson 2014, eq. 10).
    """

    fixed_within: float
    fixed_between: float
    slopes_within: float
    slopes_between: float
    intercepts: float
    residual: float
    random: float

    @property
    def fixed(self) -> float:
        return self.fixed_within + self.fixed_between

    @property
    def total(self) -> float:
        """As Nakagawa and Johnson."""
        return self.fixed + self.random + self.residual

    @property
    def split(self) -> float:
        """The sum of all parts, as Rights and Sterba."""
        return self.within + self.between

    @property
    def within(self) -> float:
        return self.fixed_within + self.slopes_within + self.residual

    @property
    def between(self) -> float:
        return self.fixed_between + self.slopes_between + self.intercepts


def variance_parts(fit: FittedModel) -> VarianceParts:
    """The parts, from persons' cross-products."""
    n = fit.moments.rows
    within, between, mean = _random_products(fit)
    G = fit.standard_G
    inside, outside = _fixed_squares(fit)
    return VarianceParts(
        inside / (n - 1),
        outside / (n - 1),
        float((G * within).sum()) / (n - 1),
        float((G * between).sum()) / (n - 1),
        float(mean @ G @ mean),
        fit.sigma2,
        float((G * (within + between)).sum() / n + mean @ G @ mean),
    )


def _random_products(fit: FittedModel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Sums of squares and products of the standard z within persons and between their means, and the mean of z."""
    closed, into = list(fit.moments.terms.z_closed), fit.solution.problem.into_z
    size, n = len(closed), fit.moments.rows
    within, sums = np.zeros((size, size)), np.zeros(size)
    for part in _pieces(fit):
        gram, level, counts = _about_person(part, closed)
        within += gram.sum(axis=2)
        sums += (level * counts).sum(axis=1)
    between = np.zeros((size, size))
    for part in _pieces(fit):
        _, level, counts = _about_person(part, closed)
        away = level - (sums / n)[:, None]
        between += (away * counts) @ away.T
    return into.T @ within @ into, into.T @ between @ into, into.T @ sums / n


def _fixed_squares(fit: FittedModel) -> tuple[float, float]:
    """Sums of squares of x' beta within persons and between their means."""
    terms = fit.moments.terms
    rows = sorted({k for k, _ in terms.x})
    stored = sorted({0, *(g for k in rows for g, _ in terms.combination(k))})
    inside, means, sizes = 0.0, [], []
    for part in _pieces(fit):
        basis = terms.rows(rows, stored, part.row_centre)
        gram, level, counts = _about_person(part, stored)
        weights = basis @ _row_weights(fit, part, rows)
        inside += float(np.einsum("an,abn,bn->", weights, gram, weights))
        means.append((weights * level).sum(axis=0))
        sizes.append(counts)
    mean, count = np.concatenate(means), np.concatenate(sizes)
    away = mean - np.average(mean, weights=count)
    return inside, float(count @ away**2)


def _row_weights(fit: FittedModel, part: PersonMoments, rows: list[int]) -> np.ndarray:
    """How x' beta of each person is made of row columns, (rows, N)."""
    out = np.zeros((len(rows), part.count))
    for beta, j in zip(fit.solution.beta, fit.coordinates.x.kept, strict=True):
        k, w = fit.moments.terms.x[j]
        out[rows.index(k)] += beta * (part.weights[w - 1] + part.weight_centre[w] if w else 1.0)
    return out


def _pieces(fit: FittedModel) -> Iterator[PersonMoments]:
    """Persons' cross-products in pieces that fit the cache."""
    for part in chunks(fit.people_moments.count):
        yield fit.people_moments.take(part)


def _about_person(part: PersonMoments, stored: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Gram matrices of stored columns about the person's means (s, s, N), the means (s, N), the rows (N,)."""
    gram = part.block(stored, stored)
    counts = part.block([0], [0])[0, 0]
    sums = part.block(stored, [0])[:, 0]
    level = sums / counts
    return gram - level[:, None] * sums[None], level, counts
