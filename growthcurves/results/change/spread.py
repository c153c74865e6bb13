"""What is the same in every group: how much persons differ in their rate, where they stand, how well it is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from growthcurves.contracts.finding import NAN, PERSON, Caveat, Finding, Group, Kind
from growthcurves.data.unit_words import level_words
from growthcurves.engine.estimates import Point
from growthcurves.fitted import FittedModel
from growthcurves.results.change.lines import Question, found
from growthcurves.results.change.words import units_of
from growthcurves.results.questions.levels import part_of, units_above
from growthcurves.results.questions.random_effects import mean_variance, random_rows
from growthcurves.results.questions.rates import (
    Rate,
    chosen_times,
    is_curved,
    middle_time,
    rate_at,
    status_at,
    whole_period,
)
from growthcurves.results.questions.times import default_times
from growthcurves.results.variation.icc import icc_at
from growthcurves.results.variation.settled import correlation_of, sd_of

#: Differences below this fraction of what is subtracted are rounding errors.
ROUNDING = 1e-14
BOUNDARY = "estimated as zero: on the boundary"
OUTSIDE = "extrapolation: outside the observed times"
#: A time so near to the data, as a share of their span, lies at their end: to say that it is outside would mislead.
A_HAIR = 0.01
#: So near it is just outside: day -0.27 of days 0 to 9.
A_STEP = 0.05
JUST_OUTSIDE = "just outside the observed times: hardly an extrapolation"


def spread_findings(asked: Question, parts: Sequence[tuple[Group | None, np.ndarray]]) -> list[Finding]:
    """SD of the rate given its predictors; for a curved shape that of the rate at chosen times too.

    By group where random effects are of the groups' own, so that their persons differ by different amounts.
    """
    rates: list[tuple[float | None, Rate]] = [(None, asked.rate)]
    if is_curved(asked.fit) and asked.fit.recipe.shape.smooth:
        rates += [(float(time), rate_at(asked.fit, float(time))) for time in chosen_times(asked.fit, asked.at)]
    if not _by_group(asked.rate, [persons for _, persons in parts]):
        return [_sd(asked, rate, at) for at, rate in rates]
    return [
        replace(_sd(asked, rate.among(persons), at), group=group) for at, rate in rates for group, persons in parts
    ]


def _by_group(rate: Rate, groups: Sequence[np.ndarray]) -> bool:
    """Whether the random effects that move the rate are others in some group than in another."""
    there = [{tuple(row) for row in rate.random[rate.among(persons).shares > 0]} for persons in groups]
    return any(one != there[0] for one in there)


def _sd(asked: Question, rate: Rate, at: float | None = None) -> Finding:
    if not rate.varies:
        return Finding(Kind.SD_OF_RATES, 0.0, PERSON, at=at, note="nothing that varies moves this rate")
    value = asked.component(sd_of(rate))
    if rate.sd() != 0:
        return found(Kind.SD_OF_RATES, value, unit=PERSON, at=at)
    return found(Kind.SD_OF_RATES, value._replace(estimate=0.0), BOUNDARY, unit=PERSON, at=at)


def level_findings(asked: Question) -> list[Finding]:
    """The share of the variance of rates that lies between the units of each level above persons."""
    return [_share_between(asked, unit) for unit in units_above(asked.fit)]


def _share_between(asked: Question, unit: str) -> Finding:
    rate = asked.rate
    own = part_of(asked.fit, rate.random, (unit,))

    def between(point: Point) -> float:
        return float(rate.shares @ np.maximum(point.variances(own), 0.0)) / rate.variance(point)

    if rate.sd() == 0:
        return Finding(Kind.SHARE_OF_RATE_VARIANCE, NAN, unit, note="rates do not vary")
    if not own.any():
        note = f"no random effect of {level_words(unit).several} moves this rate"
        return Finding(Kind.SHARE_OF_RATE_VARIANCE, 0.0, unit, note=note, caveat=Caveat.BY_ASSUMPTION)
    if between(asked.fit.point) < ROUNDING:
        return Finding(Kind.SHARE_OF_RATE_VARIANCE, 0.0, unit, note=BOUNDARY)
    return found(Kind.SHARE_OF_RATE_VARIANCE, asked.measure(between, "logit"), unit=unit)


def start_findings(asked: Question) -> list[Finding]:
    """Correlation of the rate with the status at chosen times; for a straight line the time of least spread."""
    rows: list[Finding] = []
    if asked.rate.sd() == 0:
        return rows
    for time in chosen_times(asked.fit, asked.at):
        z = random_rows(asked.fit, float(time))
        if mean_variance(asked.fit, z, asked.fit.point) > 0:
            value = asked.component(correlation_of(asked.rate, status_at(asked.fit, float(time))))
            rows.append(found(Kind.CORRELATION_WITH_STATUS, value, unit=PERSON, at=float(time)))
    if _straight_random(asked.fit):
        rows.append(_least_spread(asked))
    return rows


def _straight_random(fit: FittedModel) -> bool:
    """Whether persons differ by straight lines alone, so that they differ least at one time."""
    return set(fit.random_names) == {"intercept", "slope"} and _line_effects(fit)


def _line_effects(fit: FittedModel) -> bool:
    straight = fit.model.parameters == ("intercept", "slope") and not is_curved(fit)
    return straight or "slope" in fit.recipe.shape.extra or "quadratic" in fit.model.parameters


def _apart(one: float, other: float) -> float:
    """one - other, zero where it is nothing but rounding: two times that are the same are no time apart."""
    away = one - other
    return 0.0 if abs(away) <= ROUNDING * max(abs(one), abs(other)) else away


def _least_spread(asked: Question) -> Finding:
    """The time t at which z(t)' G z(t) is least: from a time within the data, back by cov / var(slope)."""
    fit = asked.fit
    middle, slope = middle_time(fit), fit.standard_effect("slope")
    z = random_rows(fit, middle)[0]

    def least(point: Point) -> float:
        spread = float(point.between(slope))
        return _apart(middle, point.between(slope, z) / spread) if spread > 0 else np.nan

    value = asked.measure(least, "identity")
    low, high = whole_period(fit)
    note, caveat = "", None
    if not fit.model.random.together("intercept", "slope"):
        note, caveat = "by assumption: the model has no covariance of intercept and slope", Caveat.BY_ASSUMPTION
    else:
        away = max(low - value.estimate, value.estimate - high) / (high - low)
        if away > A_STEP:
            note, caveat = fit.vocabulary.said(OUTSIDE), Caveat.EXTRAPOLATION
        elif away > A_HAIR:
            note, caveat = fit.vocabulary.said(JUST_OUTSIDE), Caveat.JUST_OUTSIDE
    return found(Kind.TIME_OF_LEAST_SPREAD, value, note, unit=PERSON, caveat=caveat)


def reliability_findings(asked: Question) -> list[Finding]:
    """Mean over persons of var(rate) / (var(rate) + sampling variance of that person's own OLS rate)."""
    fit, rate = asked.fit, asked.rate
    sampling = fit.own_growth.sampling(rate.by_person)
    there = ~np.isnan(sampling)
    if not there.any() or not fit.independent:
        return []
    pairs = np.column_stack([sampling[there], fit.kinds.codes[there]])
    distinct, codes, counts = np.unique(pairs, axis=0, return_inverse=True, return_counts=True)
    if fit.weighing is not None:
        counts = np.bincount(codes.reshape(-1), weights=fit.person_shares[there])
    kinds = distinct[:, 1].astype(int)

    def reliability(point: Point) -> float:
        variance = rate.variances(point)[kinds]
        noise = point.residual_variance() * distinct[:, 0]
        return float(np.average(variance / (variance + noise), weights=counts))

    who, rows = units_of(fit).several, fit.vocabulary.said("occasions")
    some = f"the {int(there.sum()):,} of {sampling.size:,} {who} with {rows} enough for an own line"
    note = f"all {sampling.size:,} {who}" if there.all() else some
    above = units_above(fit)
    note += f", among those of all {level_words(above[-1]).several}" if above else ""
    if rate.sd() == 0:
        return [Finding(Kind.RELIABILITY, 0.0, PERSON, note=note)]
    return [found(Kind.RELIABILITY, asked.measure(reliability, "logit"), note, unit=PERSON)]


def icc_findings(asked: Question) -> list[Finding]:
    """The share of variance between persons at each time."""
    times = default_times(asked.fit) if asked.at is None else asked.at
    values = [(float(t), icc_at(asked.fit, float(t), asked.level, asked.measure)) for t in times]
    return [found(Kind.ICC, value, unit=PERSON, at=time) for time, value in values]
