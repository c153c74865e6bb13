"""The power of a planned study as a map of two things that vary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.planning.words import over_words, probability
from growthcurves.plots.figure import Drawn, Scene
from growthcurves.plots.power import axis_words
from growthcurves.plots.style import font_size, label_axes, plain, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: The most columns and rows in whose cells numbers stand.
_MOST_COLUMNS, _MOST_ROWS = 10, 12
#: From light to dark as power rises; the darkest lets white letters be read.
_COLOURS = ("#f4f6f8", "#c9d8ea", "#86aacd", "#3f74a8", "#0b3c6f")


@dataclass(frozen=True)
class PowerMap(Drawn):
    """The power as a map: the first thing that varies from left to right, the second from below.

    A line parts the designs that reach the power that is looked for from the others.
    """

    def why_not(self, curve: Any) -> str | None:
        """Two things must vary."""
        return None if len(curve.over) == 2 else "A map needs two things that vary: name two in over=."

    def scene(self, curve: Any) -> Scene:
        """One row per cell: columns x, y, power."""
        first, second = curve.over
        table = curve.table
        frame = pd.DataFrame({"x": table[first], "y": table[second], "power": table["power"]})
        texts = {
            "x": axis_words(curve),
            "y": over_words(second),
            "columns": [_text(value) for value in dict.fromkeys(frame["x"])],
            "rows": [_text(value) for value in dict.fromkeys(frame["y"].map(str))],
            "wanted": curve.wanted,
        }
        return Scene(frame, texts)

    def draw(self, scene: Scene, ax: Axes) -> Axes:
        """Draw the scene."""
        from matplotlib.colors import LinearSegmentedColormap

        frame, texts = scene
        values = _cells(frame)
        colours = LinearSegmentedColormap.from_list("power", _COLOURS)
        image = ax.imshow(values, origin="lower", aspect="auto", cmap=colours, vmin=0.0, vmax=1.0)
        ax.set_yticks(range(len(texts["rows"])), texts["rows"])
        step = max(1, -(-len(texts["columns"]) // _MOST_COLUMNS))
        ax.set_xticks(range(0, len(texts["columns"]), step), texts["columns"][::step])
        ax.tick_params(length=0)
        for side in ax.spines.values():
            side.set_visible(False)
        if values.shape[1] <= _MOST_COLUMNS and values.shape[0] <= _MOST_ROWS:
            _numbers(ax, values)
        _border(ax, values >= texts["wanted"])
        label_axes(ax, texts["x"], texts["y"])
        bar = ax.figure.colorbar(image, ax=ax, shrink=0.9, pad=0.02)
        bar.outline.set_visible(False)
        plain(bar.ax.set_ylabel(f"power; line: {probability(texts['wanted'])}", fontsize=font_size(-0.5)))
        return ax


def _text(value: Any) -> str:
    return short(float(value)) if isinstance(value, (int, float)) else str(value)


def _cells(frame: pd.DataFrame) -> np.ndarray:
    """The power by rows (from below) and columns, in the order in which they were given."""
    columns, rows = (list(dict.fromkeys(frame[name].map(str))) for name in ("x", "y"))
    found = frame.assign(x=frame["x"].map(str), y=frame["y"].map(str)).pivot(index="y", columns="x", values="power")
    return found.loc[rows, columns].to_numpy(dtype=float)


def _numbers(ax: Axes, values: np.ndarray) -> None:
    for (row, column), value in np.ndenumerate(values):
        if value == value:
            colour = "white" if value > 0.55 else "#1f2933"
            look: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": font_size(-0.5)}
            below = np.floor(100.0 * value + 1e-9) / 100.0  # a power that is not reached is not printed as if it were
            plain(ax.text(column, row, f"{below:.2f}".removeprefix("0"), color=colour, **look))


def _border(ax: Axes, reached: np.ndarray) -> None:
    """The edges between cells that reach the power and those that do not."""
    from matplotlib.collections import LineCollection

    edges = []
    for (row, column), inside in np.ndenumerate(reached):
        if column + 1 < reached.shape[1] and inside != reached[row, column + 1]:
            edges.append([(column + 0.5, row - 0.5), (column + 0.5, row + 0.5)])
        if row + 1 < reached.shape[0] and inside != reached[row + 1, column]:
            edges.append([(column - 0.5, row + 0.5), (column + 0.5, row + 0.5)])
    ax.add_collection(LineCollection(edges, colors="#bb5566", linewidths=1.8, zorder=4))
