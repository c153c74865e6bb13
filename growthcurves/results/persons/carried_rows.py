"""Rows with what residuals of other occasions of the same persons say of them, where residuals are correlated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.engine.estimates import RowsOf, carried
from growthcurves.fitted import FittedModel
from growthcurves.results.questions.design_rows import DesignRows, own_rows


@dataclass(frozen=True)
class CarriedRows:
    """Rows whose outcome is expected to be start + X beta + Z u, with what their residuals keep of their variance.

    Attributes
    ----------
    rows : DesignRows
        X and Z less what was carried over.
    start : (n,) array
    explained : (n,) array
        By how much the variance of the residual is lessened.
    """

    rows: DesignRows
    start: np.ndarray
    explained: np.ndarray


def as_they_are(rows: DesignRows) -> CarriedRows:
    """Rows to which nothing is carried over."""
    return CarriedRows(rows, np.zeros(len(rows.X)), np.zeros(len(rows.X)))


def carried_over(
    fit: FittedModel, rows: DesignRows, codes: np.ndarray, seen: RowsOf, values: np.ndarray
) -> CarriedRows:
    """Rows of persons of whom other rows were seen.

    Parameters
    ----------
    fit : FittedModel
    rows : DesignRows
    codes : (n,) array of int
        Whose they are; -1 for nobody's.
    seen : RowsOf
    values : (n seen, p + q + 1) array
        Their X, Z (of the same random effects as the rows') and outcomes.
    """
    if isinstance(fit.point.residual, Independent) or fit.point.residual is None:
        return as_they_are(rows)
    p = rows.X.shape[1]
    told = carried(fit.point.residual, RowsOf(np.where(_there(rows), codes, -1), rows.occasions), seen, values)
    left = DesignRows(rows.X - told.values[:, :p], rows.Z - told.values[:, p:-1], rows.index, rows.determined,
                      rows.occasions)  # fmt: skip
    return CarriedRows(left, told.values[:, -1], told.explained)


def _there(rows: DesignRows) -> np.ndarray:
    """Rows that are at an occasion: a structure that counts planned ones says nothing of a time between them."""
    time, *others = rows.occasions
    there = np.isfinite(time) & ~np.isnan(rows.X).any(axis=1)
    for places in others[:2]:
        there &= True if places is None else places >= 0
    return there


def carried_from_own(fit: FittedModel, rows: DesignRows, codes: np.ndarray) -> CarriedRows:
    """Rows of persons of the fit: what their rows there say of these."""
    if isinstance(fit.point.residual, Independent) or fit.point.residual is None:
        return as_they_are(rows)
    own: Any = own_rows(fit)
    values = np.column_stack([own.X, own.Z, fit.panel.values])
    return carried_over(fit, rows, codes, RowsOf(fit.panel.persons.codes, own.occasions), values)
