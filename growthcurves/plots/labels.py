"""Words in pictures: names at the ends of lines, and the key, placed so that nothing covers anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from growthcurves.plots.room import figure_inches, height_of, margins, sides
from growthcurves.plots.style import font_size, ink, muted, plain, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LONGEST_DIRECT_LABEL = 26
MOST_DIRECT_LABELS = 6
_HANDLE = 27.0  # points that a key's handle and its gaps take
_LABEL_INCHES = 0.95
_STEPS = (1, 2, 3, 4, 5, 10, 20, 50, 100, 200, 500)  # from one label that is written to the next


class End(NamedTuple):
    """The end of a line that is to be named there."""

    label: str
    time: float
    value: float
    colour: str


def fit_at_ends(labels: Sequence[str]) -> bool:
    """Whether these names are few and short enough to stand at the ends of lines."""
    return len(labels) <= MOST_DIRECT_LABELS and max(map(len, labels), default=0) <= LONGEST_DIRECT_LABEL


class Named(NamedTuple):
    """Names beside the axes: where lines end, and for each the dot and the text that stand there."""

    ends: Sequence[End]
    notes: Sequence[tuple[Any, Any]]


def name_ends(ax: Axes, ends: Sequence[End]) -> Named:
    """Write names at the right of the axes, at the heights at which their lines end; `key_above` moves them apart."""
    look: dict[str, Any] = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    look |= {"va": "center", "fontsize": font_size(-0.5)}
    notes = []
    for end in ends:
        text = wrapped(end.label, _LABEL_INCHES, font_size(-0.5), lines=2)
        pair = (("●", 3, end.colour), (text, 12, ink()))
        dot, name = (
            plain(ax.annotate(words, (1.0, 0.5), xytext=(right, 0), color=colour, **look))
            for words, right, colour in pair
        )
        notes.append((dot, name))
    return Named(ends, notes)


def _move_apart(ax: Axes, named: Named) -> None:
    """Names near the heights at which their lines end, so that none covers another in the height that is left."""
    if not named.ends:
        return
    height, size = height_of(ax), font_size(-0.5)
    low, high = ax.get_ylim()
    lines = np.array([name.get_text().count("\n") + 1 for _, name in named.notes])
    room = lines * min(size + 3.0, max(height / lines.sum(), 1.25 * size))
    placed = spread(np.array([(end.value - low) / (high - low) * height for end in named.ends]), room, height)
    for notes, place in zip(named.notes, placed / height, strict=True):
        for note in notes:
            note.xy = (1.0, place)


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


def key_above(ax: Axes, handles: Sequence[Any], named: Named | None = None) -> None:
    """The key above the axes, where it never covers data, in as few rows as fit; then names at ends move apart."""
    from matplotlib.transforms import ScaledTranslation

    left, ticks, _ = sides(ax)
    place = ax.transAxes + ScaledTranslation(-ticks / 72, 0.0, ax.figure.dpi_scale_trans)
    points = figure_inches(ax)[0] * 72 - (left - ticks) - margins(ax)
    if handles:
        _key(ax.legend, handles, points, loc="lower left", bbox_to_anchor=(0.0, 1.0), bbox_transform=place)
    if named is not None:
        _move_apart(ax, named)


def key_of_figure(figure: Any, handles: Sequence[Any]) -> None:
    """One key for all panels, above them."""
    points = float(figure.bbox.width / figure.dpi) * 72 - 24
    _key(figure.legend, handles, points, loc="outside upper left")


def _key(legend: Any, handles: Sequence[Any], points: float, **place: Any) -> None:
    size = font_size(-0.5)
    labels = [wrapped(handle.get_label(), (points - _HANDLE) / 72, size, lines=2) for handle in handles]
    widths = [max(text_points(line, size) for line in label.split("\n")) + _HANDLE for label in labels]
    columns, rows = columns_that_fit(widths, points), rows_that_fit(widths, points)
    in_columns = -(-len(handles) // columns) <= len(rows)
    from matplotlib.legend_handler import HandlerTuple

    made = legend(
        handler_map={tuple: HandlerTuple(ndivide=None, pad=0)},
        handles=list(handles),
        labels=labels,
        ncols=columns if in_columns else 1,
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
        plain(text).set_color(muted())
    if not in_columns:
        _in_rows(made, rows)


def _in_rows(legend: Any, rows: Sequence[Sequence[int]]) -> None:
    """Put the entries of a key of one column into rows that are filled one by one, as words are in lines."""
    from matplotlib.offsetbox import HPacker

    column = legend.get_children()[0].get_children()[1].get_children()[0]
    entries = list(column.get_children())
    gap = legend.columnspacing * font_size(-0.5)
    packed = [HPacker(pad=0, sep=gap, align="baseline", children=[entries[place] for place in row]) for row in rows]
    for row in packed:
        row.set_figure(legend.figure)
    column.get_children()[:] = packed


def text_points(text: str, size: float) -> float:
    """Width of a line of text in the font of pictures, in points, with a little to spare for other fonts."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    return 1.04 * text_to_path.get_text_width_height_descent(text, FontProperties(size=size), False)[0]


def in_lines(text: str, room: float, size: float) -> str:
    """A sentence in lines that take so many points at most, by the widths of its words.

    Examples
    --------
    >>> print(in_lines("one two three", 40.0, 8.0))
    one two
    three
    """
    lines: list[list[str]] = []
    space, taken = text_points("n n", size) - text_points("nn", size), room
    for word in text.split():
        width = text_points(word, size)
        if taken + space + width > room:
            lines.append([])
            taken = -space
        lines[-1].append(word)
        taken += space + width
    return "\n".join(map(" ".join, lines))


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


def rows_that_fit(widths: Sequence[float], room: float) -> list[list[int]]:
    """Entries of these widths in rows, each filled before the next is begun.

    Examples
    --------
    >>> rows_that_fit([50, 50, 150, 50], 210)
    [[0, 1], [2, 3]]
    """
    rows: list[list[int]] = []
    taken = room
    for entry, width in enumerate(widths):
        if taken + width > room or not rows:
            rows.append([])
            taken = 0.0
        rows[-1].append(entry)
        taken += width
    return rows


def thinned(labels: Sequence[str], places: np.ndarray, room: float) -> list[int]:
    """Which labels to write so that none touches the next: the first, and those that fit after it.

    Of places at even distances each second, third, fourth, fifth, tenth, ... is taken.

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
    if len(places) > 2 and np.ptp(np.diff(places)) < 1e-6 * span:
        step = next((step for step in _STEPS if _apart(points[::step], widths[::step])), len(places))
        return list(range(0, len(places), step))
    kept: list[int] = []
    for place, width in enumerate(widths):
        if not kept or points[place] - points[kept[-1]] >= (width + widths[kept[-1]]) / 2 + 5.0:
            kept.append(place)
    return kept


def _apart(points: np.ndarray, widths: Sequence[float]) -> bool:
    half = np.asarray(widths) / 2
    return bool((np.diff(points) >= half[1:] + half[:-1] + 5.0).all())
