"""Joint tests that three and more groups are alike: in their rates, and in their means at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import f_tail
from growthcurves.results.effects.coefficients import joint_test
from growthcurves.results.effects.means import Marginal
from growthcurves.results.tables.printing import number


def alike(fit: FittedModel, kind: Kind, answer: Marginal, ddf: Any) -> Iterator[Finding]:
    """The joint tests that three and more groups have one rate, or one mean at each time, the last time first.

    Means of a family on the scale of its outcome are compared on that of the linear predictor, where their intervals
    are made: with a log link that is a test of ratios, and every mean moves with the variances, too.
    """
    own = [one for one in answer.findings if one.of is None]
    for time in dict.fromkeys(one.at for one in reversed(own)):
        places = [place for place, one in enumerate(own) if one.at == time]
        if len(places) < 3 or not answer.rows.estimable[places].all():
            continue
        statistic, num, den, p = _test(fit, answer, places, ddf)
        if not np.isfinite(statistic):
            continue
        found = Finding(kind, p, df=den, statistic=statistic, p_value=p, note=_text(statistic, num, den))
        yield found if kind is Kind.RATES_ALIKE_P else replace(found, at=time)


def _test(fit: FittedModel, answer: Marginal, places: list[int], ddf: Any) -> tuple[float, int, float, float]:
    """F, its degrees of freedom, p."""
    if answer.scale == "response":
        statistic, num, den = answer.source.alike(places)
        if np.isfinite(statistic):  # else the linear predictor tells, which a variance on its boundary does not move
            return statistic, num, den, f_tail(statistic, num, den)
    rows = answer.rows.over_kept[places]
    away = answer.rows.added[places]
    test = joint_test(fit, rows[1:] - rows[0], away[0] - away[1:], ddf)
    return test.statistic, test.df_num, test.df_den, test.p_value


def _text(statistic: float, num: int, den: float) -> str:
    """"F(2, 60.1) = 4.31"; with infinite degrees of freedom the chi-square that it is then."""
    if np.isinf(den):
        return f"chi-square({num}) = {number(num * statistic, 3)}"
    return f"F({num}, {den:.4g}) = {number(statistic, 3)}"
