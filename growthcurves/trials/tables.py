"""Means by visit and arm and their differences, as tables of a trial: answers of `results` in the trial's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.data.source import show_id, show_level
from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.distributions import t_quantile, t_tail, two_sided
from growthcurves.results.effects.estimated import linear_table
from growthcurves.results.effects.means import Marginal
from growthcurves.results.tables.answer import TIDY
from growthcurves.trials.design import Design

ALTERNATIVES = ("two-sided", "greater", "less")
#: What tables of a trial have after the tidy columns.
TRIAL = ["kind", "visit", "arm", "reference", "n", "n_reference", "label"]
_ADJUSTED = ["p_adjusted", "conf_low_adjusted", "conf_high_adjusted"]


@dataclass(frozen=True)
class Wanted:
    """How means and differences are asked for; see `growthcurves.trials.mmrm.mmrm`."""

    ddf: Any
    level: float = 0.95
    weights: str = "equal"
    average: str = "rows"
    alternative: str = "two-sided"
    adjust: str = "none"
    fallback_ddf: Any = None

    def after(self, attempts: int) -> Wanted:
        """What is wanted of the structure that holds: other degrees of freedom where it is not the one asked for."""
        return replace(self, ddf=self.fallback_ddf) if attempts > 1 and self.fallback_ddf is not None else self

    def __post_init__(self) -> None:
        if not among(self.alternative, ALTERNATIVES):
            raise ModelError(unknown("alternative", self.alternative, ALTERNATIVES))
        if self.alternative != "two-sided" and self.adjust != "none":
            raise ModelError("Adjusted p-values are two-sided: leave adjust= or alternative= out.")


@dataclass(frozen=True, eq=False)
class Estimated:
    """What is asked of a fit.

    Attributes
    ----------
    means : Marginal
        At all visits.
    differences : Marginal
        At those at which arms may differ.
    """

    means: Marginal
    differences: Marginal

    @classmethod
    def of(cls, fit: Any, design: Design, wanted: Wanted) -> Estimated:
        """At the visits of a design; at a baseline that is common to the arms there is no difference."""

        def asked(visits: Any, **options: Any) -> Marginal:
            how = {"ddf": wanted.ddf, "level": wanted.level, "average": wanted.average, "weights": wanted.weights}
            return fit.means(at=list(visits.numbers), by=design.roles.arm, **how, **options)

        differences = asked(design.after, differences="reference", adjust=wanted.adjust)
        return cls(differences if design.baseline.modelled is None else asked(design.visits), differences)

    def rows(self) -> list[tuple[Finding, pd.Series]]:
        """Every mean and every difference, with its row of the table."""
        return [
            (finding, row)
            for answer, kind in ((self.means, Kind.MEAN), (self.differences, Kind.MEAN_DIFFERENCE))
            for finding, (_, row) in zip(answer.findings, answer.table.iterrows(), strict=True)
            if finding.kind is kind
        ]


def trial_table(estimated: Estimated, design: Design, wanted: Wanted) -> pd.DataFrame:
    """Means and differences with visit, arm, reference arm and numbers analysed."""
    counts, rows = design.counts(), estimated.rows()
    numbers = pd.DataFrame([row for _, row in rows])
    names = [name for name in [*TIDY[1:], *_ADJUSTED] if name in numbers]
    return _joined(numbers[names].astype(float), [_words(finding, design, counts) for finding, _ in rows], wanted)


def _words(finding: Finding, design: Design, counts: pd.DataFrame) -> list[Any]:
    assert finding.group is not None
    visit = design.visits.at(finding.at)
    reference = finding.of[0].value if finding.kind is Kind.MEAN_DIFFERENCE else None
    return _told(design, finding.group[0].value, reference, visit, counts.loc[[visit]].iloc[0])


def _told(design: Design, arm: Any, reference: Any, visit: Any, counts: pd.Series) -> list[Any]:
    """Term, kind, visit, arm, reference, and the numbers in both arms."""
    name = design.roles.arm
    term = f"{name}[{show_level(arm)}]" + ("" if reference is None else f" - {name}[{show_level(reference)}]")
    other = pd.NA if reference is None else int(counts[reference])
    kind, what = ("mean", "mean") if reference is None else ("difference", "difference in mean")
    when = f"{design.visits.column} {show_id(visit)}"
    against = "" if reference is None else f" against {show_level(reference)}"
    label = f"{what} {design.baseline.outcome}: {name} {show_level(arm)}{against}, {when}"
    return [f"{term}, {when}", kind, visit, arm, reference, int(counts[arm]), other, label]


def _joined(numbers: pd.DataFrame, words: list[list[Any]], wanted: Wanted) -> pd.DataFrame:
    """Tidy numbers, and what each is."""
    told = pd.DataFrame(words, columns=["term", *TRIAL])
    told["n_reference"] = told["n_reference"].astype("Int64")
    table = pd.concat([told[["term"]], numbers.reset_index(drop=True), told[TRIAL]], axis=1)
    return one_sided(table, wanted)


def one_sided(table: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """The table with p and interval of its differences one-sided, if they are asked for so."""
    if wanted.alternative == "two-sided":
        return table
    sign = 1.0 if wanted.alternative == "greater" else -1.0
    rows = (table["kind"] == "difference").to_numpy()
    part = table[rows]
    table.loc[rows, "p_value"] = [t_tail(sign * t, df) for t, df in zip(part["statistic"], part["df"], strict=True)]
    bound = part["estimate"] - sign * part["std_error"] * t_quantile(wanted.level, part["df"].to_numpy())
    table.loc[rows, "conf_low"] = bound if sign > 0 else -np.inf
    table.loc[rows, "conf_high"] = np.inf if sign > 0 else bound
    return table


def combined(
    fit: Any,
    estimated: Estimated,
    design: Design,
    wanted: Wanted,
    weights: np.ndarray,
    names: Sequence[Any],
    counts: Sequence[pd.Series],
) -> pd.DataFrame:
    """Combinations of the visits' means in each arm, and their differences from the reference.

    Parameters
    ----------
    weights : (k, visits) array
    names : list of k
        What each stands for as a visit.
    counts : list of k Series
        The numbers behind each, by arm.
    """
    arms = design.arms
    means = estimated.means.rows.over_kept.reshape(len(design.visits.levels), len(arms), -1)
    own = [np.tensordot(row[row != 0], means[row != 0], 1) for row in weights]
    L = np.concatenate([np.concatenate(own), *(one[1:] - one[0] for one in own)])
    each = list(zip(names, counts, strict=True))
    words = [_told(design, arm, None, visit, n) for visit, n in each for arm in arms]
    words += [_told(design, arm, arms[0], visit, n) for visit, n in each for arm in arms[1:]]
    table = linear_table(fit, L, [row[0] for row in words], wanted.ddf, wanted.level)
    return _joined(table[TIDY[1:]], words, wanted)


def moved(table: pd.DataFrame, by: float) -> pd.DataFrame:
    """The table with its means counted from another value."""
    made, rows = table.copy(), (table["kind"] == "mean").to_numpy()
    for name in ("estimate", "conf_low", "conf_high"):
        made.loc[rows, name] += by
    from_zero = made[rows]
    made.loc[rows, "statistic"] = from_zero["estimate"] / from_zero["std_error"]
    made.loc[rows, "p_value"] = two_sided(made.loc[rows, "statistic"].to_numpy(), from_zero["df"].to_numpy())
    return made


def part_of(table: pd.DataFrame, kind: str) -> pd.DataFrame:
    """The means or the differences of a trial's table."""
    part = table[table["kind"] == kind].drop(columns="kind").reset_index(drop=True)
    empty = [name for name in (*_ADJUSTED, "n_reference") if name in part and part[name].isna().all()]
    return part.drop(columns=empty if kind == "mean" else [])
