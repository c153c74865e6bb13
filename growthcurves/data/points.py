"""The different times of a panel where they are few, found once, whoever asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from growthcurves.numerics.points import Points
from growthcurves.remembered import remembered

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel


@remembered
def points_of_times(panel: Panel) -> Points | None:
    """The different times of the rows and which each has; None where they are many.

    Examples
    --------
    >>> from growthcurves.data.datasets import load_dataset
    >>> from growthcurves.data.panel import Panel
    >>> panel = Panel(load_dataset("orthodont"), id="subject", time="age", outcome="distance")
    >>> points_of_times(panel).values.tolist()
    [8.0, 10.0, 12.0, 14.0]
    """
    return Points.of(panel.times)
