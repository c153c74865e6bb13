"""New persons given what was seen of them: Bayes by the fitted model, without fitting again."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.frame import as_frame, raw_array, require_columns
from growthcurves.data.joined import with_its_parts
from growthcurves.engine.estimates import PersonState, RowsOf, Seen
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.model.outcome_family import outcomes_seen
from growthcurves.model.outcomes import with_computed
from growthcurves.results.persons.carried_rows import CarriedRows, carried_over
from growthcurves.results.persons.known import before_seen
from growthcurves.results.questions.design_rows import DesignRows, new_rows
from growthcurves.results.questions.offsets import added_to_rows


class GivenSeen(NamedTuple):
    """Rows to predict, of persons of whom others were seen.

    Attributes
    ----------
    told : CarriedRows
        With standard random effects in Z.
    state : PersonState
        Of each row's person.
    codes : (n,) array of int
        Which person each row is of, among those of `seen`.
    seen : Seen
    """

    told: CarriedRows
    state: PersonState
    codes: np.ndarray
    seen: Seen


def rows_given_seen(fit: FittedModel, newdata: Any, seen: Any) -> GivenSeen:
    """The design of the rows to predict, with standard random effects in Z, and the state of each row's person.

    `between()` and `within()` take a person's mean over what was seen of that person, as in a fit: no row that is to be
    predicted moves another.

    Raises
    ------
    ColumnError
        When the id, the outcome or a column of the model is not there.
    ModelError
        When no person of `seen` is among those to predict.
    """
    wanted, known = (with_its_parts(as_frame(rows), fit.model.id) for rows in (newdata, seen))
    if fit.model.computed:
        known = with_computed(known, fit.model.outcome, fit.model.id)
    require_columns(known, [fit.model.id, fit.model.outcome])
    require_columns(wanted, [fit.model.id])
    outcome, trials = _outcomes(fit, known)
    both = pd.concat([known, wanted.drop(columns=fit.model.outcome, errors="ignore")], ignore_index=True)
    codes, ids = pd.factorize(raw_array(both, fit.model.id), use_na_sentinel=False)
    past = np.arange(len(both)) < len(known)
    rows = new_rows(fit, both, _counted(fit, both, codes, past, outcome))
    if not np.isin(codes[~past], codes[past]).any():
        raise ModelError(f"No {fit.model.id!r} of newdata= has rows in seen=: nothing is known of these persons.")
    Z = fit.standard_rows(rows.Z)
    used = past & rows.determined & ~np.isnan(rows.X).any(axis=1) & ~np.isnan(Z).any(axis=1)
    used[past] &= ~np.isnan(outcome)
    there = outcome[used[past]]
    offset = added_to_rows(fit, known)[used[past]] if fit.family is not None else None
    given = Seen(
        rows.X[used],
        Z[used],
        there,
        codes[used],
        len(ids),
        rows.occasions.take(used),
        offset,
        None if trials is None else trials[used[past]],
    )
    state = fit.estimates.given(given, before_seen(fit, both, codes))
    wanted_rows = DesignRows(rows.X[~past], Z[~past], wanted.index, rows.determined[~past], rows.occasions.take(~past))
    values = np.column_stack([rows.X[used], Z[used], there])
    told = carried_over(fit, wanted_rows, codes[~past], RowsOf(codes[used], rows.occasions.take(used)), values)
    return GivenSeen(told, state.take(codes[~past]), codes[~past], given)


def _outcomes(fit: FittedModel, known: pd.DataFrame) -> tuple[np.ndarray, np.ndarray | None]:
    """The outcomes of the rows that were seen, NaN where one is missing, and their trials."""
    if fit.family is not None:
        return outcomes_seen(fit.model.replace(family=fit.family), known)
    return numeric_column(known, fit.model.outcome, raw_array(known, fit.model.id)), None


def _counted(
    fit: FittedModel, both: pd.DataFrame, codes: np.ndarray, past: np.ndarray, outcome: np.ndarray
) -> np.ndarray:
    """The seen rows that a fit would use; all seen rows of a person without one."""
    time = [fit.model.time] if fit.model.time is not None else []
    columns = [name for name in (*fit.recipe.used, *time) if name in both]
    complete = past & both[columns].notna().all(axis=1).to_numpy()
    complete[past] &= ~np.isnan(outcome)
    return complete | (past & ~np.isin(codes, codes[complete]))
