"""How fast each group changes on average, and how its persons' rates spread about that."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from growthcurves.contracts.finding import PERSON, Caveat, Finding, Group, Kind
from growthcurves.data.backticks import quoted
from growthcurves.data.constant import first_difference
from growthcurves.data.joined import joined, texts_of
from growthcurves.data.persons import Persons
from growthcurves.engine.estimates import Point
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.person_level import person_columns
from growthcurves.numerics.mixtures import mixture_quantile, share_above
from growthcurves.results.change.lines import NAN, NOT_DETERMINED, Question, found
from growthcurves.results.effects.coefficients import linear_functions
from growthcurves.results.intervals.delta import Estimate
from growthcurves.results.questions.person_types import person_types
from growthcurves.results.questions.rates import EVERYBODY, Rate, chosen_times, is_curved, rate_at

SAME_BY_ASSUMPTION = "none: no predictor of the rate in the model tells these groups apart"
ZERO_BY_ASSUMPTION = "none: the model holds it at zero, by assumption"
UNADJUSTED = "as the groups are: not adjusted for other predictors of the rate"
#: The share of persons that the "middle" of the report holds.
MIDDLE = 0.95
#: A rate this near to the threshold, in standard errors of its own line, is the threshold but for rounding.
AT_THRESHOLD = 1e-6


def refuse_by(fit: FittedModel, by: Any) -> None:
    """Refuse groups whose rates the model does not let differ: their difference would be an assumption, no finding.

    Raises
    ------
    NotEstimableError
        The fix is named.
    """
    absent = why_not_by(fit, by)
    if absent is not None:
        raise NotEstimableError(absent)


def refuse_without_rate(asked: Question) -> None:
    """Refuse a model in which nothing makes a rate: that nobody changes is its assumption.

    Raises
    ------
    NotEstimableError
    """
    fit = asked.fit
    if not asked.rate.varies and not asked.rate.design(EVERYBODY).any():
        raise NotEstimableError(
            f"The model holds the rate of change at zero for everybody, which is an assumption and no finding: put "
            f"{fit.model.time!r} into its fixed or random part."
        )


def why_not_by(fit: FittedModel, by: Any) -> str | None:
    """Why rates are not told by group: the columns predict no rate of the model; None where they do."""
    rates, used = rate_parameters(fit), rate_columns(fit)
    parts = [] if by is None else texts_of(by, "by")
    absent = [str(part) for part in parts if part not in used]
    if not absent or ", ".join(map(str, parts)) in used or _follows(fit, parts):
        return None
    named, fix = ", ".join(absent), " + ".join(map(quoted, absent))
    if not rates:
        return "The model has no time, and so no rate of change that could differ between groups."
    return (
        f"The model gives every {named} the same rate of change: {named} does not predict the {rates[0]}, so a "
        f"difference would be an assumption and no finding; add it (predictors={{{rates[0]!r}: {fix!r}}}, in a formula "
        f"{quoted(str(fit.model.time))} * {fix}), or leave by= out."
    )


def _follows(fit: FittedModel, parts: list[Any]) -> bool:
    """Whether some predictor of the rate is one value within every group, and not one in all: groups of arm by sex."""
    try:
        values = person_columns(fit.panel, parts)
    except NotAvailableError:  # no column of the model
        return False
    codes = Persons.of(joined(values, parts)) if parts else None
    weights = [one for rate in rate_parameters(fit) for one in fit.bound.predictor(rate) if one is not None]
    if codes is None:
        return False
    return any(
        np.ptp(weight) > 0 and first_difference(weight, codes.codes, codes.first_rows) is None for weight in weights
    )


def rate_parameters(fit: FittedModel) -> list[str]:
    """The growth parameters that make the rate."""
    return [name for name in fit.model.parameters if name != "intercept"]


def rate_columns(fit: FittedModel) -> set[str]:
    """The columns that predict the rate, of any growth parameter that makes it."""
    return {name for rate in rate_parameters(fit) for name in fit.recipe.predictors[rate].used}


def group_findings(
    asked: Question, group: Group | None, persons: np.ndarray, eb: np.ndarray | None
) -> list[Finding]:
    """Mean rate, the middle of persons' rates, and the shares above the threshold, for these persons.

    `eb` (N,) are the rates of all persons by empirical Bayes; None where no outcome of a person is known.
    """
    rows = _about_group(asked, persons, eb)
    return [replace(row, group=group) for row in rows]


def _about_group(asked: Question, persons: np.ndarray, eb: np.ndarray | None) -> list[Finding]:
    rows = [Finding(Kind.PERSONS, float(len(persons))), _mean_rate(asked, asked.rate, persons)]
    if rows[-1].caveat is Caveat.BY_ASSUMPTION:
        return rows
    if is_curved(asked.fit) and asked.fit.recipe.shape.smooth:
        for time in chosen_times(asked.fit, asked.at):
            rows.append(_mean_rate(asked, rate_at(asked.fit, float(time)), persons, at=float(time)))
    if not asked.rate.varies or not asked.fit.identified or not asked.fit.knows_spread_of(
        rate_columns(asked.fit)
    ):
        return rows
    types = person_types(asked.fit, persons)
    L = types.combine(asked.rate.of_kinds[types.kinds]).T
    if np.isnan(L).any():
        return rows
    means, sds = asked.fit.estimates.beta @ L, _sds(asked, types.kinds)
    for kind, tail in ((Kind.MIDDLE_LOW, (1.0 - MIDDLE) / 2.0), (Kind.MIDDLE_HIGH, (1.0 + MIDDLE) / 2.0)):
        rows.append(Finding(kind, mixture_quantile(means, sds, tail, types.counts), PERSON))
    rows.append(_implied_share(asked, L, types.kinds, types.counts))
    return rows if eb is None else [*rows, *_counted_shares(asked, persons, eb[persons])]


def difference_findings(asked: Question, groups: Sequence[tuple[Group | None, np.ndarray]]) -> list[Finding]:
    """Mean rate of each group less that of the first, over the persons who are in them."""
    means = [_mean_design(asked, asked.rate, persons) for _, persons in groups]
    others, first = len(rate_columns(asked.fit)) > 1, groups[0][0]
    return [
        replace(_difference(asked, mean - means[0], others), group=group, of=first)
        for (group, _), mean in zip(groups[1:], means[1:], strict=True)
    ]


def _difference(asked: Question, L: np.ndarray, others: bool) -> Finding:
    """None where the model lets the groups differ in nothing that predicts the rate: that is no finding."""
    kind = Kind.RATE_DIFFERENCE
    if not L.any():
        return Finding(kind, NAN, note=SAME_BY_ASSUMPTION, caveat=Caveat.SAME_BY_ASSUMPTION)
    row = _linear(asked, L, kind)
    return replace(row, note=UNADJUSTED, caveat=Caveat.UNADJUSTED) if others and row.known else row


def _mean_rate(asked: Question, rate: Rate, persons: np.ndarray, at: float | None = None) -> Finding:
    return replace(_linear(asked, _mean_design(asked, rate, persons), Kind.MEAN_RATE), at=at)


def _mean_design(asked: Question, rate: Rate, persons: np.ndarray) -> np.ndarray:
    """How beta makes the mean rate of these persons, (p,)."""
    design, weighing = rate.design(persons), asked.fit.weighing
    return np.asarray(design.mean(axis=1) if weighing is None else np.average(design, 1, weighing.mass[persons]))


def _counted(asked: Question, persons: np.ndarray, there: np.ndarray) -> float:
    """The share of these persons who are among those `there`."""
    weighing = asked.fit.weighing
    return float(there.mean() if weighing is None else np.average(there, weights=weighing.mass[persons]))


def _linear(asked: Question, L: np.ndarray, kind: Kind) -> Finding:
    """A linear function of the fixed effects with its t interval; none where the model has no fixed effect of it."""
    if not L.any():
        return Finding(kind, NAN, note=ZERO_BY_ASSUMPTION, caveat=Caveat.BY_ASSUMPTION)
    if np.isnan(L).any():
        return Finding(kind, NAN, note=NOT_DETERMINED, caveat=Caveat.NOT_DETERMINED)
    row = linear_functions(asked.fit, L[None, :], [""], asked.ddf, asked.level).iloc[0]
    value = Estimate(row["estimate"], row["std_error"], row["conf_low"], row["conf_high"])
    return found(kind, value, df=float(row["df"]))


def _sds(asked: Question, kinds: np.ndarray) -> np.ndarray:
    """SD of the rate given predictors, for each of these kinds of person."""
    if len(asked.rate.random) == 1:
        return np.full(len(kinds), asked.rate.sd())
    return np.sqrt(asked.rate.variances(asked.fit.point))[kinds]


def _implied_share(asked: Question, L: np.ndarray, kinds: np.ndarray, counts: np.ndarray) -> Finding:
    def implied(point: Point) -> float:
        return share_above(point.beta @ L, np.sqrt(asked.rate.variances(point))[kinds], asked.threshold, counts)

    if asked.rate.sd() == 0:
        share = share_above(asked.fit.estimates.beta @ L, 0.0, asked.threshold, counts)
        return Finding(Kind.SHARE_ABOVE, share, PERSON)
    return found(Kind.SHARE_ABOVE, asked.measure(implied, "logit"), unit=PERSON)


def _counted_shares(asked: Question, persons: np.ndarray, eb: np.ndarray) -> list[Finding]:
    """The same counted over persons: by empirical Bayes and by own OLS lines."""
    note = "understates the spread: empirical Bayes estimates are shrunken towards the mean"
    rows = [Finding(Kind.SHARE_ABOVE_EB, _counted(asked, persons, eb > asked.threshold), PERSON, note=note)]
    if asked.fit.family is not None:  # lines through outcomes have no rate on the scale of the linear predictor
        return rows
    growth, rate = asked.fit.own_growth, asked.rate.by_person
    own = growth.rate(rate)[persons]
    exact = AT_THRESHOLD * np.sqrt(asked.fit.residual_variance * growth.sampling(rate)[persons])
    with_line = ~np.isnan(own)
    if with_line.any():
        note = f"own lines of {int(with_line.sum()):,} {asked.fit.vocabulary.who.several}; overstates the spread"
        share = _counted(asked, persons[with_line], (own > asked.threshold + exact)[with_line])
        rows.append(Finding(Kind.SHARE_ABOVE_OLS, share, PERSON, note=note))
    return rows
