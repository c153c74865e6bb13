"""What a figure is: options as fields, a table of what will be seen, and its drawing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import pandas as pd

from growthcurves.errors import ModelError, NotEstimableError, unknown
from growthcurves.plots.style import FIGURE_INCHES, new_axes, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Figure(Protocol):
    """A figure as a value: a frozen dataclass whose fields are its options.

    A figure of one panel draws on Axes; one of several panels is a `Panels`.
    """

    def why_not(self, subject: Any) -> str | None:
        """Why this figure cannot be drawn of this fit (or panel), as a sentence; None when it can."""
        ...

    def data(self, subject: Any) -> pd.DataFrame:
        """Everything that will be seen, as one table; texts for axes and notes are in its `attrs`."""
        ...

    def draw(self, frame: pd.DataFrame, ax: Any) -> Any:
        """Draw the table of `data` on the axes, or on the figure where there are several panels; returns it."""
        ...


class Panels:
    """Marks a figure of several panels: it is drawn on a whole matplotlib figure (or subfigure)."""

    inches: ClassVar[tuple[float, float]] = FIGURE_INCHES

    def size(self, frame: pd.DataFrame) -> tuple[float, float]:
        """Width and height, in inches, of a new figure for this table."""
        return self.inches


def canvas_of(kind: type[Figure]) -> str:
    """What the figure is drawn on, as the name of the option: "ax" or "fig"."""
    return "fig" if issubclass(kind, Panels) else "ax"


def show(figure: Figure, subject: Any, canvas: Any = None) -> Any:
    """Draw a figure of a fit or a panel, on new axes (or a new figure) where none are given.

    Raises
    ------
    NotEstimableError
        When the figure does not apply, with the reason.
    """
    frame = frame_of(figure, subject)
    with styled():
        if isinstance(figure, Panels):
            return figure.draw(frame, _figure(figure.size(frame), canvas))
        return figure.draw(frame, _axes(canvas))


def frame_of(figure: Figure, subject: Any) -> pd.DataFrame:
    """The table of a figure.

    Raises
    ------
    NotEstimableError
        When the figure does not apply, with the reason.
    """
    reason = figure.why_not(subject)
    if reason is not None:
        raise NotEstimableError(reason)
    return figure.data(subject)


def make_figure(kind: type[Figure], options: dict[str, Any]) -> Figure:
    """A figure from its class and options.

    Raises
    ------
    ModelError
        For an unknown option, with the known ones.
    """
    known = [item.name for item in fields(kind)]  # type: ignore[arg-type]
    for name in options:
        if name not in known:
            raise ModelError(unknown("option of this figure", name, [*known, canvas_of(kind)]))
    return kind(**options)


def _axes(ax: Any) -> Axes:
    if ax is None:
        return new_axes()
    if not hasattr(ax, "transAxes"):
        raise ModelError(f"ax= takes one matplotlib Axes, not {type(ax).__name__}.")
    return ax


def _figure(inches: tuple[float, float], fig: Any) -> Any:
    if fig is None:
        return new_figure(inches)
    if not hasattr(fig, "subplots"):
        raise ModelError(f"fig= takes a matplotlib Figure or SubFigure, not {type(fig).__name__}.")
    if fig.get_layout_engine() is None and hasattr(fig, "set_layout_engine"):  # a subfigure has its parent's
        fig.set_layout_engine("constrained")
    return fig
