"""Several hypotheses tested on several fits at once: D1 of Li, Raghunathan and Rubin (1991)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import f_tail, two_sided
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.coefficients import joint_test, linear_functions
from growthcurves.results.effects.fixed_tests import FixedTest
from growthcurves.results.pooled.estimates import RULES, pooled_table
from growthcurves.results.pooled.rules import joint
from growthcurves.results.questions.hypotheses import Hypotheses, independent, read_hypotheses
from growthcurves.results.tables.about import said

D1 = "Li, Raghunathan and Rubin 1991, complete data by {}"


def together(fits: Sequence[FittedModel], hypotheses: Any, ddf: Any, level: float) -> FixedTest:
    """Test hypotheses on all fits; see `Pooled.test`."""
    read = read_hypotheses(fits[0], hypotheses)
    table, label = _one_by_one(fits, read, ddf, level), ddf_of(ddf, fits[0]).label
    kept, follows = independent(fits[0], read)
    if len(kept) == 1 and len(table) == 1:
        row = table.iloc[0]
        return FixedTest(table, row["statistic"], 1, row["df"], row["p_value"], RULES.format(label))
    L, rhs = read.L[kept], read.rhs[kept]
    values = np.array([L @ fit.estimates.beta - rhs for fit in fits])
    spreads = np.array([L @ ddf_of(ddf, fit).covariance(fit) @ L.T for fit in fits])
    complete = float(np.mean([joint_test(fit, L, rhs, ddf).df_den for fit in fits]))
    found = joint(values, spreads, complete)
    p_value = f_tail(found.statistic, len(L), found.df)
    return FixedTest(table, found.statistic, len(L), found.df, p_value, D1.format(label), follows)


def _one_by_one(fits: Sequence[FittedModel], read: Hypotheses, ddf: Any, level: float) -> pd.DataFrame:
    """Tidy pooled table of the left sides, tested against their values (column rhs)."""
    table = pooled_table([linear_functions(fit, read.L, read.texts, ddf, level) for fit in fits], level)
    statistic = (table["estimate"] - read.rhs) / table["std_error"]
    p_value = two_sided(statistic.to_numpy(), table["df"].to_numpy())
    return said(table.assign(statistic=statistic, p_value=p_value, rhs=read.rhs), fits[0], level)
