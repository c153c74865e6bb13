"""The layers that pictures of trajectories are made of: lines of persons, bands, means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.plots.labels import End
from growthcurves.plots.style import colour_of, ink, line_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_persons(ax: Axes, lines: pd.DataFrame, colour: str, total: int | None = None, dots: bool = False) -> None:
    """Thin lines, lighter the more there are in all; a person with one occasion is a dot, and all are with `dots`.

    A column "colour" of the table, one value per person, goes before `colour`.
    """
    from matplotlib.collections import LineCollection

    own = lines["colour"].notna().all() if "colour" in lines.columns and len(lines) else False
    pieces = [piece for _, piece in lines.groupby("id", sort=False)]
    if not pieces:
        return
    alpha = min(person_alpha(total or len(pieces)) * (1.8 if own else 1.0), 0.9)
    points = [piece[["time", "value"]].to_numpy(float) for piece in pieces]
    colours = np.array([piece["colour"].iloc[0] if own else colour for piece in pieces], dtype=object)
    many = np.array([len(piece) > 1 and not dots for piece in points])
    paths = [piece for piece, line in zip(points, many, strict=True) if line]
    drawn = LineCollection(paths, colors=list(colours[many]), linewidths=0.9 if own else 0.6, alpha=alpha, zorder=2)
    drawn.set_rasterized(len(paths) > 1000)
    ax.add_collection(drawn)
    for shade in dict.fromkeys(colours[~many]):
        single = np.concatenate([points[place] for place in np.flatnonzero(~many & (colours == shade))])
        ax.plot(single[:, 0], single[:, 1], ".", color=shade, markersize=2.5, alpha=alpha, zorder=2)
    ax.autoscale_view()


def draw_marked(ax: Axes, lines: pd.DataFrame, coloured: bool = False) -> list[End]:
    """Lines of single persons in full ink (or colours), with their occasions; gives the ends that are to be named."""
    ends = []
    for place, (label, piece) in enumerate(lines.groupby("id", sort=False)):
        style: Any = line_of(place)
        marker = "o" if len(piece) < 30 else ""
        colour = colour_of(place + 1) if coloured else ink()
        ax.plot(
            piece["time"],
            piece["value"],
            linestyle=style,
            marker=marker,
            markersize=2.6,
            color=colour,
            linewidth=1.2,
            zorder=5,
        )
        ends.append(End(str(label), float(piece["time"].iloc[-1]), float(piece["value"].iloc[-1]), colour))
    return ends


def person_alpha(count: int) -> float:
    """How strong one person's line is drawn, so that many lines leave the mean in sight."""
    return float(np.clip(2.6 / np.sqrt(max(count, 1)), 0.06, 0.6))


def draw_band(ax: Axes, part: pd.DataFrame, colour: str, alpha: float, edge: bool = False) -> None:
    """A band between low and high; with hairlines at its edges where it would vanish in grey."""
    part = part.dropna(subset=["low", "high"])
    ax.fill_between(part["time"], part["low"], part["high"], color=colour, alpha=alpha, linewidth=0, zorder=1)
    for side in ("low", "high") if edge else ():
        ax.plot(part["time"], part[side], color=colour, linewidth=0.6, alpha=0.55, zorder=1.5)


def draw_mean(ax: Axes, part: pd.DataFrame, group: int, marker: str = "", colour: str | None = None) -> None:
    """The mean curve of the group at this position."""
    style: Any = line_of(group)
    ax.plot(
        part["time"],
        part["value"],
        linestyle=style,
        color=colour or colour_of(group),
        linewidth=2.0,
        zorder=4,
        marker=marker,
        markersize=3.5,
    )


def group_handles(groups: list[str]) -> list[Any]:
    """Handles of the key for the lines of groups."""
    from matplotlib.lines import Line2D

    styles: list[Any] = [line_of(place) for place in range(len(groups))]
    return [
        Line2D([], [], color=colour_of(place), linestyle=styles[place], linewidth=2, label=group)
        for place, group in enumerate(groups)
    ]
