"""Mean outcomes of a family: of the population and of the typical person, each called so, and how groups differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.data.joined import texts_of
from growthcurves.data.source import show_level
from growthcurves.plots.people import groups_of
from growthcurves.report.format import fixed, p_value, places_with, polished
from growthcurves.report.section import Section, Subject
from growthcurves.results.change.differences import predictors_of
from growthcurves.results.change.of_outcomes import OfOutcomes, of_outcomes, ratio_texts
from growthcurves.results.effects.estimated import RATIO, RATIO_P
from growthcurves.results.questions.times import reached
from growthcurves.results.tables.outcome_words import OutcomeWords, outcome_words


class Outcomes(Section):
    """Probabilities, expected counts or means at the first time and the last, by group where groups are compared."""

    name = "outcomes"
    title = "What to expect"
    core = True

    def belongs(self, subject: Subject) -> bool:
        return subject.fit.outcome_family is not None

    def why_not(self, subject: Subject) -> str | None:
        if subject.once(_answers) is None:
            return "The data do not determine these means."
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        found, words = subject.once(_answers), outcome_words(subject.fit)
        assert found is not None
        said = subject.said
        notes = [
            said("Population average: the mean over all persons, whose random effects differ"),
            f"typical {subject.fit.vocabulary.who.one}: the one whose random effects are zero; the two are different "
            f"questions, and neither may be put in the place of the other",
            *_as_medians(subject),
            *_without_interval(subject, found),
            *filter(None, [words.aside and ("places are " * words.ordered + words.aside)]),
        ]
        return {
            "blocks": _blocks(subject, found, words),
            "who": subject.fit.vocabulary.who.one,
            "notes": notes,
            "differences": any(one.kind is Kind.MEAN_DIFFERENCE for one in found.population.findings),
            "adjustment": found.population.adjustment if _several(found) else "",
            "share": words.share,
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        found = subject.once(_answers)
        if found is None:
            return {}
        tables = {"outcome_means": found.population.table, "typical_means": found.typical.table}
        return tables | ({} if found.rates is None else {"group_rates": found.rates.table})


def _answers(subject: Subject) -> OfOutcomes | None:
    by = compared_by(subject)
    return of_outcomes(subject.fit, by, None, subject.level, subject.ddf, by is not None)


def compared_by(subject: Subject) -> Any:
    """The groups, where they predict something in the model and are several."""
    by, used = subject.by, predictors_of(subject.fit)
    if by is None or not set(texts_of(by, "by")) <= set(used):
        return None
    return by if len(groups_of(subject.fit.panel, by).labels) > 1 else None


def _as_medians(subject: Subject) -> list[str]:
    """That the typical person's outcome is told as its median, where single outcomes are skewed about it."""
    family, who = subject.fit.outcome_family, subject.fit.vocabulary.who.one
    return [f"for the typical {who} it is the median"] if family.name == "lognormal" else []


def _without_interval(subject: Subject, found: OfOutcomes) -> list[str]:
    """Why means have no interval, where they have none."""
    means = [one for one in found.population.findings if one.kind is Kind.MEAN]
    if not subject.fit.certificate.singular or all(one.has_interval for one in means):
        return []
    return ["not estimable: a variance is estimated at the end of its range, where no standard error tells how far "
            "means of the population move with it"]  # fmt: skip


def _several(found: OfOutcomes) -> bool:
    """Whether there is more than one comparison at a time."""
    apart = [one for one in found.population.findings if one.kind is Kind.MEAN_DIFFERENCE]
    return len({one.group for one in apart}) > 1


def _blocks(subject: Subject, found: OfOutcomes, words: OutcomeWords) -> list[dict[str, Any]]:
    """One block for each time: how groups differ from the reference, and each group."""
    fit, blocks = subject.fit, []
    rows = list(zip(found.population.findings, found.population.table.to_dict("records"), strict=True))
    typical = {(one.group, one.at): one for one in found.typical.findings if one.kind is Kind.MEAN}
    for at in dict.fromkeys(one.at for one, _ in rows):
        here = [(one, row) for one, row in rows if one.at == at]
        when = "" if at is None else f" {fit.when.at(at)}"
        title = f"{words.mean[:1].upper()}{words.mean[1:]} of {words.event}{when}"
        test = found.test(Kind.OUTCOMES_ALIKE_P, at)
        lines = [] if test is None else [_joint(test)]
        lines += [_difference(one, row, words) for one, row in here if one.kind is Kind.MEAN_DIFFERENCE]
        lines += [_mean(one, typical[one.group, one.at], words) for one, _ in here if one.kind is Kind.MEAN]
        seen = reached(fit, at) if isinstance(at, float) else ""
        blocks.append({"name": ", ".join(filter(None, (title, seen))), "rows": lines})
    return blocks


def _level(one: Any) -> str:
    return ", ".join(show_level(level.value) for level in one or ())


def _mean(one: Finding, typical: Finding, words: OutcomeWords) -> dict[str, str]:
    value, low, high, other = words.numbers(one.value, one.conf_low, one.conf_high, typical.value, error=one.std_error)
    name = ", ".join(f"{level.column} {show_level(level.value)}" for level in one.group or ()) or "everybody"
    interval = f"{low} to {high}{words.unit}" if one.has_interval else "not estimable"
    made = {"name": name, "estimate": value + words.unit, "interval": interval, "typical": other + words.unit}
    return {name: polished(text) for name, text in made.items()} | {"p": "", "difference": ""}


def _joint(test: Finding) -> dict[str, str]:
    nothing = dict.fromkeys(("estimate", "interval", "typical"), "")
    name = {"name": f"Joint test of all groups: {test.note}", "difference": "joint"}
    return nothing | name | {"p": p_value(test.p_value)}


def _difference(one: Finding, row: Mapping[Any, Any], words: OutcomeWords) -> dict[str, str]:
    """In percentage points, as a ratio, or as it is."""
    if words.ratios and row.get("ratio") == row.get("ratio"):
        values, name, p = [row[name] for name in RATIO], "over", row[RATIO_P]
        texts = [polished(text) for text in ratio_texts(*values)]
    else:
        scale, name, p = 100.0 if words.share else 1.0, "less", one.p_value
        values = [scale * value for value in (one.value, one.conf_low, one.conf_high)]
        places = places_with(scale * one.std_error, *values)
        texts = [fixed(value, places) for value in values]
    what = f"{'Ratio' if name == 'over' else 'Difference'}: {_level(one.group)} {name} {_level(one.of)}"
    unit = " points" if words.share else ""
    return {
        "name": what,
        "estimate": texts[0] + unit,
        "interval": f"{texts[1]} to {texts[2]}" if values[1] == values[1] else "not estimable",
        "typical": "",
        "p": p_value(p),
        "difference": "difference",
    }
