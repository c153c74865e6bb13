"""Lines of the change report: a quantity with its standard error, interval and note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from growthcurves.engine.estimates import Function, FunctionOf, Quantity
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.delta import Estimate
from growthcurves.results.intervals.measure import Measured, measured
from growthcurves.results.questions.rates import Rate

NAN = float("nan")
NOT_DETERMINED = "withheld: the data do not determine it"
COLUMNS = ["group", "quantity", "estimate", "std_error", "df", "conf_low", "conf_high", "note"]


@dataclass(frozen=True, eq=False)
class Question:
    """What a change report was asked.

    Attributes
    ----------
    fit : FittedModel
    rate : Rate
        The average rate.
    threshold : float
        Rate above which persons are counted.
    at : array or None
        Times that were asked for.
    level : float
    method : interval method
        How intervals are made.
    """

    fit: FittedModel
    rate: Rate
    threshold: float
    at: Any
    level: float
    method: Any

    def measure(self, function: Function, scale: str) -> Measured:
        """A function of a point with its interval."""
        return self.measured(FunctionOf(function, scale))

    def measured(self, quantity: Quantity) -> Measured:
        """A quantity with its interval."""
        return measured(self.fit, self.method, quantity, self.level)


def line(quantity: str, value: Estimate | Measured, note: str = "", df: float = NAN) -> list:
    """A quantity with its interval, and what is special of both."""
    notes = [text for text in (note, getattr(value, "note", "")) if text]
    return [quantity, value.estimate, value.std_error, df, value.conf_low, value.conf_high, "; ".join(notes)]


def plain(quantity: str, value: float, note: str = "") -> list:
    """A quantity without one."""
    return [quantity, value, NAN, NAN, NAN, NAN, note]
