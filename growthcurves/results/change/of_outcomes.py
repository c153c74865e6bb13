"""The change report of a family on the scale of its outcome: ratios per unit of time, and means at both ends."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from growthcurves.contracts.finding import Finding
from growthcurves.errors import GrowthCurvesError
from growthcurves.fitted import FittedModel
from growthcurves.model.outcomes import likelihood_of
from growthcurves.results.change.words import together
from growthcurves.results.effects.means import Marginal, means
from growthcurves.results.effects.slopes import slopes
from growthcurves.results.persons.trajectories import group_label
from growthcurves.results.questions.times import compared_at


def outcome_sentences(fit: FittedModel, by: Any, between: tuple[float, float] | None, level: float) -> Iterator[str]:
    """What the rates are as ratios, and where the population and the typical person stand first and last."""
    if fit.outcome_family is None:
        return
    try:
        rates = slopes(fit, by, between, level=level)
        population, typical = (means(fit, compared_at(fit), by, level=level, scale="response", people=people)
                               for people in ("average", "typical"))  # fmt: skip
    except GrowthCurvesError:
        return
    yield from _ratios(fit, rates, level)
    for group in dict.fromkeys(one.group for one in population.findings):
        where = "The" if group is None else f"In the {group_label(group)} group, the"
        mean = _along(fit, [one for one in population.findings if one.group == group], level)
        other = _along(fit, [one for one in typical.findings if one.group == group], None)
        words, who = fit.outcome_family.scale_words.response, fit.vocabulary.who
        theirs = "that" if fit.family is not None else "the median"
        yield (
            f"{where} {words} of {likelihood_of(fit.model)}, averaged over {who.several}, is {mean}; {theirs} of the "
            f"typical {who.one}, whose random effects are zero, is {other}."
        )


def _ratios(fit: FittedModel, rates: Marginal, level: float) -> Iterator[str]:
    if "ratio" not in rates.table:
        return
    parts = []
    for one, row in zip(rates.findings, rates.table.itertuples(index=False), strict=True):
        value, low, high = together(row.ratio, row.ratio_low, row.ratio_high)
        where = "" if one.group is None else f" in the {group_label(one.group)} group"
        parts.append(f"{value}{where} ({100 * level:g} % interval {low} to {high})")
    whose = f"of one and the same {fit.vocabulary.who.one}"
    what = fit.outcome_family.effect
    yield f"The {what} per {fit.when.per}, {whose}, is {', '.join(parts)}."


def _along(fit: FittedModel, found: list[Finding], level: float | None) -> str:
    """Mean outcomes at their times, with intervals where a level is given."""
    parts = []
    for one in found:
        value, low, high = together(one.value, one.conf_low, one.conf_high, error=one.std_error)
        interval = f" ({100 * level:g} % interval {low} to {high})" if level and one.has_interval else ""
        assert isinstance(one.at, float)
        parts.append(f"{value} {fit.when.at(one.at)}{interval}")
    return " and ".join(parts)
