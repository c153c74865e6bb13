"""The differences of a trial in sentences: which arm is lower or higher, by how much."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Level
from growthcurves.data.source import show_id
from growthcurves.output.numbers import fixed_text
from growthcurves.output.styles import p_equals
from growthcurves.results.change.told_differences import COMPARES, group_words
from growthcurves.results.tables.printing import p_text, places_of_errors


def difference_sentences(differences: pd.DataFrame, trial: Any) -> Iterator[str]:
    """One sentence for each row, with the decimals of the table."""
    places, name = places_of_errors(differences["std_error"]), trial.design.roles.arm
    for row in differences.to_dict("records"):
        where = f"At {trial.visit_name} {show_id(row['visit'])}"
        arm, reference = (group_words((Level(name, row[which]),)) for which in ("arm", "reference"))
        if np.isnan(row["estimate"]):
            yield f"{where} the difference {arm} from that {reference} cannot be estimated."
            continue
        p = p_equals(p_text(row["p_value"]))
        unit, outcome = trial.fit.panel.outcome_unit, trial.fit.model.outcome
        size = " ".join(filter(None, [fixed_text(abs(row["estimate"]), places), unit, _direction(row["estimate"])]))
        ends = f"{100 * trial.level:g} % interval {_interval(row, places)}"
        yield f"{where}, {outcome} is {size} {arm} than {reference} ({ends}; {p})."


def _direction(value: float) -> str:
    return COMPARES.down if value < 0 else COMPARES.up


def _interval(row: dict[str, Any], places: int) -> str:
    """The interval in magnitudes, in the direction of the estimate; of a one-sided one its bound."""
    ends = sorted([row["conf_low"], row["conf_high"]], reverse=row["estimate"] < 0)
    finite = [end for end in ends if np.isfinite(end)]
    if len(finite) < len(ends):
        side = "up to" if row["conf_low"] == -np.inf else "from"
        return f"{side} {fixed_text(finite[0], places)}".replace("-", "\N{MINUS SIGN}") if finite else "unbounded"
    low, high = (fixed_text(abs(end), places) for end in ends)
    first, last = map(_direction, ends)
    return f"{low} to {high} {last}" if first == last else f"{low} {first} to {high} {last}"
