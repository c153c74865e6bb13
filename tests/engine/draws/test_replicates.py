"""Replicates drawn as cross-products have the distribution of those made row by row.

Source of truth: rows y = X beta + Z u + e simulated with numpy, and their cross-products by dense sums. Tolerance:
4.5 Monte Carlo standard errors for every mean and covariance of cross-products (a few hundred comparisons), and
p > 0.001 in the Kolmogorov-Smirnov test of the deviances; seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest
from replicate_designs import DESIGNS, fitted, standard_rows
from scipy.stats import ks_2samp

import growthcurves as gc
from growthcurves.engine.batch.criterion import Batch
from growthcurves.engine.batch.fits import fit_batch
from growthcurves.engine.draws.replicates import ParametricSource, Truth

COUNT = 3000


def truth(problem, rank: int) -> Truth:
    """Values in standard coordinates, D of the given rank."""
    p, q = problem.p, problem.q
    L = np.tril(np.arange(1.0, q * q + 1).reshape(q, q) / (q * q)) * (np.arange(q) < rank)
    D = L @ L.T if len(problem.partition) == 1 else np.diag(np.diag(L @ L.T))
    return Truth(np.linspace(-0.5, 0.8, p), D, 0.6)


def outcomes(rows, true: Truth, count: int, seed: int) -> list[np.ndarray]:
    """Outcomes made row by row, in standard coordinates."""
    rng = np.random.default_rng(seed)
    X, Z, codes = rows
    values, vectors = np.linalg.eigh(true.D)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    out = []
    for _ in range(count):
        u = rng.standard_normal((codes.max() + 1, len(true.D))) @ root.T
        noise = (Z * u[codes]).sum(axis=1) + rng.standard_normal(len(X))
        out.append(X @ true.beta + np.sqrt(true.sigma2) * noise)
    return out


def statistics(X, Z, codes, y) -> np.ndarray:
    """X'y, y'y and, by number of occasions, the sums of Z'y x Z'y and of Z'X x Z'y."""
    lengths = np.bincount(codes)
    persons = np.eye(len(lengths))[:, codes]  # (N, n)
    Zy = persons @ (Z * y[:, None])
    ZX = np.einsum("in,na,nj->iaj", persons, Z, X)
    parts = [X.T @ y, [y @ y]]
    for length in np.unique(lengths):
        mine = lengths == length
        parts += [(Zy[mine].T @ Zy[mine]).ravel(), np.einsum("iaj,ib->abj", ZX[mine], Zy[mine]).ravel()]
    return np.concatenate(parts)


def by_products(batch: Batch, lengths: np.ndarray) -> np.ndarray:
    """The same statistics of drawn replicates."""
    p = batch.problem.p
    parts = [batch.total[:, :p, p], batch.total[:, p, p:]]
    for length in np.unique(lengths):
        pair, cross = 0.0, 0.0
        for block in batch.blocks:
            schedules = [block.schedules(replicate) for replicate in range(len(batch))]
            mine = schedules[0].lengths == length
            pair = pair + np.array([s.T[mine][:, :, p, :, p].sum(axis=0).ravel() for s in schedules])
            cross = cross + np.array(
                [s.T[mine][:, :, :p, :, p].sum(axis=0).transpose(0, 2, 1).ravel() for s in schedules]
            )
        parts += [pair, cross]
    return np.concatenate(parts, axis=1)


CASES = [("balanced", 2), ("balanced", 1), ("schedules", 2), ("schedules", 0), ("own times", 1), ("intercepts", 1)]


@pytest.mark.parametrize(("name", "rank"), CASES)
def test_cross_products_have_the_moments_of_rows(name, rank):
    fit = fitted(name)
    problem = fit.estimates.solution.problem
    true = truth(problem, rank)
    design = standard_rows(fit)
    rows = np.array([statistics(*design, y) for y in outcomes(design, true, COUNT, 11)])
    batch = ParametricSource(problem, true, np.random.SeedSequence(3)).next(COUNT)
    drawn = by_products(batch, np.bincount(fit.panel.persons.codes))
    scale = rows.std(axis=0)
    keep = scale > 1e-9 * np.abs(rows).max()
    rows, drawn = ((part - rows.mean(axis=0))[:, keep] / scale[keep] for part in (rows, drawn))
    same_means(rows, drawn)
    upper = np.triu_indices(rows.shape[1])
    same_means(*((part[:, :, None] * part[:, None, :])[:, upper[0], upper[1]] for part in (rows, drawn)))


def same_means(left: np.ndarray, right: np.ndarray) -> None:
    error = np.sqrt(left.var(axis=0) / len(left) + right.var(axis=0) / len(right))
    z = (left.mean(axis=0) - right.mean(axis=0)) / error
    assert np.abs(z).max() < 4.5


@pytest.mark.parametrize(("name", "rank"), [("schedules", 1), ("own times", 2)])
def test_estimates_have_the_distribution_of_rows(name, rank):
    fit = fitted(name, "ml")
    problem = fit.estimates.solution.problem
    true = truth(problem, rank)
    X, Z, codes = standard_rows(fit)
    frame = fit.panel.frame.reset_index(drop=True)
    refits = []
    for y in outcomes((X, Z, codes), true, 60, 2):
        values = problem.scale * y + X @ problem.offset
        refits.append(gc.fit(DESIGNS[name][0], frame.assign(y=values), method="ml", time="time"))
    drawn = fit_batch(ParametricSource(problem, true, np.random.SeedSequence(8)).next(2000))
    assert drawn.converged.all()
    assert ks_2samp(drawn.deviance, [f.deviance for f in refits]).pvalue > 1e-3
    assert ks_2samp(drawn.sigma2, [f.scale for f in refits]).pvalue > 1e-3
    for j in range(problem.p):
        assert ks_2samp(drawn.beta[:, j], [f.params.iloc[j] for f in refits]).pvalue > 1e-3
    share = np.mean([f.certificate.singular for f in refits])
    assert abs(share - drawn.singular.mean()) < 4.5 * np.sqrt(0.25 / 60)
