"""The scale that an outcome has, where the user says it: pictures stay inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from growthcurves.data.limits import Limits, checked_limits

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from growthcurves.data.panel import Panel


def limits_of(limits: Any, panel: Panel) -> Limits | None:
    """The limits that were asked for, else those of the panel.

    Raises
    ------
    ModelError
        When these are not two rising numbers, or observed values lie outside them.
    """
    return checked_limits(panel.limits if limits is None else limits, panel.value_ends)


def inside(frame: pd.DataFrame, limits: Limits | None) -> pd.DataFrame:
    """A table whose bands (columns low, high) end where the scale does."""
    return frame if limits is None else frame.assign(low=frame["low"].clip(*limits), high=frame["high"].clip(*limits))


def limit_axis(ax: Axes, limits: Limits | None) -> None:
    """Cut the vertical axis where the scale ends."""
    if limits is not None:
        low, high = ax.get_ylim()
        ax.set_ylim(max(low, limits[0]), min(high, limits[1]))
