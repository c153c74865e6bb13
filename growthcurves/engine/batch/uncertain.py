"""What is uncertain in every replicate: covariance of variances and covariances, degrees of freedom, standard errors.

`information/` with the replicate as one more leading axis (docs/inference-df.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from growthcurves.engine.batch.blocks import SharedBatch, Sums, contract
from growthcurves.engine.batch.criterion import Batch, Points, Slopes, criterion, slopes_of, sums_at, sums_of
from growthcurves.engine.batch.faces import Faces, same_ranks
from growthcurves.engine.batch.fits import Fits
from growthcurves.engine.parameters.face import ZERO
from growthcurves.engine.search.certificate import identified
from growthcurves.engine.search.optimise import free_matrices
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
        Their sampling covariance, on the active face.
    df : (B, k) array
        Satterthwaite's degrees of freedom of rows of fixed effects.
    spread : (B, p, p) array
        Covariance of the fixed effects, Kenward and Roger's where that was asked for.
    entries : tuple of (int, int)
        Which entries of G these are.
    """

    variances: Array
    covariance: Array
    df: Array
    spread: Array
    entries: tuple[tuple[int, int], ...]


def entries_of(partition: Sequence[Sequence[int]]) -> tuple[tuple[int, int], ...]:
    """Free entries of G, the lower triangle of every block."""
    return tuple((a, b) for block in partition for i, a in enumerate(block) for b in block[: i + 1])


def uncertain(
    batch: Batch, fits: Fits, L: Array, information: str = "observed", adjusted: bool = False, on_face: bool = True
) -> Uncertain:
    """The uncertainty of fitted replicates, and degrees of freedom of rows of fixed effects L (B or 1, k, p).

    Parameters
    ----------
    batch : Batch
    fits : Fits
        Of the batch.
    L : array
    information : {"observed", "expected", "igls"}
        The last is expected information without what estimating the fixed effects takes of it, as programs of
        (restricted) iterative generalised least squares print it (Goldstein 1986).
    adjusted : bool
        Whether the covariance of the fixed effects is Kenward and Roger's (1997).
    on_face : bool
        Whether what is estimated as zero is taken as zero; else variances at zero have errors too, by expected
        information, as programs have them that know of no boundary.
    """
    problem, B = batch.problem, len(batch)
    entries = entries_of(problem.partition)
    m = len(entries) + 1
    covariance, df, spread = np.full((B, m, m), np.nan), np.full((B, L.shape[1]), np.nan), fits.spread.copy()
    if not on_face and information == "observed":
        raise ValueError("variances at zero have errors by expected information alone")
    for place, faces, theta in _faces(batch, fits):
        part, rows = batch.take(place), L if len(L) == 1 else L[place]
        at = _on_face(part, faces, theta, information, on_face)
        covariance[place], df[place] = at.natural(entries), at.df(rows)
        if adjusted:
            spread[place] = at.adjusted()
    return Uncertain(_variances(batch, fits, entries), covariance, df, spread, entries)


def _variances(batch: Batch, fits: Fits, entries: Sequence[tuple[int, int]]) -> Array:
    J = batch.problem.original_z() / batch.problem.scale
    G = J @ fits.G @ J.T
    return np.column_stack([*(G[:, a, b] for a, b in entries), fits.sigma2])


def _faces(batch: Batch, fits: Fits) -> Iterator[tuple[Array, Faces, Array]]:
    """Replicates with estimates that lie on faces of the same ranks."""
    able = np.flatnonzero(np.isfinite(fits.deviance))
    if not batch.problem.q:
        none = np.zeros(0, dtype=np.intp)
        yield able, Faces(np.zeros((len(able), 0, 0)), none, none), np.zeros((len(able), 0))
        return
    for place, _, faces, theta in same_ranks(fits.D[able], batch.problem.partition, ZERO):
        yield able[place], faces, theta


class _OnFace(NamedTuple):
    """Replicates of one face at their optima: E (B, m, q q) are the derivatives of D in its m parameters, `whitened`
    (B, m, p, p) those of the information of the fixed effects, `cov` (B, m + 1, m + 1) the covariance of (theta,
    sigma^2).
    """

    batch: Batch
    at: Points
    s: Array
    E: Array
    whitened: Array
    cov: Array

    def df(self, L: Array) -> Array:
        """Degrees of freedom of rows (B, k)."""
        problem, s = self.batch.problem, self.s
        half = (L @ (problem.original_x() / problem.scale)) @ self.at.inverse.swapaxes(1, 2)
        own = (half**2).sum(axis=2)
        along = s[:, None, None] * np.einsum("zkp,zmpr,zkr->zkm", half, self.whitened, half)
        g = np.concatenate([along, own[:, :, None]], axis=2)
        spread = np.einsum("zkm,zmn,zkn->zk", g, self.cov, g)
        with np.errstate(divide="ignore", invalid="ignore"):
            df = np.where(spread > 0, 2.0 * (s[:, None] * own) ** 2 / spread, np.inf)
        return np.where(np.isnan(spread), np.nan, df)

    def natural(self, entries: Sequence[tuple[int, int]]) -> Array:
        """Covariance of the free entries of G in the original coding and the residual variance, (B, m, m)."""
        problem, (B, _, _), q = self.batch.problem, self.E.shape, self.batch.problem.q
        J, D = problem.original_z(), self.at.D
        step = np.concatenate([self.s[:, None, None] * self.E, D.reshape(B, 1, q * q)], axis=1)
        step = step.reshape(B, step.shape[1], q, q)
        G = J @ step @ J.T
        moved = np.zeros((B, G.shape[1], len(entries) + 1))
        for column, (a, b) in enumerate(entries):
            moved[:, :, column] = G[:, :, a, b]
        moved[:, -1, -1] = problem.scale**2
        return moved.swapaxes(1, 2) @ self.cov @ moved

    def adjusted(self) -> Array:
        """Kenward and Roger's covariance of the fixed effects, (B, p, p); see `information/kenward_roger.py`."""
        problem, (B, m, _), q, p = self.batch.problem, self.E.shape, self.batch.problem.q, self.batch.problem.p
        inner = self.cov[:, :m, :m]
        weight = (self.E.swapaxes(1, 2) @ inner @ self.E).reshape(B, q, q, q, q)
        linked = np.zeros((B, p, p))
        for block in self.batch.blocks:
            for piece in block.pieces(B):
                linked += _linked(piece, self.at.F, weight)
        between = self.at.inverse @ linked @ self.at.inverse.swapaxes(1, 2)
        through = np.einsum("zkl,zkij,zljh->zih", inner, self.whitened, self.whitened, optimize=True)
        outer = (problem.original_x() / problem.scale) @ self.at.inverse.swapaxes(1, 2)
        scale = self.s[:, None, None] * problem.scale**2
        return outer @ (scale * (np.eye(p) + 2.0 * (between - through))) @ outer.swapaxes(1, 2)


def _linked(piece: Any, F: Array, weight: Array) -> Array:
    """sum_i U_i' (W : P_i) U_i of the columns of X, (B, p, p), with W (B, q, q, q, q) between P's two sides."""
    assert isinstance(piece, SharedBatch)
    B, q = F.shape[:2]
    _, M = piece.shrunk(F)
    G, M = piece.G, M.transpose(2, 3, 0, 1)  # (K, q, q), (B, K, q, q)
    Q = np.eye(q) - G @ M
    P = G - G @ M @ G
    middle = Q.swapaxes(2, 3) @ np.einsum("zabcd,zkbc->zkad", weight, P) @ Q
    flat = middle if piece.times is None else middle * piece.times[:, :, None, None]
    p = piece.moving.shape[2] - 1
    return contract(flat.reshape(B, 1, -1), piece.fixed).reshape(B, p, p)


def _on_face(batch: Batch, faces: Faces, theta: Array, information: str, on_face: bool) -> _OnFace:
    B, p, q = len(batch), batch.problem.p, batch.problem.q
    at = criterion(batch, faces.factor(theta) if q else np.zeros((B, 0, 0)))
    sums = sums_at(batch, at)
    E = directions(faces, at.F) if on_face else _every_direction(batch)
    inner = at.inverse[:, None] @ sums.uu[..., :p, :p].reshape(B, q * q, p, p) @ at.inverse.swapaxes(1, 2)[:, None]
    whitened = inner.reshape(B, q * q, p * p)
    if information == "observed":
        H = _observed(batch, faces, at, slopes_of(batch, at, sums), E)
    else:
        H = _expected(batch, at, sums, whitened, E, batch.problem.reml and information == "expected")
    cov = _inverse(H, identified(batch.problem.blocks, batch.problem.partition))
    return _OnFace(batch, at, at.rss / batch.error_df, E, (E @ whitened).reshape(B, E.shape[1], p, p), cov)


def directions(faces: Faces, F: Array) -> Array:
    """Derivatives of D in the parameters of a face, (B, m, q q)."""
    B, q = F.shape[:2]
    half = faces.rotation[:, :, faces.rows].swapaxes(1, 2)[:, :, :, None]
    E = half * F[:, :, faces.columns].swapaxes(1, 2)[:, :, None, :]
    return (E + E.swapaxes(2, 3)).reshape(B, faces.size, q * q)


def _every_direction(batch: Batch) -> Array:
    """The free entries of D, (B, m, q q)."""
    problem = batch.problem
    E = free_matrices(problem.partition, problem.q)
    return np.broadcast_to(E, (len(batch), *E.shape))


def _observed(batch: Batch, faces: Faces, at: Points, slopes: Slopes, E: Array) -> Array:
    """Second derivatives in (theta, sigma^2), (B, m + 1, m + 1); see `information/observed.py`."""
    B, q = len(batch), batch.problem.q
    nu, rss = batch.error_df, at.rss
    slope = slopes.rss.reshape(B, q * q)
    given_scale = slopes.profiled + (nu / rss**2)[:, None, None] * (slope[:, :, None] * slope[:, None, :])
    own = faces.hessian(at.F, slopes.gradient, given_scale)
    return _bordered(own, -(E @ slope[:, :, None])[:, :, 0] * (nu / rss)[:, None] ** 2, nu**3 / rss**2)


def _expected(batch: Batch, at: Points, sums: Sums, whitened: Array, E: Array, restricted: bool) -> Array:
    """Their expectation; see `information/expected.py`."""
    B, p, q = len(batch), batch.problem.p, batch.problem.q
    inner = sums.pp.transpose(0, 4, 1, 2, 3).reshape(B, q * q, q * q)
    trace = sums.p.reshape(B, q * q)
    if restricted:
        weight = np.zeros((B, p + 1, p + 1))
        weight[:, :p, :p] = at.inverse.swapaxes(1, 2) @ at.inverse
        inner = inner - 2.0 * sums_of(batch, at.F, weight).pk.transpose(0, 4, 1, 2, 3).reshape(B, q * q, q * q)
        swapped = whitened.reshape(B, q, q, p, p).swapaxes(3, 4).reshape(B, q * q, p * p)
        inner = inner + whitened @ swapped.swapaxes(1, 2)
        trace = trace - np.einsum("zaii->za", whitened.reshape(B, q * q, p, p))
    nu, rss = batch.error_df, at.rss
    cross = (E @ trace[:, :, None])[:, :, 0] * (nu / rss)[:, None]
    counted = nu if restricted else batch.rows
    return _bordered(E @ inner @ E.swapaxes(1, 2), cross, counted * (nu / rss) ** 2)


def _bordered(own: Array, cross: Array, last: Array) -> Array:
    B, m = cross.shape
    H = np.empty((B, m + 1, m + 1))
    H[:, :m, :m] = (own + own.swapaxes(1, 2)) / 2.0
    H[:, :m, m] = H[:, m, :m] = cross
    H[:, m, m] = last
    return H


def _inverse(H: Array, whole: bool) -> Array:
    """Twice the inverse of each; NaN where it is not positive definite.

    Where the design does not tell the variances apart (not `whole`) the inverse is taken on what it does tell.
    """
    size = 1.0 / np.sqrt(np.maximum(np.einsum("zmm->zm", H), 1e-300))
    values, vectors = np.linalg.eigh(H * size[:, :, None] * size[:, None, :])
    there = values > TOLD * values[:, -1:]
    told = np.asarray(there.all(axis=1) if whole else there.any(axis=1))
    inverse = np.where(there, 1.0 / np.where(there, values, 1.0), 0.0)
    cov = 2.0 * (vectors * inverse[:, None, :]) @ vectors.swapaxes(1, 2) * size[:, :, None] * size[:, None, :]
    return np.where(told[:, None, None], cov, np.nan)


def uncorrelated(L: Array, spread: Array) -> Array:
    """Rows (B, k, p) whose estimates are uncorrelated, from rows L (k, p) and the covariance of fixed effects."""
    inside = L @ spread @ L.T
    return np.linalg.eigh((inside + inside.swapaxes(1, 2)) / 2.0)[1].swapaxes(1, 2) @ L
