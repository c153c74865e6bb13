"""A forest plot: one difference by the levels of several columns, with numbers and tests of interaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_level
from growthcurves.output.styles import p_equals
from growthcurves.plots.figure import Panels, Scene
from growthcurves.plots.style import colour_of, font_size, hairline, ink, muted, plain, plain_text, with_unit, wrapped
from growthcurves.results.tables.printing import number, p_text

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WITH_NUMBERS = 5.0  # inches from which there is room for numbers at the right


@dataclass(frozen=True)
class Forest(Panels):
    """The difference of each subgroup with its interval, the one of all persons first.

    Estimates, intervals and numbers analysed stand at the right where there is room.
    """

    def why_not(self, subgroups: Any) -> str | None:
        """Some difference must be estimable."""
        return None if subgroups.table["estimate"].notna().any() else "No difference is estimable: nothing to draw."

    def scene(self, subgroups: Any) -> Scene:
        """One row per line from the top: columns label, value, low, high, n, heading."""
        rows, several = [], subgroups.table["arm"].nunique() > 1
        for column, part in subgroups.table.groupby("subgroup", sort=False):
            if column:
                p = part["p_interaction"].iloc[0]
                rows.append([f"{column} (interaction {p_equals(p_text(p))})", np.nan, np.nan, np.nan, "", True])
            for row in part.itertuples():
                label = show_level(row.level) if column else "all"
                label += f", {show_level(row.arm)}" if several else ""
                rows.append([label, row.estimate, row.conf_low, row.conf_high, _numbers(row), False])
        frame = pd.DataFrame(rows, columns=["label", "value", "low", "high", "n", "heading"])
        fit, outcome = subgroups.trial.fit, subgroups.trial.fit.model.outcome
        about = with_unit(f"{subgroups.compared}, difference in {outcome}", fit.panel.outcome_unit)
        arms = [show_level(arm) for arm in subgroups.trial.arms]
        return Scene(frame, {"x": about, "whose": f"n: {'arm' if several else arms[1]}, {arms[0]}"})

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """As wide as other figures, and as high as its rows need."""
        return width, 0.9 + 0.2 * len(scene.table)

    def draw(self, scene: Scene, fig: Any) -> Any:
        """Draw the scene on the figure."""
        frame, texts = scene
        ax = fig.subplots()
        places = np.arange(len(frame))
        ax.axvline(0.0, color=hairline(), linewidth=1.0, zorder=1)
        whole = frame["value"].iloc[0]
        if np.isfinite(whole):
            ax.axvline(whole, color=colour_of(0), linewidth=0.8, linestyle=(0, (2, 2)), zorder=1)
        ax.hlines(places, frame["low"], frame["high"], color=ink(), linewidth=1.1, zorder=3)
        ax.plot(frame["value"], places, "s", color=colour_of(0), markersize=4.5, markeredgewidth=0, zorder=4)
        ax.set_ylim(len(frame) - 0.4, -0.6)
        ax.set_yticks(places, [plain_text(label) for label in frame["label"]])
        for text, heading in zip(ax.get_yticklabels(), frame["heading"], strict=True):
            plain(text).set_color(muted() if heading else ink())
        if float(fig.bbox.width / fig.dpi) >= _WITH_NUMBERS:
            _numbers_at_right(ax, [*places, -1], [*frame["n"], texts["whose"]])
            ax.set_ylim(len(frame) - 0.4, -1.6)
        width = float(fig.bbox.width / fig.dpi)
        plain(fig.supxlabel(wrapped(texts["x"], 0.9 * width), fontsize=font_size()))
        return fig


def _numbers_at_right(ax: Axes, places: Sequence[int], texts: list[str]) -> None:
    """Texts beside the rows, as labels of an axis at the right, for which the layout makes room."""
    right = ax.secondary_yaxis("right")
    right.set_yticks(places, texts)
    right.tick_params(length=0, labelcolor=muted())
    right.spines["right"].set_visible(False)


def _numbers(row: Any) -> str:
    if row.estimate != row.estimate:
        return f"not estimable; {row.n}, {row.n_reference}"
    value, low, high = (
        number(end, 3).replace("-", "\N{MINUS SIGN}") for end in (row.estimate, row.conf_low, row.conf_high)
    )
    return f"{value} ({low} to {high}); {row.n}, {row.n_reference}"
