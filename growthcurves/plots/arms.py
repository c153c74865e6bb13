"""Means by visit and arm with intervals, or differences from the reference, with the numbers analysed below."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id, show_level
from growthcurves.numerics.bounds import flag
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import key_above
from growthcurves.plots.layers import group_handles
from growthcurves.plots.style import colour_of, hairline, label_axes, line_of, with_unit
from growthcurves.plots.visits import Numbers, numbers_under

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Share of the shortest way between visits that all arms together take beside each other.
_BESIDE = 0.3


@dataclass(frozen=True)
class ArmMeans(Drawn):
    """Estimated means by visit and arm with their intervals; the numbers analysed stand under the axis.

    Parameters
    ----------
    differences : bool
        Differences from the reference arm in the place of means.
    """

    differences: bool = False

    def why_not(self, trial: Any) -> str | None:
        """Something must be estimable."""
        flag(self.differences, "differences")
        shown = trial.differences if self.differences else trial.means
        return None if shown["estimate"].notna().any() else "Nothing is estimable in this trial: nothing can be drawn."

    def scene(self, trial: Any) -> Scene:
        """One row per visit and arm: columns arm, visit, time, value, low, high, n."""
        shown = trial.differences if self.differences else trial.means
        names = {"estimate": "value", "conf_low": "low", "conf_high": "high"}
        frame = shown.rename(columns=names)[["arm", "visit", "value", "low", "high", "n"]]
        times = dict(zip(trial.visits, trial.times, strict=True))
        frame.insert(2, "time", frame["visit"].map(times).astype(float))
        counts = trial.means.pivot(index="visit", columns="arm", values="n")
        seen = [visit for visit in trial.visits if visit in set(frame["visit"])]
        unit, outcome = trial.fit.panel.outcome_unit, trial.fit.model.outcome
        texts = {
            "x": trial.visit_name,
            "y": with_unit(f"difference in {outcome}" if self.differences else outcome, unit),
            "arms": list(trial.arms),
            "visits": [show_id(visit) for visit in seen],
            "times": [times[visit] for visit in seen],
            "counts": [[int(counts.loc[visit, arm]) for visit in seen] for arm in trial.arms],
            "interval": f"{100 * trial.level:g} % intervals",
            "zero": self.differences,
            "reference": trial.arms[0],
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        arms, times = texts["arms"], np.array(texts["times"], dtype=float)
        if texts["zero"]:
            ax.axhline(0.0, color=hairline(), linewidth=1.0, zorder=1)
        aside = _BESIDE * float(np.diff(times).min()) if len(times) > 1 else _BESIDE
        drawn = list(enumerate(arms))[1 if texts["zero"] else 0 :]
        for beside, (place, arm) in enumerate(drawn):
            rows = frame[frame["arm"] == arm].dropna(subset=["value"])
            _line(ax, rows, aside * ((beside + 0.5) / len(drawn) - 0.5), place)
        ax.margins(x=0.06)
        label_axes(ax, texts["x"], texts["y"])
        under = [Numbers("●", colour_of(place), counts) for place, counts in enumerate(texts["counts"])]
        numbers_under(ax, times, texts["visits"], under)
        key_above(ax, _key(texts))
        return ax


def _line(ax: Axes, rows: pd.DataFrame, aside: float, place: int) -> None:
    """One arm: points joined by a line, with bars to the ends of their intervals that exist."""
    if not len(rows):
        return
    style: Any = line_of(place)
    at, value = rows["time"].to_numpy(float) + aside, rows["value"].to_numpy(float)
    look: dict[str, Any] = {"color": colour_of(place), "zorder": 3}
    ax.plot(at, value, linestyle=style, linewidth=1.4, **look)
    ax.plot(at, value, "o", markersize=4.2, markeredgewidth=0, **look)
    low, high = (np.where(np.isfinite(rows[end]), rows[end], value) for end in ("low", "high"))
    ax.vlines(at, low, high, linewidth=1.1, **look)


def _key(texts: dict[str, Any]) -> list[Any]:
    """Arms; of differences those that are compared."""
    from matplotlib.lines import Line2D

    names, reference = [show_level(arm) for arm in texts["arms"]], show_level(texts["reference"])
    if texts["zero"]:
        names = [f"{name} - {reference}" for name in names]
    handles = group_handles(names)[1 if texts["zero"] else 0 :]
    if texts["zero"]:  # its numbers stand below, and it has no line
        dot: dict[str, Any] = {"linestyle": "", "marker": "o", "markersize": 4.2, "color": colour_of(0)}
        handles = [*handles, Line2D([], [], label=reference, **dot)]
    return [*handles, Line2D([], [], linestyle="", label=f"{texts['interval']}; below, numbers analysed")]
