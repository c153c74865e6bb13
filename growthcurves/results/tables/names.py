"""Parameters of a model as they are called in tables: "slope:arm[drug]", "sd:slope", "cor:intercept,slope"."""

from __future__ import annotations

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind

_PREFIX = {
    Kind.SD: "sd",
    Kind.CORRELATION: "cor",
    Kind.VARIANCE: "var",
    Kind.COVARIANCE: "cov",
    Kind.VARIANCE_DROP: "R2",
}


def term_text(parameter: str, predictor: str) -> str:
    """A fixed effect: of a predictor on a growth parameter, the mean of that, or that of a covariate."""
    return f"{parameter}:{predictor}" if parameter and predictor else parameter or predictor


def component_text(finding: Finding) -> str:
    """A component of the variance, or what became of it; of the residual or of random effects by their names."""
    if finding.kind is Kind.PARAMETER:  # of a residual structure, under its own name
        return str(finding.of)
    whose = RESIDUAL if finding.unit == RESIDUAL else ",".join(finding.of)
    return f"{_PREFIX[finding.kind]}:{whose}"


def finding_text(finding: Finding) -> str:
    """A number of a model: a fixed effect, a component of the variance, a share of it, or a criterion."""
    if finding.kind is Kind.FIXED_EFFECT:
        return term_text(*finding.of)
    if finding.kind is Kind.SQUARED_CORRELATION:
        return "R2:outcome"
    return str(finding.of) if finding.kind is Kind.CRITERION else component_text(finding)
