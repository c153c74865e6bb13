"""The layers that pictures of trajectories are made of: lines of persons, bands, means, names of groups."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.plots.style import FONT_SIZE, INK, MUTED, colour_of, line_of, plain, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_DIRECT_LABEL = 26
MOST_DIRECT_LABELS = 6
_HANDLE = 30.0  # points that a key's handle and its gaps take


def draw_persons(ax: Axes, lines: pd.DataFrame, colour: str, total: int | None = None) -> None:
    """Thin lines, lighter the more there are in all; a person with one occasion is a dot."""
    from matplotlib.collections import LineCollection

    pieces = [piece[["time", "value"]].to_numpy(float) for _, piece in lines.groupby("id", sort=False)]
    if not pieces:
        return
    alpha = person_alpha(total or len(pieces))
    paths = [piece for piece in pieces if len(piece) > 1]
    ax.add_collection(
        LineCollection(
            paths, colors=colour, linewidths=0.6, alpha=alpha, zorder=2, rasterized=len(paths) > 1000
        )
    )
    single = np.array([piece[0] for piece in pieces if len(piece) == 1]).reshape(-1, 2)
    ax.plot(single[:, 0], single[:, 1], ".", color=colour, markersize=2.5, alpha=alpha, zorder=2)
    ax.autoscale_view()


def person_alpha(count: int) -> float:
    """How strong one person's line is drawn, so that many lines leave the mean in sight."""
    return float(np.clip(3.6 / np.sqrt(max(count, 1)), 0.06, 0.6))


def draw_band(ax: Axes, part: pd.DataFrame, colour: str, alpha: float, edge: bool = False) -> None:
    """A band between low and high; with hairlines at its edges where it would vanish in grey."""
    part = part.dropna(subset=["low", "high"])
    ax.fill_between(part["time"], part["low"], part["high"], color=colour, alpha=alpha, linewidth=0, zorder=1)
    for side in ("low", "high") if edge else ():
        ax.plot(part["time"], part[side], color=colour, linewidth=0.6, alpha=0.55, zorder=1.5)


def draw_mean(ax: Axes, part: pd.DataFrame, group: int, marker: str = "") -> None:
    """The mean curve of the group at this position."""
    style: Any = line_of(group)
    ax.plot(
        part["time"],
        part["value"],
        linestyle=style,
        color=colour_of(group),
        linewidth=2.0,
        zorder=4,
        marker=marker,
        markersize=3.5,
    )


def name_groups(ax: Axes, labels: Sequence[str], ends: Sequence[tuple[float, float]]) -> bool:
    """Write each group's name at the end of its line; False where names are too many or too long for that."""
    if len(labels) > MOST_DIRECT_LABELS or max(map(len, labels)) > LONGEST_DIRECT_LABEL:
        return False
    height = _height_in_points(ax)
    texts = [wrapped(label, 0.95, FONT_SIZE - 0.5, lines=2) for label in labels]
    low, high = ax.get_ylim()
    wanted = np.array([(y - low) / (high - low) * height for _, y in ends])
    rows = np.array([text.count("\n") + 1 for text in texts])
    placed = spread(wanted, rows * (FONT_SIZE + 2.0))
    for place, (text, end, shift) in enumerate(zip(texts, ends, placed - wanted, strict=True)):
        for words, right, colour in (("●", 5, colour_of(place)), (text, 14, INK)):
            note = ax.annotate(
                words,
                end,
                xytext=(right, shift),
                textcoords="offset points",
                va="center",
                fontsize=FONT_SIZE - 0.5,
                color=colour,
                annotation_clip=False,
            )
            plain(note)
    return True


def spread(wanted: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Positions near the wanted ones such that no two stand closer than half the room of both.

    Examples
    --------
    >>> spread(np.array([10.0, 12.0, 40.0]), np.array([8.0, 8.0, 8.0]))
    array([ 7., 15., 40.])
    """
    order = np.argsort(wanted, kind="stable")
    offsets = np.concatenate([[0.0], np.cumsum((room[order][1:] + room[order][:-1]) / 2)])
    levels = [(value, 1) for value in wanted[order] - offsets]  # pooled until they rise: isotonic regression
    pooled: list[tuple[float, int]] = []
    for level in levels:
        pooled.append(level)
        while len(pooled) > 1 and pooled[-1][0] < pooled[-2][0]:
            (second, m), (first, n) = pooled.pop(), pooled.pop()
            pooled.append(((first * n + second * m) / (n + m), n + m))
    placed = np.empty(len(wanted))
    placed[order] = np.concatenate([[value] * count for value, count in pooled]) + offsets
    return placed


def key_above(ax: Axes, handles: Sequence[Any]) -> None:
    """The key above the axes, where it never covers data, in as many columns as fit."""
    points = ax.figure.get_size_inches()[0] * 72 - 36  # type: ignore[union-attr]
    size = FONT_SIZE - 0.5
    labels = [wrapped(handle.get_label(), (points - _HANDLE) / 72, size, lines=2) for handle in handles]
    legend = ax.legend(
        handles=list(handles),
        labels=labels,
        loc="lower left",
        bbox_to_anchor=(0.0, 1.0),
        ncols=columns_that_fit([len(label) * size * 0.56 + _HANDLE for label in labels], points),
        frameon=False,
        borderaxespad=0.2,
        borderpad=0.2,
        handlelength=1.6,
        handletextpad=0.5,
        columnspacing=1.2,
        labelspacing=0.3,
    )
    for text in legend.get_texts():
        plain(text).set_color(MUTED)


def columns_that_fit(widths: Sequence[float], room: float) -> int:
    """How many columns entries of these widths can stand in, filled column by column.

    Examples
    --------
    >>> columns_that_fit([50, 50, 50, 50], 210), columns_that_fit([50, 150, 50, 50], 210)
    (4, 2)
    """
    for columns in range(len(widths), 1, -1):
        if sum(part.max() for part in np.array_split(np.asarray(widths), columns)) <= room:
            return columns
    return 1


def _height_in_points(ax: Axes) -> float:
    inches = ax.figure.get_size_inches()[1]  # type: ignore[union-attr]
    return float(inches * ax.get_position().height * 72)
