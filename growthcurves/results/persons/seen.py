"""New persons given what was seen of them: Bayes by the fitted model, without fitting again.

With r = y - X beta at the seen rows, u | y is normal with mean M Z'r and variance sigma^2 M, M = D (I + Z'Z D)^-1, in
standard random effects (Henderson 1975; Bates et al. 2015, equation 56).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.frame import as_frame, raw_array, require_columns
from growthcurves.engine.persons.state import PersonState
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.factors import shrinkage
from growthcurves.results.questions.design_rows import DesignRows, new_rows


def rows_given_seen(fit: FittedModel, newdata: Any, seen: Any) -> tuple[DesignRows, PersonState]:
    """The design of the rows to predict, with standard random effects in Z, and the state of each row's person.

    Raises
    ------
    ColumnError
        When the id, the outcome or a column of the model is not there.
    ModelError
        When no person of `seen` is among those to predict.
    """
    wanted, known = as_frame(newdata), as_frame(seen)
    require_columns(known, [fit.model.id, fit.model.outcome])
    require_columns(wanted, [fit.model.id])
    outcome = numeric_column(known, fit.model.outcome, raw_array(known, fit.model.id))
    both = pd.concat([known, wanted.drop(columns=fit.model.outcome, errors="ignore")], ignore_index=True)
    rows = new_rows(fit, both)
    codes, ids = pd.factorize(both[fit.model.id], use_na_sentinel=False)
    past = np.arange(len(both)) < len(known)
    if not np.isin(codes[~past], codes[past]).any():
        raise ModelError(f"No {fit.model.id!r} of newdata= has rows in seen=: nothing is known of these persons.")
    Z = fit.standard_rows(rows.Z)
    used = past & rows.determined & ~np.isnan(rows.X).any(axis=1) & ~np.isnan(Z).any(axis=1)
    used[past] &= ~np.isnan(outcome)
    residual = outcome[used[past]] - rows.X[used] @ fit.solution.beta
    state = _state(fit, Z[used], rows.X[used], residual, codes[used], len(ids))
    wanted_rows = DesignRows(rows.X[~past], Z[~past], wanted.index, rows.determined[~past])
    return wanted_rows, state.take(codes[~past])


def _state(
    fit: FittedModel, Z: np.ndarray, X: np.ndarray, residual: np.ndarray, codes: np.ndarray, count: int
) -> PersonState:
    """The state of each person from the seen rows; the prior of a person without any."""
    q, p = Z.shape[1], X.shape[1]
    if q == 0:
        return PersonState(np.zeros((0, count)), np.zeros((0, 0, count)), np.zeros((0, p, count)))
    G = np.array([[_sums(Z[:, a] * Z[:, b], codes, count) for b in range(q)] for a in range(q)])
    C = np.array([[_sums(Z[:, a] * X[:, j], codes, count) for j in range(p)] for a in range(q)]).reshape(q, p, count)
    r = np.array([_sums(Z[:, a] * residual, codes, count) for a in range(q)])
    _, M = shrinkage(G, fit.solution.optimum.at.D)
    return PersonState(
        np.einsum("abn,bn->an", M, r), fit.sigma2 * M, -np.einsum("abn,bjn->ajn", M, C)
    )  # fmt: skip


def _sums(values: np.ndarray, codes: np.ndarray, count: int) -> np.ndarray:
    return np.bincount(codes, weights=values, minlength=count)
