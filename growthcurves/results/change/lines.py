"""What the change report was asked, and its numbers as findings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.engine.estimates import Function, FunctionOf, Quantity
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.delta import Estimate
from growthcurves.results.intervals.measure import Measured, about_all, measured
from growthcurves.results.questions.rates import Rate

NAN = float("nan")
NOT_DETERMINED = "withheld: the data do not determine it"


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
    of_components : interval method
        How those of SDs and correlations between persons are.
    ddf : method
        Degrees of freedom of what depends on fixed effects alone.
    """

    fit: FittedModel
    rate: Rate
    threshold: float
    at: Any
    level: float
    method: Any
    of_components: Any
    ddf: Any

    def measure(self, function: Function, scale: str) -> Measured:
        """A function of a point with its interval."""
        return self.measured(FunctionOf(function, scale))

    def measured(self, quantity: Quantity) -> Measured:
        """A quantity with its interval."""
        return measured(self.fit, self.method, quantity, self.level)

    def component(self, quantity: Quantity) -> Measured:
        """An SD or a correlation between persons with its interval."""
        return measured(self.fit, self.of_components, quantity, self.level)

    @property
    def about(self) -> str:
        """How intervals are made, in words."""
        if self.of_components is self.method:
            return about_all(self.fit, self.method)
        return f"{about_all(self.fit, self.method)}; of SDs and correlations {self.of_components.about(self.fit)}"


def found(kind: Kind, value: Estimate | Measured, note: str = "", **fields: Any) -> Finding:
    """A number with its interval, and what is special of both."""
    return Finding(
        kind,
        value.estimate,
        std_error=value.std_error,
        conf_low=value.conf_low,
        conf_high=value.conf_high,
        note=note,
        no_interval=getattr(value, "note", ""),
        **fields,
    )
