"""Types of persons: those who share predictors and growth basis are counted once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.results.questions.estimable import withheld


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
        How many persons it is; of a sampling design, what these count.
    left_out : (K, r, k) array
        The same as `design` for the fixed effects that were left out.
    profiles : (k,) array of int
        What else tells the types apart.
    """

    fit: FittedModel
    design: np.ndarray
    kinds: np.ndarray
    counts: np.ndarray
    left_out: np.ndarray
    profiles: np.ndarray

    def combine(self, rows: np.ndarray, besides: np.ndarray | None = None) -> np.ndarray:
        """How beta makes a combination (k, K) of each type's growth parameters, (k, p); NaN if not determined.

        `besides` (k, terms) is added, over all terms of the model.
        """
        inside, outside = (np.einsum("ik,kpi->ip", rows, part) for part in (self.design, self.left_out))
        if besides is not None:
            inside = inside + besides[:, list(self.fit.sums.kept)]
            outside = outside + besides[:, list(self.fit.sums.left_out)]
        return withheld(self.fit, inside, outside)

    def status(self, time: float, covariates: np.ndarray) -> np.ndarray:
        """Rows of X for the expected outcome at a time, (k, p), with covariates by profile (profiles, terms)."""
        values = self.fit.kinds.values[self.kinds]
        basis = self.fit.recipe.shape.basis(np.full(len(values), time), values)
        return self.combine(basis, covariates[self.profiles])


def person_types(fit: FittedModel, persons: np.ndarray, profiles: np.ndarray | None = None) -> PersonTypes:
    """The different types among these persons; of `profiles` (N,), if given, only those of one are of one type."""
    p = len(fit.terms)
    design = np.concatenate([fit.growth_design, fit.left_out_design], axis=1)[:, :, persons]
    K, width = design.shape[:2]
    apart = np.zeros(fit.panel.persons.count, dtype=int) if profiles is None else profiles
    told = [design.reshape(K * width, len(persons)), fit.kinds.codes[persons], apart[persons]]
    counted = None if fit.weighing is None else fit.weighing.mass[persons]
    distinct, counts = distinct_columns(np.vstack(told), counted)
    design = distinct[:-2].reshape(K, width, distinct.shape[1])
    kinds, profile = distinct[-2:].astype(int)
    return PersonTypes(fit, design[:, :p], kinds, counts, design[:, p:], profile)


def distinct_columns(values: np.ndarray, weights: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """The different columns (p, k) of an array, and how often each occurs, or the sum of their weights."""
    order = np.lexsort(values)
    ordered = values[:, order]
    new = np.append(True, (ordered[:, 1:] != ordered[:, :-1]).any(axis=0))
    starts = np.flatnonzero(new)
    counts = np.diff(starts, append=values.shape[1])
    return ordered[:, starts], counts if weights is None else np.add.reduceat(weights[order], starts)
