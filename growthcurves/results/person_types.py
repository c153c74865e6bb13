"""Types of persons: those who share predictors and growth basis are counted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.fitted import FittedModel


@dataclass(frozen=True, eq=False)
class PersonTypes:
    """Persons with the same predictors and the same growth basis, as one type.

    Attributes
    ----------
    fit : FittedModel
    design : (K, p, k) array
        A_i of each type.
    kinds : (k,) array of int
        Its kind (of the shape's person-level columns).
    counts : (k,) array
        How many persons it is.
    """

    fit: FittedModel
    design: np.ndarray
    kinds: np.ndarray
    counts: np.ndarray

    def status(self, time: float) -> np.ndarray:
        """Rows of X for the expected outcome at a time without covariates, (k, p)."""
        values = self.fit.kinds.values[self.kinds]
        basis = self.fit.bound.shape.basis(np.full(len(values), time), values)
        return np.einsum("ik,kpi->ip", basis, self.design)


def person_types(fit: FittedModel, persons: np.ndarray) -> PersonTypes:
    """The different types among these persons."""
    K, p = fit.growth_design.shape[:2]
    stacked = np.vstack([fit.growth_design[:, :, persons].reshape(K * p, -1), fit.kinds.codes[persons]])
    distinct, counts = distinct_columns(stacked)
    design = distinct[:-1].reshape(K, p, -1)
    return PersonTypes(fit, design, distinct[-1].astype(int), counts)


def distinct_columns(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different columns (p, k) of an array, and how often each occurs."""
    order = np.lexsort(values)
    ordered = values[:, order]
    new = np.append(True, (ordered[:, 1:] != ordered[:, :-1]).any(axis=0))
    starts = np.flatnonzero(new)
    return ordered[:, starts], np.diff(starts, append=values.shape[1])
