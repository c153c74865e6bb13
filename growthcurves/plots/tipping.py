"""Sensitivity to dropout: the estimate against delta, and where the answer tips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError
from growthcurves.output.numbers import with_minus
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import End, fit_at_ends, key_above, name_ends
from growthcurves.plots.layers import draw_band, draw_mean, group_handles
from growthcurves.plots.people import MOST_GROUPS
from growthcurves.plots.style import colour_of, font_size, hairline, label_axes, muted, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class Tipping(Drawn):
    """The estimate with its interval against delta, how much more persons change after they drop out.

    The dot is the estimate of the fit, at delta = 0. A dashed line marks the delta at which the interval begins, or
    ceases, to hold zero.
    """

    def why_not(self, found: Any) -> str | None:
        """There must be a range of deltas."""
        if found.table["delta"].nunique() < 2:
            return "A picture of a sensitivity needs two deltas or more."
        return None

    def scene(self, found: Any) -> Scene:
        """The curves: columns part ("curve", "fit", "tipping"), group, time (delta), value, low, high."""
        terms = list(found.parts["term"])
        if len(terms) > MOST_GROUPS:
            raise ModelError(f"There are {len(terms)} estimates; a picture shows at most {MOST_GROUPS}.")
        frames = [_curve(found.curve(term), "curve", term) for term in terms]
        frames.append(_curve(found.at(0.0), "fit"))
        ends = found.tipping.melt("term", ["below", "above"], value_name="delta")
        inside = ends["delta"].between(found.table["delta"].min(), found.table["delta"].max())
        for term, delta in ends.loc[inside, ["term", "delta"]].itertuples(index=False):
            at = found.at(delta).set_index("term", drop=False)
            frames.append(_curve(at.loc[[term]], "tipping"))
        texts = {
            "x": f"delta, further change after dropout ({found.unit})",
            "y": found.parts["label"].iloc[0] if len(terms) == 1 else "estimate",
            "groups": terms,
            "level": found.level,
        }
        return Scene(pd.concat(frames, ignore_index=True), texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        ax.axhline(0.0, color=hairline(), linewidth=1.0, zorder=1)
        ends = []
        for place, group in enumerate(texts["groups"]):
            here = frame[frame["group"] == group]
            curve, dots = here[here["part"] == "curve"], here[here["part"] == "fit"]
            draw_band(ax, curve, colour_of(place), 0.16, edge=True)
            draw_mean(ax, curve, place)
            ax.plot(dots["time"], dots["value"], "o", color=colour_of(place), markersize=5.5, zorder=5)
            for row in here[here["part"] == "tipping"].itertuples():
                ax.axvline(row.time, color=colour_of(place), linewidth=0.9, linestyle=(0, (4, 3)), zorder=2)
                _number(ax, row.time, colour_of(place), place)
            ends.append(End(group, float(curve["time"].iloc[-1]), float(curve["value"].iloc[-1]), colour_of(place)))
        ax.margins(x=0.02)
        label_axes(ax, texts["x"], texts["y"])
        several = len(ends) > 1
        named = several and fit_at_ends(texts["groups"])
        names = name_ends(ax, ends if named else [])
        key_above(ax, _key([] if named or not several else texts["groups"], frame, texts["level"]), names)
        return ax


def _curve(table: pd.DataFrame, part: str, group: str | None = None) -> pd.DataFrame:
    columns = {"delta": "time", "estimate": "value", "conf_low": "low", "conf_high": "high", "term": "group"}
    found = table.rename(columns=columns)[list(columns.values())].assign(part=part)
    return found if group is None else found.assign(group=group)


def _number(ax: Axes, delta: float, colour: str, place: int) -> None:
    """The delta at which it tips, beside the foot of its line."""
    look: dict[str, Any] = {"xytext": (3, 4 + 10 * place), "textcoords": "offset points", "color": colour}
    where = ("data", "axes fraction")
    plain(ax.annotate(with_minus(f"{delta:.3g}"), (delta, 0.0), xycoords=where, fontsize=font_size(-0.5), **look))


def _key(groups: list[str], frame: pd.DataFrame, level: float) -> list[Any]:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    colour = muted() if groups else colour_of(0)
    key = [
        Line2D([], [], linestyle="", marker="o", markersize=5.5, color=colour, label="the fit"),
        Patch(facecolor=colour, alpha=0.25, label=f"{100 * level:g} % interval"),
    ]
    if np.any(frame["part"] == "tipping"):
        key.append(Line2D([], [], color=colour, linewidth=0.9, linestyle=(0, (4, 3)), label="tips"))
    return [*group_handles(groups), *key]
