"""What a design says of a panel before any model: what each person and each of their rows counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from growthcurves.data.frame import require_columns
from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError, brief
from growthcurves.model.growth import GrowthModel
from growthcurves.model.survey.checked import checked
from growthcurves.model.survey.design import ROWS, SurveyDesign


def panel_weights(design: Any, panel: Panel) -> tuple[np.ndarray, np.ndarray, str]:
    """What persons (N,) and rows (n,) count, and in words.

    A person counts the product of the weights of the person and of all units that hold the person, about a mean of one;
    rows are scaled within persons to the number of those above zero, so that a person's rows count the person's weight
    each on average.

    Raises
    ------
    ModelError
        For what is no design or has no weights, and for weights that are missing, negative, all zero, or that vary
        within their unit.
    """
    if not isinstance(design, SurveyDesign):
        raise ModelError(f"design= is a gc.SurveyDesign(weights=...), not {brief(design)}.")
    if design.weights is None:
        raise ModelError("describe(design=) takes weights from the design, and it has none: give weights=.")
    named = design.weights if isinstance(design.weights, Mapping) else {panel.id: design.weights}
    require_columns(panel.data, [*named.values(), *(unit for unit in named if unit != ROWS)])
    persons, first = np.ones(panel.persons.count), panel.persons.first_rows
    rows = np.ones(len(panel))
    for unit, column in named.items():
        above = {} if unit in (ROWS, panel.id) else {unit: ("intercept",)}
        checked(panel, GrowthModel(panel.outcome, panel.time, panel.id, levels=above), unit, column)
        if unit == ROWS:
            given, codes = panel.numbers(column), panel.persons.codes
            rows = given * (np.bincount(codes, given > 0) / np.bincount(codes, given))[codes]
        else:
            persons = persons * panel.numbers(column)[first]
    told = ", ".join(f"{column} of {unit}" for unit, column in named.items())
    return persons / persons.mean(), rows, told
