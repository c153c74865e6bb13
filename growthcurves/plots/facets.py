"""Axes of groups: one for all of them where these are few, else a panel for each inside the axes that were given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from growthcurves.plots.room import around, figure_inches
from growthcurves.plots.style import font_size, plain, shortened
from growthcurves.plots.visits import row_points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_TOGETHER = 2
_MOST_COLUMNS = 4
_LEAST = (60.0, 40.0)  # points, width and height of a panel
_BESIDE, _AROUND = 50.0, 64.0  # points that labels and the key take at the side, and above and below


class Grid(NamedTuple):
    """Panels in rows and columns; points between columns, above the first row, between rows; points of a panel."""

    rows: int
    columns: int
    across: float
    above: float
    along: float
    width: float
    height: float

    @property
    def fits(self) -> bool:
        """Whether a panel shows anything."""
        return self.width >= _LEAST[0] and self.height >= _LEAST[1]


def grid_of_panels(ax: Axes, count: int, gap: float, numbers: bool) -> Grid | None:
    """How the panels of so many groups stand inside these axes; None where all groups are drawn together.

    They do so where they are few, and where there is no room for panels.

    Parameters
    ----------
    ax : Axes
    count : int
        Number of groups.
    gap : float
        Points between panels that stand side by side.
    numbers : bool
        Whether there is a row of numbers under each panel.
    """
    if count <= MOST_TOGETHER:
        return None
    several = range(1, min(count, _MOST_COLUMNS) + 1)
    grids = [_grid(ax, -(-count // columns), columns, gap, numbers) for columns in several]
    fit = [grid for grid in grids if grid.fits]
    return max(fit, key=lambda grid: min(grid.width, 1.2 * grid.height)) if fit else None


def _grid(ax: Axes, rows: int, columns: int, gap: float, numbers: bool) -> Grid:
    above = 1.6 * font_size()
    along = above + 2.2 * font_size() + row_points() * numbers
    inches = figure_inches(ax)
    width = (72 * inches[0] - _BESIDE - gap * (columns - 1)) / columns
    height = (72 * inches[1] - _AROUND - above - along * (rows - 1) - row_points() * numbers) / rows
    return Grid(rows, columns, gap, above, along, width, height)


def panels_inside(ax: Axes, count: int, grid: Grid) -> list[Axes]:
    """Panels inside these axes, which share their limits and follow what is done to them: `ax.set_ylim(0, 63)`."""
    from matplotlib.ticker import MaxNLocator

    panels = [_panel(ax, grid, *divmod(place, grid.columns)) for place in range(count)]
    ax.xaxis.set_major_locator(MaxNLocator(max(int(grid.width / (4 * font_size())), 2)))
    ax.yaxis.set_major_locator(MaxNLocator(max(int(grid.height / (2.5 * font_size())), 2)))
    ax.patch.set_visible(False)
    ax.spines[:].set_visible(False)
    ax.tick_params(which="both", left=False, bottom=False, labelleft=False, labelbottom=False)
    return panels


def title_panels(panels: Sequence[Axes], groups: Sequence[str], colours: Sequence[str], width: float) -> None:
    """The names of groups over their panels."""
    for panel, group, colour in zip(panels, groups, colours, strict=True):
        size = font_size(-0.5)
        title = panel.set_title(shortened(group, width / 72, size), fontsize=size, pad=3, loc="left", color=colour)
        plain(title)


def pad_labels(ax: Axes, panels: Sequence[Axes], rows: int) -> None:
    """Move the labels of the axes away from the ticks and numbers of the panels at their edge."""
    ax.yaxis.labelpad = 3.0 + max(around(panel)[1] for panel in panels)
    ax.xaxis.labelpad = 3.0 + 1.6 * font_size() + row_points() * rows


def _panel(ax: Axes, grid: Grid, row: int, column: int) -> Axes:
    panel = ax.inset_axes((0, 0, 1, 1), sharex=ax, sharey=ax)
    panel.set_axes_locator(lambda panel, renderer: _cell(ax, grid, row, column))
    panel.tick_params(labelleft=column == 0)
    return panel


def _cell(ax: Axes, grid: Grid, row: int, column: int) -> Any:
    """Where a panel lies at the moment of drawing: cells of equal size, gaps in points, titles above."""
    from matplotlib.transforms import Bbox

    scale = float(ax.figure.dpi) / 72
    across, above, along = grid.across * scale, grid.above * scale, grid.along * scale
    width = (ax.bbox.width - across * (grid.columns - 1)) / grid.columns
    height = (ax.bbox.height - above - along * (grid.rows - 1)) / grid.rows
    left, low = ax.bbox.x0 + column * (width + across), ax.bbox.y1 - above - height - row * (height + along)
    corners = np.array([[left, low], [left + width, low + height]])
    return Bbox(ax.figure.transSubfigure.inverted().transform(corners))
