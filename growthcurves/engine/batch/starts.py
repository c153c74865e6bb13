"""Where the searches of many replicates start: the two points of `search/optimise.py` with a leading axis."""

from __future__ import annotations

import numpy as np

from growthcurves.engine.batch.criterion import Batch, criterion, derivatives
from growthcurves.engine.batch.faces import Partition, spectra
from growthcurves.engine.search.optimise import free_matrices
from growthcurves.numerics.arrays import Array


def moment_starts(batch: Batch) -> Array:
    """MIVQUE(0) of every replicate, made positive definite (`optimise.moment_start`)."""
    B, q = len(batch), batch.problem.q
    partition = batch.problem.partition
    at = criterion(batch, np.zeros((B, q, q)))
    ok = np.isfinite(at.deviance)
    out = np.zeros((B, q, q))
    if not ok.any():
        return out
    place = np.flatnonzero(ok)
    slopes = derivatives(batch.take(place), at.take(place))
    E = free_matrices(partition, q)
    trace = slopes.trace.reshape(len(place), q * q) @ E.T
    system = np.empty((len(place), len(E) + 1, len(E) + 1))
    system[:, :-1, :-1] = E @ slopes.expected @ E.T
    system[:, :-1, -1] = system[:, -1, :-1] = trace
    system[:, -1, -1] = batch.rows[place]
    target = np.concatenate([-slopes.rss.reshape(len(place), q * q) @ E.T, at.rss[place, None]], axis=1)
    solution = _least_squares(system, target)
    residual = np.maximum(solution[:, -1:], 0.01 * at.rss[place, None] / batch.rows[place, None])
    out[place] = positive((solution[:, :-1] / residual @ E).reshape(len(place), q, q), partition)
    return out


def _least_squares(system: Array, target: Array) -> Array:
    """Solutions of symmetric systems (B, m, m), on what they determine."""
    values, vectors = np.linalg.eigh(system)
    there = values > 1e-10 * values[:, -1:]
    coefficients = (target[:, None, :] @ vectors)[:, 0]
    return (vectors @ np.where(there, coefficients / np.where(there, values, 1.0), 0.0)[:, :, None])[:, :, 0]


def positive(D: Array, partition: Partition) -> Array:
    """D with its eigenvalues in every block raised to at least a twentieth."""
    values, vectors = spectra(D, partition)
    return (vectors * np.maximum(values, 0.05)[:, None, :]) @ vectors.swapaxes(1, 2)


def other_starts(D: Array, partition: Partition) -> Array:
    """Other points to start from: half the variance, and covariances of the other sign."""
    return positive(D * (np.eye(D.shape[1]) - 0.5), partition)
