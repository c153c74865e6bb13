"""The numbers of a ladder: estimates, variance components, pseudo-R2 and criteria of every model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.results.compare.criteria import criteria
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.ladder.rungs import Rung
from growthcurves.results.tables.answer import TIDY
from growthcurves.results.variation.variance_parts import squared_correlation
from growthcurves.results.variation.variances import variance_components

NAN = float("nan")
FIXED, VARIANCES, SHARES, CRITERIA = "fixed effects", "variance components", "pseudo-R2", "fit"
NEGATIVE = "negative: the variance is larger than in the model it is compared with"
ZERO_BEFORE = "undefined: the variance is zero in the model it is compared with"
ZERO_AFTER = "the variance is estimated as zero"
WITHHELD = "withheld: the design cannot tell the variances apart"
NO_SPREAD = "undefined: every person has the same expected value"


@dataclass(frozen=True)
class Line:
    """A number without standard error."""

    model: str
    part: str
    term: str
    value: float
    note: str = ""


def ladder_table(rungs: tuple[Rung, ...], ddf: Any) -> pd.DataFrame:
    """All numbers, tidy, with further columns model, part and note."""
    means, growth = rungs[0].fit, rungs[1].fit
    tables = []
    for rung in rungs:
        fixed = fixed_effects(rung.fit, ddf).assign(model=rung.name, part=FIXED, note="")
        lines = [*_shares(rung, means, growth), *_criteria(rung)]
        rest = pd.DataFrame([astuple(line) for line in lines], columns=["model", "part", "term", "estimate", "note"])
        tables += [fixed, _variances(rung), rest]
    return pd.concat([table.dropna(axis=1, how="all") for table in tables], ignore_index=True).reindex(
        columns=[*TIDY, "model", "part", "note"]
    )


def _variances(rung: Rung) -> pd.DataFrame:
    """Variances and covariances with their standard errors; none where a variance lies on its boundary."""
    table = variance_components(rung.fit)
    kinds = table["term"].str.split(":", n=1, expand=True)
    is_covariance = kinds[0] == "cor"
    estimate = table["variance"].where(~is_covariance, table["covariance"])
    zero = (estimate == 0) & ~is_covariance
    return pd.DataFrame(
        {
            "term": np.where(is_covariance, "cov:", "var:") + kinds[1],
            "estimate": estimate,
            "std_error": table["variance_std_error"],
            "model": rung.name,
            "part": VARIANCES,
            "note": np.where(estimate.isna(), WITHHELD, np.where(zero, ZERO_AFTER, "")),
        }
    )


def _shares(rung: Rung, means: FittedModel, growth: FittedModel) -> Iterable[Line]:
    """The pseudo-R2 statistics of Singer and Willett (2003), section 4.4.3."""
    fit = rung.fit
    squared = squared_correlation(fit)
    yield Line(rung.name, SHARES, "R2:outcome", squared, NO_SPREAD if np.isnan(squared) else "")
    if fit is not means:
        yield _drop(rung.name, "R2:residual", fit.residual_variance, means.residual_variance)
    if fit in (means, growth):
        return
    for name in growth.random_names:
        if name in fit.random_names:
            yield _drop(rung.name, f"R2:{name}", _variance(fit, name), _variance(growth, name))


def _variance(fit: FittedModel, name: str) -> float:
    place = fit.random_names.index(name)
    return float(fit.G[place, place])


def _drop(model: str, term: str, after: float, before: float) -> Line:
    if np.isnan(before) or np.isnan(after):
        return Line(model, SHARES, term, NAN, WITHHELD)
    if not before > 0:
        return Line(model, SHARES, term, NAN, ZERO_BEFORE)
    share = (before - after) / before
    return Line(model, SHARES, term, share, NEGATIVE if share < 0 else ZERO_AFTER if after == 0 else "")


def _criteria(rung: Rung) -> Iterable[Line]:
    values = criteria(rung.fit)
    for term in ("deviance", "aic", "bic", "bic_persons", "parameters", "rows", "persons"):
        yield Line(rung.name, CRITERIA, term, float(getattr(values, term)))
