"""Differences between groups: rates of change and expected outcomes, adjusted for the other predictors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import Finding, Group, Kind
from growthcurves.data.joined import texts_of
from growthcurves.data.source import show_level
from growthcurves.errors import NotAvailableError
from growthcurves.report.change import period
from growthcurves.report.format import decimals, degrees, fixed, p_value, with_minus
from growthcurves.report.section import Section, Subject
from growthcurves.results.questions.times import compared_at, reached

#: Joint tests of the rates and of the outcomes of three and more groups.
_JOINT = (Kind.RATES_ALIKE_P, Kind.OUTCOMES_ALIKE_P)


class Groups(Section):
    """Estimated rates and outcomes of groups, and their differences from the reference."""

    name = "groups"
    title = "Differences between groups"
    core = True

    def belongs(self, subject: Subject) -> bool:
        return subject.by is not None and subject.fit.recipe.shape.changes and subject.fit.family is None

    def why_not(self, subject: Subject) -> str | None:
        used = {name for columns in subject.fit.recipe.predictors.values() for name in columns.used}
        for by in texts_of(subject.by, "by"):
            if by not in used:
                return f"{by} predicts nothing in this model, so it says nothing of differences between its groups."
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        rates, means = subject.once(_answers)
        tests = _joint_tests(subject, len(rates.differences) > 1)
        of_rates = tests.get((Kind.RATES_ALIKE_P, None))
        return {
            "blocks": [
                *_blocks(rates.findings, subject.fit.vocabulary.said("Rate of change") + period(subject.fit), of_rates),
                *_mean_blocks(subject, means, tests),
            ],
            "ddf": rates.ddf,
            "notes": list(dict.fromkeys(answer.note for answer in (rates, means) if answer.note)),
            "adjustment": rates.adjustment if len(rates.differences) > 1 else "",
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        rates, means = subject.once(_answers)
        return {"group_rates": rates.table, "group_means": means.table}


def _answers(subject: Subject) -> tuple[Any, Any]:
    """Slopes over the whole period, and means at the first time and the last that enough persons reached, by group."""
    fit, by, asked = subject.fit, subject.by, {"ddf": subject.ddf, "level": subject.level}
    differences = "reference" if _several(fit.panel, by) else None
    rates = fit.slopes(by=by, differences=differences, **asked)
    return rates, fit.means(at=compared_at(fit), by=by, differences=differences, **asked)


def _joint_tests(subject: Subject, several: bool) -> dict[Any, Finding]:
    """The joint tests of several groups, which the change report makes."""
    try:
        return {(one.kind, one.at): one for one in subject.change.findings if one.kind in _JOINT}
    except NotAvailableError as error:
        if several:
            subject.lack("joint tests of all groups", error)
        return {}


def _several(panel: Any, by: Any) -> bool:
    """Whether there is more than one group; where persons are not counted, the levels of a predictor are several."""
    try:
        return len(panel.group_counts(by)) > 1
    except NotAvailableError:
        return True


def _blocks(findings: Iterable[Finding], title: str, joint: Finding | None) -> list[dict[str, Any]]:
    """The joint test of three and more groups and the differences from the reference, then the groups themselves."""
    findings = list(findings)
    error = max((one.std_error for one in findings if one.std_error == one.std_error), default=float("nan"))
    own = [finding for finding in findings if finding.of is None]
    apart = [finding for finding in findings if finding.of is not None]
    tested = [] if joint is None else [_joint(joint)]
    return [{"name": title, "rows": [*tested, *(_row(one, decimals(error)) for one in [*apart, *own])]}]


def _joint(test: Finding) -> dict[str, str]:
    nothing = dict.fromkeys(("estimate", "df"), "")
    name = {"name": f"Joint test of all groups: {test.note}", "difference": "joint", "interval": ""}
    return nothing | name | {"p": p_value(test.p_value)}


def _mean_blocks(subject: Subject, answer: Any, tests: Mapping[Any, Finding]) -> list[dict[str, Any]]:
    """One block for each time."""
    fit, blocks = subject.fit, []
    for at in dict.fromkeys(finding.at for finding in answer.findings):
        here = [finding for finding in answer.findings if finding.at == at]
        expected = f"Expected {fit.model.outcome} {with_minus(fit.when.at(at))}"
        title = ", ".join(filter(None, (expected, reached(fit, at))))
        blocks += _blocks(here, title, tests.get((_JOINT[1], at)))
    return blocks


def _row(finding: Finding, places: int) -> dict[str, str]:
    """An estimate of one group, or a difference, as texts: with the decimals of its block."""
    difference = finding.of is not None
    low, high = fixed(finding.conf_low, places), fixed(finding.conf_high, places)
    p = finding.p_adjusted if finding.p_adjusted == finding.p_adjusted else finding.p_value
    return {
        "name": f"{_level(finding.group)} less {_level(finding.of)}" if difference else _named(finding.group),
        "difference": "difference" if difference else "",
        "estimate": fixed(finding.value, places),
        "interval": f"{low} to {high}" if finding.conf_low == finding.conf_low else "not estimable",
        "df": degrees(finding.df),
        "p": p_value(p) if difference else "",
    }


def _level(group: Group | None) -> str:
    return ", ".join(show_level(level.value) for level in group or ())


def _named(group: Group | None) -> str:
    return ", ".join(f"{level.column} {show_level(level.value)}" for level in group or ())
