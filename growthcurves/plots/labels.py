"""Words in pictures: names at the ends of lines, and the key, placed so that nothing covers anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from growthcurves.plots.room import figure_inches, margins, sides
from growthcurves.plots.style import INK, MUTED, font_size, plain, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_DIRECT_LABEL = 26
MOST_DIRECT_LABELS = 6
_HANDLE = 27.0  # points that a key's handle and its gaps take
_LABEL_INCHES = 0.95


class End(NamedTuple):
    """The end of a line that is to be named there."""

    label: str
    time: float
    value: float
    colour: str


def fit_at_ends(labels: Sequence[str]) -> bool:
    """Whether these names are few and short enough to stand at the ends of lines."""
    return len(labels) <= MOST_DIRECT_LABELS and max(map(len, labels), default=0) <= LONGEST_DIRECT_LABEL


def name_ends(ax: Axes, ends: Sequence[End]) -> None:
    """Write names at the right of the axes, each near the height at which its line ends; none covers another."""
    if not ends:
        return
    height = 72 * figure_inches(ax)[1] * 0.55  # points that are there whatever the key and the labels take
    size = font_size(-0.5)
    texts = [wrapped(end.label, _LABEL_INCHES, size, lines=2) for end in ends]
    low, high = ax.get_ylim()
    lines = np.array([text.count("\n") + 1 for text in texts])
    room = lines * min(size + 3.0, max(height / lines.sum(), size))
    placed = spread(np.array([(end.value - low) / (high - low) * height for end in ends]), room, height)
    for text, end, place in zip(texts, ends, placed / height, strict=True):
        for words, right, colour in (("●", 3, end.colour), (text, 12, INK)):
            note = ax.annotate(
                words,
                (1.0, place),
                xycoords="axes fraction",
                xytext=(right, 0),
                textcoords="offset points",
                va="center",
                fontsize=size,
                color=colour,
                annotation_clip=False,
            )
            plain(note)


def name_inside(ax: Axes, ends: Sequence[End]) -> None:
    """Write names over the ends of lines, inside the axes."""
    for end in ends:
        look: dict[str, Any] = {"xytext": (-1, 3), "textcoords": "offset points", "ha": "right"}
        plain(ax.annotate(end.label, (end.time, end.value), fontsize=font_size(-1.5), color=end.colour, **look))


def spread(wanted: np.ndarray, room: np.ndarray, height: float = np.inf) -> np.ndarray:
    """Positions near the wanted ones such that no two stand closer than half the room of both.

    Where they fit, they stay between 0 and `height`.

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
    rising = np.concatenate([[value] * count for value, count in pooled])
    if np.isfinite(height):
        rising = np.clip(rising, 0.0, max(height - offsets[-1], 0.0))
    placed = np.empty(len(wanted))
    placed[order] = rising + offsets
    return placed


def key_above(ax: Axes, handles: Sequence[Any]) -> None:
    """The key above the axes, where it never covers data, in as many columns as fit."""
    from matplotlib.transforms import ScaledTranslation

    left, ticks, _ = sides(ax)
    place = ax.transAxes + ScaledTranslation(-ticks / 72, 0.0, ax.figure.dpi_scale_trans)
    points = figure_inches(ax)[0] * 72 - (left - ticks) - margins(ax)
    _key(ax.legend, handles, points, loc="lower left", bbox_to_anchor=(0.0, 1.0), bbox_transform=place)


def key_of_figure(figure: Any, handles: Sequence[Any]) -> None:
    """One key for all panels, above them."""
    points = float(figure.bbox.width / figure.dpi) * 72 - 24
    _key(figure.legend, handles, points, loc="outside upper left")


def _key(legend: Any, handles: Sequence[Any], points: float, **place: Any) -> None:
    size = font_size(-0.5)
    labels = [wrapped(handle.get_label(), (points - _HANDLE) / 72, size, lines=2) for handle in handles]
    widths = [max(text_points(line, size) for line in label.split("\n")) + _HANDLE for label in labels]
    from matplotlib.legend_handler import HandlerTuple

    made = legend(
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
        handles=list(handles),
        labels=labels,
        ncols=columns_that_fit(widths, points),
        frameon=False,
        borderaxespad=0.2,
        borderpad=0.2,
        handlelength=1.6,
        handletextpad=0.5,
        columnspacing=1.2,
        labelspacing=0.3,
        **place,
    )
    for text in made.get_texts():
        plain(text).set_color(MUTED)


def text_points(text: str, size: float) -> float:
    """Width of a line of text in the font of pictures, in points, with a little to spare for other fonts."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    return 1.04 * text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)[0]


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


def thinned(labels: Sequence[str], places: np.ndarray, room: float) -> list[int]:
    """Which labels to write so that none touches the next: the first, and those that fit after it.

    Parameters
    ----------
    labels : list of str
    places : (n,) array
        Where they stand, ascending; the whole range takes `room` points.

    Examples
    --------
    >>> thinned(["0", "1", "2", "3"], np.array([0.0, 1.0, 2.0, 10.0]), 60.0)
    [0, 2, 3]
    """
    widths = [text_points(label, font_size()) for label in labels]
    span = float(np.ptp(places)) or 1.0
    points = (places - places[0]) / span * room
    kept: list[int] = []
    for place, width in enumerate(widths):
        if not kept or points[place] - points[kept[-1]] >= (width + widths[kept[-1]]) / 2 + 5.0:
            kept.append(place)
    return kept
