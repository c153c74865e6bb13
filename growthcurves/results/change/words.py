"""The names and numbers that the sentences of a change report share, and how they print them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from growthcurves.contracts.finding import Finding, Findings, Kind
from growthcurves.data.time_words import TimeWords
from growthcurves.data.unit_words import UnitWords, level_words
from growthcurves.data.vocabulary import Vocabulary
from growthcurves.fitted import FittedModel
from growthcurves.output.numbers import percent_text, places_with
from growthcurves.results.questions.rates import is_curved, rate_unit, whole_period
from growthcurves.results.tables.outcome_words import OutcomeWords, outcome_words
from growthcurves.results.tables.printing import number

#: A share this near to none or all is told in words.
NEARLY = 5e-4


@dataclass(frozen=True)
class Words:
    """The names and numbers that sentences share.

    Attributes
    ----------
    outcome, outcome_unit : str
    when : TimeWords
    who : UnitWords
        What those are called of whom the model is.
    vocabulary : Vocabulary
    unit : str
        Of a rate: "points per week", or "per week" where the outcome has none.
    threshold, level : float
    varies : bool
        Whether rates vary.
    over : str
        The period of an average rate of a curve.
    of_outcome : OutcomeWords or None
        The words of a family's outcome.
    whole : str
        That persons are those of all units above them, " of all schools"; empty where there are none.
    """

    outcome: str
    outcome_unit: str
    when: TimeWords
    who: UnitWords
    vocabulary: Vocabulary
    unit: str
    threshold: float
    level: float
    varies: bool
    over: str
    of_outcome: OutcomeWords | None = None
    whole: str = ""

    @property
    def everyone(self) -> str:
        """All persons, whatever their unit: "pupils", or "pupils of all schools"."""
        return f"{self.who.several}{self.whole}"

    @property
    def in_unit(self) -> str:
        """The unit before numbers: ", in points per week," or ", per week,"."""
        return f", {'' if self.unit.startswith('per ') else 'in '}{self.unit},"

    @property
    def rate(self) -> str:
        """How fast: "rate of change", or "slope" where nothing changes over time."""
        return self.vocabulary.said("rate of change")

    @property
    def rates(self) -> str:
        """Several of them, or several averages over the period of a curve."""
        return ("average " if self.over else "") + self.vocabulary.said("rates")


def words(
    fit: FittedModel,
    found: Findings,
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
    outcome, outcome_unit = fit.model.outcome, fit.panel.outcome_unit or ""
    unit = rate_unit(fit) if outcome_unit or fit.family is not None else f"per {fit.when.per}"
    if fit.family is not None:
        outcome, outcome_unit = f"the {fit.family.scale_words.link} of {outcome}", ""
    of_outcome = None if fit.family is None else outcome_words(fit)
    above = list(fit.model.above)
    whole = f" of all {level_words(above[-1]).several}" if above else ""
    return Words(outcome, outcome_unit, fit.when, units_of(fit), fit.vocabulary, unit, threshold, level, varies, over,
                 of_outcome, whole)  # fmt: skip


def units_of(fit: FittedModel) -> UnitWords:
    """What those are called of whom a model is."""
    return fit.vocabulary.who


def together(*values: float, error: float = float("nan")) -> list[str]:
    """Numbers with the same decimals: two digits of their standard error, three where it begins with 1; without a
    standard error three significant digits of the largest."""
    size = error if error == error and error > 0 else max(abs(value) for value in values)
    if not 1e-4 <= size < 1e6:
        return [number(value, 3) for value in values]
    return [f"{value:,.{places_with(error, *values)}f}" for value in values]


def percent(share: float, places: int = 1) -> str:
    """A share in words where its percentage would round to none or all.

    Examples
    --------
    >>> percent(0.961), percent(0.99999), percent(0.00001)
    ('96.1 %', 'nearly all (above 99.9 %)', 'hardly any (below 0.1 %)')
    """
    if share > 1 - NEARLY:
        return "nearly all (above 99.9 %)"
    return "hardly any (below 0.1 %)" if share < NEARLY else f"{percent_text(share, places)} %"


def decimals_of_intervals(findings: Iterable[Finding], scale: float = 1.0) -> int:
    """Decimals, up to four, by which the ends of every interval differ in print; `scale` is 100 for percentages."""
    widths = [scale * (one.conf_high - one.conf_low) for one in findings if one.has_interval]
    narrowest = min((width for width in widths if width > 0.0), default=1.0)
    return min(max(math.ceil(-math.log10(narrowest)), 0), 4)


def share_interval(found: Finding, told: Words) -> str:
    """The interval of a share, its ends never printed as exactly none or all."""
    if not found.has_interval:
        return ""
    ends = dict.fromkeys(map(_end, (found.conf_low, found.conf_high)))
    return f"{told.level * 100:g} % interval {' to '.join(ends)} %"


def _end(share: float) -> str:
    """An end of the interval of a share, in percent: the same words at both ends."""
    if share > 1 - NEARLY:
        return "above 99.9"
    return "below 0.1" if share < NEARLY else percent_text(share)
