"""Dropout: who is still in the study at each wave, by group, with the numbers under the axis."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthcurves.data.time_words import time_words
from growthcurves.errors import ModelError
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import End, fit_at_ends, key_above, name_ends
from growthcurves.plots.layers import group_handles
from growthcurves.plots.missing import why_no_waves
from growthcurves.plots.people import MOST_GROUPS
from growthcurves.plots.style import colour_of, label_axes, line_of, muted
from growthcurves.plots.visits import Numbers, numbers_under, tick_labels

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthcurves.data.panel import Panel


@dataclass(frozen=True)
class Dropout(Drawn):
    """The percentage of persons who are still in the study at each wave: seen then or later.

    Where the panel says why waves are missing, it is of the persons of whom the wave was due: those who have not
    entered yet, who died, or whose visits had ended are not counted.

    Rings are the percentage who were seen at the wave itself; they lie below the line where persons missed a wave
    and came back. The numbers under the axis are the persons who are still in the study.

    Parameters
    ----------
    by : str, optional
        Column that divides the persons into groups.
    """

    by: str | None = None

    def why_not(self, panel: Panel) -> str | None:
        """There must be waves: a wave column, or times that persons have in common."""
        return why_no_waves(panel)

    def scene(self, panel: Panel) -> Scene:
        """One row per wave and group: columns group, wave, time, remaining, percent_remaining, observed,
        percent_observed; time is the mean time of the wave, or its place where the panel has no time.
        """
        missed = panel.missing(by=self.by)
        frame = missed.dropout.copy() if self.by is not None else missed.dropout.assign(group="")
        groups = list(dict.fromkeys(frame["group"]))
        if len(groups) > MOST_GROUPS:
            raise ModelError(f"{self.by!r} has {len(groups)} groups; a picture shows at most {MOST_GROUPS}.")
        if "time" not in frame.columns:
            frame["time"] = frame["wave"].map({wave: place for place, wave in enumerate(missed.waves)}).astype(float)
        columns = ["group", "wave", "time", "remaining", "percent_remaining", "observed", "percent_observed"]
        frame = frame[columns]
        timed = panel.time is not None
        texts = {
            "x": time_words(panel).axis if timed else str(missed.names["grid"]),
            "y": "still in the study (% of those due)" if missed.explained else "still in the study (%)",
            "groups": [str(group) for group in groups],
            "labels": tick_labels(frame["time"].unique()) if timed else [str(wave) for wave in missed.waves],
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        groups, ends, ground = texts["groups"], [], ax.get_facecolor()
        for place, group in enumerate(groups):
            part = frame[frame["group"].astype(str) == group]
            style: Any = line_of(place)
            colour = colour_of(place)
            ax.plot(part["time"], part["percent_remaining"], linestyle=style, color=colour, linewidth=1.8, zorder=3)
            look: dict[str, Any] = {"markerfacecolor": ground, "markeredgecolor": colour, "markeredgewidth": 1.0}
            ax.plot(part["time"], part["percent_observed"], "o", markersize=3.8, zorder=4, **look)
            ends.append(End(group, part["time"].iloc[-1], part["percent_remaining"].iloc[-1], colour))
        ax.set_ylim(0, 103)
        ax.margins(x=0.04)
        label_axes(ax, texts["x"], texts["y"])
        named = len(groups) > 1 and fit_at_ends(groups)
        names = name_ends(ax, ends if named else [])
        numbers_under(ax, frame["time"].unique(), texts["labels"], _under(frame, groups))
        key_above(ax, _key([] if named or len(groups) == 1 else groups, ground), names)
        return ax


def _under(frame: pd.DataFrame, groups: list[str]) -> list[Numbers]:
    """The numbers who are still in the study: one row for each group."""
    counts = [frame.loc[frame["group"].astype(str) == group, "remaining"].tolist() for group in groups]
    if len(groups) == 1:
        return [Numbers("n", muted(), counts[0])]
    return [Numbers("●", colour_of(place), row) for place, row in enumerate(counts)]


def _key(groups: list[str], ground: Any) -> list[Any]:
    from matplotlib.lines import Line2D

    colour = muted() if groups else colour_of(0)
    line = Line2D([], [], color=colour, linewidth=1.8, label="seen at the wave or later")
    ring = Line2D(
        [],
        [],
        linestyle="",
        marker="o",
        markersize=3.8,
        markerfacecolor=ground,
        color=colour,
        label="seen at the wave",
    )
    return [*group_handles(groups), line, ring]
