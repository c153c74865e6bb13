"""How groups differ, adjusted for the model's other predictors: in their rate, and in what they reach by the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from growthcurves.contracts.finding import Finding, Group, Kind
from growthcurves.data.joined import texts_of
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.errors import GrowthCurvesError
from growthcurves.fitted import FittedModel
from growthcurves.results.change.alike import alike
from growthcurves.results.effects.means import Marginal, means
from growthcurves.results.effects.slopes import slopes
from growthcurves.results.persons.trajectories import groups
from growthcurves.results.questions.times import compared_at, reached

#: More groups than this are told apart only where they are asked for.
MOST_ARMS = 6


@dataclass(frozen=True, eq=False)
class Compared:
    """Groups side by side, all at the same values of the other predictors.

    Attributes
    ----------
    rates, outcomes : Marginal
        Rates of change over the period, and expected outcomes at its first time and the last that enough persons
        reached (at the mean of a predictor that is no time), with differences from the reference group.
    others : tuple of str
        The predictors that are held alike.
    joint : tuple of Finding
        Of three and more groups: whether all have one rate, and one expected outcome at the last time.
    reached : str
        How many persons were seen until the last time, where that were not all.
    reaching : dict of group to (int, int)
        Of each group, how many were seen until then, and how many there are; empty where all were, or rows are gone.
    ends : bool
        Whether the last time is the last of all.
    """

    rates: Marginal
    outcomes: Marginal
    others: tuple[str, ...]
    joint: tuple[Finding, ...] = ()
    reached: str = ""
    reaching: Mapping[Group, tuple[int, int]] = field(default_factory=dict)
    ends: bool = True

    @property
    def last(self) -> float:
        """The last time at which they are compared."""
        return max(finding.at for finding in self.outcomes.findings)  # type: ignore[type-var, return-value]

    @property
    def first(self) -> float:
        """The first time at which they are compared; the last where there is but one."""
        return min(finding.at for finding in self.outcomes.findings)  # type: ignore[type-var, return-value]

    def group_rates(self) -> Iterator[Finding]:
        """The rate of each group."""
        yield from (one for one in self.rates.findings if one.kind is Kind.SLOPE)

    def differences(self) -> Iterator[Finding]:
        """Of each group from the reference: in the rate, then in the outcome at the last time and at the first."""
        yield from (one for one in self.rates.findings if one.kind is Kind.SLOPE_DIFFERENCE)
        for time in dict.fromkeys((self.last, self.first)):
            for one in self.outcomes.findings:
                if one.kind is Kind.MEAN_DIFFERENCE and one.at == time:
                    yield one


def compared(
    fit: FittedModel, by: Any, between: tuple[float, float] | None = None, level: float = 0.95, ddf: Any = None
) -> Compared | None:
    """The groups side by side; None where the model cannot put them at the same values of the others.

    That is so for groups that are no predictor of the model themselves, and where there is but one.
    """
    used = predictors_of(fit)
    if by is None or not set(texts_of(by, "by")) <= set(used) or len(groups(fit, by)) < 2:
        return None
    times = compared_at(fit)
    try:
        rates = slopes(fit, by, between, differences="reference", ddf=ddf, level=level)
        outcomes = means(fit, times, by, differences="reference", ddf=ddf, level=level)
    except GrowthCurvesError:
        return None
    others = tuple(name for name in used if name not in texts_of(by, "by"))
    asked = ((Kind.RATES_ALIKE_P, rates), (Kind.OUTCOMES_ALIKE_P, outcomes))
    tests = [test for kind, answer in asked for test in alike(fit, kind, answer, ddf)]
    ends = fit.time_facts is None or times[-1] == fit.time_facts.last
    told = reached(fit, times[-1])
    return Compared(rates, outcomes, others, tuple(tests), told, _reaching(fit, by, times[-1]) if told else {}, ends)


def _reaching(fit: FittedModel, by: Any, time: float) -> dict[Group, tuple[int, int]]:
    """Of each group, how many were seen at a time or later, and how many there are; nothing where rows are gone."""
    if isinstance(fit.panel, SavedPanel):
        if fit.panel.last_of is None:
            return {}
        longest = fit.panel.last_of()
    else:
        longest = np.full(fit.panel.persons.count, -np.inf)
        np.maximum.at(longest, fit.panel.persons.codes, fit.times)
    parts = ((group, persons) for group, persons in groups(fit, by) if group is not None)
    return {group: (int((longest[persons] >= time).sum()), len(persons)) for group, persons in parts}


def adjusted_findings(found: Compared) -> list[Finding]:
    """Joint tests and differences as findings of the report: of the rate, of the outcome at the last time and first."""
    note = f"adjusted for {', '.join(found.others)}" if found.others else ""
    return [
        *found.joint,
        *(
            replace(one, kind=Kind.RATE_DIFFERENCE, at=None, note=note)
            if one.kind is Kind.SLOPE_DIFFERENCE
            else replace(one, kind=Kind.OUTCOME_DIFFERENCE, note=note)
            for one in found.differences()
        ),
    ]


def predictors_of(fit: FittedModel) -> list[str]:
    """The columns that predict growth parameters."""
    return list(dict.fromkeys(name for columns in fit.recipe.predictors.values() for name in columns.used))


def arm_of(fit: FittedModel) -> str | None:
    """The one column of a few categories that predicts the rate of change; None where there are none or several."""
    rates = [columns for name, columns in fit.recipe.predictors.items() if name != "intercept"]
    found = {name: columns.levels[name] for columns in rates for name in columns.levels if name in columns.used}
    if not fit.recipe.shape.changes or len(found) != 1:
        return None
    ((name, levels),) = found.items()
    return name if len(levels) <= MOST_ARMS else None
