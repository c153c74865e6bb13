"""Lines of the change report: a quantity with its standard error, interval and note."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from growthcurves.fitted import FittedModel
from growthcurves.results.delta import Estimate, Function
from growthcurves.results.rates import Rate

NAN = float("nan")
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
    measure : function of (function of (beta, G, sigma2), scale) giving an Estimate
        How intervals are made.
    """

    fit: FittedModel
    rate: Rate
    threshold: float
    at: Any
    level: float
    measure: Callable[[Function, str], Estimate]


def line(quantity: str, value: Estimate, note: str = "", df: float = NAN) -> list:
    """A quantity with its interval."""
    return [quantity, value.estimate, value.std_error, df, value.conf_low, value.conf_high, note]


def plain(quantity: str, value: float, note: str = "") -> list:
    """A quantity without one."""
    return [quantity, value, NAN, NAN, NAN, NAN, note]
