"""The look of the pictures: colours that survive colour blindness and a grey printer; never set globally."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.text import Text

INK = "#1f2933"
MUTED = "#5f6c7b"
FAINT = "#8d99a6"
HAIRLINE = "#cbd2d9"

# Ordered so that neighbours differ in lightness as well as in hue (after Tol's high-contrast scheme).
GROUP_COLOURS = ("#004488", "#bb5566", "#ddaa33", "#3f8f7f", "#7b4a9e", "#6aa5d8")
GROUP_LINES = (
    "-",
    (0, (5, 1.6)),
    (0, (1.4, 1.2)),
    (0, (6, 1.4, 1.4, 1.4)),
    (0, (8, 3)),
    (0, (3, 1, 1, 1, 1, 1)),
)

FONT_SIZE = 8.5
FIGURE_INCHES = (6.0, 3.9)

_RC: Any = {
    "font.size": FONT_SIZE,
    "axes.labelsize": FONT_SIZE,
    "axes.titlesize": FONT_SIZE + 1,
    "xtick.labelsize": FONT_SIZE - 0.5,
    "ytick.labelsize": FONT_SIZE - 0.5,
    "legend.fontsize": FONT_SIZE - 0.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": MUTED,
    "ytick.labelcolor": MUTED,
    "xtick.major.width": 0.7,
    "ytick.major.width": 0.7,
    "xtick.major.size": 3.0,
    "ytick.major.size": 3.0,
    "axes.unicode_minus": True,
    "figure.dpi": 110,
    "text.usetex": False,
}

#: Held while anything is drawn: matplotlib's settings, fonts and its reader of formulas are shared by all threads.
DRAWING = threading.RLock()


@contextmanager
def styled() -> Iterator[None]:
    """The package's matplotlib settings, for the time of one drawing, which no other thread enters."""
    import matplotlib

    with DRAWING:
        try:
            with matplotlib.rc_context(_RC):
                try:
                    yield
                finally:
                    interactive = matplotlib.is_interactive()
        finally:  # a notebook's backend that is first loaded inside switches it on, and must find it so
            matplotlib.interactive(interactive)


def new_axes(inches: tuple[float, float] = FIGURE_INCHES) -> Axes:
    """Axes on a figure of their own that notebooks show and that leaves room for every label."""
    with styled():
        return new_figure(inches).add_subplot()


def new_figure(inches: tuple[float, float]) -> Figure:
    """An empty figure of this size that notebooks show and that leaves room for every label."""
    import matplotlib.pyplot as plt

    from growthcurves.plots.sheet import Sheet

    with styled():
        return plt.figure(figsize=inches, layout="constrained", FigureClass=Sheet)


def figure_inches(ax: Axes) -> tuple[float, float]:
    """Width and height of the part of the page that these axes have: their share of a grid of axes."""
    box, dpi = ax.figure.bbox, float(ax.figure.dpi)
    width, height = float(box.width) / dpi, float(box.height) / dpi
    place = ax.get_subplotspec()
    if place is None:
        return width, height
    rows, columns = place.get_gridspec().get_geometry()
    return width * len(place.colspan) / columns, height * len(place.rowspan) / rows


def colour_of(group: int) -> str:
    """Colour of the group at this position; colours come round again after the last."""
    return GROUP_COLOURS[group % len(GROUP_COLOURS)]


def line_of(group: int) -> object:
    """Line style of the group at this position."""
    return GROUP_LINES[group % len(GROUP_LINES)]


def with_unit(name: str, unit: str | None) -> str:
    """A column with its unit: "reaction (ms)", but "day" where the unit only repeats the name.

    Examples
    --------
    >>> with_unit("reaction", "ms"), with_unit("day", "days"), with_unit("bdi", None)
    ('reaction (ms)', 'day', 'bdi')
    """
    repeats = unit is not None and unit.lower().rstrip("s") == name.lower().rstrip("s")
    return name if not unit or repeats else f"{name} ({unit})"


def short(number: float) -> str:
    """A number as it stands in a label.

    Examples
    --------
    >>> short(4.0), short(0.24660000001), short(2007.5)
    ('4', '0.2466', '2007.5')
    """
    return f"{number:.6g}"


def label_axes(ax: Axes, x: str, y: str) -> None:
    """Axis labels, wrapped to the room that they have; a dollar sign stays a dollar sign."""
    width, height = _axes_inches(ax)
    lines = 2 if height < 2.5 else 3
    plain(ax.set_xlabel(wrapped(x, width, lines=lines)))
    plain(ax.set_ylabel(wrapped(y, height, lines=lines)))


def title_panel(ax: Axes, text: str) -> None:
    """What a panel shows, above it at the left, wrapped to its width."""
    title = wrapped(text, figure_inches(ax)[0] - 0.4, lines=3)
    plain(ax.set_title(title, fontsize=FONT_SIZE, loc="left", pad=4))


def wrapped(text: str, inches: float, size: float = FONT_SIZE, lines: int = 3) -> str:
    """Text in lines that fit into this many inches at this font size (points), at most so many lines."""
    characters = max(8, int(inches * 72 / (size * 0.58)))
    found = textwrap.wrap(text, characters, max_lines=lines, placeholder=" …")
    return "\n".join(found)


def view(own: np.ndarray, certain: np.ndarray) -> tuple[float, float]:
    """Limits of an axis that show all of `certain` and `own` without its far outliers.

    A person's own estimate from few occasions may lie so far off that everything else would be a dot.

    Examples
    --------
    >>> low, high = view(np.append(np.linspace(-1.0, 3.0, 20), 90.0), np.linspace(0.0, 2.0, 20))
    >>> print(f"{low:.1f} to {high:.1f}")
    -1.2 to 4.4
    """
    own = own[np.isfinite(own)]
    low, high = float(np.nanmin(certain)), float(np.nanmax(certain))  # a curve may be withheld between occasions
    if own.size:
        quarter, most = np.quantile(own, [0.25, 0.75])
        room = max(high - low, most - quarter)
        low = min(low, max(float(own.min()), float(quarter) - room))
        high = max(high, min(float(own.max()), float(most) + room))
    margin = 0.03 * (high - low) or 0.5
    return float(low - margin), float(high + margin)


def outside(own: np.ndarray, low: float, high: float) -> int:
    """How many lie beyond the limits."""
    return int(np.count_nonzero((own < low) | (own > high)))


def shortened(text: str, inches: float, size: float = FONT_SIZE) -> str:
    """A name that fits into this many inches: its middle goes, because names often differ at their ends.

    Examples
    --------
    >>> shortened("participant-000123", 0.8, 8.0)
    'partic…00123'
    """
    most = max(4, int(inches * 72 / (size * 0.58)))
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def plain(text: Text) -> Text:
    """Text from the user's file: never read as mathematics."""
    text.set_parse_math(False)
    return text


def _axes_inches(ax: Axes) -> tuple[float, float]:
    width, height = figure_inches(ax)
    return width * 0.74, height * 0.69
