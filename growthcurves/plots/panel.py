"""The panel before any model: observed trajectories of persons and the observed mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.numerics.distributions import t_quantile
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.layers import draw_band, draw_mean, draw_persons, group_handles
from growthcurves.plots.outcome_limits import inside
from growthcurves.plots.people import Groups, observed_lines
from growthcurves.plots.person_lines import Persons, mean_colour, of_points, sample_keys
from growthcurves.plots.stage import Stage, around_trajectories, end_of
from growthcurves.results.tables.answer import checked_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ["part", "group", "id", "time", "value", "low", "high", "rows", "persons", "colour"]
_COMMON_TIMES = 30
_RANGES = 10


@dataclass(frozen=True)
class ObservedTrajectories(Drawn):
    """Observed trajectories of persons with the observed mean and its band.

    The mean is taken at each time where at most 30 times occur, and within ten ranges of time that hold
    equally many rows where there are more. Its band counts persons, not rows: the standard error is that of a mean of
    clusters (for one row a person s / sqrt(n)), the quantile that of t with one degree of freedom less than persons.
    Three groups and more have a panel each, with the means of the others in grey. Persons with many occasions at times
    of their own are dots.

    Parameters
    ----------
    by : str, optional
        Column that divides the persons into groups.
    people : int, None, or list of ids
        How many persons are drawn, chosen at random in proportion to their groups; 0 for none, None for all. Or who:
        up to twelve are named.
    rng : int, Generator or None
        Who is drawn; None draws a seed, which the key prints.
    color : str or list of str, optional
        Person-level column, of groups or of numbers, by which the lines of persons are coloured.
    highlight : id or list of ids, optional
        Persons who are drawn in full ink and named; at most six.
    level : float
        Level of the band.
    numbers : bool, optional
        Whether numbers of persons stand under the axis, by group: seen at each visit, or still followed at round times
        where the panel has no visits. By default they do.
    limits : (float, float), optional
        Lowest and highest value that the outcome can have: band and axis end there; None for an open side.
    """

    by: str | None = None
    people: Any = 60
    rng: Any = 1
    color: str | None = None
    highlight: Any = None
    level: float = 0.95
    numbers: bool | None = None
    limits: Any = None

    def why_not(self, panel: Panel) -> str | None:
        """A panel without time has no trajectories."""
        checked_level(self.level)
        return None if panel.time is not None else "The panel has no time column, so there are no trajectories to draw."

    def scene(self, panel: Panel) -> Scene:
        """One table: columns part ("observed", "highlighted", "mean", "seen"), group, id, time, value, low, high, rows,
        persons, colour.

        Means have their band (low, high), the rows that are behind them and whose these are; "seen" are the persons
        with an outcome at each visit, or still followed at round times where there are no visits.
        """
        asked = Persons(self.by, self.people, self.rng, self.color, self.highlight)
        groups = asked.groups(panel)
        lines, key = asked.rows(panel, groups, "observed", lambda groups, who: observed_lines(panel, groups, who))
        around = around_trajectories(panel, groups, self.numbers, self.limits)
        means = inside(observed_means(panel, groups, self.level).assign(part="mean"), around.texts["limits"])
        frame = pd.concat([part for part in (lines, means, around.seen) if len(part)], ignore_index=True)
        texts = key | around.texts | {"level": f"{100 * self.level:g} %"}
        return Scene(frame.reindex(columns=_COLUMNS), of_points(texts))

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        stage, ends = Stage.of(ax, scene), []
        for place, group, on, rows in stage.groups():
            parts = dict(list(rows.groupby("part")))
            own, colour = stage.look(place)
            lines = parts.get("observed", rows.iloc[:0])
            draw_persons(on, lines, own, stage.persons(rows), scene.texts["dots"])
            draw_band(on, parts["mean"], colour, 0.18)
            draw_mean(on, parts["mean"], place, marker="o", colour=colour)
            ends.append(end_of(group, parts["mean"], colour))
        return stage.finish(ends, lambda unnamed: _key(scene, unnamed))


def observed_means(panel: Panel, groups: Groups, level: float = 0.95) -> pd.DataFrame:
    """Mean outcome by group and time (or range of time): columns group, time, value, low, high, rows, persons.

    The standard error of a mean of n rows of m persons is sqrt(m / (m - 1) * sum over persons of (sum of residuals)^2)
    / n (Liang and Zeger, 1986, for a mean); of one row a person it is s / sqrt(n).
    """
    codes = panel.persons.codes
    rows = pd.DataFrame({"code": groups.codes[codes], "person": codes, "time": panel.times, "value": panel.values})
    rows = rows[rows["code"] >= 0].assign(range=lambda known: time_ranges(known["time"].to_numpy()))
    cell = rows.groupby(["code", "range"])
    rows["residual"] = rows["value"] - cell["value"].transform("mean")
    means = cell.agg(time=("time", "mean"), value=("value", "mean"), rows=("value", "size"))
    sums = rows.groupby(["code", "range", "person"])["residual"].sum().pow(2).groupby(level=[0, 1])
    m, squares = sums.size(), sums.sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        se = np.sqrt(m / (m - 1) * squares) / means["rows"]
        reach = se.where(m > 1) * t_quantile((1 + level) / 2, np.maximum(m - 1, 1))
    means = means.assign(low=means["value"] - reach, high=means["value"] + reach, persons=m).reset_index()
    means["group"] = np.array([*groups.labels, None], dtype=object)[means["code"]]
    return means[["group", "time", "value", "low", "high", "rows", "persons"]]


def time_ranges(times: np.ndarray) -> np.ndarray:
    if len(np.unique(times)) <= _COMMON_TIMES:
        return times
    edges = np.unique(np.quantile(times, np.linspace(0, 1, _RANGES + 1)))
    return np.searchsorted(edges[1:-1], times, side="right")


def _key(scene: Scene, unnamed: list[str]) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    if unnamed:
        return [*sample_keys(scene), *group_handles(unnamed)]
    colour = mean_colour(scene.texts)
    mean = Line2D([], [], color=colour, linewidth=2, marker="o", markersize=3.5, label="observed mean")
    band = Patch(color=colour, alpha=0.18, linewidth=0, label=f"{scene.texts['level']} interval")
    return [*sample_keys(scene), mean, band]
