"""What a figure is: options as fields, a table of what will be seen, and its drawing."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from growthcurves.errors import ModelError, NotEstimableError, unknown
from growthcurves.plots.style import new_axes, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes


class Figure(Protocol):
    """A figure as a value: a frozen dataclass whose fields are its options."""

    def why_not(self, subject: Any) -> str | None:
        """Why this figure cannot be drawn of this fit (or panel), as a sentence; None when it can."""
        ...

    def data(self, subject: Any) -> pd.DataFrame:
        """Everything that will be seen, as one table; texts for axes and notes are in its `attrs`."""
        ...

    def draw(self, frame: pd.DataFrame, ax: Axes) -> Axes:
        """Draw the table of `data` on the axes."""
        ...


def show(figure: Figure, subject: Any, ax: Axes | None = None) -> Axes:
    """Draw a figure of a fit or a panel, on new axes where none are given.

    Raises
    ------
    NotEstimableError
        When the figure does not apply, with the reason.
    """
    reason = figure.why_not(subject)
    if reason is not None:
        raise NotEstimableError(reason)
    frame = figure.data(subject)
    with styled():
        return figure.draw(frame, new_axes() if ax is None else ax)


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
            raise ModelError(unknown("option of this figure", name, [*known, "ax"]))
    return kind(**options)
