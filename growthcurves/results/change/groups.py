"""How fast each group changes on average, and how its persons' rates spread about that."""

from __future__ import annotations

import numpy as np

from growthcurves.engine.estimates import Point
from growthcurves.numerics.mixtures import mixture_quantile, share_above
from growthcurves.results.change.lines import NAN, NOT_DETERMINED, Question, line, plain
from growthcurves.results.effects.coefficients import linear_functions
from growthcurves.results.intervals.delta import Estimate
from growthcurves.results.questions.person_types import person_types
from growthcurves.results.questions.rates import Rate, chosen_times, is_curved, rate_at
from growthcurves.results.tables.printing import time_text

SAME_BY_ASSUMPTION = "none: no predictor of the rate in the model tells these groups apart"
#: The share of persons that the "middle" of the report holds.
MIDDLE = 0.95


def group_rows(asked: Question, persons: np.ndarray, eb: np.ndarray) -> list[list]:
    """Mean rate, the middle of persons' rates, and the shares above the threshold, for these persons."""
    rows = [plain("persons", float(len(persons))), _mean_line(asked, asked.rate, persons, "mean rate")]
    if is_curved(asked.fit) and asked.fit.bound.shape.smooth:
        for time in chosen_times(asked.fit, asked.at):
            rate = rate_at(asked.fit, float(time))
            rows.append(_mean_line(asked, rate, persons, f"mean rate at {time_text(time)}"))
    if not asked.rate.varies or not asked.fit.identified:
        return rows
    types = person_types(asked.fit, persons)
    L = types.combine(asked.rate.rows[types.kinds]).T
    if np.isnan(L).any():
        return rows
    means, sds = asked.fit.estimates.beta @ L, _sds(asked, types.kinds)
    for end, tail in (("low", (1.0 - MIDDLE) / 2.0), ("high", (1.0 + MIDDLE) / 2.0)):
        rows.append(plain(f"middle 95 % of persons, {end}", mixture_quantile(means, sds, tail, types.counts)))
    return [*rows, _implied_share(asked, L, types.kinds, types.counts), *_counted_shares(asked, persons, eb)]


def difference_rows(asked: Question, groups: list[tuple[str, np.ndarray]]) -> list[list]:
    """Mean rate of each group less that of the first, over the persons who are in them; the group comes first."""
    means = [asked.rate.design(persons).mean(axis=1) for _, persons in groups]
    rates = [name for name in asked.fit.model.parameters if name != "intercept"]
    others = {name for rate in rates for name in asked.fit.bound.predictors[rate].used}
    note = "as the groups are: not adjusted for other predictors of the rate" if len(others) > 1 else ""
    first = groups[0][0]
    return [
        [name, *_difference(asked, mean - means[0], f"difference of mean rate from {first}", note)]
        for (name, _), mean in zip(groups[1:], means[1:], strict=True)
    ]


def _difference(asked: Question, L: np.ndarray, name: str, note: str) -> list:
    """None where the model lets the groups differ in nothing that predicts the rate: that is no finding."""
    return _linear_line(asked, L, name, note) if L.any() else plain(name, NAN, SAME_BY_ASSUMPTION)


def _mean_line(asked: Question, rate: Rate, persons: np.ndarray, name: str) -> list:
    return _linear_line(asked, rate.design(persons).mean(axis=1), name)


def _linear_line(asked: Question, L: np.ndarray, name: str, note: str = "") -> list:
    """A linear function of the fixed effects with its t interval."""
    if np.isnan(L).any():
        return plain(name, NAN, NOT_DETERMINED)
    found = linear_functions(asked.fit, L[None, :], [name], level=asked.level).iloc[0]
    value = Estimate(found["estimate"], found["std_error"], found["conf_low"], found["conf_high"])
    return line(name, value, note, float(found["df"]))


def _sds(asked: Question, kinds: np.ndarray) -> np.ndarray:
    """SD of the rate given predictors, for each of these kinds of person."""
    if len(asked.rate.rows) == 1:
        return np.full(len(kinds), asked.rate.sd())
    return np.sqrt(asked.rate.variances(asked.fit.point))[kinds]


def _implied_share(asked: Question, L: np.ndarray, kinds: np.ndarray, counts: np.ndarray) -> list:
    def implied(point: Point) -> float:
        return share_above(point.beta @ L, np.sqrt(asked.rate.variances(point))[kinds], asked.threshold, counts)

    name = "share above threshold, model"
    if asked.rate.sd() == 0:
        return plain(name, share_above(asked.fit.estimates.beta @ L, 0.0, asked.threshold, counts))
    return line(name, asked.measure(implied, "logit"))


def _counted_shares(asked: Question, persons: np.ndarray, eb: np.ndarray) -> list[list]:
    """The same counted over persons: by empirical Bayes and by own OLS lines."""
    note = "understates the spread: empirical Bayes estimates are shrunken towards the mean"
    rows = [plain("share above threshold, EB", float((eb > asked.threshold).mean()), note)]
    own = asked.fit.own_growth.rate(asked.rate.by_person)[persons]
    with_line = ~np.isnan(own)
    if with_line.any():
        note = f"own lines of {int(with_line.sum())} persons; overstates the spread"
        rows.append(plain("share above threshold, OLS", float((own[with_line] > asked.threshold).mean()), note))
    return rows


