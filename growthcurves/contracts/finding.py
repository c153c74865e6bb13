"""A number that was found, known by fields and never by the words that print it.

Tables and sentences are views of findings: their texts are made last and are not read back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from math import isclose
from typing import Any, NamedTuple

NAN = float("nan")

#: Whose a number is, where it is no average: how persons differ, or how single measurements scatter about them.
PERSON, RESIDUAL = "person", "residual"
#: What belongs to the family of outcomes: a dispersion, thresholds between categories.
FAMILY = "family"


class Kind(Enum):
    """What a number is; the fields of `Finding` say of whom, when and of what."""

    # the change report
    PERSONS = auto()
    MEAN_RATE = auto()
    RATE_DIFFERENCE = auto()
    OUTCOME_DIFFERENCE = auto()
    RATES_ALIKE_P = auto()
    OUTCOMES_ALIKE_P = auto()
    MIDDLE_LOW = auto()
    MIDDLE_HIGH = auto()
    SHARE_ABOVE = auto()
    SHARE_ABOVE_EB = auto()
    SHARE_ABOVE_OLS = auto()
    SD_OF_RATES = auto()
    SD_OF_RATES_BEFORE_PREDICTORS = auto()
    SHARE_OF_RATE_VARIANCE = auto()
    RATE_VARIANCE_EXPLAINED = auto()
    RELIABILITY = auto()
    RATE_VARIANCE_RATIO = auto()
    RATE_VARIANCE_P_MIXTURE = auto()
    RATE_VARIANCE_P_NAIVE = auto()
    CORRELATION_WITH_STATUS = auto()
    TIME_OF_LEAST_SPREAD = auto()
    ICC = auto()
    # parameters of the model
    FIXED_EFFECT = auto()
    SD = auto()
    CORRELATION = auto()
    PARAMETER = auto()
    VARIANCE = auto()
    COVARIANCE = auto()
    # estimated means and rates
    MEAN = auto()
    SLOPE = auto()
    MEAN_DIFFERENCE = auto()
    SLOPE_DIFFERENCE = auto()
    # explained variance, and what models are compared by
    SQUARED_CORRELATION = auto()
    VARIANCE_DROP = auto()
    OUTCOME_DROP = auto()
    SHARE_MARGINAL = auto()
    SHARE_CONDITIONAL = auto()
    SHARE_OF_TOTAL = auto()
    SHARE_WITHIN = auto()
    SHARE_BETWEEN = auto()
    CRITERION = auto()


class Caveat(Enum):
    """What kind of thing the note of a finding says, where its words depend on it."""

    NOT_DETERMINED = auto()
    SAME_BY_ASSUMPTION = auto()
    UNADJUSTED = auto()
    EXTRAPOLATION = auto()
    JUST_OUTSIDE = auto()
    BY_ASSUMPTION = auto()
    WITHHELD = auto()
    NO_SPREAD = auto()
    UNSETTLED = auto()


class Level(NamedTuple):
    """A level of a grouping column: any value, the empty text too."""

    column: str
    value: Any


#: One level of each grouping column.
Group = tuple[Level, ...]


@dataclass(frozen=True)
class Finding:
    """A number with its uncertainty.

    Attributes
    ----------
    kind : Kind
    value : float
    unit : str
        Whose variation it is about, `PERSON`, `RESIDUAL` or the column of units above persons; empty for averages and
        for what is about the whole model.
    group : Group or None
        Of whom; None for everybody.
    at : float, pair of float, or None
        When: a time, or a period by its ends. None where there is but one, or where it does not depend on time.
    of : hashable
        Of what, or against what, as `Kind` needs it: the reference group, a predictor, growth parameters.
    std_error, df, statistic, p_value, p_adjusted, conf_low, conf_high : float
        NaN where it has none.
    note : str
        What is special of it, for a reader.
    caveat : Caveat or None
    no_interval : str
        Why its interval is missing, or what is special of that.
    """

    kind: Kind
    value: float
    unit: str = ""
    group: Group | None = None
    at: float | tuple[float, float] | None = None
    of: Any = None
    std_error: float = NAN
    df: float = NAN
    statistic: float = NAN
    p_value: float = NAN
    p_adjusted: float = NAN
    conf_low: float = NAN
    conf_high: float = NAN
    note: str = ""
    caveat: Caveat | None = None
    no_interval: str = ""

    @property
    def notes(self) -> str:
        """What is special of the number and of its interval, as tables say it."""
        return "; ".join(filter(None, (self.note, self.no_interval)))

    @property
    def identity(self) -> tuple[Any, ...]:
        """What the number is, whatever its value."""
        return self.kind, self.unit, self.group, self.at, self.of

    @property
    def known(self) -> bool:
        """Whether there is a number: it is not withheld."""
        return self.value == self.value

    @property
    def stated(self) -> bool:
        """Whether words and pictures may state it: there is a number, and it is known well enough."""
        return self.known and self.caveat is not Caveat.UNSETTLED

    @property
    def lacks_interval(self) -> bool:
        """Whether there is a number whose interval the method could not give, and the reason."""
        return self.known and bool(self.no_interval) and not self.has_interval

    @property
    def has_interval(self) -> bool:
        """Whether both ends of an interval are there."""
        return self.conf_low == self.conf_low and self.conf_high == self.conf_high


class Findings:
    """Findings to be asked by kind, in their order.

    Examples
    --------
    >>> found = Findings([Finding(Kind.ICC, 0.5, at=0.0), Finding(Kind.ICC, 0.7, at=4.0), Finding(Kind.PERSONS, 18.0)])
    >>> [finding.value for finding in found.all(Kind.ICC)], found.one(Kind.PERSONS).value, found.one(Kind.SD) is None
    ([0.5, 0.7], 18.0, True)
    """

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._findings = tuple(findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self._findings)

    def where(self, wanted: Callable[[Finding], bool]) -> Findings:
        """Those that a function says yes to."""
        return Findings(filter(wanted, self._findings))

    def about(self, group: Group | None) -> Findings:
        """Those about a group; about everybody for None."""
        return self.where(lambda finding: finding.group == group)

    def all(self, kind: Kind) -> list[Finding]:
        """All of a kind."""
        return [finding for finding in self._findings if finding.kind is kind]

    def one(self, kind: Kind) -> Finding | None:
        """The one of a kind that is at no time in particular; None where there is none."""
        return next((finding for finding in self.all(kind) if finding.at is None), None)


def same_at_all_times(findings: Sequence[Finding]) -> bool:
    """Whether findings at several times are one and the same number, to more digits than anybody is shown.

    Examples
    --------
    >>> same_at_all_times([Finding(Kind.ICC, 0.5, at=0.0), Finding(Kind.ICC, 0.5, at=4.0)])
    True
    >>> same_at_all_times([Finding(Kind.ICC, 0.5, at=0.0), Finding(Kind.ICC, 0.7, at=4.0)])
    False
    """
    numbers = [(one.value, one.conf_low, one.conf_high) for one in findings]
    return len(numbers) > 1 and all(
        isclose(number, first, rel_tol=1e-9) or number != number and first != first
        for one in numbers for number, first in zip(one, numbers[0], strict=True)
    )  # fmt: skip
