"""Whether fits are of one sampling design: the same columns, and the same weights and sampling units of persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.model.survey.design import SurveyDesign

#: What a design says, in words.
_WORDS = {
    "weights": "weights=", "strata": "strata=", "psu": "psu=", "replicates": "replicates=", "scale": "scale=",
    "single": "single=",
}  # fmt: skip


def require_one_design(first: FittedModel, fit: FittedModel, place: int) -> None:
    """Refuse fits of two designs, or one of a design beside one without.

    Raises
    ------
    ModelError
        With what differs, and in which fit.
    """
    one, other = first.weighing, fit.weighing
    if one is None and other is None:
        return
    if one is None or other is None:
        there, lacks = (1, place) if other is None else (place, 1)
        raise ModelError(f"pool() takes fits of one design: fit {there} has design= and fit {lacks} has none.")
    for field in fields(SurveyDesign):
        mine, theirs = (getattr(weighing.design, field.name) for weighing in (one, other))
        if mine != theirs:
            raise ModelError(
                f"pool() takes fits of one design: {_WORDS[field.name]} is {_shown(mine)} in fit 1 and "
                f"{_shown(theirs)} in fit {place}."
            )


def require_same_weights(first: FittedModel, fit: FittedModel, place: int) -> None:
    """Refuse fits of one design in whose data persons count differently, or lie in other sampling units.

    Raises
    ------
    ModelError
        With the first such person.
    """
    one, other = first.weighing, fit.weighing
    if one is None or other is None or not all(isinstance(w.sampled, np.ndarray) for w in (one, other)):
        return
    order = pd.Index(fit.panel.persons.labels).get_indexer(pd.Index(first.panel.persons.labels))
    mine, theirs = one.mass * one.unit, (other.mass * other.unit)[order]
    apart = np.abs(mine - theirs) > 1e-9 * np.abs(mine)
    if apart.any():
        person = int(apart.argmax())
        raise ModelError(
            f"pool() takes fits of one design: {_who(first, person)} counts {mine[person]:g} in fit 1 and "
            f"{theirs[person]:g} in fit {place}{_others(apart)}."
        )
    moved = _elsewhere(one.sampled, other.sampled[order])
    if moved.any():
        raise ModelError(
            f"pool() takes fits of one design: {_who(first, int(moved.argmax()))} lies in another sampling unit in fit "
            f"{place} than in fit 1{_others(moved)}."
        )


def refuse_repeated(fits: Sequence[FittedModel]) -> None:
    """Refuse some data twice beside others; where all fits say the same nothing was imputed, which is told elsewhere.

    Raises
    ------
    ModelError
    """
    alike = [[_same(fit, other) for other in fits[:place]] for place, fit in enumerate(fits)]
    if all(row[0] for row in alike[1:]):
        return
    for place, row in enumerate(alike):
        if any(row):
            raise ModelError(
                f"pool() takes each data set once: fit {place + 1} has the same data as fit {row.index(True) + 1}."
            )


def _same(fit: FittedModel, other: FittedModel) -> bool:
    return bool(np.array_equal(fit.estimates.beta, other.estimates.beta)) and fit.data_hash == other.data_hash


def _elsewhere(mine: np.ndarray, theirs: np.ndarray) -> np.ndarray:
    """Persons who are with others of one's own sampling units than the first of these is."""
    first = np.unique(mine, return_index=True)[1][np.unique(mine, return_inverse=True)[1].reshape(-1)]
    back = np.unique(theirs, return_index=True)[1][np.unique(theirs, return_inverse=True)[1].reshape(-1)]
    return np.asarray(first != back)


def _who(fit: FittedModel, person: int) -> str:
    return f"{fit.model.id} {show_id(fit.panel.persons.labels[person])}"


def _others(apart: np.ndarray) -> str:
    return f" ({int(apart.sum()) - 1:,} others differ too)" if apart.sum() > 1 else ""


def _shown(value: Any) -> str:
    return "not given" if value is None else repr(value)
