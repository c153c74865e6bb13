"""The optimum of a family carried over to other columns that span the same curves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from growthcurves.engine.families.likelihood import FamilyLikelihood
from growthcurves.engine.moved import SAME, between
from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array

if TYPE_CHECKING:
    from growthcurves.engine.families.estimates import FamilyEstimates


def moved_local(old: FamilyEstimates, likelihood: FamilyLikelihood) -> Local | None:
    """The estimates in the coordinates of other columns; None where these make other linear predictors.

    Where thresholds take the place of the constant, they move by what the linear predictors do.
    """
    frame = likelihood.frame
    change = between(old.frame, frame) if old.frame.p == frame.p else None
    if change is None:
        return None
    wanted = _columns(old.likelihood) @ old.local.beta
    constant = not likelihood.family.constant_in_x
    X = _columns(likelihood)
    found = np.linalg.lstsq(np.column_stack([X, np.ones(len(X))]) if constant else X, wanted, rcond=None)[0]
    beta, shift = found[: frame.p], found[frame.p :].sum()
    if np.abs(X @ beta + shift - wanted).max(initial=0.0) > SAME * np.abs(wanted).max(initial=1.0):
        return None
    there, others = Local.of_factor(beta, change @ old.local.F, old.local.log_scale, frame.partition), old.local.others
    if constant and len(others):
        others = np.concatenate([others[:1] - shift, others[1:]])
    return replace(there, others=others, scaled=old.local.scaled)


def _columns(likelihood: FamilyLikelihood) -> Array:
    """Standard columns of all rows, (n, p)."""
    sums = likelihood.sums
    X = likelihood.rows.columns([sums.terms.x[column] for column in sums.kept])
    return np.linalg.solve((likelihood.frame.back_x).T, X.T).T
