"""The numbers of a ladder: estimates, variance components, pseudo-R2 and criteria of every model."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import RESIDUAL, Caveat, Finding, Kind
from growthcurves.fitted import FittedModel
from growthcurves.results.compare.criteria import criteria
from growthcurves.results.effects.coefficients import effect_findings, fixed_effects
from growthcurves.results.ladder.rungs import Rung
from growthcurves.results.side_by_side.numbers import CRITERIA, FIXED, SHARES, VARIANCES, Number
from growthcurves.results.side_by_side.words import number_label
from growthcurves.results.variation.variance_parts import drop, squared_correlation
from growthcurves.results.variation.variances import Components, components

NAN = float("nan")
NEGATIVE = "negative: the variance is larger than in the model it is compared with"
ZERO_BEFORE = "undefined: the variance is zero in the model it is compared with"
ZERO_AFTER = "the variance is estimated as zero"
WITHHELD = "withheld: the design cannot tell the variances apart"
NO_SPREAD = "undefined: every person has the same expected value"


class Known(NamedTuple):
    """A fit whose numbers are there already."""

    fit: FittedModel
    effects: pd.DataFrame
    components: Components


def ladder_numbers(
    rungs: tuple[Rung, ...], ddf: Any, compared: tuple[Rung, ...] | None = None, known: Known | None = None
) -> tuple[Number, ...]:
    """All numbers, model by model; criteria are those of the same models in `compared`, where they are given."""
    means, growth = rungs[0].fit, rungs[1].fit
    return tuple(
        Number(rung.name, part, finding, number_label(rung.fit, finding))
        for rung, other in zip(rungs, compared or rungs, strict=True)
        for part, findings in (
            (FIXED, _effects(rung.fit, ddf, known)),
            (VARIANCES, _variances(rung.fit, known)),
            (SHARES, _shares(rung.fit, means, growth)),
            (CRITERIA, _criteria(other.fit)),
        )
        for finding in findings
    )


def _effects(fit: FittedModel, ddf: Any, known: Known | None) -> Iterable[Finding]:
    return effect_findings(fit, known.effects if known is not None and known.fit is fit else fixed_effects(fit, ddf))


def _variances(fit: FittedModel, known: Known | None) -> Iterable[Finding]:
    """Variances and covariances with their standard errors; none where a variance lies on its boundary."""
    found = known.components if known is not None and known.fit is fit else components(fit)
    for row in found.rows:
        moment = row.moment
        if not moment.known:
            yield replace(moment, note=WITHHELD, caveat=Caveat.WITHHELD)
        else:
            zero = moment.value == 0 and moment.kind is Kind.VARIANCE
            yield replace(moment, note=ZERO_AFTER if zero else "")


def _shares(fit: FittedModel, means: FittedModel, growth: FittedModel) -> Iterable[Finding]:
    """The pseudo-R2 statistics of Singer and Willett (2003), section 4.4.3; of a family those of random effects."""
    if fit.family is None:
        yield from _of_outcome(fit, means)
    if fit in (means, growth):
        return
    for name in growth.random_names:
        if name in fit.random_names:
            part = fit.recipe.random
            yield _drop(_variance(fit, name), _variance(growth, name), part.unit_of[name], (part.own_names[name],))


def _of_outcome(fit: FittedModel, means: FittedModel) -> Iterable[Finding]:
    squared = squared_correlation(fit)
    if np.isnan(squared):
        yield Finding(Kind.SQUARED_CORRELATION, NAN, note=NO_SPREAD, caveat=Caveat.NO_SPREAD)
    else:
        yield Finding(Kind.SQUARED_CORRELATION, squared)
    if fit is not means:
        yield _drop(fit.residual_variance, means.residual_variance, RESIDUAL, ())


def _variance(fit: FittedModel, name: str) -> float:
    place = fit.random_names.index(name)
    return float(fit.G[place, place])


def _drop(after: float, before: float, unit: str, of: tuple[str, ...]) -> Finding:
    kind = Kind.VARIANCE_DROP
    if np.isnan(before) or np.isnan(after):
        return Finding(kind, NAN, unit, of=of, note=WITHHELD, caveat=Caveat.WITHHELD)
    if not before > 0:
        return Finding(kind, NAN, unit, of=of, note=ZERO_BEFORE)
    share = drop(before, after)
    return Finding(kind, share, unit, of=of, note=NEGATIVE if share < 0 else ZERO_AFTER if after == 0 else "")


def _criteria(fit: FittedModel) -> Iterable[Finding]:
    values = criteria(fit)
    for name in ("deviance", "aic", "bic", "bic_persons", "parameters", "rows", "persons"):
        yield Finding(Kind.CRITERION, float(getattr(values, name)), of=name)
