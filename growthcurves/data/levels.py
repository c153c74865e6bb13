"""The different values of a panel's column: found once, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.remembered import remembered

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel


@remembered
def factorized(panel: Panel, name: Any) -> tuple[np.ndarray, Any]:
    """Number of each used row's value, -1 where it is missing, and the values: categories, or in order of appearance.

    Examples
    --------
    >>> from growthcurves.data.datasets import load_dataset
    >>> from growthcurves.data.panel import Panel
    >>> panel = Panel(load_dataset("orthodont"), id="subject", time="age", outcome="distance")
    >>> codes, levels = factorized(panel, "sex")
    >>> codes[:3].tolist(), len(levels)
    ([0, 0, 0], 2)
    """
    column = panel.column(name)
    if isinstance(column, pd.Categorical):
        return column.codes, column.categories
    return pd.factorize(column)
