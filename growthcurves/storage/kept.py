"""What a file keeps of rows that it does not: their description, and who was seen when."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.describe import PanelSummary
from growthcurves.data.kept import Kept
from growthcurves.data.person_ends import ends_of_persons
from growthcurves.data.seen import SeenWhen
from growthcurves.data.vocabulary import vocabulary
from growthcurves.fitted import FittedModel

#: What of a description is found in other fields of a file, or is of columns that the model does not use.
_ELSEWHERE = {"vocabulary", "columns", "waves", "notes", "dropped", "names", "units"}

#: Numbers that are not always known; a file has nothing in their place.
NOT_ALWAYS = ("outcome_sd", "outcome_min", "outcome_max", "variance_between", "variance_within", "icc")


def kept_of(fit: FittedModel, columns: list[str]) -> Kept | None:
    """What is kept of the rows of a fit, with those of the columns by which persons may be counted."""
    panel: Any = fit.panel
    if not panel.has_rows:
        found: Kept | None = panel.kept
        return found
    design = None if fit.weighing is None else fit.weighing.design
    return Kept.of(panel, columns, design if design is not None and design.weights is not None else None)


def last_of(fit: FittedModel) -> np.ndarray | None:
    """The last time of each person, (N,); None without time, and where it is not known."""
    panel: Any = fit.panel
    if not panel.has_rows:
        return None if panel.last_of is None else np.asarray(panel.last_of())
    return None if panel.time is None else ends_of_persons(panel)[1]


def kept_values(kept: Kept | None, people: bool) -> dict[str, Any] | None:
    """What is kept, as a file has it; without columns of persons where the file says nothing of these."""
    if kept is None:
        return None
    names = [one.name for one in fields(PanelSummary) if one.name not in _ELSEWHERE]
    summary = {name: getattr(kept.summary, name) for name in names}
    unknown = {name: None for name in NOT_ALWAYS if np.isnan(summary[name])}
    return {"summary": summary | unknown | {"ways": dict(summary["ways"])}, "seen": _seen_values(kept.seen, people)}


def _seen_values(seen: SeenWhen | None, people: bool) -> dict[str, Any] | None:
    if seen is None:
        return None
    seen = seen if people else seen.without(seen.columns)
    values = {one.name: getattr(seen, one.name) for one in fields(SeenWhen)}
    left_out = tuple(tuple(row) for row in seen.left_out.itertuples(index=False, name=None))
    return values | {"standing": seen.standing.astype(np.int8), "left_out": left_out}


def kept_from(values: dict[str, Any] | None, panel: Any) -> Kept | None:
    """What a file keeps of the rows of a panel."""
    if values is None:
        return None
    roles = {"id": panel.id, "time": panel.time, "outcome": panel.outcome}
    units = {"time": panel.time_unit, "outcome": panel.outcome_unit}
    words = vocabulary(panel)
    numbers = values["summary"] | {name: float("nan") for name in NOT_ALWAYS if values["summary"][name] is None}
    summary = PanelSummary(**numbers, names=roles, units=units, dropped=panel.reasons, vocabulary=words)
    return Kept(summary, None if values["seen"] is None else _seen_from(values["seen"]))


def _seen_from(values: dict[str, Any]) -> SeenWhen:
    left_out = pd.DataFrame(list(values["left_out"]), columns=["reason", "rows", "persons"])
    return SeenWhen(**values | {"left_out": left_out})
