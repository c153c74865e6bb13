"""How far the times of one wave lie apart."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from growthcurves.data.grid import column_grid

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel


def wave_spread(panel: Panel) -> pd.DataFrame | None:
    """Rows, persons and the times at each wave, in the order of the waves; None without a wave column or time.

    Rows without a wave are not counted. The SD is NaN at a wave with one row.
    """
    if panel.wave is None or panel.time is None:
        return None
    grid = column_grid(panel, panel.wave)
    known = grid.codes >= 0
    waves, times = grid.codes[known], panel.times[known]
    seen = np.zeros((panel.persons.count, grid.count), dtype=bool)
    seen[panel.persons.codes[known], waves] = True
    by = pd.Series(times).groupby(waves)
    return pd.DataFrame(
        {
            "wave": grid.labels,
            "rows": np.bincount(waves, minlength=grid.count),
            "persons": seen.sum(axis=0),
            "time_mean": by.mean(),
            "time_sd": by.std(),
            "time_min": by.min(),
            "time_max": by.max(),
        }
    )
