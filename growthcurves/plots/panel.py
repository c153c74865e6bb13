"""The panel before any model: observed trajectories of persons and the observed mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.plots.layers import draw_mean, draw_persons, key_above, name_groups
from growthcurves.plots.people import Groups, groups_of, observed_lines, sample_persons
from growthcurves.plots.style import FAINT, MUTED, colour_of, label_axes, line_of, with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COMMON_TIMES = 30
_RANGES = 10


@dataclass(frozen=True)
class ObservedTrajectories:
    """Observed trajectories of persons with the observed mean.

    The mean is taken at each time where at most 30 times occur, and within ten ranges of time that hold
    equally many rows where there are more.

    Parameters
    ----------
    by : str, optional
        Column that divides the persons into groups.
    people : int or None
        How many persons are drawn, chosen at random in proportion to their groups; 0 for none, None for all.
    rng : int, Generator or None
        Who is drawn; None draws a seed, which the key prints.
    """

    by: str | None = None
    people: int | None = 60
    rng: Any = 1

    def why_not(self, panel: Panel) -> str | None:
        """A panel without time has no trajectories."""
        return (
            None
            if panel.time is not None
            else "The panel has no time column, so there are no trajectories to draw."
        )

    def data(self, panel: Panel) -> pd.DataFrame:
        """One table: columns part ("observed", "mean"), group, id, time, value, rows (behind each mean)."""
        groups = groups_of(panel, self.by)
        sample = sample_persons(groups, self.people, self.rng)
        observed = observed_lines(panel, groups, sample.persons).assign(part="observed")
        frame = pd.concat([observed, observed_means(panel, groups).assign(part="mean")], ignore_index=True)
        frame = frame.reindex(columns=["part", "group", "id", "time", "value", "rows"])
        frame.attrs = {
            "x": with_unit(str(panel.time), panel.time_unit),
            "y": with_unit(panel.outcome, panel.outcome_unit),
            "groups": list(groups.labels),
            "note": sample.note,
        }
        return frame

    def draw(self, frame: pd.DataFrame, ax: Axes) -> Axes:
        """Draw the table."""
        groups = frame.attrs["groups"]
        ends = []
        for place, group in enumerate(groups):
            part = frame if len(groups) == 1 else frame[frame["group"] == group]
            colour = MUTED if len(groups) == 1 else colour_of(place)
            draw_persons(ax, part[part["part"] == "observed"], colour, frame["id"].nunique())
            mean = part[part["part"] == "mean"]
            draw_mean(ax, mean, place, marker="o")
            ends.append((mean["time"].iloc[-1], mean["value"].iloc[-1]))
        label_axes(ax, frame.attrs["x"], frame.attrs["y"])
        named = len(groups) > 1 and name_groups(ax, groups, ends)
        key_above(ax, _key(frame, grouped=len(groups) > 1 and not named))
        return ax


def observed_means(panel: Panel, groups: Groups) -> pd.DataFrame:
    """Mean outcome by group and time (or range of time): columns group, time, value, rows."""
    group = groups.codes[panel.persons.codes]
    rows = pd.DataFrame({"code": group, "time": panel.times, "value": panel.values})[group >= 0]
    rows["range"] = _ranges(rows["time"].to_numpy())
    means = rows.groupby(["code", "range"]).agg(
        time=("time", "mean"), value=("value", "mean"), rows=("value", "size")
    )
    means = means.reset_index()
    means["group"] = np.array([*groups.labels, None], dtype=object)[means["code"]]
    return means[["group", "time", "value", "rows"]]


def _ranges(times: np.ndarray) -> np.ndarray:
    if len(np.unique(times)) <= _COMMON_TIMES:
        return times
    edges = np.unique(np.quantile(times, np.linspace(0, 1, _RANGES + 1)))
    return np.searchsorted(edges[1:-1], times, side="right")


def _key(frame: pd.DataFrame, grouped: bool) -> list[Any]:
    from matplotlib.lines import Line2D

    key = []
    if (frame["part"] == "observed").any():
        key.append(Line2D([], [], color=FAINT, linewidth=0.8, label=frame.attrs["note"]))
    groups = frame.attrs["groups"]
    if not grouped:
        colour = colour_of(0) if len(groups) == 1 else MUTED
        return [
            *key,
            Line2D([], [], color=colour, linewidth=2, marker="o", markersize=3.5, label="observed mean"),
        ]
    for place, group in enumerate(groups):
        style: Any = line_of(place)
        key.append(
            Line2D([], [], color=colour_of(place), linestyle=style, linewidth=2, label=f"mean, {group}")
        )
    return key
