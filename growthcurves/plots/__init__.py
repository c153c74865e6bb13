"""Pictures: one file per figure, a table first and then its drawing. Never estimation.

`FIGURES` lists the figures of a fit; a new figure is one new file and one line here.
"""

from __future__ import annotations

from growthcurves.plots.doors import FitPlots, plot_panel
from growthcurves.plots.figure import Figure
from growthcurves.plots.slopes import Slopes
from growthcurves.plots.trajectories import Trajectories

FIGURES: dict[str, type[Figure]] = {
    "trajectories": Trajectories,
    "slopes": Slopes,
}

__all__ = ["FIGURES", "Figure", "FitPlots", "plot_panel"]
