"""Trajectories: lines of persons, the mean curve, its band, and the band that holds most persons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, unknown
from growthcurves.plots.estimates import NOT_IDENTIFIED
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import End, fit_at_ends, key_above, name_ends
from growthcurves.plots.layers import draw_band, draw_marked, draw_mean, draw_persons, group_handles
from growthcurves.plots.people import Groups, observed_lines
from growthcurves.plots.person_lines import Persons, mean_colour, sample_keys
from growthcurves.plots.style import INK, MUTED, colour_of, label_axes, with_unit
from growthcurves.results.persons.trajectories import curve_times, mean_curve, person_lines

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_COLUMNS = ["part", "group", "id", "time", "value", "low", "high", "colour"]
LINES = ("observed", "eb")
MOST_SHADED = 3


@dataclass(frozen=True)
class Trajectories(Drawn):
    """Trajectories of persons, the fitted mean with its band, and the band that holds most persons.

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
    lines : {"observed", "eb"}
        Lines of persons: through their observed occasions, or their empirical Bayes curves.
    color : str, optional
        Person-level column, of groups or of numbers, by which the lines of persons are coloured.
    highlight : id or list of ids, optional
        Persons who are drawn in full ink and named; at most six.
    """

    by: str | None = None
    people: int | None = 60
    rng: Any = 1
    level: float = 0.95
    lines: str = "observed"
    color: str | None = None
    highlight: Any = None

    def why_not(self, fit: Any) -> str | None:
        """A model without time has no trajectories; without identification persons have no curves."""
        if self.lines not in LINES:
            raise ModelError(unknown("kind of lines=", self.lines, LINES))
        if not fit.recipe.shape.changes:
            return "The model has no time, so there are no trajectories to draw."
        return NOT_IDENTIFIED if self.lines == "eb" and not fit.identified else None

    def scene(self, fit: Any) -> Scene:
        """One table of all that is drawn.

        Returns
        -------
        DataFrame
            Columns part ("observed" or "eb", "highlighted", "mean", "confidence", "persons"), group, id, time,
            value, low, high, colour.
        """
        panel, times = fit.panel, curve_times(fit)
        asked = Persons(self.by, self.people, self.rng, self.color, self.highlight)
        groups = asked.groups(panel, fit.model.reference)

        def curves(groups: Groups, persons: np.ndarray) -> pd.DataFrame:
            if self.lines == "observed":
                return observed_lines(panel, groups, persons)
            return own_curves(fit, groups, persons, times)

        lines, key = asked.rows(panel, groups, self.lines, curves)
        fitted = fitted_parts(mean_curve(fit, times, by=self.by, level=self.level))
        frame = pd.concat([part for part in (lines, fitted) if len(part)], ignore_index=True).reindex(columns=_COLUMNS)
        texts = key | {
            "x": with_unit(fit.model.time, panel.time_unit),
            "y": with_unit(fit.model.outcome, panel.outcome_unit),
            "groups": list(groups.labels),
            "level": f"{100 * self.level:g} %",
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene; groups are named at the ends of their lines where there is room."""
        frame, texts = scene
        groups = texts["groups"]
        alone, total = len(groups) == 1, frame["id"].nunique()
        ends = []
        for place, group in enumerate(groups):
            here = frame if alone else frame[frame["group"] == group]
            parts = dict(list(here.groupby("part")))
            colour = INK if texts["colours"] else colour_of(place)
            draw_band(ax, parts["persons"], colour, _shade(len(groups)), edge=len(groups) <= MOST_SHADED)
            for kind in LINES:
                draw_persons(ax, parts.get(kind, frame.iloc[:0]), MUTED if alone else colour, total)
            draw_band(ax, parts["confidence"], colour, 0.32 if len(groups) <= MOST_SHADED else 0.16)
            draw_mean(ax, parts["mean"], place, colour=colour)
            last = parts["mean"].iloc[-1]
            ends.append(End(group, float(last["time"]), float(last["value"]), colour))
        marked = draw_marked(ax, frame[frame["part"] == "highlighted"])
        ax.margins(x=0.02)
        label_axes(ax, texts["x"], texts["y"])
        named = not alone and fit_at_ends([*groups, *(end.label for end in marked)])
        name_ends(ax, [*(ends if named else []), *marked])
        key_above(ax, _key(scene, [] if named or alone else groups))
        return ax


def own_curves(fit: Any, groups: Groups, persons: np.ndarray, times: np.ndarray) -> pd.DataFrame:
    """Empirical Bayes curves of these persons: columns group, id, time, value."""
    curves = person_lines(fit, times)["eb"].to_numpy().reshape(-1, len(times))[persons]
    labels = np.array([*groups.labels, None], dtype=object)
    return pd.DataFrame(
        {
            "group": np.repeat(labels[groups.codes[persons]], len(times)),
            "id": np.repeat(np.asarray(fit.panel.persons.labels, dtype=object)[persons], len(times)),
            "time": np.tile(times, len(persons)),
            "value": curves.ravel(),
        }
    )


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


def _shade(groups: int) -> float:
    """How strong the band of persons is; with many groups the bands would only cover each other."""
    if groups > MOST_SHADED:
        return 0.0
    return 0.10 if groups == 1 else 0.07


def _key(scene: Scene, unnamed: list[str]) -> list[Any]:
    """The key: groups that are not named at their lines (then these are the means), and what the rest is."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    frame, texts = scene
    level = texts["level"]
    colour = mean_colour(texts)
    key: list[Any] = [*group_handles(unnamed), *sample_keys(scene)]
    if not unnamed:
        key.append(Line2D([], [], color=colour, linewidth=2, label="mean"))
    key.append(Patch(color=colour, alpha=0.34, linewidth=0, label=f"mean, {level} interval"))
    persons = frame[frame["part"] == "persons"]
    if persons["low"].notna().any() and len(texts["groups"]) <= MOST_SHADED:
        key.append(Patch(facecolor=colour, alpha=0.16, linewidth=0, label=f"{level} of persons"))
    return key
