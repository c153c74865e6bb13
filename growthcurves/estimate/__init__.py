"""Estimation as one step: a model and a panel in, a fitted model out. Never answers, never pictures."""

from __future__ import annotations

from growthcurves.estimate.reading import read_model
from growthcurves.estimate.run import (
    Sampled,
    again,
    bound_panel,
    by_likelihood,
    by_method,
    can_be_asked,
    chosen,
    estimate,
    estimate_rows,
    method_of,
    panel_for,
)

__all__ = [
    "Sampled",
    "again",
    "bound_panel",
    "by_likelihood",
    "by_method",
    "can_be_asked",
    "chosen",
    "estimate",
    "estimate_rows",
    "method_of",
    "panel_for",
    "read_model",
]
