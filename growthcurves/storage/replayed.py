"""A saved fit is tried before it is given out: its sums are added again, its formulas are read again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.errors import DataError
from growthcurves.estimate.run import sums
from growthcurves.model.bind import BoundModel
from growthcurves.model.columns import Columns, replay
from growthcurves.model.transforms import person_transforms


def refuse_other_sums(people: PersonMoments, moments: dict[str, Any]) -> None:
    """Refuse sums over persons that are not those of the persons.

    Raises
    ------
    DataError
    """
    again = people.moments()
    pairs = [(again.total, moments["total"])]
    if moments["shared"] is not None:
        if again.shared is None:
            raise DataError("its persons do not share schedules as it says")
        names = ("counts", "lengths", "G", "T")
        pairs += list(zip((getattr(again.shared, name) for name in names), moments["shared"], strict=True))
    for made, kept in pairs:
        if not _alike(made, kept):
            raise DataError("its sums are not those of its persons")


def _size(values: np.ndarray) -> float:
    return float(np.abs(values).max(initial=0.0))


def refuse_formulas(bound: BoundModel, names: tuple[str, ...]) -> None:
    """Refuse formulas whose records cannot make their columns again.

    Raises
    ------
    DataError
    """
    if bound.terms != names:
        raise DataError("its fixed effects are not those of its model")
    for columns in (*bound.predictors.values(), bound.covariates):
        if columns.spec is not None and _made(columns).shape != (1, len(columns.names)):
            raise DataError("a formula does not make its columns")


def _made(columns: Columns) -> np.ndarray:
    from formulaic.errors import FormulaicError

    try:
        return replay(columns, _one_row(columns), person_transforms(np.zeros(1, dtype=int)))
    except FormulaicError as error:
        raise DataError("a formula cannot be read again") from error


def refuse_other_rows(bound: BoundModel, people: PersonMoments) -> None:
    """Refuse rows that are not those of the sums.

    Raises
    ------
    DataError
    """
    again = sums(bound).recentred(people.row_centre, people.weight_centre)
    pairs = [(again.gram, people.gram), (again.weights, people.weights)]
    if not all(_alike(made, kept) for made, kept in pairs):
        raise DataError("its sums are not those of its rows")


def refuse_dependent(problem: Any) -> None:
    """Refuse random effects of which one is a combination of others.

    Raises
    ------
    DataError
    """
    back = problem.back_z
    if back.shape[0] != back.shape[1] or np.linalg.matrix_rank(back / np.maximum(_size(back), 1e-300)) < len(back):
        raise DataError("its random effects depend on each other")


def _alike(made: np.ndarray, kept: np.ndarray) -> bool:
    return made.shape == kept.shape and np.allclose(made, kept, rtol=1e-6, atol=1e-6 * _size(made))


def _one_row(columns: Columns) -> dict[str, pd.Series]:
    """A row that the formula can be read from: first levels, and ones."""
    return {name: pd.Series([columns.levels[name][0] if name in columns.levels else 1.0]) for name in columns.used}
