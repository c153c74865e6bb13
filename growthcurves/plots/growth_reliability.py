"""Reliability of persons' own rates of change against what varies in a planned study."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.power import axis_words, draw_groups, finish_groups, lines_of, refuse_axis, refuse_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class GrowthReliability(Drawn):
    """Reliability of a person's own rate of change against waves, duration or another thing that varies."""

    def why_not(self, curve: Any) -> str | None:
        """Rates must differ between persons, and the axis be another thing than persons."""
        if curve.table["reliability"].isna().all():
            return "Rates do not vary between persons in this plan: they have no reliability."
        if curve.over[0] == "persons":
            return "Reliability does not depend on how many persons there are: name waves first, in over=."
        return refuse_axis(curve) or refuse_lines(curve)

    def scene(self, curve: Any) -> Scene:
        """One row per point: columns group, time (the axis), value (the reliability)."""
        frame = lines_of(curve, "reliability")
        texts = {
            "x": axis_words(curve),
            "y": "reliability of a person's own rate",
            "groups": list(dict.fromkeys(frame["group"])),
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        ends = draw_groups(ax, frame, texts["groups"])
        ax.set_ylim(0.0, 1.02)
        ax.margins(x=0.03)
        finish_groups(ax, texts, ends)
        return ax
