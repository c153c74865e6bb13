"""The panel before any model: observed trajectories of persons and the observed mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import End, fit_at_ends, key_above, name_ends
from growthcurves.plots.layers import draw_marked, draw_mean, draw_persons, group_handles
from growthcurves.plots.people import Groups, observed_lines
from growthcurves.plots.person_lines import Persons, mean_colour, sample_keys
from growthcurves.plots.style import INK, MUTED, colour_of, label_axes, with_unit

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COMMON_TIMES = 30
_RANGES = 10


@dataclass(frozen=True)
class ObservedTrajectories(Drawn):
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
    color : str, optional
        Person-level column, of groups or of numbers, by which the lines of persons are coloured.
    highlight : id or list of ids, optional
        Persons who are drawn in full ink and named; at most six.
    """

    by: str | None = None
    people: int | None = 60
    rng: Any = 1
    color: str | None = None
    highlight: Any = None

    def why_not(self, panel: Panel) -> str | None:
        """A panel without time has no trajectories."""
        return None if panel.time is not None else "The panel has no time column, so there are no trajectories to draw."

    def scene(self, panel: Panel) -> Scene:
        """One table: columns part ("observed", "highlighted", "mean"), group, id, time, value, rows, colour.

        The column rows says how many rows are behind each mean.
        """
        asked = Persons(self.by, self.people, self.rng, self.color, self.highlight)
        groups = asked.groups(panel)
        lines, key = asked.rows(panel, groups, "observed", lambda groups, who: observed_lines(panel, groups, who))
        means = observed_means(panel, groups).assign(part="mean")
        frame = pd.concat([part for part in (lines, means) if len(part)], ignore_index=True)
        frame = frame.reindex(columns=["part", "group", "id", "time", "value", "rows", "colour"])
        texts = key | {
            "x": with_unit(str(panel.time), panel.time_unit),
            "y": with_unit(panel.outcome, panel.outcome_unit),
            "groups": list(groups.labels),
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        groups = texts["groups"]
        ends = []
        for place, group in enumerate(groups):
            part = frame if len(groups) == 1 else frame[frame["group"] == group]
            colour = MUTED if len(groups) == 1 else colour_of(place)
            draw_persons(ax, part[part["part"] == "observed"], colour, frame["id"].nunique())
            mean = part[part["part"] == "mean"]
            draw_mean(ax, mean, place, marker="o", colour=INK if texts["colours"] else None)
            ends.append(End(group, float(mean["time"].iloc[-1]), float(mean["value"].iloc[-1]), colour))
        marked = draw_marked(ax, frame[frame["part"] == "highlighted"])
        ax.margins(x=0.02)
        label_axes(ax, texts["x"], texts["y"])
        named = len(groups) > 1 and fit_at_ends([*groups, *(end.label for end in marked)])
        name_ends(ax, [*(ends if named else []), *marked])
        key_above(ax, _key(scene, [] if named or len(groups) == 1 else groups))
        return ax


def observed_means(panel: Panel, groups: Groups) -> pd.DataFrame:
    """Mean outcome by group and time (or range of time): columns group, time, value, rows."""
    group = groups.codes[panel.persons.codes]
    rows = pd.DataFrame({"code": group, "time": panel.times, "value": panel.values})[group >= 0]
    rows["range"] = time_ranges(rows["time"].to_numpy())
    means = rows.groupby(["code", "range"]).agg(time=("time", "mean"), value=("value", "mean"), rows=("value", "size"))
    means = means.reset_index()
    means["group"] = np.array([*groups.labels, None], dtype=object)[means["code"]]
    return means[["group", "time", "value", "rows"]]


def time_ranges(times: np.ndarray) -> np.ndarray:
    if len(np.unique(times)) <= _COMMON_TIMES:
        return times
    edges = np.unique(np.quantile(times, np.linspace(0, 1, _RANGES + 1)))
    return np.searchsorted(edges[1:-1], times, side="right")


def _key(scene: Scene, unnamed: list[str]) -> list[Any]:
    from matplotlib.lines import Line2D

    if unnamed:
        return [*sample_keys(scene), *group_handles(unnamed)]
    colour = mean_colour(scene.texts)
    mean = Line2D([], [], color=colour, linewidth=2, marker="o", markersize=3.5, label="observed mean")
    return [*sample_keys(scene), mean]
