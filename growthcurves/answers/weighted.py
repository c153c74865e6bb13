"""What a fit with a sampling design answers otherwise, and what has no meaning under weights, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from growthcurves.errors import NotAvailableError
from growthcurves.fitted import FittedModel
from growthcurves.later import Later

if TYPE_CHECKING:
    import pandas as pd

    from growthcurves.results.summary import Summary

summaries = Later("growthcurves.results.summary")
variances = Later("growthcurves.results.variation.variances")

_LIKELIHOOD = (
    "it rests on a likelihood, and a fit with design= maximises a pseudo-likelihood, whose differences have no known "
    "distribution; test() tests fixed effects by the design"
)
_BY_DESIGN = "errors of a fit with design= are by the sampling design already"
_DRAWN = (
    "it sets what it looks at beside data sets drawn from the model, which know nothing of how persons were sampled; "
    "check the same model without design=, and look at plot.residuals() and plot.qq(), which are weighted"
)
_ONE_ROW = "what a design sampled is persons and units that hold them, and no single occasions"

#: Answers that a fit with a sampling design does not give, and why.
REFUSED = {
    **dict.fromkeys(("aic", "aicc", "bic", "bic_persons", "criteria", "test_variance"), _LIKELIHOOD),
    "bootstrap": "outcomes drawn from the model know nothing of the design, which its errors are by",
    "robust": _BY_DESIGN,
    "design_effect": _BY_DESIGN,
    "check": _DRAWN,
    "influence_of_occasions": _ONE_ROW,
}


class WeightedAnswers(FittedModel):
    """Answers by the sampling design."""

    def summary(self, ddf: Any = None, level: float = 0.95, intervals: Any = None) -> Summary:
        """Equations, counts, the design, fixed effects, variance components; as `GrowthFit.summary`."""
        return summaries.summary(self, ddf, level, intervals)

    def variance_components(
        self, method: Any = "wald", level: float = 0.95, scale: str = "sd", information: str | None = None
    ) -> pd.DataFrame:
        """SDs and correlations with errors by the design; as `GrowthFit.variance_components`."""
        return variances.variance_components(self, method, level, scale, information)


def _refusal(name: str, why: str) -> property:
    def refused(fit: Any) -> Any:
        raise NotAvailableError(f"{name} has no answer here: {why} (docs/survey.md).")

    return property(refused)


for _name, _why in REFUSED.items():
    setattr(WeightedAnswers, _name, _refusal(_name, _why))
