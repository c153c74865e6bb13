"""Equivalence and non-inferiority: whether an effect lies within margins that were set before."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import finite_number, shown_value
from growthcurves.numerics.distributions import t_tail
from growthcurves.output.styles import p_equals
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.coefficients import linear_functions
from growthcurves.results.effects.fixed_tests import combinations
from growthcurves.results.tables.answer import TIDY, Answer, text_table
from growthcurves.results.tables.printing import number, p_text

BETTER = ("higher", "lower")


@dataclass(frozen=True, eq=False, repr=False)
class MarginTest(Answer):
    """A test against margins.

    Attributes
    ----------
    table : DataFrame
        Tidy, one row; statistic and p_value are those of the margin that is nearer to being crossed, the interval is
        the one that decides. Further columns: margin_low, margin_high.
    p_value : float
    shown : bool
        Whether p is below alpha: equivalence or non-inferiority is shown.
    sentence, ddf : str
    """

    p_value: float
    shown: bool
    sentence: str
    ddf: str

    def __str__(self) -> str:
        return f"{self.sentence}\nDegrees of freedom: {self.ddf}."

    def _blocks(self) -> tuple[Block, ...]:
        return (self.sentence, text_table(self.table), f"Degrees of freedom: {self.ddf}.")

    def to_dict(self) -> dict[str, Any]:
        own = {"p_value": self.p_value, "shown": self.shown, "sentence": self.sentence, "ddf": self.ddf}
        return {**super().to_dict(), **own}


def equivalence(
    fit: FittedModel,
    effect: Any,
    margin: float | tuple[float, float],
    alpha: float = 0.05,
    of: Any = None,
    ddf: Any = None,
) -> MarginTest:
    """Whether an effect lies within margins, by two one-sided tests; see `GrowthFit.equivalence`."""
    low, high = _margins(margin)
    name, row = _one_row(fit, effect, of, ddf, 1.0 - 2.0 * _checked_alpha(alpha, 0.5))
    tails = [(_t(row, low), 1.0), (_t(row, high), -1.0)]
    p, t = max((t_tail(side * t, row["df"]), t) for t, side in tails)
    interval = f"{100 * (1 - 2 * alpha):g} % interval {number(row['conf_low'])} to {number(row['conf_high'])}"
    verb = "lies" if p < alpha else "is not shown to lie"
    sentence = f"{name} {verb} between {number(low)} and {number(high)}: {p_equals(p_text(p))}, {interval}."
    return _answer(fit, row, t, p, (low, high), alpha, sentence, ddf)


def noninferiority(
    fit: FittedModel,
    effect: Any,
    margin: float,
    better: str = "higher",
    alpha: float = 0.025,
    of: Any = None,
    ddf: Any = None,
) -> MarginTest:
    """Whether an effect is not worse than a margin, by a one-sided test; see `GrowthFit.noninferiority`."""
    if not among(better, BETTER):
        raise ModelError(unknown("direction (for better=)", better, BETTER))
    what = "margin= is how much worse still counts as not inferior, zero or more"
    if finite_number(margin, what) < 0:
        raise ModelError(f"{what}, not {shown_value(margin)}.")
    name, row = _one_row(fit, effect, of, ddf, 1.0 - 2.0 * _checked_alpha(alpha, 0.5))
    sign = 1.0 if better == "higher" else -1.0
    bound = -sign * float(margin)
    t = _t(row, bound)
    p = t_tail(sign * t, row["df"])
    row[["conf_low", "conf_high"]] = (row["conf_low"], np.inf) if sign > 0 else (-np.inf, row["conf_high"])
    end = number(row["conf_low"] if sign > 0 else row["conf_high"])
    side = "above" if sign > 0 else "below"
    verb = "lies" if p < alpha else "is not shown to lie"
    bounded = f"one-sided {100 * (1 - alpha):g} % bound {end}"
    text = f"{name} {verb} {side} {number(bound)}: {p_equals(p_text(p))}, {bounded}."
    return _answer(fit, row, t, p, (bound, np.inf) if sign > 0 else (-np.inf, bound), alpha, text, ddf)


def _t(row: pd.Series, value: float) -> float:
    return float((row["estimate"] - value) / row["std_error"])


def _one_row(fit: FittedModel, effect: Any, of: Any, ddf: Any, level: float) -> tuple[str, pd.Series]:
    names, L, constant = combinations(fit, effect, of)
    if len(names) != 1:
        raise ModelError(f"One effect at a time has margins; these are {len(names)}: {'; '.join(names)}.")
    table = linear_functions(fit, L, names, ddf, level, constant)
    return names[0], table.iloc[0].copy()


def _margins(margin: Any) -> tuple[float, float]:
    what = "margin= is a positive number, or a lower and an upper margin"
    several = isinstance(margin, (list, tuple)) or getattr(margin, "ndim", 0) == 1
    values = [finite_number(value, what) for value in (margin if several else [margin])]
    low, high = (-abs(values[0]), values[0]) if len(values) == 1 else (values[:2] if len(values) == 2 else (0.0, 0.0))
    if not low < high:
        raise ModelError(f"{what}, not {shown_value(margin)}.")
    return low, high


def _checked_alpha(alpha: float, most: float) -> float:
    number = isinstance(alpha, Real) and not isinstance(alpha, bool)
    if not number or not 0.0 < alpha < most:
        raise ModelError(f"alpha= is a one-sided error rate below {most:g}, such as 0.05, not {shown_value(alpha)}.")
    return alpha


def _answer(
    fit: FittedModel,
    row: pd.Series,
    t: float,
    p: float,
    margins: tuple[float, float],
    alpha: float,
    sentence: str,
    ddf: Any,
) -> MarginTest:
    row = row.copy()
    row["statistic"], row["p_value"] = t, p
    table = pd.DataFrame([row[TIDY].to_list()], columns=TIDY)
    table["margin_low"], table["margin_high"] = margins
    table["label"] = row["label"]
    return MarginTest(table, p, p < alpha, sentence, ddf_of(ddf, fit).label)
