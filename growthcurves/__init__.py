"""Growth-curve models for longitudinal data.

The public names, loaded when they are first used.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

from growthcurves.version import VERSION

__version__ = VERSION

_NAMES = {
    "fit": "growthcurves.fit",
    "recipe": "growthcurves.fit",
    "ladder": "growthcurves.fit",
    "mmrm": "growthcurves.trials.mmrm",
    "compare": "growthcurves.results.compare.table",
    "pool": "growthcurves.results.pooled.answer",
    "journal_table": "growthcurves.results.side_by_side.journal",
    "compare_residuals": "growthcurves.fit",
    "agree": "growthcurves.programs.agree",
    "GrowthFit": "growthcurves.fit",
    "load": "growthcurves.fit",
    "GrowthModel": "growthcurves.model.growth",
    "ByGroup": "growthcurves.model.random",
    "Crossed": "growthcurves.model.random",
    "Diagonal": "growthcurves.model.random",
    "Polynomial": "growthcurves.model.shapes.polynomial",
    "Piecewise": "growthcurves.model.shapes.piecewise",
    "Spline": "growthcurves.model.shapes.spline",
    "LogTime": "growthcurves.model.shapes.log_time",
    "Occasions": "growthcurves.model.shapes.occasions",
    "Het": "growthcurves.model.covariance.unequal",
    "ExpVariance": "growthcurves.model.covariance.unequal",
    "PowerVariance": "growthcurves.model.covariance.unequal",
    "CS": "growthcurves.model.covariance.compound_symmetry",
    "CSH": "growthcurves.model.covariance.compound_symmetry",
    "AR1": "growthcurves.model.covariance.autoregressive",
    "ARH1": "growthcurves.model.covariance.autoregressive",
    "ARMA11": "growthcurves.model.covariance.autoregressive",
    "CAR1": "growthcurves.model.covariance.over_time",
    "Exponential": "growthcurves.model.covariance.over_time",
    "Gaussian": "growthcurves.model.covariance.over_time",
    "Toeplitz": "growthcurves.model.covariance.toeplitz",
    "ToeplitzH": "growthcurves.model.covariance.toeplitz",
    "AD": "growthcurves.model.covariance.antedependence",
    "ADH": "growthcurves.model.covariance.antedependence",
    "Unstructured": "growthcurves.model.covariance.unstructured",
    "Binomial": "growthcurves.model.families.binomial",
    "Poisson": "growthcurves.model.families.poisson",
    "NegativeBinomial": "growthcurves.model.families.negative_binomial",
    "LogNormal": "growthcurves.model.families.lognormal",
    "Gamma": "growthcurves.model.families.gamma",
    "Ordinal": "growthcurves.model.families.ordinal",
    "Panel": "growthcurves.data.panel",
    "read_table": "growthcurves.data.read",
    "to_long": "growthcurves.data.reshape",
    "to_wide": "growthcurves.data.widen",
    "write_table": "growthcurves.output.tables",
    "save_table": "growthcurves.output.save",
    "within_between": "growthcurves.data.within",
    "age_cohort": "growthcurves.data.age_cohort",
    "load_dataset": "growthcurves.data.datasets",
    "list_datasets": "growthcurves.data.datasets",
    "Satterthwaite": "growthcurves.results.ddf.satterthwaite",
    "KenwardRoger": "growthcurves.results.ddf.kenward_roger",
    "BetweenWithin": "growthcurves.results.ddf.between_within",
    "Containment": "growthcurves.results.ddf.containment",
    "ResidualDf": "growthcurves.results.ddf.residual",
    "Robust": "growthcurves.results.ddf.robust",
    "NormalDf": "growthcurves.results.ddf.normal",
    "Bootstrap": "growthcurves.results.intervals.bootstrap",
    "Wald": "growthcurves.results.intervals.wald",
    "Profile": "growthcurves.results.intervals.profile",
    "SurveyDesign": "growthcurves.model.survey.design",
    "ReplicateWeights": "growthcurves.model.survey.replicates",
    "Moments": "growthcurves.engine.sums.moments",
    "PersonMoments": "growthcurves.engine.sums.moments",
    "Study": "growthcurves.planning.study",
    "Dropout": "growthcurves.planning.dropout",
    "power": "growthcurves.planning.power",
    "sample_size": "growthcurves.planning.power",
    "Simulation": "growthcurves.planning.simulation.method",
    "simulate_study": "growthcurves.planning.simulation.study_rows",
    "detectable_effect": "growthcurves.planning.power",
    "power_curve": "growthcurves.planning.curve",
    "cheapest_design": "growthcurves.planning.cheapest",
    "optimal_times": "growthcurves.planning.optimal",
    "site_recipe": "growthcurves.sites.door",
    "load_site_recipe": "growthcurves.sites.door",
    "site_sums": "growthcurves.sites.door",
    "load_site_sums": "growthcurves.sites.door",
    "verify": "growthcurves.verify.qualification",
    "report": "growthcurves.report",
    "errors": "growthcurves.errors",
}

__all__ = sorted([*_NAMES, "__version__"])


def __getattr__(name: str) -> Any:
    if name not in _NAMES:
        raise AttributeError(f"growthcurves has no {name!r}; it has {', '.join(sorted(_NAMES))}")
    module = import_module(_NAMES[name])
    value = module if name == "errors" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__


class _Package(ModuleType):
    """The package, in which a room called like a public function (fit, report) does not hide it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _NAMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
