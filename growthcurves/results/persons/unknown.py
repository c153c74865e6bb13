"""Persons whom a fit does not know: why, and what to do about it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.fitted import FittedModel


def why_unknown(fit: FittedModel, ids: Any) -> str:
    """Why none of these ids is known to a fit, with the advice that fits: their type, their rows, or new persons."""
    name, asked = fit.model.id, pd.Series(ids).dropna()
    known = {show_id(label) for label in fit.panel.persons.labels}
    same = next((value for value in asked if show_id(value).strip() in known), None)
    if same is not None:
        return (
            f"the fit has {show_id(same).strip()} as {_kind(fit.panel.persons.labels[0])} and the new data have it as "
            f"{_kind(same)}: give {name!r} as it is in the data of the fit."
        )
    others = "ask for people='average' or 'new', with seen= where outcomes of them are known."
    if isinstance(fit.panel, Panel):
        left_out = asked[asked.isin(pd.unique(fit.panel.data[fit.panel.id]))]
        if len(left_out):
            reasons = ", ".join(reason for reason, _ in fit.panel.dropped.itertuples(index=False, name=None))
            return f"no row of person {show_id(left_out.iloc[0])} was used (left out: {reasons}); {others}"
    return f"they are other persons than those of the fit; {others}"


def _kind(value: Any) -> str:
    return "a text" if isinstance(value, str) else "a number" if pd.api.types.is_number(value) else type(value).__name__
