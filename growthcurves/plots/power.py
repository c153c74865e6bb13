"""The power of a planned study against what varies, with the power that is looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from growthcurves.planning.words import over_words, probability
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.labels import End, fit_at_ends, key_above, name_ends
from growthcurves.plots.layers import draw_mean, group_handles
from growthcurves.plots.style import colour_of, faint, font_size, label_axes, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: Most lines of one picture.
MOST_LINES = 12


@dataclass(frozen=True)
class PowerLines(Drawn):
    """The power against the first thing that varies, a line for each value of the second.

    A dot marks where each line reaches the power that is looked for, and says with how many persons.
    """

    def why_not(self, curve: Any) -> str | None:
        """The axis must be numbers, and lines few."""
        return refuse_axis(curve) or refuse_lines(curve)

    def scene(self, curve: Any) -> Scene:
        """One row per point: columns group, time (the axis), value (the power); and the dots, part "needed"."""
        frame = lines_of(curve, "power")
        dots = pd.DataFrame(
            _needed(curve, frame["group"].unique()), columns=["group", "time", "value", "part", "count"]
        )
        texts = {
            "x": axis_words(curve),
            "y": "power",
            "groups": list(dict.fromkeys(frame["group"])),
            "wanted": curve.wanted,
        }
        return Scene(pd.concat([frame, dots], ignore_index=True), texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        frame, texts = scene
        ax.axhline(texts["wanted"], color=faint(), linewidth=1.0, zorder=1)
        ends = draw_groups(ax, frame[frame["part"] == "line"], texts["groups"])
        for place, group in enumerate(texts["groups"]):
            dots = frame[(frame["part"] == "needed") & (frame["group"] == group)]
            for row in dots.itertuples():
                ax.plot([row.time], [row.value], "o", color=colour_of(place), markersize=5, zorder=5)
                ax.vlines(
                    row.time, 0.0, row.value, color=colour_of(place), linewidth=0.7, linestyle=(0, (2, 2)), zorder=1
                )
                _count(ax, row, place, len(texts["groups"]))
        ax.set_ylim(0.0, 1.02)
        ax.margins(x=0.03)
        finish_groups(ax, texts, ends, [_wanted(texts["wanted"])])
        return ax


def _wanted(power: float) -> Any:
    """The handle of the line of the power that is looked for."""
    from matplotlib.lines import Line2D

    return Line2D([], [], color=faint(), linewidth=1.0, label=f"power {probability(power)}")


def _count(ax: Axes, row: Any, place: int, lines: int) -> None:
    """The number that is needed, at the foot of its line; several stand one above the other, before others' lines."""
    height = 3.0 + (font_size() + 1.5) * (lines - 1 - place)
    look: dict[str, Any] = {"xytext": (3, height), "textcoords": "offset points", "color": colour_of(place)}
    look["bbox"] = {"facecolor": ax.get_facecolor(), "edgecolor": "none", "pad": 0.8}
    plain(ax.annotate(f"{row.count:,.0f}", (row.time, 0.0), fontsize=font_size(-0.5), va="bottom", **look))


def _needed(curve: Any, groups: Any) -> Iterator[tuple[str, float, float, str, int]]:
    """Where each line reaches the power, and with how many whole persons, if persons are the axis."""
    if curve.over[0] != "persons":
        return
    shown = curve.table["persons"]
    for group, (value, persons) in zip(groups, curve.needed.items(), strict=True):
        if shown.min() <= persons <= shown.max():
            yield group, float(persons), curve.wanted, "needed", curve.whole[value]


# ---------------------------------------------------------------- shared by figures of a curve


def refuse_axis(curve: Any) -> str | None:
    """Why the first thing that varies is no axis."""
    values = curve.table[curve.over[0]]
    if not pd.api.types.is_numeric_dtype(values):
        return f"{curve.over[0]} are no numbers, and no axis: put them second in over=."
    return None if values.nunique() > 1 else f"{curve.over[0]} has one value: a curve needs two or more."


def refuse_lines(curve: Any) -> str | None:
    """Why the second thing that varies has too many values for lines."""
    if len(curve.over) == 1 or curve.table[curve.over[1]].astype(str).nunique() <= MOST_LINES:
        return None
    return f"{curve.over[1]} has more than {MOST_LINES} values for lines: draw the map, with plot('map')."


def lines_of(curve: Any, column: str) -> pd.DataFrame:
    """A column of the curve's table by groups: columns group, time, value, part."""
    first, *second = curve.over
    table = curve.table
    groups = [over_words(second[0], value) for value in table[second[0]]] if second else [""] * len(table)
    values = {"group": groups, "time": table[first].astype(float), "value": table[column], "part": "line"}
    return pd.DataFrame(values).sort_values("time", kind="stable", ignore_index=True)


def axis_words(curve: Any) -> str:
    """What the axis is."""
    unit = curve.plan.time_unit if curve.over[0] in ("duration", "spacing") else None
    return over_words(curve.over[0]) + (f" ({unit})" if unit else "")


def draw_groups(ax: Axes, frame: pd.DataFrame, groups: list[str]) -> list[End]:
    """A line for each group, and where it ends."""
    ends = []
    for place, group in enumerate(groups):
        rows = frame[frame["group"] == group]
        draw_mean(ax, rows, place, marker="o" if len(rows) < 10 else "")
        last = rows.iloc[-1]
        ends.append(End(group, float(last["time"]), float(last["value"]), colour_of(place)))
    return ends


def finish_groups(ax: Axes, texts: dict[str, Any], ends: list[End], others: Sequence[Any] = ()) -> None:
    """Names of the axes and of the groups, these at the ends of lines where they fit; and other handles of the key."""
    groups = texts["groups"]
    label_axes(ax, texts["x"], texts["y"])
    named = len(groups) > 1 and fit_at_ends(groups)
    handles = [*(group_handles(groups) if len(groups) > 1 and not named else []), *others]
    names = name_ends(ax, ends) if named else None
    key_above(ax, handles, names)
