"""The scale that an outcome has, where the user says it: from its lowest to its highest value."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import several, shown_value

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
    low, high = two_numbers(limits)
    beyond = values[(values < low) | (values > high)]
    if beyond.size:
        found = f"{beyond.size} observed values lie outside" if beyond.size > 1 else "an observed value lies outside"
        raise ModelError(f"limits={shown_value(limits)}, but {found} (from {beyond.min():g} to {beyond.max():g}).")
    return low, high


def two_numbers(limits: Any) -> Limits:
    """The ends, infinite where a side is None.

    Raises
    ------
    ModelError
        When these are not two rising numbers.
    """
    wrong = ModelError(
        f"limits={shown_value(limits)}: give the lowest and the highest value of the scale, such as (0, 63)."
    )
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


def ends_of(limits: Limits | None) -> tuple[float | None, float | None] | None:
    """Limits as they are kept: an open side is None.

    Examples
    --------
    >>> ends_of((0.0, float("inf"))), ends_of(None)
    ((0.0, None), None)
    """
    if limits is None:
        return None
    low, high = (end if np.isfinite(end) else None for end in limits)
    return low, high
