"""The change report: how fast on average, how much persons differ in their rate of change, and why.

Definitions follow docs/change-report.md; every number has its definition in the docstring of its function.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.finding import Finding, Findings, Group
from growthcurves.data.markup import Block
from growthcurves.errors import NotEstimableError, among, brief, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import finite_number
from growthcurves.results.change.differences import adjusted_findings, compared
from growthcurves.results.change.explained import explained_findings, rate_variance_test
from growthcurves.results.change.groups import difference_findings, group_findings, refuse_by, refuse_without_rate
from growthcurves.results.change.lines import Question
from growthcurves.results.change.of_outcomes import of_outcomes, outcome_averages
from growthcurves.results.change.sentences import averages, sentences
from growthcurves.results.change.spread import (
    icc_findings,
    level_findings,
    reliability_findings,
    spread_findings,
    start_findings,
)
from growthcurves.results.change.unsettled import with_caveats
from growthcurves.results.change.view import quantity_texts, report_table
from growthcurves.results.change.words import words
from growthcurves.results.ddf import ddf_of
from growthcurves.results.intervals import OF_FUNCTIONS, intervals_for, intervals_of, of_components
from growthcurves.results.intervals.bootstrap import asked as bootstrap_asked
from growthcurves.results.intervals.wald import Wald
from growthcurves.results.persons.people import eb_rate
from growthcurves.results.persons.trajectories import group_label, groups
from growthcurves.results.questions.rates import average_rate, rate_unit, require_shape
from growthcurves.results.questions.times import times_asked
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import Answer, checked_level, text_table

#: What to ask for where Wald's method gives no interval.
ADVICE = "change(method='profile') gives the intervals that Wald's method has not."


@dataclass(frozen=True, eq=False, repr=False)
class ChangeReport(Answer):
    """The change report of a fit.

    Attributes
    ----------
    table : DataFrame
        The findings as a table: columns group, quantity, estimate, std_error, df, conf_low, conf_high, note.
    findings : tuple of Finding
        Every number with what it is (kind), of whom (group), when (at) and of what (of).
    unit : str
        Unit of the rate of change.
    text : tuple of str
        The report in sentences.
    averages : tuple of str
        Those among them that answer first: how groups differ, and how fast each of them changes on average.
    intervals : str
        How those of what depends on variances are made.
    advice : str
        What to ask for where intervals are missing that another method has; empty where none are.
    lede : tuple of str
        The same in few words, for the head of a page whose first table has the rest.
    """

    findings: tuple[Finding, ...]
    unit: str
    text: tuple[str, ...]
    averages: tuple[str, ...]
    intervals: str = ""
    title: str = "Rates of change"
    advice: str = ""
    lede: tuple[str, ...] = ()

    def sentences(self) -> list[str]:
        """The report in plain sentences.

        Returns
        -------
        list of str
            With units, and the level of intervals.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> print(fit.change().sentences()[1])
        The middle 95 % of persons have rates from -1.1 to 22.1 per day.
        """
        return list(self.text)

    def value(self, quantity: str, group: Any = None) -> float:
        """The estimate of a quantity, called as in the table.

        Parameters
        ----------
        quantity : str
            ``"mean rate"``, ``"SD of rates"`` or another of ``table["quantity"]``.
        group : optional
            A level of the grouping column, or its text in the table; by default everybody.

        Returns
        -------
        float
            The estimate, in the unit of the table's row.

        Raises
        ------
        NotEstimableError
            When the report has no such quantity.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> round(fit.change().value("SD of rates"), 2)
        5.92
        """
        names = quantity_texts(self.findings)
        called = [finding for finding, name in zip(self.findings, names, strict=True) if among(quantity, [name])]
        meant = [finding for finding in called if _is_of(finding.group, group)]
        meant = meant or [finding for finding in called if among(group, [group_label(finding.group)])]
        if not meant:
            raise NotEstimableError(_absent(quantity, group, self.findings))
        return float(meant[0].value)

    def __str__(self) -> str:
        return f"{self.title}\n" + "\n".join(f"  {line}" for line in (*self.text, *filter(None, [self.advice])))

    def _blocks(self) -> tuple[Block, ...]:
        shown = self.table.assign(quantity=self.table["label"]).drop(columns="label")
        order = ["quantity", *(name for name in shown if name != "quantity")]
        return (self.title, *self.text, text_table(shown[order]), *filter(None, [self.advice]))

    def to_dict(self) -> dict[str, Any]:
        return {"table": self.table.to_dict(orient="records"), "unit": self.unit, "sentences": list(self.text)}


def change(
    fit: FittedModel,
    by: str | None = None,
    threshold: float = 0.0,
    between: tuple[float, float] | None = None,
    at: Any = None,
    level: float = 0.95,
    method: Any = None,
    ddf: Any = None,
) -> ChangeReport:
    """How fast persons change, how much they differ in it, and what explains it; see `GrowthFit.change`."""
    require_shape(fit)
    finite_number(threshold, "threshold= is a rate")
    chosen = bootstrap_asked(fit, intervals_for(fit, OF_FUNCTIONS if method is None else method))
    asked = Question(
        fit=fit,
        rate=average_rate(fit, between),
        threshold=threshold,
        at=None if at is None else times_asked(fit, at),
        level=checked_level(level),
        method=chosen,
        of_components=chosen if method else intervals_of(of_components(fit)),
        ddf=ddf_of(ddf, fit),
    )
    parts = groups(fit, by)
    refuse_by(fit, by)
    refuse_without_rate(asked)
    eb = eb_rate(fit, asked.rate, fit.estimates.own_effects) if fit.knows_persons else None
    findings = [row for group, persons in parts for row in group_findings(asked, group, persons, eb)]
    beside = compared(fit, by, between, asked.level, asked.ddf)
    findings += difference_findings(asked, parts) if beside is None else adjusted_findings(beside)
    findings = with_caveats(asked, [*findings, *_common_findings(asked, parts)], parts)
    table = report_table(findings, fit.vocabulary)
    table.attrs["intervals"] = asked.about
    unit = rate_unit(fit)
    found = Findings(findings)
    told = words(fit, found, threshold, level, between)
    first, every = tuple(averages(found, told, beside)), tuple(sentences(fit, found, told, beside))
    outcomes = of_outcomes(fit, by, between, asked.level, ddf, beside is not None)
    leading = first if outcomes is None else tuple(outcome_averages(fit, outcomes, told, beside))
    lede = tuple(averages(found, told, beside, brief=True)) if outcomes is None else leading
    texts = (*leading, *every[len(first) :]), leading
    title = fit.vocabulary.said("Rates of change")
    missed = isinstance(chosen, Wald) and any(one.lacks_interval and one.stated for one in findings)
    advice = ADVICE if missed else ""
    return ChangeReport(said(table, fit, level), tuple(findings), unit, *texts, asked.about, title, advice, lede)


def _absent(quantity: Any, group: Any, findings: Sequence[Finding]) -> str:
    """Which of a quantity and a group is not in the report."""
    names = quantity_texts(findings)
    if not among(quantity, names):
        return unknown("quantity in the report called", quantity, dict.fromkeys(names))
    of = [finding.group for finding, name in zip(findings, names, strict=True) if name == quantity]
    known = dict.fromkeys(group_label(one) for one in of if one is not None)
    if group is None:
        return f"The report has no quantity {brief(quantity)} of everybody: it is by group, {', '.join(known)}."
    return unknown(f"{brief(quantity)} in the report for the group", group, known)


def _is_of(group: Group | None, wanted: Any) -> bool:
    """Whether a group is the level that was asked for; nothing asked for is everybody."""
    if wanted is None or group is None:
        return wanted is None and group is None
    return len(group) == 1 and among(wanted, [group[0].value])


def _common_findings(asked: Question, parts: Sequence[tuple[Group | None, np.ndarray]]) -> list[Finding]:
    """What is the same in every group: spread, start and rate, ICC, reliability, what explains it, the test."""
    fit, rows = asked.fit, []
    growth_only = fit.random_names and not fit.recipe.effects_of_rows
    if asked.rate.varies:
        rows += spread_findings(asked, parts) + level_findings(asked)
        rows += start_findings(asked) if growth_only else []
        rows += reliability_findings(asked)
    rows += icc_findings(asked) if growth_only else []
    if asked.rate.varies and fit.identified:
        rows += explained_findings(asked)
        rows += [] if fit.weighing is not None else rate_variance_test(fit)  # no likelihood ratio under weights
    return rows
