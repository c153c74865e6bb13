"""The look of the pictures: colours that survive colour blindness and a grey printer; never set globally."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.errors import NotAvailableError
from growthcurves.output.numbers import with_minus
from growthcurves.plots.room import figure_inches, room_of

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

_HOUSE: Any = {
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
    "figure.dpi": 110,
}
_ALWAYS: Any = {"axes.unicode_minus": True, "text.usetex": False}

#: Held while anything is drawn: matplotlib's settings, fonts and its reader of formulas are shared by all threads.
DRAWING = threading.RLock()


@contextmanager
def styled(house: bool = False) -> Iterator[None]:
    """The package's matplotlib settings, for the time of one drawing, which no other thread enters.

    What the user has set stays, unless the look is to be the `house`'s whatever is set (files and pages).
    """
    from growthcurves.plots.library import matplotlib

    with DRAWING:
        interactive = matplotlib.is_interactive()
        try:
            with matplotlib.rc_context(_settings(house)):
                try:
                    yield
                finally:
                    interactive = matplotlib.is_interactive()
        finally:  # a notebook's backend that is first loaded inside switches it on, and must find it so
            matplotlib.interactive(interactive)


def _settings(house: bool) -> Any:
    """The settings of the house, or those of them that the user has left as matplotlib has them."""
    size = font_size() if not house and _chosen("font.size") else FONT_SIZE
    steps = {"axes.labelsize": 0.0, "axes.titlesize": 1.0} | dict.fromkeys(
        ("xtick.labelsize", "ytick.labelsize", "legend.fontsize"), -0.5
    )
    settings: dict[str, Any] = {"font.size": size} | {name: size + step for name, step in steps.items()} | _HOUSE
    if not house and _chosen("text.color"):
        settings |= {"axes.labelcolor": ink()} | dict.fromkeys(("xtick.labelcolor", "ytick.labelcolor"), muted())
    if house:
        settings["axes.prop_cycle"] = _default("axes.prop_cycle")
    return {name: value for name, value in settings.items() if house or not _chosen(name)} | _ALWAYS


def _chosen(name: Any) -> bool:
    """Whether a setting is another than matplotlib comes with."""
    from growthcurves.plots.library import matplotlib

    return bool(matplotlib.rcParams[name] != _default(name))


def _default(name: Any) -> Any:
    from growthcurves.plots.library import matplotlib

    return matplotlib.rcParamsDefault[name]


def font_size(step: float = 0.0) -> float:
    """Size of the letters of a picture, and so much more or less, in points."""
    from growthcurves.plots.library import matplotlib

    return float(matplotlib.rcParams["font.size"]) + step


def default_inches() -> tuple[float, float]:
    """Width and height of a new figure: as the user has set them, else the house's."""
    from growthcurves.plots.library import matplotlib

    if not _chosen("figure.figsize"):
        return FIGURE_INCHES
    width, height = matplotlib.rcParams["figure.figsize"]
    return float(width), float(height)


def new_axes(inches: tuple[float, float] = FIGURE_INCHES) -> Axes:
    """Axes on a figure of their own that notebooks show and that leaves room for every label."""
    with styled():
        return new_figure(inches).add_subplot()


def new_figure(inches: tuple[float, float]) -> Figure:
    """An empty figure of this size that notebooks show and that leaves room for every label."""
    from growthcurves.plots.sheet import Sheet

    with styled():
        import matplotlib.pyplot as plt

        try:
            return plt.figure(figsize=inches, layout="constrained", FigureClass=Sheet)
        except ImportError as error:
            raise NotAvailableError(
                f"matplotlib cannot open a figure with the backend that is set: {str(error).rstrip('.')}. "
                f"matplotlib.use('agg') draws without a window."
            ) from None


def leave_room(canvas: Any) -> None:
    """Let a figure without a layout of its own leave room for what stands around its axes, so that nothing is cut.

    matplotlib's constrained layout places only axes of a grid; others stay where their owner put them.
    """
    page = canvas
    while page is not page.figure:  # a subfigure is laid out with the figure that holds it
        page = page.figure
    if page.get_layout_engine() is None:
        page.set_layout_engine("constrained")


def colour_of(group: int) -> str:
    """Colour of the group at this position, of the cycle that the user has set if any; they come round again."""
    from growthcurves.plots.library import matplotlib

    cycle: Any = matplotlib.rcParams["axes.prop_cycle"].by_key().get("color")
    colours = cycle if cycle and _chosen("axes.prop_cycle") else GROUP_COLOURS
    return str(colours[group % len(colours)])


def line_of(group: int) -> object:
    """Line style of the group at this position; where colours come round again, styles are one further."""
    return GROUP_LINES[(group + group // len(GROUP_LINES)) % len(GROUP_LINES)]


def ink() -> str:
    """Colour of what is written: the house's, or the one that the user has set (a dark style)."""
    from growthcurves.plots.library import matplotlib

    return str(matplotlib.rcParams["text.color"])


def muted() -> str:
    """Colour of what is said beside."""
    return _paler(MUTED, 0.75)


def faint() -> str:
    """Colour of axes and thin lines."""
    return _paler(FAINT, 0.55)


def hairline() -> str:
    """Colour of what only guides the eye."""
    return _paler(HAIRLINE, 0.25)


def _paler(house: str, share: float) -> str:
    """The house's colour; of another ink so much, and the rest of the ground."""
    from matplotlib.colors import to_hex, to_rgb, to_rgba

    from growthcurves.plots.library import matplotlib

    if ink() in (INK, _default("text.color")):
        return house
    *colour, seen = to_rgba(matplotlib.rcParams["axes.facecolor"])
    ground = colour if seen else [1.0, 1.0, 1.0]
    red, green, blue = (share * one + (1 - share) * other for one, other in zip(to_rgb(ink()), ground, strict=True))
    return str(to_hex((red, green, blue)))


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
    return f"{number:.6g}".replace("-", "−")


def label_axes(ax: Axes, x: str, y: str) -> None:
    """Axis labels, wrapped to the room that they have; a dollar sign stays a dollar sign."""
    height = figure_inches(ax)[1] * 0.69
    lines = 2 if height < 2.5 else 3
    plain(ax.set_ylabel(wrapped(y, height, float(ax.yaxis.label.get_fontsize()), lines)))
    if x:
        plain(ax.set_xlabel(wrapped(x, room_of(ax) / 72, float(ax.xaxis.label.get_fontsize()), lines)))


def title_panel(ax: Axes, text: str) -> None:
    """What a panel shows, above it at the left, wrapped to its width."""
    title = wrapped(text, figure_inches(ax)[0] - 0.4, lines=3)
    plain(ax.set_title(title, fontsize=font_size(), loc="left", pad=4))


def wrapped(text: str, inches: float, size: float | None = None, lines: int = 3) -> str:
    """Text with real minus signs, in lines that fit into this many inches at this font size (points)."""
    characters = max(8, int(inches * 72 / ((size or font_size()) * 0.58)))
    found = textwrap.wrap(with_minus(str(text)), characters, max_lines=lines, placeholder=" …")
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


def shortened(text: str, inches: float, size: float | None = None) -> str:
    """A name that fits into this many inches: its middle goes, because names often differ at their ends.

    Examples
    --------
    >>> shortened("participant-000123", 0.8, 8.0)
    'partic…00123'
    """
    most = max(4, int(inches * 72 / ((size or font_size()) * 0.58)))
    if len(text) <= most:
        return text
    tail = (most - 1) // 2
    return f"{text[: most - 1 - tail]}…{text[len(text) - tail :]}"


def plain(text: Text) -> Text:
    """Text from the user's file: never read as mathematics."""
    text.set_parse_math(False)
    return text


def plain_text(text: str) -> str:
    """Text of a tick label, which cannot be told not to be mathematics: its dollar signs are escaped."""
    return text.replace("$", r"\$")
