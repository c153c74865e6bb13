"""Pictures: one file per figure, a table first and then its drawing. Never estimation.

`FIGURES` lists the figures of a fit, `FAMILY_FIGURES` those of outcomes that are not normal alone, `LEVEL_FIGURES`
those of units above persons, `PANEL_FIGURES` those of a panel before any model, `LADDER_FIGURES` those of a ladder,
`COMPARISON_FIGURES` those of residual structures, `TRIAL_FIGURES` and `SUBGROUP_FIGURES` those of trials,
`PLAN_FIGURES` those of planned studies, `SENSITIVITY_FIGURES` those of a sensitivity to dropout; a new figure is one
new file and one line here.
"""

from __future__ import annotations

from growthcurves.plots.arms import ArmMeans
from growthcurves.plots.calibration import Calibration
from growthcurves.plots.check import Checks
from growthcurves.plots.correlation import Correlation
from growthcurves.plots.doors import (
    FitPlots,
    plot_checks,
    plot_ladder,
    plot_panel,
    plot_plan,
    plot_residuals,
    plot_sensitivity,
    plot_subgroups,
    plot_trial,
)
from growthcurves.plots.dropout import Dropout
from growthcurves.plots.figure import Figure
from growthcurves.plots.forest import Forest
from growthcurves.plots.growth_reliability import GrowthReliability
from growthcurves.plots.influence import Influence
from growthcurves.plots.ladder import LadderRungs
from growthcurves.plots.missing import Missing
from growthcurves.plots.panel import ObservedTrajectories
from growthcurves.plots.power import PowerLines
from growthcurves.plots.power_map import PowerMap
from growthcurves.plots.qq import Qq
from growthcurves.plots.residual_points import Residuals
from growthcurves.plots.residuals import ResidualStructures
from growthcurves.plots.rootogram import Rootogram
from growthcurves.plots.shrinkage import Shrinkage
from growthcurves.plots.slopes import Slopes
from growthcurves.plots.small_multiples import People
from growthcurves.plots.start_and_rate import StartAndRate
from growthcurves.plots.tipping import Tipping
from growthcurves.plots.trajectories import Trajectories
from growthcurves.plots.units import Units
from growthcurves.plots.variance_over_time import VarianceOverTime

FIGURES: dict[str, type[Figure]] = {
    "trajectories": Trajectories,
    "people": People,
    "shrinkage": Shrinkage,
    "slopes": Slopes,
    "start_and_rate": StartAndRate,
    "variance_over_time": VarianceOverTime,
    "residuals": Residuals,
    "qq": Qq,
    "correlation": Correlation,
    "influence": Influence,
    "check": Checks,
}

FAMILY_FIGURES: dict[str, type[Figure]] = {
    "calibration": Calibration,
    "rootogram": Rootogram,
}

LEVEL_FIGURES: dict[str, type[Figure]] = {
    "units": Units,
}

PANEL_FIGURES: dict[str, type[Figure]] = {
    "trajectories": ObservedTrajectories,
    "missing": Missing,
    "dropout": Dropout,
}

LADDER_FIGURES: dict[str, type[Figure]] = {
    "ladder": LadderRungs,
}

COMPARISON_FIGURES: dict[str, type[Figure]] = {
    "residuals": ResidualStructures,
}

TRIAL_FIGURES: dict[str, type[Figure]] = {
    "means": ArmMeans,
}

SUBGROUP_FIGURES: dict[str, type[Figure]] = {
    "forest": Forest,
}

PLAN_FIGURES: dict[str, type[Figure]] = {
    "power": PowerLines,
    "map": PowerMap,
    "reliability": GrowthReliability,
}

SENSITIVITY_FIGURES: dict[str, type[Figure]] = {
    "tipping": Tipping,
}

__all__ = [
    "COMPARISON_FIGURES", "FAMILY_FIGURES", "FIGURES", "LADDER_FIGURES", "LEVEL_FIGURES", "PANEL_FIGURES",
    "PLAN_FIGURES", "SENSITIVITY_FIGURES", "SUBGROUP_FIGURES", "TRIAL_FIGURES", "Figure",
    "FitPlots", "plot_checks", "plot_ladder", "plot_panel", "plot_plan", "plot_residuals", "plot_sensitivity",
    "plot_subgroups",
    "plot_trial",
]  # fmt: skip
