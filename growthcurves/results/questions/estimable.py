"""Which linear functions of the fixed effects the data determine, where terms were left out as dependent on others."""

from __future__ import annotations

import numpy as np

from growthcurves.fitted import FittedModel

#: A function of the fixed effects may differ from an estimable one by this share of its own size.
TOLERANCE = 1e-8
ROUNDING = 1e-10


def dependence(fit: FittedModel) -> np.ndarray:
    """Coefficients A (kept, left out) with which the terms left out are made of those kept: X_out = X_kept A.

    Shares of a column that are nothing but rounding are exact zeros.
    """
    moments, x = fit.moments, fit.coordinates.x
    out = list(fit.coordinates.dependent_x)
    lift = moments.terms.lift_x(moments.row_centre, moments.weight_centre)[:, out]
    standard = x.into.T @ moments.total[:-1, :-1] @ lift / moments.rows
    A = np.linalg.solve(x.back, standard)
    parts = np.abs(A) * np.linalg.norm(x.back, axis=0)[:, None]
    return np.where(parts > ROUNDING * np.linalg.norm(standard, axis=0), A, 0.0)


def estimable(fit: FittedModel, L: np.ndarray) -> np.ndarray:
    """Whether each row of L, over all terms of the model (k, terms), is determined by the data."""
    out = list(fit.coordinates.dependent_x)
    return determined(fit, L[:, list(fit.coordinates.x.kept)], L[:, out])


def determined(fit: FittedModel, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """The same for rows over the terms kept (k, p) and those left out (k, r)."""
    if not outside.shape[1]:
        return np.ones(len(outside), dtype=bool)
    A = dependence(fit)
    size = np.abs(outside) + np.abs(inside) @ np.abs(A)
    away = np.abs(outside - inside @ A)
    return ((away <= TOLERANCE * size) | np.isnan(away)).all(axis=1)


def withheld(fit: FittedModel, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Rows over the terms kept (k, p), NaN where the data do not determine them."""
    known = determined(fit, inside, outside)
    return inside if known.all() else np.where(known[:, None], inside, np.nan)


def estimable_part(fit: FittedModel, L: np.ndarray) -> np.ndarray:
    """A basis (r, terms) of the combinations of the rows of L that the data determine."""
    out = list(fit.coordinates.dependent_x)
    if not out or not len(L):
        return L
    A = dependence(fit)
    inside = L[:, list(fit.coordinates.x.kept)]
    rest = L[:, out] - inside @ A
    scale = np.abs(L).max(axis=1)
    left, values, _ = np.linalg.svd(rest / scale[:, None])
    rank = int((values > TOLERANCE * max(1.0, float(np.abs(A).max()))).sum())
    return left[:, rank:].T @ (L / scale[:, None])
