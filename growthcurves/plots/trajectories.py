"""Trajectories: observed lines of persons, the mean curve, its band, and the band that holds most persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.plots.layers import draw_band, draw_mean, draw_persons, key_above, name_groups
from growthcurves.plots.people import groups_of, observed_lines, sample_persons
from growthcurves.plots.style import FAINT, MUTED, colour_of, label_axes, line_of, with_unit
from growthcurves.results.trajectories import mean_curve

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ["part", "group", "id", "time", "value", "low", "high"]
_GRID = 61
MOST_SHADED = 3


@dataclass(frozen=True)
class Trajectories:
    """Observed trajectories of persons, the fitted mean with its band, and the band that holds most persons.

    Parameters
    ----------
    by : str, optional
        Column that divides the persons into groups: one mean curve for each.
    people : int or None
        How many persons are drawn, chosen at random in proportion to their groups; 0 for none, None for all.
    rng : int, Generator or None
        Who is drawn; the same number draws the same persons. None draws a seed, which the key prints.
    level : float
        Level of both bands.
    """

    by: str | None = None
    people: int | None = 60
    rng: Any = 1
    level: float = 0.95

    def why_not(self, fit: Any) -> str | None:
        """A model without time has no trajectories."""
        if fit.model.time is None:
            return "The model has no time, so there are no trajectories to draw."
        return None

    def data(self, fit: Any) -> pd.DataFrame:
        """One table of all that is drawn.

        Returns
        -------
        DataFrame
            Columns part ("observed", "mean", "confidence", "persons"), group, id, time, value, low, high.
        """
        panel = fit.panel
        groups = groups_of(panel, self.by)
        sample = sample_persons(groups, self.people, self.rng)
        observed = observed_lines(panel, groups, sample.persons).assign(part="observed")
        times = np.linspace(panel.times.min(), panel.times.max(), _GRID)
        fitted = fitted_parts(mean_curve(fit, times, by=self.by, level=self.level))
        frame = pd.concat([observed, fitted], ignore_index=True).reindex(columns=_COLUMNS)
        frame.attrs = {
            "x": with_unit(fit.model.time, panel.time_unit),
            "y": with_unit(fit.model.outcome, panel.outcome_unit),
            "groups": list(groups.labels),
            "note": sample.note,
            "level": f"{100 * self.level:g} %",
        }
        return frame

    def draw(self, frame: pd.DataFrame, ax: Axes) -> Axes:
        """Draw the table; groups are named at the ends of their lines where there is room."""
        groups = frame.attrs["groups"]
        alone, total = len(groups) == 1, frame["id"].nunique()
        for place, group in enumerate(groups):
            parts = dict(list(_of_group(frame, group).groupby("part")))
            colour = colour_of(place)
            draw_band(ax, parts["persons"], colour, _shade(len(groups)), edge=len(groups) <= MOST_SHADED)
            draw_persons(ax, parts.get("observed", frame.iloc[:0]), MUTED if alone else colour, total)
            draw_band(ax, parts["confidence"], colour, 0.32 if len(groups) <= MOST_SHADED else 0.16)
            draw_mean(ax, parts["mean"], place)
        ax.margins(x=0.02)
        label_axes(ax, frame.attrs["x"], frame.attrs["y"])
        key_above(ax, _key(frame, _group_key(ax, frame)))
        return ax


def _shade(groups: int) -> float:
    """How strong the band of persons is; with many groups the bands would only cover each other."""
    if groups > MOST_SHADED:
        return 0.0
    return 0.10 if groups == 1 else 0.07


def fitted_parts(curve: pd.DataFrame) -> pd.DataFrame:
    """The columns of a mean curve as parts: mean, confidence, persons."""
    base = curve[["group", "time"]]
    return pd.concat(
        [
            base.assign(part="mean", value=curve["mean"]),
            base.assign(part="confidence", low=curve["conf_low"], high=curve["conf_high"]),
            base.assign(part="persons", low=curve["persons_low"], high=curve["persons_high"]),
        ],
        ignore_index=True,
    )


def _of_group(frame: pd.DataFrame, group: Any) -> pd.DataFrame:
    return frame if len(frame.attrs["groups"]) == 1 else frame[frame["group"] == group]


def _group_key(ax: Axes, frame: pd.DataFrame) -> list[Any]:
    """Names at the lines; where they do not fit there, handles for the key."""
    from matplotlib.lines import Line2D

    groups = frame.attrs["groups"]
    if len(groups) == 1:
        return []
    means = frame[frame["part"] == "mean"]
    last = [means[means["group"] == group].iloc[-1] for group in groups]
    if name_groups(ax, groups, [(end["time"], end["value"]) for end in last]):
        return []
    styles: list[Any] = [line_of(place) for place in range(len(groups))]
    return [
        Line2D([], [], color=colour_of(place), linestyle=styles[place], linewidth=2, label=group)
        for place, group in enumerate(groups)
    ]


def _key(frame: pd.DataFrame, named: list[Any]) -> list[Any]:
    """The key: groups that are not named at their lines (then these are the means), and what the rest is."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    level, alone = frame.attrs["level"], len(frame.attrs["groups"]) == 1
    colour = colour_of(0) if alone else MUTED
    key: list[Any] = list(named)
    if (frame["part"] == "observed").any():
        key.append(Line2D([], [], color=FAINT, linewidth=0.8, label=frame.attrs["note"]))
    if not named:
        key.append(Line2D([], [], color=colour, linewidth=2, label="mean"))
    key.append(Patch(color=colour, alpha=0.34, linewidth=0, label=f"mean, {level} interval"))
    persons = frame[frame["part"] == "persons"]
    if persons["low"].notna().any() and len(frame.attrs["groups"]) <= MOST_SHADED:
        key.append(Patch(facecolor=colour, alpha=0.16, linewidth=0, label=f"{level} of persons"))
    return key
