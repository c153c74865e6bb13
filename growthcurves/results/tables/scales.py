"""The scales of predictions and means, and tables of estimates carried from one to the other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, among, unknown

SCALES = ("response", "link")


def checked_scale(scale: str | None) -> str | None:
    """The scale of predictions and means; None for the one that was fitted.

    Raises
    ------
    ModelError
        For an unknown one.
    """
    if scale is not None and not among(scale, SCALES):
        raise ModelError(unknown("scale of predictions", scale, SCALES))
    return scale


def carried(table: pd.DataFrame, back: Callable[[Any], np.ndarray]) -> pd.DataFrame:
    """A table with estimates and the ends of intervals carried back by a monotone function.

    The standard error is the delta method's: that of the model's scale times the slope of the way back.
    """
    estimate = table["estimate"].to_numpy()
    ends = np.sort(np.stack([back(table["conf_low"].to_numpy()), back(table["conf_high"].to_numpy())]), axis=0)
    step = 1e-5 * np.maximum(np.abs(estimate), 1e-3)
    slope = (back(estimate + step) - back(estimate - step)) / (2.0 * step)
    error = table["std_error"] * np.abs(slope)
    return table.assign(estimate=back(estimate), std_error=error, conf_low=ends[0], conf_high=ends[1])
