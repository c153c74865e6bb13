"""The panels of the picture of checks: their numbers and words. Never a drawing.

`SLOTS` are the places of the picture in their order, each with the panels that may stand there: of those that apply
that with the worst finding, the first where they are alike. A new panel is one class and one place in this list.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from growthcurves.checks.panels.growth import GrowthOverPredictor, SizeOverGrowth
from growthcurves.checks.panels.neighbours import Neighbours
from growthcurves.checks.panels.outcomes import SimulatedOutcomes
from growthcurves.checks.panels.over_time import ResidualsOverTime, SpreadOverFitted, SpreadOverTime
from growthcurves.checks.panels.panel import Line, Panel, Shown, badness, told
from growthcurves.checks.panels.quantiles import EffectQuantiles, Influence, ResidualQuantiles
from growthcurves.checks.panels.spread_by_group import SpreadByGroup
from growthcurves.checks.run import measured

if TYPE_CHECKING:
    from growthcurves.checks.answer import FitChecks

SLOTS: tuple[tuple[Panel, ...], ...] = (
    (ResidualsOverTime(),),
    (ResidualQuantiles(),),
    (SpreadOverTime(), SpreadOverFitted()),
    (Neighbours(),),
    (EffectQuantiles(), SpreadByGroup()),
    (GrowthOverPredictor(), SizeOverGrowth()),
    (Influence(),),
    (SimulatedOutcomes(),),
)

#: Replicates behind the bands, where there are not fewer of the checks.
REPLICATES = 299


def panels_of(found: FitChecks) -> dict[str, Shown]:
    """The panels of what was found, by name, with replicates of their own."""
    there = [[one for one in slot if one.why_not(found) is None] for slot in SLOTS]
    measures = {one.name: one.measure(found) for slot in there for one in slot}
    lines = measured(found.look, measures, min(found.replicates, REPLICATES))
    shown = {}
    for slot in there:
        known = [one for one in slot if one.name in lines]
        if known:
            panel = min(known, key=lambda one: badness(found, one))
            made = panel.shown(found, Line.of(lines[panel.name]))
            verdict, text = told(found, panel, made.table)
            shown[panel.name] = replace(made, verdict=verdict, text=text)
    return shown


__all__ = ["SLOTS", "Panel", "Shown", "panels_of"]
