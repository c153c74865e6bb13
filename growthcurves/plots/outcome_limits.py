"""The scale that an outcome has, where the user says it: pictures stay inside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import several, shown_value

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Limits = tuple[float, float]


def checked_limits(limits: Any, values: np.ndarray) -> Limits | None:
    """Lowest and highest value of the outcome's scale; None where nothing is said. A side that is None is open.

    Raises
    ------
    ModelError
        When these are not two rising numbers, or observed values lie outside them.
    """
    if limits is None:
        return None
    low, high = _two_numbers(limits)
    beyond = values[(values < low) | (values > high)]
    if beyond.size:
        found = f"{beyond.size} observed values lie outside" if beyond.size > 1 else "an observed value lies outside"
        raise ModelError(f"limits={shown_value(limits)}, but {found} (from {beyond.min():g} to {beyond.max():g}).")
    return low, high


def _two_numbers(limits: Any) -> Limits:
    shown = shown_value(limits)
    wrong = ModelError(f"limits={shown}: give the lowest and the highest value of the scale, such as (0, 63).")
    sides = several(limits)
    try:
        low, high = (
            float(end if side is None else side) for side, end in zip(sides, (-np.inf, np.inf), strict=True)
        )
    except (TypeError, ValueError, OverflowError):
        raise wrong from None
    if not low < high:
        raise wrong
    return low, high


def inside(frame: pd.DataFrame, limits: Limits | None) -> pd.DataFrame:
    """A table whose bands (columns low, high) end where the scale does."""
    return frame if limits is None else frame.assign(low=frame["low"].clip(*limits), high=frame["high"].clip(*limits))


def limit_axis(ax: Axes, limits: Limits | None) -> None:
    """Cut the vertical axis where the scale ends."""
    if limits is not None:
        low, high = ax.get_ylim()
        ax.set_ylim(max(low, limits[0]), min(high, limits[1]))
