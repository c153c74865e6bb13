"""The change report in sentences that a reader without statistics can follow."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

from growthcurves.contracts.finding import Caveat, Finding, Findings, Group, Kind, same_at_all_times
from growthcurves.data.unit_words import level_words
from growthcurves.fitted import FittedModel
from growthcurves.output.numbers import percent_text
from growthcurves.output.styles import p_equals
from growthcurves.output.words import capital, listed
from growthcurves.results.change.differences import Compared
from growthcurves.results.change.told_differences import CHANGES, group_words, headline, interval_text, size_of
from growthcurves.results.change.view import of_text
from growthcurves.results.change.words import NEARLY, Words, decimals_of_intervals, percent, share_interval, together
from growthcurves.results.persons.trajectories import group_label
from growthcurves.results.tables.printing import p_text


def averages(found: Findings, told: Words, compared: Compared | None, brief: bool = False) -> Iterator[str]:
    """How groups differ where they are compared, and how fast each of them changes on average."""
    if compared is not None:
        yield from headline(compared, told, brief)
    for mean in found.all(Kind.MEAN_RATE):
        if mean.at is None and not (compared is not None and mean.known):
            yield _mean_sentence(mean, told)
    if compared is None:
        yield from _difference_sentences(found, told)


def sentences(fit: FittedModel, found: Findings, told: Words, compared: Compared | None = None) -> Iterator[str]:
    """One sentence per finding, in the order in which a reader asks: what was asked first, then each group."""
    yield from averages(found, told, compared)
    groups = list(dict.fromkeys(mean.group for mean in found.all(Kind.MEAN_RATE)))
    for group in groups:
        curve = [rate for rate in found.about(group).all(Kind.MEAN_RATE) if rate.at is not None]
        yield from _rates_sentence(curve, _where(group), told)
    if told.varies:
        yield from _middle_sentence(found, groups, told)
        yield from _share_sentence(found, groups, told)
    spreads = [one for one in found.all(Kind.SD_OF_RATES) if one.at is None]
    yield from _common_sentences(fit, found.about(None), spreads, told)


def _common_sentences(fit: FittedModel, found: Findings, spreads: list[Finding], told: Words) -> Iterator[str]:
    if not fit.identified:
        yield (
            f"How much {told.who.several} differ is withheld: this design cannot tell differences between them and "
            "residual variation apart."
        )
        return
    yield from _spread_sentences(found, spreads, told)
    yield from _test_sentences(found, told)
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


def _where(group: Group | None) -> str:
    return "The" if group is None else f"In group {group_label(group)}, the"


def _mean_sentence(mean: Finding, told: Words) -> str:
    where = _where(mean.group)
    if mean.caveat is Caveat.BY_ASSUMPTION:
        return f"{where} average {told.rate} is not estimated: the model holds it at zero, by assumption."
    if not mean.known:
        return f"{where} average {told.rate}{told.over} is {mean.note} (terms were left out of the model)."
    verb = "falls" if mean.value < 0 else "rises"
    interval = interval_text(mean, told, CHANGES)
    whose = "On average," if mean.group is None else f"In group {group_label(mean.group)}, on average,"
    over = told.over.replace(" on average", "")
    return f"{whose} {told.outcome} {verb} by {size_of(mean)} {told.unit}{over}{interval and f' ({interval})'}."


def _rates_sentence(every: list[Finding], where: str, told: Words) -> Iterator[str]:
    """The rates of a curved mean at single times."""
    lost = [_at(rate, told) for rate in every if not rate.known and rate.caveat is not Caveat.BY_ASSUMPTION]
    if lost:
        yield f"{where} rate {', '.join(lost)} is withheld: the data do not determine it (terms were left out)."
    parts = [f"{_value(rate)} {_at(rate, told)}{_interval(rate, told)}" for rate in every if rate.known]
    if parts:
        yield f"{where} rate of that mean curve{told.in_unit} is {', '.join(parts)}."


def _middle_sentence(found: Findings, groups: list[Group | None], told: Words) -> Iterator[str]:
    parts: list[str] = []
    ends = [[found.about(group).one(kind) for kind in (Kind.MIDDLE_LOW, Kind.MIDDLE_HIGH)] for group in groups]
    known = [(one, low, high) for one, (low, high) in zip(groups, ends, strict=True) if low and high and low.stated]
    values = [end.value for _, *both in known for end in both]
    texts = iter(together(*(map(math.exp, values) if _as_ratios(told) else values)) if known else ())
    for group, *_ in known:
        unit = f" {told.unit}" if not parts and not _as_ratios(told) else ""
        parts.append(f"from {next(texts)} to {next(texts)}{unit}{_in_group(group)}")
    if parts and told.of_outcome is not None and _as_ratios(told):
        ratios = "ratios of means" if told.of_outcome.effect == "ratio of means" else f"{told.of_outcome.effect}s"
        yield f"The middle 95 % of {told.who.several} have {ratios} per {told.when.per} {', '.join(parts)}."
    elif parts:
        yield f"The middle 95 % of {told.who.several} have {told.rates} {', '.join(parts)}."


def _share_sentence(found: Findings, groups: list[Group | None], told: Words) -> Iterator[str]:
    """The share above the threshold, of each group; how it counts one by one where there is one group only."""
    parts: list[str] = []
    for group in groups:
        share = found.about(group).one(Kind.SHARE_ABOVE)
        if share is not None and share.stated:
            extra = [share_interval(share, told), *(_counted(found) if group is None else ())]
            inside = "; ".join(filter(None, extra))
            parts.append(f"{percent(share.value)}{_in_group(group)}{inside and f' ({inside})'}")
    if parts:
        one = f"{'an average' if told.over else 'a'} {told.vocabulary.said('rate')}"
        above = f"with {one} above {told.threshold:g} {told.unit}"
        if told.of_outcome is not None and told.threshold == 0:
            above = f"{told.of_outcome.rises}{told.over}"
        yield f"The estimated share of {told.who.several} {above} is {', '.join(parts)}."


def _as_ratios(told: Words) -> bool:
    """Whether rates are told as ratios: of a family whose coefficients are logarithms of some."""
    return told.of_outcome is not None and bool(told.of_outcome.effect)


def _counted(found: Findings) -> list[str]:
    ways = ((found.one(Kind.SHARE_ABOVE_EB), "shrunken estimates"), (found.one(Kind.SHARE_ABOVE_OLS), "own lines"))
    counted = [f"{percent_text(one.value, 0)} % by {way}" for one, way in ways if one is not None]
    return [f"counted one by one: {', '.join(counted)}"] if counted else []


def _in_group(group: Group | None) -> str:
    return "" if group is None else f" {group_words(group)}"


def _difference_sentences(found: Findings, told: Words) -> Iterator[str]:
    """Where groups cannot be put at the same values of other predictors: as they are."""
    for one in found.all(Kind.RATE_DIFFERENCE):
        if not one.known:
            continue
        rate = "mean average rate" if told.over else "mean rate"
        aside = ", not adjusted for other predictors of the rate" if one.caveat is Caveat.UNADJUSTED else ""
        text = f"The {rate} of group {group_label(one.group)} less that of group {group_label(one.of)}"
        yield f"{text} is {_value(one)} {told.unit}{_interval(one, told)}{aside}."


def _spread_sentences(found: Findings, spreads: list[Finding], told: Words) -> Iterator[str]:
    """How much rates differ, one number for all or one for each group, and how well they are known."""
    if not spreads:
        yield (
            f"In this model all {told.who.several} have the rate that their predictors give: the slope is no random "
            f"effect."
        )
        return
    who, what, sizes = told.everyone, "standard deviation", ", ".join(_size(sd, told) for sd in spreads)
    if not any(sd.value for sd in spreads):
        said = f"No differences between {who} in their {told.rates} show: their {what} is estimated as {sizes}"
    elif _shown(found, spreads, told):
        said = f"{capital(who)} differ: the {what} of their {told.rates} is {sizes}"
    else:
        said = f"The {what} of {told.rates} between {who} is estimated as {sizes}"
    yield f"{said}{_too_little(found, spreads, told)}."
    yield from _level_sentences(found, told)
    known = found.one(Kind.RELIABILITY)
    if known is not None:
        own = told.vocabulary.said("a person's own rate")
        shown = _decimals([known])
        scale = "; ".join(filter(None, ["0: all chance, 1: exact", _range(known, told, shown)]))
        yield f"The reliability of {own} is {shown(known.value)} ({scale}), over {known.note}."


def _level_sentences(found: Findings, told: Words) -> Iterator[str]:
    """How much of the differences in rates lies between the units of each level above persons, the highest first."""
    shares = [one for one in reversed(found.all(Kind.SHARE_OF_RATE_VARIANCE)) if one.stated]
    percents = _percents(shares)
    parts: list[str] = []
    for one in (one for one in shares if one.caveat is not Caveat.BY_ASSUMPTION):
        interval = _range(one, told, percents, " %", short=bool(parts))
        size = f"{percents(one.value)} % lie" if one.value else "none lie"
        parts.append(f"{size} between {level_words(one.unit).several}{interval and f' ({interval})'}")
    if parts:
        yield f"Of the differences in {told.rates} (their variance), {listed(parts)}."


def _too_little(found: Findings, spreads: list[Finding], told: Words) -> str:
    """What is not said because the SD of rates is not known well enough; "" where it is."""
    unsettled = [sd for sd in spreads if sd.caveat is Caveat.UNSETTLED]
    if not unsettled:
        return ""
    of_some = [f" in the {group_label(sd.group)} group" for sd in unsettled] if len(unsettled) < len(spreads) else []
    about = f"between which {told.rates} most {told.who.several} lie"
    share = f"what share of them is above {told.threshold:g}"
    if found.all(Kind.RATE_VARIANCE_EXPLAINED):
        about, share = f"{about}, {share}", "what predictors explain of it"
    return f", too uncertain to say {about}, or {share}{' and'.join(of_some)}"


def _shown(found: Findings, spreads: list[Finding], told: Words) -> bool:
    """Whether rates differ beyond chance: the test says so, and no interval reaches zero."""
    test = found.one(Kind.RATE_VARIANCE_P_MIXTURE)
    tested = test is None or not test.value >= 1 - told.level
    return tested and not any(sd.has_interval and sd.conf_low <= NEARLY * sd.value for sd in spreads)


def _size(sd: Finding, told: Words) -> str:
    """A standard deviation with its interval, and the group whose it is where groups have their own."""
    where = "" if sd.group is None else f" in the {group_label(sd.group)} group"
    size = f"{_value(sd)} {told.unit}" if sd.value else "zero"
    return f"{size}{where}{_interval(sd, told)}"


def _test_sentences(found: Findings, told: Words) -> Iterator[str]:
    mixture, naive = found.one(Kind.RATE_VARIANCE_P_MIXTURE), found.one(Kind.RATE_VARIANCE_P_NAIVE)
    if mixture is not None and naive is not None:
        yield (
            f"A test of whether {told.who.several} differ in their {told.rate} at all gives "
            f"{p_equals(p_text(mixture.value))} (mixture; naive chi-square: {p_equals(p_text(naive.value))})."
        )


def _start_sentences(found: Findings, told: Words) -> Iterator[str]:
    correlations = found.all(Kind.CORRELATION_WITH_STATUS)
    stated = [one for one in correlations if one.stated]
    parts = _along(stated, told, _decimals(stated))
    if parts:
        yield f"The correlation of the {told.rate} with where {told.who.several} stand is {parts}."
    open_ = [one for one in correlations if not one.stated]
    if open_:
        yield f"How the {told.rate} goes with where {told.who.several} stand{_open_correlations(open_, told)}."
    least = found.one(Kind.TIME_OF_LEAST_SPREAD)
    if least is not None and least.stated and least.caveat is not Caveat.BY_ASSUMPTION:
        just = f", just outside the {told.vocabulary.said('observed times')}"
        words = {Caveat.EXTRAPOLATION: ", an extrapolation beyond the data", Caveat.JUST_OUTSIDE: just}
        outside = next((text for caveat, text in words.items() if least.caveat is caveat), "")
        when = told.when.at(least.value, _value(least))
        ends = f" ({told.level * 100:g} % interval {_period(least, told)})" if least.has_interval else ""
        yield f"{told.who.several.capitalize()} are estimated to lie closest together {when}{outside}{ends}."


def _period(least: Finding, told: Words) -> str:
    """The ends of the interval of a time, as times are told: "from week -6.00 to week 0.43"."""
    _, *ends = together(least.value, least.conf_low, least.conf_high, error=least.std_error)
    times = (least.conf_low, least.conf_high)
    start, end = (told.when.at(time, text).removeprefix("at ") for time, text in zip(times, ends, strict=True))
    return f"from {start} to {end}"


def _range(found: Finding, told: Words, shown: Callable[[float], str], unit: str = "", short: bool = False) -> str:
    """An interval whose ends are printed as its estimate is: "95 % interval 0.51 to 0.76"; "" where there is none."""
    if not found.has_interval:
        return ""
    named = "" if short else f"{told.level * 100:g} % interval "
    return f"{named}{shown(found.conf_low)} to {shown(found.conf_high)}{unit}"


def _percents(findings: list[Finding]) -> Callable[[float], str]:
    """How shares of one sentence are printed: whole percentages, or finer where their intervals are."""
    return partial(percent_text, places=decimals_of_intervals(findings, 100.0))


def _decimals(findings: list[Finding]) -> Callable[[float], str]:
    """How numbers up to 1 of one sentence are printed: two decimals, or more where their intervals are finer."""
    return f"{{:.{max(decimals_of_intervals(findings), 2)}f}}".format


def _along(findings: list[Finding], told: Words, shown: Callable[[float], str], unit: str = "") -> str:
    """Estimates at several times, each with its interval, which is named at the first."""
    parts: list[str] = []
    for one in findings:
        interval = _range(one, told, shown, unit, short=bool(parts))
        parts.append(f"{shown(one.value)}{unit} {_at(one, told)}{interval and f' ({interval})'}")
    return ", ".join(parts)


def _open_correlations(correlations: list[Finding], told: Words) -> str:
    """That correlations are not settled, with their intervals; those that are alike are said once."""
    intervals: dict[str, list[str]] = {}
    for one in correlations:
        said = f"{one.conf_low:.2f} to {one.conf_high:.2f}" if one.has_interval else ""
        intervals.setdefault(said, []).append(_at(one, told))
    parts = [f"{said} {listed(times)}".strip() for said, times in intervals.items() if said]
    known = f": the {told.level * 100:g} % interval of the correlation is {', '.join(parts)}" if parts else ""
    return f" is not settled{known}"


def _icc_sentences(found: Findings, told: Words) -> Iterator[str]:
    iccs = found.all(Kind.ICC)
    if iccs:
        shown = iccs if len(iccs) <= 3 else [iccs[0], iccs[len(iccs) // 2], iccs[-1]]
        percents = _percents(shown)
        if same_at_all_times(iccs):
            interval = _range(iccs[0], told, percents, " %")
            parts = f"{percents(iccs[0].value)} % at all times{interval and f' ({interval})'}"
        else:
            parts = _along(shown, told, percents, " %")
        of, rest = f"the variance of {told.outcome}", f"scatter within {told.who.several}"
        if told.of_outcome is not None:
            exposed = ", at the mean exposure" * told.of_outcome.exposed
            of = f"the variance on the latent scale ({told.of_outcome.link}{exposed})"
            rest = f"the chance of single outcomes of one {told.who.one}"
        yield f"Of {of}, the share that lies between {told.everyone} is {parts}; the rest is {rest}."


def _explained_sentences(found: Findings, told: Words) -> Iterator[str]:
    before = found.one(Kind.SD_OF_RATES_BEFORE_PREDICTORS)
    if before is not None and before.stated:
        size = f"{together(before.value)[0]} {told.unit}"
        of_rates = f"the standard deviation of the {told.rate} is estimated as {size}"
        yield f"Without its predictors in the model, {of_rates}, without an interval."
    every = found.all(Kind.RATE_VARIANCE_EXPLAINED)
    leave = " that other predictors leave" * (len(every) > 1)
    for one in (one for one in every if one.stated):
        name = of_text(one)
        if one.value < NEARLY:
            back = f" (its estimate is {percent_text(one.value)} %)" if one.value <= -NEARLY else ""
            said = f"{name} explains nothing of the variance of the {told.rate}{back}"
            yield f"Beside the other predictors, {said}." if leave else f"{said}."
        else:
            share = f"{percent(one.value)}, an estimate without an interval"
            yield f"Of the variance of the {told.rate}{leave}, {name} explains {share}."
