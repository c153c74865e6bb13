"""Parameters of a model as they are called in tables: "slope:arm[drug]", "sd:slope", "cor:intercept,slope"."""

from __future__ import annotations

from typing import Any

from growthcurves.contracts.finding import PERSON, RESIDUAL, Finding, Kind
from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import several

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
    above = f"|{finding.unit}" if finding.unit not in (PERSON, RESIDUAL) else ""
    return f"{_PREFIX[finding.kind]}:{whose}{above}"


def finding_text(finding: Finding) -> str:
    """A number of a model: a fixed effect, a component of the variance, a share of it, or a criterion."""
    if finding.kind is Kind.FIXED_EFFECT:
        return term_text(*finding.of)
    if finding.kind is Kind.SQUARED_CORRELATION:
        return "R2:outcome"
    return str(finding.of) if finding.kind is Kind.CRITERION else component_text(finding)


def names_of_fits(names: Any, default: list[str]) -> list[str]:
    """What several fits are called in a table.

    Raises
    ------
    ModelError
        For what are not as many different names.
    """
    given = default if names is None else several(names)
    if not all(isinstance(name, (str, int, float)) for name in given):
        raise ModelError("names= are texts, one for each fit; several fits stand in one list: [fit, other].")
    called = [str(name) for name in given]
    if len(called) != len(default) or len(set(called)) < len(called):
        raise ModelError(f"names= must be {len(default)} different names, one for each fit.")
    return called
