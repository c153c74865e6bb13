"""What a figure is: options as fields, a table of what will be seen, and its drawing."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, NamedTuple, Protocol

import pandas as pd

from growthcurves.errors import ModelError, NotEstimableError, unknown
from growthcurves.numerics.bounds import shown_value
from growthcurves.plots.style import default_inches, leave_room, new_figure, styled

_LEAST_INCHES, _MOST_INCHES = 1.0, 100.0


#: What the field calls figures besides.
OTHER_NAMES = {"spaghetti": "trajectories", "quantiles": "qq", "histogram": "slopes", "small multiples": "people"}


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

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """Width and height, in inches, of a new figure of this width for this scene."""
        ...

    def draw(self, scene: Scene, ax: Any) -> Any:
        """Draw a scene on the axes, or on the figure where there are several panels; returns it."""
        ...


class Drawn:
    """What figures give to who wants the numbers of a picture, and the size that they like to have."""

    def scene(self, subject: Any) -> Scene:
        """Everything that will be seen: one table, and the texts beside it."""
        raise NotImplementedError

    def data(self, subject: Any) -> pd.DataFrame:
        """The table of the scene, for users; the texts are in its `attrs`."""
        table, texts = self.scene(subject)
        table.attrs = dict(texts)
        return table

    def size(self, scene: Scene, width: float) -> tuple[float, float]:
        """Width and height, in inches, of a new figure of this width for this scene."""
        return width, default_inches()[1]


class Panels(Drawn):
    """Marks a figure of several panels: it is drawn on a whole matplotlib figure (or subfigure)."""


def canvas_of(kind: type[Figure]) -> str:
    """What the figure is drawn on, as the name of the option: "ax" or "fig"."""
    return "fig" if issubclass(kind, Panels) else "ax"


def show(figure: Figure, subject: Any, canvas: Any = None, figsize: Any = None) -> Any:
    """Draw a figure of a fit or a panel, on new axes (or a new figure, of this size) where none are given.

    Raises
    ------
    NotEstimableError
        When the figure does not apply, with the reason.
    ModelError
        For a canvas or a size that is none, or for both together.
    """
    if figsize is not None and canvas is not None:
        name = canvas_of(type(figure))
        raise ModelError(f"figsize= is the size of a new figure, and {name}= gives one: leave one of them out.")
    inches = None if figsize is None else inches_asked(figsize)
    scene = scene_of(figure, subject)
    with styled():
        return figure.draw(scene, _prepared(figure, scene, canvas, inches))


def inches_of(figure: Figure, scene: Scene, inches: tuple[float, float] | None = None) -> tuple[float, float]:
    """Width and height of a new figure: as asked, else what the scene needs."""
    if inches is not None:
        return inches
    return figure.size(scene, default_inches()[0])


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
            raise ModelError(unknown("option of this figure", name, [*known, canvas_of(kind), "figsize"]))
    return kind(**options)


def _prepared(figure: Figure, scene: Scene, canvas: Any, inches: tuple[float, float] | None) -> Any:
    """What the figure is drawn on: what was given, made to leave room for labels, or new."""
    several = isinstance(figure, Panels)
    if canvas is None:
        page = new_figure(inches_of(figure, scene, inches))
        return page if several else page.add_subplot()
    if several and not hasattr(canvas, "subplots"):
        raise ModelError(f"fig= takes a matplotlib Figure or SubFigure, not {type(canvas).__name__}.")
    if not several and not hasattr(canvas, "transAxes"):
        raise ModelError(f"ax= takes one matplotlib Axes, not {type(canvas).__name__}.")
    leave_room(canvas if several else canvas.figure)
    return canvas


def inches_asked(figsize: Any) -> tuple[float, float]:
    """Width and height that are asked for, as numbers."""
    try:
        width, height = (float(side) for side in figsize)
    except (TypeError, ValueError, OverflowError):
        shown = shown_value(figsize)
        raise ModelError(f"figsize={shown}: give width and height in inches, such as (6.4, 4).") from None
    if not (_LEAST_INCHES <= width <= _MOST_INCHES and _LEAST_INCHES <= height <= _MOST_INCHES):
        allowed = f"from {_LEAST_INCHES:g} to {_MOST_INCHES:g}"
        raise ModelError(f"figsize={shown_value(figsize)}: width and height are in inches, {allowed}.")
    return width, height
