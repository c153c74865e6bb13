"""The caterpillar of units above persons: each unit's own effects with their intervals, from the lowest up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.data.unit_words import level_words
from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.distributions import normal_quantile
from growthcurves.output.words import capital
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.style import colour_of, hairline, ink, label_axes, plain_text, title_panel
from growthcurves.results.persons.units import units_table
from growthcurves.results.tables.answer import checked_level
from growthcurves.results.tables.growth_words import random_words

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MOST_NAMED, _PANEL_INCHES = 60, 2.6
_COLUMNS = ["panel", "id", "place", "value", "low", "high"]


@dataclass(frozen=True)
class Units(Panels):
    """How far each unit above persons (school, site) is from what is expected of it, with intervals, in order.

    Effects are empirical Bayes estimates, intervals are by their standard errors of prediction: they are of one unit at
    a time, so that two units whose intervals overlap may differ, and of many units some lie outside by chance. Which
    unit is the first of all is a matter of ranks, which `units()` has with their uncertainty.

    Parameters
    ----------
    unit : str, optional
        Column of the units, a level of the model; by default the highest.
    level : float
        Of the intervals.
    """

    unit: str | None = None
    level: float = 0.95

    def why_not(self, fit: Any) -> str | None:
        """The model must have units above persons, whose variances the design can tell."""
        checked_level(self.level)
        if not fit.model.above:
            return "The model has no units above persons."
        known = list(fit.model.above)
        if self.unit is not None and not among(self.unit, known):
            raise ModelError(unknown("level above persons", self.unit, known))
        return None if fit.identified else "The design cannot tell the variances apart, so that effects are withheld."

    def scene(self, fit: Any) -> Scene:
        """One row per unit and effect: columns panel, id, place (from the lowest), value, low, high."""
        unit = list(fit.model.above)[-1] if self.unit is None else self.unit
        table, half = units_table(fit, unit), normal_quantile((1 + self.level) / 2)
        words, parts, names = random_words(fit).parameters, [], []
        for column in (name for name in table if f"{name}_se" in table and name.startswith("effect_")):
            name = column.removeprefix("effect_")
            names.append(words[name].short if name in words else name)
            rows = table[[column, f"{column}_se"]].set_axis(["value", "se"], axis=1).sort_values("value", kind="stable")
            found = {"panel": names[-1], "id": [show_id(one) for one in rows.index], "place": np.arange(len(rows))}
            ends = {"low": rows["value"] - half * rows["se"], "high": rows["value"] + half * rows["se"]}
            parts.append(pd.DataFrame({**found, "value": rows["value"].to_numpy(),
                                       **{end: values.to_numpy() for end, values in ends.items()}}))  # fmt: skip
        several = level_words(unit).several
        about = f"{capital(several)}: away from what is expected, {100 * self.level:g} % intervals"
        return Scene(pd.concat(parts, ignore_index=True)[_COLUMNS], {"panels": names, "x": about})

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """As high as the units need to be named, where they are."""
        count = int(scene.table["place"].max()) + 1
        return width, 1.0 + 0.17 * (count if count <= _MOST_NAMED else 20)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure."""
        frame, texts = scene
        axes = fig.subplots(1, len(texts["panels"]), squeeze=False).flat
        for ax, panel in zip(axes, texts["panels"], strict=True):
            _draw_units(ax, frame[frame["panel"] == panel])
            title_panel(ax, panel)
        fig.supxlabel(texts["x"], fontsize=axes[0].xaxis.label.get_size())
        return fig


def _draw_units(ax: Axes, rows: pd.DataFrame) -> None:
    ax.axvline(0.0, color=hairline(), linewidth=1.0, zorder=1)
    ax.hlines(rows["place"], rows["low"], rows["high"], color=ink(), linewidth=0.9, zorder=2)
    ax.plot(rows["value"], rows["place"], "o", color=colour_of(0), markersize=3.4, markeredgewidth=0, zorder=3)
    ax.set_ylim(-0.8, len(rows) - 0.2)
    named = len(rows) <= _MOST_NAMED
    ax.set_yticks(rows["place"] if named else [], [plain_text(one) for one in rows["id"]] if named else [])
    label_axes(ax, "", "")
    ax.locator_params(axis="x", nbins=5)
