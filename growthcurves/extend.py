"""What parts of one's own are written against, in one place that stays where it is when the rooms behind it move.

Each kind of part has a page with a working example in docs/extending/. Names are loaded when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

_NAMES = {
    # a growth shape
    "Shape": "growthcurves.model.shapes.base",
    "BoundShape": "growthcurves.model.shapes.base",
    "EngineColumns": "growthcurves.model.shapes.base",
    "Seen": "growthcurves.model.shapes.base",
    "constant_first": "growthcurves.model.shapes.base",
    "since": "growthcurves.model.shapes.base",
    "Names": "growthcurves.model.shapes.words",
    "ParameterWords": "growthcurves.model.shapes.words",
    "ShapeWords": "growthcurves.model.shapes.words",
    # a residual structure
    "Residual": "growthcurves.contracts.parameters",
    "Parameter": "growthcurves.contracts.parameters",
    "Occasions": "growthcurves.contracts.parameters",
    # an outcome family
    "Family": "growthcurves.contracts.family",
    "Answers": "growthcurves.contracts.family",
    "Slopes": "growthcurves.contracts.family",
    "OwnSlopes": "growthcurves.contracts.family",
    "Tails": "growthcurves.contracts.family",
    "Checked": "growthcurves.model.families.base",
    "OutcomeFamily": "growthcurves.model.families.base",
    "LogLink": "growthcurves.model.families.base",
    "ScaleWords": "growthcurves.model.families.links",
    # degrees of freedom
    "Method": "growthcurves.results.ddf.base",
    # intervals
    "Interval": "growthcurves.results.intervals.quantity",
    "Quantity": "growthcurves.results.intervals.quantity",
    "delta": "growthcurves.results.intervals.delta",
    "on_boundary": "growthcurves.results.intervals.quantity",
    # a check of assumptions
    "Check": "growthcurves.checks.check",
    "Measure": "growthcurves.checks.check",
    "Measured": "growthcurves.checks.check",
    "Said": "growthcurves.checks.check",
    "Look": "growthcurves.checks.look",
    "Sample": "growthcurves.checks.look",
    "mean_scores": "growthcurves.checks.directions",
    "row_variance_scores": "growthcurves.checks.directions",
    # a figure
    "Figure": "growthcurves.plots.figure",
    "Drawn": "growthcurves.plots.figure",
    "Scene": "growthcurves.plots.figure",
    "show": "growthcurves.plots.figure",
    # a section of the report
    "SECTIONS": "growthcurves.report",
    "Section": "growthcurves.report.section",
    "Subject": "growthcurves.report.section",
    "make_environment": "growthcurves.report.page",
    # numbers and warnings that are told apart
    "Finding": "growthcurves.contracts.finding",
    "Kind": "growthcurves.contracts.finding",
    "Note": "growthcurves.contracts.note",
    "NoteKind": "growthcurves.contracts.note",
}

__all__ = sorted(_NAMES)


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"growthcurves.extend has no {name!r}; it has {', '.join(__all__)}")
    value = getattr(import_module(_NAMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
