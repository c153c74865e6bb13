"""The findings of a change report as its table: the words of each quantity, made last and never read back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.data.unit_words import level_words
from growthcurves.data.vocabulary import Vocabulary
from growthcurves.numerics.times import time_texts
from growthcurves.results.persons.trajectories import group_label

COLUMNS = ["group", "quantity", "estimate", "std_error", "df", "conf_low", "conf_high", "note", "label"]

_WORDS = {
    Kind.PERSONS: "persons",
    Kind.MEAN_RATE: "mean rate",
    Kind.RATE_DIFFERENCE: "difference of mean rate from {of}",
    Kind.OUTCOME_DIFFERENCE: "difference of mean outcome from {of}",
    Kind.RATES_ALIKE_P: "p-value of equal mean rates, joint",
    Kind.OUTCOMES_ALIKE_P: "p-value of equal mean outcomes, joint",
    Kind.MIDDLE_LOW: "middle 95 % of persons, low",
    Kind.MIDDLE_HIGH: "middle 95 % of persons, high",
    Kind.SHARE_ABOVE: "share above threshold, model",
    Kind.SHARE_ABOVE_EB: "share above threshold, EB",
    Kind.SHARE_ABOVE_OLS: "share above threshold, OLS",
    Kind.SD_OF_RATES: "SD of rates",
    Kind.SHARE_OF_RATE_VARIANCE: "share of rate variance between {units}",
    Kind.SD_OF_RATES_BEFORE_PREDICTORS: "SD of rates before predictors of the slope",
    Kind.RATE_VARIANCE_EXPLAINED: "slope variance explained by {of}, put in last",
    Kind.RELIABILITY: "reliability of the rate",
    Kind.RATE_VARIANCE_RATIO: "likelihood ratio for slope variance",
    Kind.RATE_VARIANCE_P_MIXTURE: "p-value of slope variance, mixture",
    Kind.RATE_VARIANCE_P_NAIVE: "p-value of slope variance, naive",
    Kind.CORRELATION_WITH_STATUS: "correlation of rate with status",
    Kind.TIME_OF_LEAST_SPREAD: "time of least spread",
    Kind.ICC: "ICC",
}


def quantity_texts(findings: Sequence[Finding]) -> list[str]:
    """What findings that stand together are called in their table: "mean rate at 3"."""
    times = [finding.at for finding in findings if isinstance(finding.at, float)]
    said: dict[Any, str] = dict(zip(times, time_texts(times), strict=True))
    return [_quantity_text(finding, said.get(finding.at, "")) for finding in findings]


def quantity_text(finding: Finding) -> str:
    """The same of one finding."""
    return quantity_texts([finding])[0]


def _quantity_text(finding: Finding, at: str) -> str:
    units = level_words(finding.unit).several
    return _WORDS[finding.kind].format(of=of_text(finding), units=units) + (at and f" at {at}")


def of_text(finding: Finding) -> str:
    """Of what, or against which group, in words."""
    of_group = finding.kind in (Kind.RATE_DIFFERENCE, Kind.OUTCOME_DIFFERENCE)
    return group_label(finding.of) if of_group else str(finding.of)


def _label(finding: Finding, name: str, words: Vocabulary) -> str:
    """A quantity in words: only ours are fitted to the data, the names that follow them are the data's."""
    if finding.kind is Kind.TIME_OF_LEAST_SPREAD:
        return f"{words.axis} of least spread"
    own = _WORDS[finding.kind].split("{")[0]
    return words.said(own) + name.removeprefix(own)


def report_table(findings: Sequence[Finding], words: Vocabulary) -> pd.DataFrame:
    """One row per finding; its label is the quantity in the words of the data."""
    rows = [
        [
            group_label(finding.group), name, finding.value, finding.std_error, finding.df,
            finding.conf_low, finding.conf_high, finding.notes, _label(finding, name, words),
        ]
        for finding, name in zip(findings, quantity_texts(findings), strict=True)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=COLUMNS)
