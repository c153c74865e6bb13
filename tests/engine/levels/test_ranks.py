"""Ranks of [X Z] by level are those of the matrix itself, by its singular values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.results.questions.design_rows import own_rows


@pytest.fixture(scope="module")
def table():
    """Persons of one to six rows at times of their own, in sites whose columns lie in those of persons."""
    rng = np.random.default_rng(4)
    sizes = rng.integers(1, 7, 240)
    who = np.repeat(np.arange(240), sizes)
    day = np.concatenate([np.arange(size) for size in sizes]) + rng.uniform(0, 0.3, len(who)).round(2)
    site, arm = rng.integers(0, 20, 240)[who], np.array(["a", "b", "c"])[rng.integers(0, 3, 240)][who]
    table = pd.DataFrame({"who": who, "day": day, "site": site, "arm": arm})
    level = rng.normal(0, 2, 240)[who] + rng.normal(0, 1, 20)[site]
    return table.assign(score=20 + level + day + rng.normal(0, 1.5, len(who)))


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_ranks_of_levels(table):
    fit = gc.fit("score ~ day + arm + (day | site/who)", table)
    X, day = own_rows(fit).X, table["day"].to_numpy()
    sites, persons = (1.0 * (table[name].to_numpy()[:, None] == table[name].unique()) for name in ("site", "who"))
    columns = [X, sites, sites * day[:, None], persons, persons * day[:, None]]
    ranks = [int(np.linalg.matrix_rank(np.column_stack(columns[: k + 1]))) for k in range(5)]
    assert fit.estimates.ranks() == [ranks[2:], ranks[:3]]
