"""Which linear functions of the fixed effects the data determine, where terms were left out as dependent on others."""

from __future__ import annotations

import numpy as np

from growthcurves.fitted import FittedModel

#: A function of the fixed effects may differ from an estimable one by this share of its own size.
TOLERANCE = 1e-8


def estimable(fit: FittedModel, L: np.ndarray) -> np.ndarray:
    """Whether each row of L, over all terms of the model (k, terms), is determined by the data."""
    out = list(fit.sums.left_out)
    return determined(fit, L[:, list(fit.sums.kept)], L[:, out])


def determined(fit: FittedModel, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """The same for rows over the terms kept (k, p) and those left out (k, r)."""
    if not outside.shape[1]:
        return np.ones(len(outside), dtype=bool)
    A = fit.sums.dependence
    size = np.abs(outside) + np.abs(inside) @ np.abs(A)
    away = np.abs(outside - inside @ A)
    return ((away <= TOLERANCE * size) | np.isnan(away)).all(axis=1)


def withheld(fit: FittedModel, inside: np.ndarray, outside: np.ndarray) -> np.ndarray:
    """Rows over the terms kept (k, p), NaN where the data do not determine them."""
    known = determined(fit, inside, outside)
    return inside if known.all() else np.where(known[:, None], inside, np.nan)
