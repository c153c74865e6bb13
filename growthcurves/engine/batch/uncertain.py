"""What is uncertain in every replicate: covariance of variances and covariances, and degrees of freedom.

`information/observed.py` with the replicate as one more leading axis (docs/inference-df.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.batch.criterion import Batch, Points, criterion, slopes_of, sums_at
from growthcurves.engine.batch.faces import Faces, same_ranks
from growthcurves.engine.batch.fits import Fits
from growthcurves.engine.parameters.face import ZERO
from growthcurves.numerics.arrays import Array

#: Parameters whose information is below this share of the largest are not told.
TOLD = 1e-9


@dataclass(frozen=True)
class Uncertain:
    """Of B replicates; NaN of those without estimates and of those whose information has no inverse.

    Attributes
    ----------
    variances : (B, m) array
        Entries of G in the original coding that are free, then the residual variance; see `entries`.
    covariance : (B, m, m) array
        Their sampling covariance by observed information, on the active face.
    df : (B, k) array
        Satterthwaite's degrees of freedom of rows of fixed effects.
    entries : tuple of (int, int)
        Which entries of G these are.
    """

    variances: Array
    covariance: Array
    df: Array
    entries: tuple[tuple[int, int], ...]


def entries_of(partition: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Free entries of G, the lower triangle of every block."""
    return tuple((a, b) for block in partition for i, a in enumerate(block) for b in block[: i + 1])


def uncertain(batch: Batch, fits: Fits, L: Array) -> Uncertain:
    """The uncertainty of fitted replicates, and degrees of freedom of rows of fixed effects L (B or 1, k, p)."""
    problem, B = batch.problem, len(batch)
    entries = entries_of(problem.partition)
    m = len(entries) + 1
    variances, covariance = np.full((B, m), np.nan), np.full((B, m, m), np.nan)
    df = np.full((B, L.shape[1]), np.nan)
    able = np.flatnonzero(np.isfinite(fits.deviance))
    variances[able] = _variances(batch, fits, entries)[able]
    for place, faces, theta in _faces(batch, fits, able):
        part, rows = batch.take(place), L if len(L) == 1 else L[place]
        covariance[place], df[place] = _of_face(part, faces, theta, rows, entries)
    return Uncertain(variances, covariance, df, entries)


def _variances(batch: Batch, fits: Fits, entries: Sequence[tuple[int, int]]) -> Array:
    J = batch.problem.original_z() / batch.problem.scale
    G = J @ fits.G @ J.T
    return np.column_stack([*(G[:, a, b] for a, b in entries), fits.sigma2])


def _faces(batch: Batch, fits: Fits, able: Array):  # type: ignore[no-untyped-def]
    """Replicates that lie on faces of the same ranks."""
    if not batch.problem.q:
        yield able, Faces(np.zeros((len(able), 0, 0)), np.zeros(0, dtype=np.intp), np.zeros(0, dtype=np.intp)), None
        return
    for place, _, faces, theta in same_ranks(fits.D[able], batch.problem.partition, ZERO):
        yield able[place], faces, theta


def _of_face(
    batch: Batch, faces: Faces, theta: Array | None, L: Array, entries: Sequence[tuple[int, int]]
) -> tuple[Array, Array]:
    """Covariance of variances (B, m, m) and degrees of freedom (B, k)."""
    problem, B, p, q = batch.problem, len(batch), batch.problem.p, batch.problem.q
    F = np.zeros((B, q, q)) if theta is None else faces.factor(theta)
    at = criterion(batch, F)
    s = at.rss / batch.error_df
    sums = sums_at(batch, at)
    slopes = slopes_of(batch, at, sums)
    E = directions(faces, F)
    cov = _inverse(_hessian(batch, faces, at, slopes, E))
    inner = at.inverse[:, None] @ sums.uu[..., :p, :p].reshape(B, q * q, p, p) @ at.inverse.swapaxes(1, 2)[:, None]
    whitened = (E @ inner.reshape(B, q * q, p * p)).reshape(B, -1, p, p)
    J = problem.original_x() / problem.scale
    half = (L @ J) @ at.inverse.swapaxes(1, 2)  # (B, k, p)
    own = (half**2).sum(axis=2)
    along = s[:, None, None] * np.einsum("zkp,zmpr,zkr->zkm", half, whitened, half)
    g = np.concatenate([along, own[:, :, None]], axis=2)
    spread = np.einsum("zkm,zmn,zkn->zk", g, cov, g)
    with np.errstate(divide="ignore", invalid="ignore"):
        df = np.where(spread > 0, 2.0 * (s[:, None] * own) ** 2 / spread, np.inf)
    return _natural(problem, at.D, s, E, cov, entries), np.where(np.isnan(spread), np.nan, df)


def directions(faces: Faces, F: Array) -> Array:
    """Derivatives of D in the parameters of a face, (B, m, q q)."""
    B, q = F.shape[:2]
    half = faces.rotation[:, :, faces.rows].swapaxes(1, 2)[:, :, :, None]
    E = half * F[:, :, faces.columns].swapaxes(1, 2)[:, :, None, :]
    return (E + E.swapaxes(2, 3)).reshape(B, faces.size, q * q)


def _hessian(batch: Batch, faces: Faces, at: Points, slopes, E: Array) -> Array:  # type: ignore[no-untyped-def]
    """Second derivatives in (theta, sigma^2), (B, m + 1, m + 1)."""
    B, q, m = len(batch), batch.problem.q, faces.size
    nu, rss = batch.error_df, at.rss
    s, slope = rss / nu, slopes.rss.reshape(B, q * q)
    given_scale = slopes.profiled + (nu / rss**2)[:, None, None] * (slope[:, :, None] * slope[:, None, :])
    H = np.empty((B, m + 1, m + 1))
    H[:, :m, :m] = faces.hessian(at.F, slopes.gradient, given_scale)
    H[:, :m, m] = H[:, m, :m] = -(E @ slope[:, :, None])[:, :, 0] / s[:, None] ** 2
    H[:, m, m] = nu / s**2
    return H


def _inverse(H: Array) -> Array:
    """Twice the inverse of each; NaN where it is not positive definite."""
    size = 1.0 / np.sqrt(np.maximum(np.einsum("zmm->zm", H), 1e-300))
    values, vectors = np.linalg.eigh(H * size[:, :, None] * size[:, None, :])
    told = values[:, 0] > TOLD * values[:, -1]
    safe = np.where(told[:, None], values, 1.0)
    cov = 2.0 * (vectors / safe[:, None, :]) @ vectors.swapaxes(1, 2) * size[:, :, None] * size[:, None, :]
    return np.where(told[:, None, None], cov, np.nan)


def _natural(problem, D: Array, s: Array, E: Array, cov: Array, entries: Sequence[tuple[int, int]]) -> Array:  # type: ignore[no-untyped-def]
    """Covariance of the free entries of G in the original coding and the residual variance."""
    B, q, unit = len(D), problem.q, problem.scale**2
    J = problem.original_z()
    step = np.concatenate([s[:, None, None] * E, D.reshape(B, 1, q * q)], axis=1).reshape(B, -1, q, q)
    G = J @ step @ J.T
    moved = np.zeros((B, G.shape[1], len(entries) + 1))
    for column, (a, b) in enumerate(entries):
        moved[:, :, column] = G[:, :, a, b]
    moved[:, -1, -1] = unit
    return moved.swapaxes(1, 2) @ cov @ moved


def uncorrelated(L: Array, spread: Array) -> Array:
    """Rows (B, k, p) whose estimates are uncorrelated, from rows L (k, p) and the covariance of fixed effects."""
    inside = L @ spread @ L.T
    return np.linalg.eigh((inside + inside.swapaxes(1, 2)) / 2.0)[1].swapaxes(1, 2) @ L
