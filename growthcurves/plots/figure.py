"""What a figure is: options as fields, a table of what will be seen, and its drawing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

import pandas as pd

from growthcurves.errors import ModelError, NotEstimableError, unknown
from growthcurves.plots.style import FIGURE_INCHES, new_axes, new_figure, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Scene(NamedTuple):
    """Everything that will be seen.

    Attributes
    ----------
    table : DataFrame
        The numbers, one table.
    texts : dict
        What is written beside them: labels of the axes, entries and notes of the key, the order of groups.
    """

    table: pd.DataFrame
    texts: dict[str, Any]


class Figure(Protocol):
    """A figure as a value: a frozen dataclass whose fields are its options.

    A figure of one panel draws on Axes; one of several panels is a `Panels`.
    """

    def why_not(self, subject: Any) -> str | None:
        """Why this figure cannot be drawn of this fit (or panel), as a sentence; None when it can."""
        ...

    def scene(self, subject: Any) -> Scene:
        """Everything that will be seen: one table, and the texts beside it."""
        ...

    def draw(self, scene: Scene, ax: Any) -> Any:
        """Draw a scene on the axes, or on the figure where there are several panels; returns it."""
        ...


class Drawn:
    """What figures give to who wants the numbers of a picture."""

    def scene(self, subject: Any) -> Scene:
        """Everything that will be seen: one table, and the texts beside it."""
        raise NotImplementedError

    def data(self, subject: Any) -> pd.DataFrame:
        """The table of the scene, for users; the texts are in its `attrs`."""
        table, texts = self.scene(subject)
        table.attrs = dict(texts)
        return table


class Panels(Drawn):
    """Marks a figure of several panels: it is drawn on a whole matplotlib figure (or subfigure)."""

    inches: ClassVar[tuple[float, float]] = FIGURE_INCHES

    def size(self, scene: Scene) -> tuple[float, float]:
        """Width and height, in inches, of a new figure for this scene."""
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
    scene = scene_of(figure, subject)
    with styled():
        if isinstance(figure, Panels):
            return figure.draw(scene, _figure(figure.size(scene), canvas))
        return figure.draw(scene, _axes(canvas))


def scene_of(figure: Figure, subject: Any) -> Scene:
    """The scene of a figure.

    Raises
    ------
    NotEstimableError
        When the figure does not apply, with the reason.
    """
    reason = figure.why_not(subject)
    if reason is not None:
        raise NotEstimableError(reason)
    return figure.scene(subject)


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
