"""How much room there is on the page for axes and for what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_MARGINS = 12.0  # points that are left free at the sides


def figure_inches(ax: Axes) -> tuple[float, float]:
    """Width and height of the part of the page that these axes have: their share of a grid of axes."""
    box, dpi = ax.figure.bbox, float(ax.figure.dpi)
    width, height = float(box.width) / dpi, float(box.height) / dpi
    place = ax.get_subplotspec()
    if place is None:
        return width, height
    rows, columns = place.get_gridspec().get_geometry()
    return width * len(place.colspan) / columns, height * len(place.rowspan) / rows


def around(ax: Axes) -> tuple[float, float, float]:
    """Points that labels take: at the left the axis label and the labels of ticks, and whatever stands at the right.

    A key begins over the labels of ticks: a label at the side may be as high as the axes and reach to it.
    """
    box, scale = ax.get_tightbbox(), 72 / float(ax.figure.dpi)
    if box is None:
        return 0.0, 0.0, 0.0
    left, right = scale * float(ax.bbox.x0 - box.x0), scale * float(box.x1 - ax.bbox.x1)
    label = scale * ax.yaxis.label.get_window_extent().width + ax.yaxis.labelpad if ax.get_ylabel() else 0.0
    return min(label, max(left, 0.0)), max(left - label, 0.0), max(right, 0.0)


def _column_of(ax: Axes) -> list[Any]:
    """The axes that stand in line with these, which a layout lets begin at one place."""
    place = ax.get_subplotspec()
    if place is None:
        return [ax]
    both = [(other, other.get_subplotspec()) for other in ax.figure.axes if other.get_visible()]
    return [
        other
        for other, spec in both
        if spec is not None
        and spec.get_gridspec() is place.get_gridspec()
        and spec.colspan.start == place.colspan.start
    ]


def room_of(ax: Axes) -> float:
    """Points that the axes themselves have between the labels at their sides."""
    left, _, right = sides(ax)
    return max(figure_inches(ax)[0] * 72 - left - right - margins(ax), 1.0)


def sides(ax: Axes) -> tuple[float, float, float]:
    """Points at the left, of them those of the labels of ticks, and points at the right.

    At the left those of the axes with which a layout lets these begin in line, where they take more. Axes are measured
    once each: it is a third of the time that a small picture takes.
    """
    column = _column_of(ax)
    measured = {other: around(other) for other in {ax: None} | dict.fromkeys(column)}
    _, ticks, right = measured[ax]
    return max(sum(measured[other][:2]) for other in column), ticks, right


def height_of(ax: Axes) -> float:
    """Points that the axes themselves have between what stands above and below them."""
    page, box, scale = 72 * figure_inches(ax)[1], ax.get_tightbbox(), 72 / float(ax.figure.dpi)
    if box is None:
        return page
    return max(page - scale * float(box.height - ax.bbox.height) - _MARGINS, 0.2 * page)


def margins(ax: Axes) -> float:
    """Points that are left free at the sides: more where axes stand side by side."""
    return _MARGINS * (2 if len(ax.figure.axes) > 1 else 1)
