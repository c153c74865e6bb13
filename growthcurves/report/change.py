"""The change report: sentences first, then its table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import Caveat, Finding, Group, Kind, same_at_all_times
from growthcurves.data.source import show_level
from growthcurves.data.unit_words import level_words
from growthcurves.output.numbers import percent_text
from growthcurves.output.words import listed
from growthcurves.report.figures import drawn
from growthcurves.report.format import (
    count,
    fixed,
    number,
    p_value,
    places_with,
    polished,
    probability,
    share,
    with_minus,
)
from growthcurves.report.section import Section, Subject
from growthcurves.results.change.groups import why_not_by
from growthcurves.results.change.sentences import together
from growthcurves.results.change.view import of_text
from growthcurves.results.change.words import decimals_of_intervals
from growthcurves.results.persons.trajectories import group_label
from growthcurves.results.questions.rates import whole_period

_COUNTED = "shares of persons with a rate above 0 that are counted by their own estimates"
MOST_TIMES = 4
MOST_SENTENCES = 5


class Change(Section):
    """The change report."""

    name = "change"
    title = "How persons change"

    def why_not(self, subject: Subject) -> str | None:
        if not subject.fit.recipe.shape.changes:
            return "The model has no time, so there is no change to report."
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        answer, told = subject.change, why_not_by(subject.fit, subject.by)
        kinds = {one.kind for one in answer.findings}
        if Kind.SHARE_ABOVE in kinds and Kind.SHARE_ABOVE_EB not in kinds and not subject.fit.knows_persons:
            subject.lack(subject.said(_COUNTED), subject.fit.panel.refusal())
        lacking = [one for one in answer.findings if one.lacks_interval and one.stated]
        beyond = [text for text in answer.sentences() if text not in answer.averages]
        return {
            "sentences": [polished(str(text)) for text in (*filter(None, [told]), *beyond[:MOST_SENTENCES])],
            "blocks": blocks(subject, shown(subject, answer.findings)),
            "unit": _in_units(subject.fit, answer.unit),
            "pictures": drawn(subject, ("slopes", "start_and_rate", "variance_over_time")),
            "curved": subject.fit.recipe.shape.curved,
            "reliability": subject.fit.family is None,
            "middle": any(one.kind is Kind.MIDDLE_LOW for one in answer.findings),
            "hits": f"{100 * subject.level:g}",
            "intervals": answer.intervals,
            "explained": any(one.kind is Kind.SD_OF_RATES_BEFORE_PREDICTORS and one.stated for one in answer.findings),
            "without": listed(dict.fromkeys(one.no_interval for one in lacking)),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"change": subject.change.table}


def _in_units(fit: Any, unit: str) -> str:
    """What rates are measured in: "in ms per day", or "per day, in the units of reaction" where these are not known."""
    known = fit.panel.outcome_unit or fit.family is not None
    return f"in {unit}" if known else f"per {fit.when.per}, in the units of {fit.model.outcome}"


def _of_error(finding: Finding) -> int:
    return places_with(finding.std_error, finding.value, finding.conf_low, finding.conf_high)


def _of_interval(finding: Finding) -> int:
    """Two decimals, as journals print shares and correlations, or more where the interval is finer."""
    return max(decimals_of_intervals([finding]), 2)


@dataclass(frozen=True)
class Look:
    """How findings of a kind are shown.

    Attributes
    ----------
    block : str
        Heading under which they stand; an empty one is that of their group.
    title : str
        Their name for a reader: {at} is when, as "at day 3", {of} what the finding is of, {over} the period of an
        average rate, {outcome} and {time} the names of the data.
    shown : function of (value, decimals)
        The number as text, with so many decimals where it has some.
    places : function of a finding
        How many: those of its standard error where nothing else is said.
    """

    block: str
    title: str
    shown: Callable[[float, int], str]
    places: Callable[[Finding], int] = _of_error


def _rate(value: float, places: int) -> str:
    return fixed(value, places)


def _share(value: float, places: int) -> str:
    return share(value, places)


def _estimated_share(value: float, places: int) -> str:
    """A share of persons that is estimated, not counted: never all of them or none."""
    return probability(value)


def _percent(value: float, places: int) -> str:
    return f"{polished(percent_text(value))} %" if value == value else share(value)


def _p(value: float, places: int) -> str:
    return p_value(value)


_EVERYBODY = "On average"
_SPREAD, _START, _BETWEEN, _WHY = (
    "Differences between persons",
    "Where persons stand, and how fast they change",
    "Share of variance between persons (ICC)",
    "What explains differences in the rate",
)


def _count(value: float, places: int) -> str:
    return count(int(value))


LOOKS = {
    Kind.PERSONS: Look("", "Persons", _count),
    Kind.MEAN_RATE: Look("", "Average rate of change{over}", _rate),
    Kind.RATE_DIFFERENCE: Look("", "Difference from {of}", _rate),
    Kind.RATES_ALIKE_P: Look("", "Do rates differ between groups? p-value", _p),
    Kind.OUTCOMES_ALIKE_P: Look("", "Does mean {outcome} differ between groups {at}? p-value", _p),
    Kind.OUTCOME_DIFFERENCE: Look("", "Difference of mean {outcome} from {of} {at}", _rate),
    Kind.SHARE_ABOVE: Look("", "Share of persons with a rate above 0", _estimated_share),
    Kind.SHARE_ABOVE_EB: Look("", "… counted by empirical Bayes estimates", _share, _of_interval),
    Kind.SHARE_ABOVE_OLS: Look("", "… counted by own least-squares lines", _share, _of_interval),
    Kind.SD_OF_RATES: Look(_SPREAD, "SD of rates{over}", _rate),
    Kind.SHARE_OF_RATE_VARIANCE: Look(_SPREAD, "… share of their variance between {units}", _share, _of_interval),
    Kind.RELIABILITY: Look(_SPREAD, "Reliability of a person's own rate", _share, _of_interval),
    Kind.RATE_VARIANCE_RATIO: Look(_SPREAD, "Do rates vary at all? Likelihood ratio", _rate),
    Kind.RATE_VARIANCE_P_MIXTURE: Look(_SPREAD, "… p-value, mixture", _p),
    Kind.RATE_VARIANCE_P_NAIVE: Look(_SPREAD, "… p-value, naive", _p),
    Kind.CORRELATION_WITH_STATUS: Look(_START, "Correlation of the rate with {outcome} {at}", _share, _of_interval),
    Kind.TIME_OF_LEAST_SPREAD: Look(_START, "{when} ({time}) at which persons differ least", _rate),
    Kind.ICC: Look(_BETWEEN, "{at}", _share, _of_interval),
    Kind.SD_OF_RATES_BEFORE_PREDICTORS: Look(_WHY, "SD of rates without predictors of the rate", _rate),
    Kind.RATE_VARIANCE_EXPLAINED: Look(_WHY, "Drop in the variance of rates by {of}, put in last", _percent),
}
#: The same at one time of a curve.
AT_A_TIME = {
    Kind.MEAN_RATE: Look("", "Rate of the mean curve {at}", _rate),
    Kind.SD_OF_RATES: Look(_SPREAD, "SD of rates {at}", _rate),
}


def shown(subject: Subject, findings: Iterable[Finding]) -> list[Finding]:
    """The findings that are not withheld, and have no place of their own; the sentences say what is, and why."""
    found = [finding for finding in findings if (subject.fit.identified or finding.known) and _is_shown(finding)]
    compared = any(finding.kind is Kind.OUTCOME_DIFFERENCE for finding in found)
    return [finding for finding in found if not (compared and _stands_with_groups(finding))]


def _is_shown(finding: Finding) -> bool:
    """Whether a number is one that the page states; of an SD or correlation the interval says how little it is."""
    return finding.caveat is not Caveat.UNSETTLED or finding.kind in (Kind.SD_OF_RATES, Kind.CORRELATION_WITH_STATUS)


def _stands_with_groups(finding: Finding) -> bool:
    """Whether the section of differences between groups has its number."""
    return finding.kind in (Kind.OUTCOME_DIFFERENCE, Kind.RATES_ALIKE_P, Kind.OUTCOMES_ALIKE_P) or (
        finding.kind in (Kind.MEAN_RATE, Kind.RATE_DIFFERENCE) and finding.at is None
    )


def blocks(subject: Subject, findings: list[Finding]) -> list[dict[str, Any]]:
    """The findings in blocks of rows: one per group, then what all groups share."""
    highs = {finding.group: finding for finding in findings if finding.kind is Kind.MIDDLE_HIGH}
    middles = [one.value for one in findings if one.kind in (Kind.MIDDLE_LOW, Kind.MIDDLE_HIGH) and one.known]
    found: dict[str | Group, list[dict[str, Any]]] = {}
    for finding in thinned(findings):
        if finding.kind is Kind.MIDDLE_HIGH:
            continue
        if finding.kind is Kind.MIDDLE_LOW:
            block, row = "", _middle(finding, highs[finding.group], middles)
            row["name"] = subject.fit.vocabulary.said(row["name"])
        else:
            block, row = _row(subject, finding)
        found.setdefault(block or finding.group or _EVERYBODY, []).append(row)
    told = {block: rows for block, rows in found.items() if isinstance(block, str) or len(rows) > 1}
    return [{"name": _heading(block), "rows": rows} for block, rows in told.items()]


def thinned(findings: list[Finding]) -> list[Finding]:
    """The findings with the ICC at a few of its times: the first, the last, and some between.

    One that is the same at all times is told by its sentence, in the place of a table.
    """
    times = [place for place, finding in enumerate(findings) if finding.kind is Kind.ICC]
    if same_at_all_times([findings[place] for place in times]):
        return [finding for place, finding in enumerate(findings) if place not in times]
    if len(times) <= MOST_TIMES + 1:
        return findings
    steps = [round(step * (len(times) - 1) / (MOST_TIMES - 1)) for step in range(MOST_TIMES)]
    kept = {times[step] for step in steps}
    return [finding for place, finding in enumerate(findings) if place in kept or place not in times]


def _heading(block: str | Group) -> str:
    if isinstance(block, str):
        return block
    return ", ".join(f"{level.column}: {show_level(level.value)}" for level in block)


def _middle(low: Finding, high: Finding, every: Sequence[float]) -> dict[str, Any]:
    """The ends between which most rates lie, with the decimals of those of all groups."""
    both = " to ".join(polished(text) for text in together(low.value, high.value, *every)[:2])
    return {
        "name": "Middle 95 % of persons' rates",
        "estimate": both if low.known else number(None),
        "interval": "",
        "note": "",
        "range": low.known,
    }


def _row(subject: Subject, finding: Finding) -> tuple[str, dict[str, Any]]:
    look = AT_A_TIME.get(finding.kind) if finding.at is not None else None
    look = look or LOOKS[finding.kind]
    model, said = subject.fit.model, subject.fit.vocabulary.said
    places = look.places(finding)
    interval = ""
    if finding.conf_low == finding.conf_low:
        ends = dict.fromkeys(look.shown(end, places) for end in (finding.conf_low, finding.conf_high))
        interval = " to ".join(ends)
    when = "Time" if subject.fit.vocabulary.over_time else "Value"
    at = "" if finding.at is None else subject.fit.when.at(finding.at)  # type: ignore[arg-type]
    time, over = subject.fit.when.counted, period(subject.fit)
    units = level_words(finding.unit).several
    texts = {"at": at, "of": of_text(finding), "time": time, "when": when, "over": over, "units": units}
    name = said(look.title).format(outcome=model.outcome, **texts)
    if look.block and finding.group is not None:
        name += f", {group_label(finding.group)}"
    row = {"name": with_minus(name), "estimate": look.shown(finding.value, places), "interval": interval}
    sentence = finding.kind is Kind.CORRELATION_WITH_STATUS and finding.caveat is Caveat.UNSETTLED
    note = finding.note if finding.lacks_interval else finding.notes
    return said(look.block), row | {"note": "" if sentence else note, "range": False}


def period(fit: Any) -> str:
    """The interval of the average rate of a curve: " from day 0 to day 9"; empty for a straight line."""
    if not fit.recipe.shape.curved:
        return ""
    first, last = whole_period(fit)
    return f" {fit.when.between(first, last)}"
