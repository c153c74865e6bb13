"""Persons of a trial's table who are in no analysed row after the baseline, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import raw_array
from growthcurves.data.source import show_level
from growthcurves.data.unit_words import UnitWords

if TYPE_CHECKING:
    from growthcurves.trials.design import Roles
    from growthcurves.trials.visits import Visits

#: Has no value of the outcome after the baseline.
NEVER = ""
_NOT_CHOSEN = "with values at other visits than those of visits= only"


def reasons_of(
    frame: pd.DataFrame, id: Any, absent: pd.Index, later: Visits, modelled: Visits, needed: Sequence[str], roles: Roles
) -> pd.Series:
    """The reason of every absent person, by id: `NEVER`, or what is missing.

    Parameters
    ----------
    frame : DataFrame
        The rows that were chosen, with the columns of the baseline.
    absent : Index
        Ids.
    later, modelled : Visits
        All visits after the baseline, and those of them that are modelled.
    needed : list of str
        Columns of which the model needs values, in the order in which they are given as the reason.
    """
    rows = frame[frame[id].isin(absent) & frame[roles.outcome].notna().to_numpy()]
    visits = raw_array(rows, roles.visit)
    after, chosen = later.places(visits) >= 0, modelled.places(visits) >= 0
    found = pd.Series(NEVER, index=absent, dtype=object)
    found[absent.isin(rows[id][after])] = _NOT_CHOSEN
    for who, own in rows[chosen].groupby(id, sort=False):
        lacks = own[list(needed)].isna()
        column = next((name for name in needed if lacks[name].all()), None)
        column = next((name for name in needed if lacks[name].any()), None) if column is None else column
        found[who] = _NOT_CHOSEN if column is None else f"without {column}"
    return found


def absent_notes(arms: pd.Series, reasons: pd.Series, after: str, who: UnitWords) -> list[str]:
    """A sentence on persons without any value after the baseline, and one on those who lack something else.

    Parameters
    ----------
    arms, reasons : Series
        Of every absent person.
    after : str
        " after the baseline", where the trial has one.
    who : UnitWords
        What persons are called.
    """
    never = (reasons == NEVER).to_numpy()
    notes = []
    if never.any():
        notes.append(f"{_counted(never, who)} of the table {_has(never)} no value{after} ({_by_arm(arms[never])}).")
    if not never.all():
        why = ", ".join(f"{count:,} {reason}" for reason, count in reasons[~never].value_counts(sort=False).items())
        notes.append(
            f"{_counted(~never, who)} with values{after} {'is' if np.sum(~never) == 1 else 'are'} not in the analysis "
            f"({_by_arm(arms[~never])}): {why}."
        )
    return notes


def _counted(chosen: np.ndarray, who: UnitWords) -> str:
    count = int(chosen.sum())
    return f"{count:,} {who.one if count == 1 else who.several}"


def _has(chosen: np.ndarray) -> str:
    return "has" if chosen.sum() == 1 else "have"


def _by_arm(arms: pd.Series) -> str:
    counts = arms.value_counts(sort=False)
    return ", ".join(f"{show_level(arm)} {count:,}" for arm, count in counts.items())
