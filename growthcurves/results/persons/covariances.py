"""Covariances of the residuals of persons, those with equally many rows side by side."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.model.occasions import panel_occasions


def residual_covariances(fit: FittedModel, own: np.ndarray) -> np.ndarray:
    """R_i of persons with equally many rows, whose places are own (N, n): (N, n, n)."""
    if fit.independent:
        return np.broadcast_to(fit.residual_variance * np.eye(own.shape[1]), (len(own), own.shape[1], own.shape[1]))
    occasions, residual = panel_occasions(fit.point.residual, fit.panel), fit.point.residual
    if hasattr(residual, "derivatives"):  # one of the package, which takes persons side by side
        return np.array(residual.matrix(occasions.take(own)))
    return np.stack([residual.matrix(occasions.take(one)) for one in own])


def persons_of_one_size(fit: FittedModel) -> Iterator[np.ndarray]:
    """Rows of persons who have equally many, (N, n), each person's in the order of time."""
    codes = fit.panel.persons.codes
    keys = (codes,) if fit.panel.time is None else (fit.panel.times, codes)
    order = np.lexsort(keys)
    sizes = np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    for size in np.unique(sizes[sizes > 0]):
        yield order[starts[sizes == size][:, None] + np.arange(size)]
