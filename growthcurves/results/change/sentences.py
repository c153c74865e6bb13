"""The change report in sentences that a reader without statistics can follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from growthcurves.contracts.finding import Caveat, Finding, Findings, Group, Kind
from growthcurves.data.time_words import TimeWords
from growthcurves.fitted import FittedModel
from growthcurves.results.change.view import of_text
from growthcurves.results.persons.trajectories import group_label
from growthcurves.results.questions.rates import is_curved, whole_period
from growthcurves.results.tables.printing import number, p_text


@dataclass(frozen=True)
class Words:
    """The names and numbers that sentences share."""

    outcome: str
    when: TimeWords
    unit: str
    threshold: float
    level: float
    varies: bool
    over: str


def words(
    fit: FittedModel,
    found: Findings,
    unit: str,
    threshold: float,
    level: float,
    between: tuple[float, float] | None = None,
) -> Words:
    """The names and numbers that the sentences of a report share."""
    spread = found.one(Kind.SD_OF_RATES)
    varies = spread is not None and spread.value > 0
    over = ""
    if is_curved(fit):
        first, last = whole_period(fit) if between is None else between
        over = f" on average {fit.when.between(first, last)}"
    return Words(fit.model.outcome, fit.when, unit, threshold, level, varies, over)


def averages(found: Findings, told: Words) -> Iterator[str]:
    """How fast each group changes on average, a sentence each."""
    for mean in found.all(Kind.MEAN_RATE):
        if mean.at is None:
            yield _mean_sentence(mean, told)


def sentences(fit: FittedModel, found: Findings, told: Words) -> Iterator[str]:
    """One sentence per finding, in the order in which a reader asks."""
    for group in dict.fromkeys(mean.group for mean in found.all(Kind.MEAN_RATE)):
        yield from _group_sentences(found.about(group), group, told)
        yield from _difference_sentences(found.about(group), told)
    yield from _common_sentences(fit, found.about(None), told)


def _common_sentences(fit: FittedModel, found: Findings, told: Words) -> Iterator[str]:
    if not fit.identified:
        yield (
            "How much persons differ is withheld: this design cannot tell differences between persons and "
            "residual variation apart."
        )
        return
    yield from _spread_sentences(found, told)
    yield from _test_sentences(found)
    yield from _start_sentences(found, told)
    yield from _icc_sentences(found, told)
    yield from _explained_sentences(found, told)


def _interval(found: Finding, told: Words, of: str = "") -> str:
    """The interval of a quantity in parentheses, with as many decimals as its estimate."""
    if not found.has_interval:
        return ""
    _, low, high = together(found.value, found.conf_low, found.conf_high, error=found.std_error)
    return f" ({told.level * 100:g} % interval{of} {low} to {high})"


def _value(found: Finding, sign: bool = True) -> str:
    return together(found.value if sign else abs(found.value), error=found.std_error)[0]


def _at(found: Finding, told: Words) -> str:
    """When, in words: "at day 3"."""
    return told.when.then(found.at)  # type: ignore[arg-type]


def together(*values: float, error: float = float("nan")) -> list[str]:
    """Numbers with the same decimals: two digits of their standard error, three where it begins with 1; without a
    standard error three significant digits of the largest."""
    known = error == error and error > 0
    size = error if known else max(abs(value) for value in values)
    if not 1e-4 <= size < 1e6:
        return [number(value, 3) for value in values]
    digits, power = f"{size:.2e}".split("e")
    places = max((1 if known and digits >= "2" else 2) - int(power), 0)
    return [f"{value:,.{places}f}" for value in values]


def _group_sentences(found: Findings, group: Group | None, told: Words) -> Iterator[str]:
    where = _where(group)
    yield from averages(found, told)
    yield from _rates_sentence([rate for rate in found.all(Kind.MEAN_RATE) if rate.at is not None], where, told)
    if told.varies:
        yield from _middle_sentence(found, where, told)
        yield from _share_sentence(found, group, told)


def _where(group: Group | None) -> str:
    return "The" if group is None else f"In group {group_label(group)}, the"


def _mean_sentence(mean: Finding, told: Words) -> str:
    where = _where(mean.group)
    if mean.caveat is Caveat.BY_ASSUMPTION:
        return f"{where} average rate of change is not estimated: the model holds it at zero, by assumption."
    if not mean.known:
        return f"{where} average rate of change{told.over} is {mean.note} (terms were left out of the model)."
    verb = "rises" if mean.value > 0 else "falls"
    interval = _interval(mean, told, " of the rate")
    size = _value(mean, sign=False)
    return f"{where} average person's {told.outcome} {verb} by {size} {told.unit}{told.over}{interval}."


def _rates_sentence(every: list[Finding], where: str, told: Words) -> Iterator[str]:
    """The rates of a curved mean at single times."""
    lost = [_at(rate, told) for rate in every if not rate.known and rate.caveat is not Caveat.BY_ASSUMPTION]
    if lost:
        yield f"{where} rate {', '.join(lost)} is withheld: the data do not determine it (terms were left out)."
    parts = [f"{_value(rate)} {_at(rate, told)}{_interval(rate, told)}" for rate in every if rate.known]
    if parts:
        yield f"{where} rate of that mean curve, in {told.unit}, is {', '.join(parts)}."


def _middle_sentence(found: Findings, where: str, told: Words) -> Iterator[str]:
    low, high = found.one(Kind.MIDDLE_LOW), found.one(Kind.MIDDLE_HIGH)
    if low is not None and high is not None and low.known:
        first, last = together(low.value, high.value)
        rates = "average rates" if told.over else "rates"
        yield f"{where} middle 95 % of persons have {rates} from {first} to {last} {told.unit}."


def _share_sentence(found: Findings, group: Group | None, told: Words) -> Iterator[str]:
    share = found.one(Kind.SHARE_ABOVE)
    if share is None or not share.known:
        return
    ways = ((found.one(Kind.SHARE_ABOVE_EB), "shrunken estimates"), (found.one(Kind.SHARE_ABOVE_OLS), "own lines"))
    counted = [f"{one.value * 100:.0f} % by {way}" for one, way in ways if one is not None]
    extra = [f"counted over persons: {', '.join(counted)}"] if counted else []
    if share.has_interval:
        low, high = share.conf_low * 100, share.conf_high * 100
        extra.insert(0, f"{told.level * 100:g} % interval {low:.1f} to {high:.1f} %")
    who = "persons" if group is None else f"persons in group {group_label(group)}"
    aside = f" ({'; '.join(extra)})" if extra else ""
    above = f"have {'an average' if told.over else 'a'} rate above {told.threshold:g} {told.unit}"
    yield f"An estimated {share.value * 100:.1f} % of {who} {above}{aside}."


def _difference_sentences(found: Findings, told: Words) -> Iterator[str]:
    for one in found.all(Kind.RATE_DIFFERENCE):
        if not one.known:
            continue
        rate = "mean average rate" if told.over else "mean rate"
        aside = ", not adjusted for other predictors of the rate" if one.caveat is Caveat.UNADJUSTED else ""
        text = f"The {rate} of group {group_label(one.group)} less that of group {group_label(one.of)}"
        yield f"{text} is {_value(one)} {told.unit}{_interval(one, told)}{aside}."


def _spread_sentences(found: Findings, told: Words) -> Iterator[str]:
    sd = found.one(Kind.SD_OF_RATES)
    if sd is None:
        yield "The model lets nobody differ in the rate of change: the slope is not among the random effects."
        return
    if sd.value == 0:
        yield "Persons do not differ in their rate of change beyond its predictors: the variance is estimated as zero."
    else:
        size = _value(sd)
        rates = "average rates" if told.over else "rates"
        yield f"Persons differ: the standard deviation of their {rates} is {size} {told.unit}{_interval(sd, told)}."
    known = found.one(Kind.RELIABILITY)
    if known is not None:
        yield (
            f"The reliability of a person's own rate is {known.value:.2f} (0: all chance, 1: exact), over {known.note}."
        )


def _test_sentences(found: Findings) -> Iterator[str]:
    mixture, naive = found.one(Kind.RATE_VARIANCE_P_MIXTURE), found.one(Kind.RATE_VARIANCE_P_NAIVE)
    if mixture is not None and naive is not None:
        yield (
            f"A test of whether persons differ in their rate of change at all gives p {_equals(mixture.value)} "
            f"(mixture; naive chi-square {_equals(naive.value)})."
        )


def _equals(p: float) -> str:
    text = p_text(p)
    return text.replace("<", "< ") if text.startswith("<") else f"= {text}"


def _start_sentences(found: Findings, told: Words) -> Iterator[str]:
    correlations = found.all(Kind.CORRELATION_WITH_STATUS)
    if correlations:
        parts = [f"{one.value:.2f} {_at(one, told)}" for one in correlations]
        yield f"The correlation of the rate of change with where persons stand is {', '.join(parts)}."
    least = found.one(Kind.TIME_OF_LEAST_SPREAD)
    if least is not None and least.caveat is not Caveat.BY_ASSUMPTION:
        outside = ", an extrapolation beyond the data" if least.caveat is Caveat.EXTRAPOLATION else ""
        yield f"Persons lie closest together {told.when.at(least.value, _value(least))}{outside}."


def _icc_sentences(found: Findings, told: Words) -> Iterator[str]:
    iccs = found.all(Kind.ICC)
    if iccs:
        shown = iccs if len(iccs) <= 3 else [iccs[0], iccs[len(iccs) // 2], iccs[-1]]
        parts = [f"{one.value * 100:.0f} % {_at(one, told)}" for one in shown]
        yield (
            f"Of the variance of {told.outcome}, the share that lies between persons is {', '.join(parts)}; "
            f"the rest is scatter within persons."
        )


def _explained_sentences(found: Findings, told: Words) -> Iterator[str]:
    before = found.one(Kind.SD_OF_RATES_BEFORE_PREDICTORS)
    if before is not None:
        yield f"Without predictors of the slope the SD of rates is {together(before.value)[0]} {told.unit}."
    for one in found.all(Kind.RATE_VARIANCE_EXPLAINED):
        name = of_text(one)
        if abs(one.value) < 5e-4:
            yield f"Put in last, {name} leaves the variance of rates as it is."
        else:
            direction = "raises" if one.value < 0 else "lowers"
            yield f"Put in last, {name} {direction} the variance of rates by {abs(one.value) * 100:.1f} %."
