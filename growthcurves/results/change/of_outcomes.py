"""The change report of a family on the scale of its outcome: how groups differ, ratios within persons, means at both
ends, each called whose it is.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.output.numbers import percent_text
from growthcurves.output.styles import p_equals
from growthcurves.output.words import capital
from growthcurves.results.change.alike import alike
from growthcurves.results.change.differences import MOST_ARMS, Compared
from growthcurves.results.change.groups import why_not_by
from growthcurves.results.change.told_differences import (
    CHANGES,
    COMPARES,
    against_reference,
    group_words,
    interval_text,
    size_of,
)
from growthcurves.results.change.words import Words, together
from growthcurves.results.effects.estimated import RATIO_P
from growthcurves.results.effects.means import Marginal, means
from growthcurves.results.effects.outcome_means import PEOPLE
from growthcurves.results.effects.slopes import slopes
from growthcurves.results.persons.trajectories import group_label
from growthcurves.results.questions.times import compared_at
from growthcurves.results.tables.outcome_words import OutcomeWords, outcome_words
from growthcurves.results.tables.printing import number, p_text

#: In the place of an interval where the sampling distribution is none that a standard error describes.
UNKNOWN = "no interval, as a variance is estimated at the end of its range"


@dataclass(frozen=True, eq=False)
class OfOutcomes:
    """What is told of a family's outcomes.

    Attributes
    ----------
    rates : Marginal or None
        Rates of the linear predictor, with differences where groups are compared in them; None without time.
    population, typical : Marginal
        Mean outcomes of the population and of the typical person at the first time and the last; without time the one.
    joint : tuple of Finding
        Of three and more groups: whether all have one rate of the linear predictor, and one mean of the population.
    """

    rates: Marginal | None
    population: Marginal
    typical: Marginal
    joint: tuple[Finding, ...] = ()

    def test(self, kind: Kind, at: Any = None) -> Finding | None:
        """A joint test, of means that at a time."""
        return next((one for one in self.joint if one.kind is kind and one.at == at), None)


def of_outcomes(
    fit: FittedModel,
    by: Any,
    between: tuple[float, float] | None,
    level: float,
    ddf: Any = None,
    compared: bool = False,
) -> OfOutcomes | None:
    """What is told; None of normal outcomes, and where it cannot be estimated."""
    if fit.outcome_family is None:
        return None
    asked: dict[str, Any] = {"level": level, "ddf": ddf, "differences": "reference" if compared else None}
    try:
        rates = _rates(fit, by, between, asked) if fit.recipe.shape.changes else None
        times = compared_at(fit) if fit.recipe.shape.changes else None
        ours, theirs = (means(fit, times, by, scale="response", people=people, **asked) for people in PEOPLE)
        kinds = ((Kind.RATES_ALIKE_P, rates), (Kind.OUTCOMES_ALIKE_P, ours)) if compared else ()
        tests = tuple(test for kind, answer in kinds if answer is not None for test in alike(fit, kind, answer, ddf))
        return OfOutcomes(rates, ours, theirs, tests)
    except (NotEstimableError, NotAvailableError):
        return None


def _rates(fit: FittedModel, by: Any, between: tuple[float, float] | None, asked: dict[str, Any]) -> Marginal:
    """Rates by group where groups predict them, else of everybody."""
    if by is not None and why_not_by(fit, by):
        return slopes(fit, None, between, **asked | {"differences": None})
    return slopes(fit, by, between, **asked)


def outcome_averages(fit: FittedModel, found: OfOutcomes, told: Words, beside: Compared | None) -> Iterator[str]:
    """How groups differ in the mean of the population, how fast odds or rates change within a person, and where the
    population and the typical person stand first and last.
    """
    words = outcome_words(fit)
    if beside is not None:
        yield from _differences(found, told, words, beside)
    else:
        yield from _means(fit, found, told, words)
    yield from _within(fit, found, told, words)
    if beside is not None:
        yield from _means(fit, found, told, words)


# ------------------------------------------------ differences between groups


def _differences(found: OfOutcomes, told: Words, words: OutcomeWords, beside: Compared) -> Iterator[str]:
    """How the population's mean of each group differs from that of the reference, last and first; of three and more
    groups the joint test, and where they differ the groups for which it is shown.
    """
    answer = found.population
    pairs = list(zip(answer.findings, answer.table.to_dict("records"), strict=True))
    apart = [(one, row) for one, row in pairs if one.kind is Kind.MEAN_DIFFERENCE and one.known]
    last = [(one, row) for one, row in apart if one.at == beside.last]
    held = f", adjusted for {', '.join(beside.others)}" if beside.others else ""
    if len(last) > 1:
        yield from _several(found, last, told, words, beside, held)
        return
    for one, row in last:
        first = next((other for other in apart if other[0].at == beside.first != beside.last
                      and other[0].group == one.group), None)  # fmt: skip
        what = f"the {words.mean} of {words.event}, averaged over {told.who.several},"
        p, on_link = _p(one, row, words), ""
        if p != p:  # the same hypothesis, which the variances that groups share do not move
            p, on_link = _of_linear_predictor(one, beside), f", tested by the {words.link}"
        unsure = "it is not shown that the groups differ: " if p >= 1 - told.level else ""
        size, inside = _apart(one, row, told, words)
        inside = _inside((inside or UNKNOWN) + on_link * (p == p), p)
        start = ""
        if first is not None:
            at_first, aside = _apart(*first, told, words)
            start = f"; {told.when.at(beside.first)} it is {at_first}{aside and f' ({aside})'}"
        where = f"{group_words(one.group)} than {group_words(one.of)}"
        when = told.when.at(beside.last)
        yield f"{capital(when)}, {unsure}{what} is {size} {where}{inside}{start}{held}."


def _of_linear_predictor(one: Finding, beside: Compared) -> float:
    """The p-value of the same difference on the scale of the linear predictor."""
    same = (other for other in beside.differences() if (other.at, other.group, other.of) == (one.at, one.group, one.of))
    return next((other.p_value for other in same), float("nan"))


_Row = tuple[Finding, dict[str, Any]]


def _several(
    found: OfOutcomes, last: list[_Row], told: Words, words: OutcomeWords, beside: Compared, held: str
) -> Iterator[str]:
    """Three and more groups: the joint test of their means, then those that are shown to differ from the reference."""
    claim = f"the {words.means} of {words.event}, averaged over {told.who.several}, differ between the {len(last) + 1} "
    test = found.test(Kind.OUTCOMES_ALIKE_P, beside.last)
    said = [] if test is None else [_joint(f"{claim}groups", test, told, told.when.at(beside.last))]
    early = found.test(Kind.OUTCOMES_ALIKE_P, beside.first)
    if said and early is not None and beside.first != beside.last and early.p_value < 1 - told.level:
        said[0] += f"; {told.when.at(beside.first)} they differ too ({_tested(early)})"
    if test is None or (test.p_value < 1 - told.level and len(last) <= MOST_ARMS):
        texts = [_one_of_several(one, row, told, words) for one, row in last]
        lead = "" if said else f"{told.when.at(beside.last)}, "
        said.append(lead + against_reference(texts, f"the {words.mean} is", told))
    if said:
        yield f"{'. '.join(map(capital, said))}{held}."


def _one_of_several(one: Finding, row: dict[str, Any], told: Words, words: OutcomeWords) -> tuple[Finding, str, float]:
    """How far a group is apart, with a place for its name, and p."""
    (size, inside), p = _apart(one, row, told, words), _p(one, row, words)
    return one, f"{size} {{}}{_inside(inside, p)}", p


def _joint(claim: str, test: Finding, told: Words, when: str = "") -> str:
    """"at month 3, the expected counts of seizures differ between the 3 groups (joint test, chi-square(2) = ...)"."""
    unsure = "" if test.p_value < 1 - told.level else "it is not shown that "
    return f"{when}{when and ', '}{unsure}{claim} ({_tested(test)})"


def _tested(test: Finding) -> str:
    return f"joint test, {test.note}, {p_equals(p_text(test.p_value))}"


def _inside(inside: str, p: float) -> str:
    """An interval and p in brackets; nothing of what is not known."""
    parts = [inside or UNKNOWN, p_equals(p_text(p)) if p == p else ""]
    return f" ({'; '.join(filter(None, parts))})"


def _p(one: Finding, row: dict[str, Any], words: OutcomeWords) -> float:
    """The p-value of what is told: of a ratio that it is one, else of the difference."""
    ratio = row.get(RATIO_P)
    return float(ratio) if words.ratios and ratio is not None else one.p_value


def _apart(one: Finding, row: dict[str, Any], told: Words, words: OutcomeWords) -> tuple[str, str]:
    """A difference of two means with its direction, and its interval: in percentage points, as a ratio, or as it is."""
    if words.share:
        scaled = {name: 100 * getattr(one, name) for name in ("value", "std_error", "conf_low", "conf_high")}
        one = replace(one, **scaled)
        direction = COMPARES.down if one.value < 0 else COMPARES.up
        return f"{size_of(one)} percentage points {direction}", interval_text(one, told, COMPARES)
    if words.ratios and row.get("ratio") == row.get("ratio"):
        ratio, low, high = _ratios(row)
        known = row["ratio_low"] == row["ratio_low"]
        inside = f"ratio {ratio}" + (f", {told.level * 100:g} % interval {low} to {high}" if known else "")
        return f"{_more_or_less(row['ratio'])}", inside
    direction = COMPARES.down if one.value < 0 else COMPARES.up
    return f"{size_of(one)} {direction}", interval_text(one, told, COMPARES)


def _ratios(row: dict[str, Any]) -> list[str]:
    return ratio_texts(*(row[name] for name in ("ratio", "ratio_low", "ratio_high")))


def ratio_texts(*values: float) -> list[str]:
    """A ratio and the ends of its interval: with the decimals of the ratio where all are of one size.

    Examples
    --------
    >>> ratio_texts(0.849, 0.82, 0.88), ratio_texts(5.0, 0.0001, 300.0)
    (['0.849', '0.820', '0.880'], ['5.00', '0.000100', '300.0'])
    """
    if not max(values) < 20 * min(values) or min(values) < 0.01:
        return [number(value, 3) for value in values]
    places = max(2 - math.floor(math.log10(values[0])), 0)
    return [f"{value:,.{places}f}" for value in values]


def _more_or_less(ratio: float) -> str:
    """A ratio as "48 % lower", "2.4 times as high"."""
    if ratio >= 2:
        return f"{together(ratio)[0]} times as high"
    return f"{percent_text(abs(ratio - 1), 1)} % {'lower' if ratio < 1 else 'higher'}"


# ------------------------------------------------ within a person


def _within(fit: FittedModel, found: OfOutcomes, told: Words, words: OutcomeWords) -> Iterator[str]:
    """How odds or rates of one and the same person change: ratios per unit of time, and their ratio between groups."""
    answer = found.rates
    if answer is None:
        return
    pairs = list(zip(answer.findings, answer.table.to_dict("records"), strict=True))
    own = [(one, row) for one, row in pairs if one.kind is Kind.SLOPE and one.known]
    apart = [(one, row) for one, row in pairs if one.kind is Kind.SLOPE_DIFFERENCE and one.known]
    if not own:
        return
    over = told.over.replace(" on average", "")
    if not words.effect or "ratio" not in answer.table:
        parts = [f"{size_of(one)} per {told.when.per}{_group_of(one)}{_aside(interval_text(one, told, CHANGES))}"
                 for one, _ in own]  # fmt: skip
        verbs = ["rises" if one.value > 0 else "falls" for one, _ in own]
        said = "; it ".join(f"{verb} by {part}" for verb, part in zip(verbs, parts, strict=True))
        yield f"On the scale of the linear predictor ({words.link}), {words.event}{over} {said}."
        return
    parts = []
    for place, (one, row) in enumerate(own):
        ratio, low, high = _ratios(row)
        inside = f"{ratio}, {low} to {high}"
        if not place:
            inside = f"{words.effect} per {told.when.per} {ratio}, {told.level * 100:g} % interval {low} to {high}"
        parts.append(f"{words.changes(row['ratio'], told.when.per)}{_group_of(one)} ({inside})")
    joint = "; they " if words.plural else "; it "
    yield f"For one and the same {told.who.one}, the {words.base} of {words.event}{over} {joint.join(parts)}."
    yield from _ratios_apart(found, apart, told, words)


def _ratios_apart(found: OfOutcomes, apart: list[_Row], told: Words, words: OutcomeWords) -> Iterator[str]:
    """How the ratios of groups differ from that of the reference; of three and more groups after the joint test."""
    what, several = f"the {words.effect} per {told.when.per}", f"the {plural_of(words.effect)} per {told.when.per}"
    if len(apart) > 1:
        test = found.test(Kind.RATES_ALIKE_P)
        said = [] if test is None else [_joint(f"{several} differ between the {len(apart) + 1} groups", test, told)]
        if test is None or (test.p_value < 1 - told.level and len(apart) <= MOST_ARMS):
            texts = [
                (one, f"{_times(row)} as large {{}}{_of_ratio(one, row, told)}", one.p_value) for one, row in apart
            ]
            said.append(against_reference(texts, f"{what} is", told))
        if said:
            yield f"{'. '.join(map(capital, said))}."
        return
    for one, row in apart:
        unsure = "It is not shown that these differ: " if one.p_value >= 1 - told.level else ""
        start = what if unsure else capital(what)
        text = f"{start} {group_words(one.group)} is {_times(row)} that {group_words(one.of)}"
        yield f"{unsure}{text}{_of_ratio(one, row, told)}."


def plural_of(effect: str) -> str:
    """Several ratios: "odds ratios", "ratios of means"."""
    return effect.replace("ratio", "ratios", 1)


def _times(row: dict[str, Any]) -> str:
    return f"{_ratios(row)[0]} times"


def _of_ratio(one: Finding, row: dict[str, Any], told: Words) -> str:
    _, low, high = _ratios(row)
    return _inside(f"{told.level * 100:g} % interval {low} to {high}" if one.has_interval else "", one.p_value)


def _group_of(one: Finding) -> str:
    return "" if one.group is None else f" {group_words(one.group)}"


def _aside(text: str) -> str:
    return f" ({text})" if text else ""


# ------------------------------------------------ means


def _means(fit: FittedModel, found: OfOutcomes, told: Words, words: OutcomeWords) -> Iterator[str]:
    """Where the population and the typical person stand at the first time and the last, group by group."""
    population, typical = (
        [one for one in answer.findings if one.kind is Kind.MEAN] for answer in (found.population, found.typical)
    )
    for group in dict.fromkeys(one.group for one in population):
        where = "The" if group is None else f"In the {group_label(group)} group, the"
        mine = [one for one in population if one.group == group]
        mean = _along(mine, told, words, True)
        same = (one for one in typical if one.group == group)
        typicals = [replace(one, std_error=other.std_error) for one, other in zip(same, mine, strict=True)]
        other = _along(typicals, told, words, False)
        who = fit.vocabulary.who
        aside = f" ({words.aside})" if words.aside else ""
        theirs = "that" if fit.family is not None else "the median"
        yield (
            f"{where} {words.mean} of {words.event}{aside}, averaged over {who.several}, is {mean}; {theirs} of the "
            f"typical {who.one}, whose random effects are zero, is {other}."
        )


def _along(found: list[Finding], told: Words, words: OutcomeWords, intervals: bool) -> str:
    """Mean outcomes at their times, with intervals where they are asked for."""
    parts = []
    for one in found:
        value, low, high = words.numbers(one.value, one.conf_low, one.conf_high, error=one.std_error)
        known = intervals and one.has_interval
        interval = f" ({100 * told.level:g} % interval {low} to {high}{words.unit})" if known else ""
        assert isinstance(one.at, float)
        parts.append(f"{value}{words.unit} {told.when.at(one.at)}{interval}")
    return " and ".join(parts)
