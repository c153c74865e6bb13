"""Leaving out each person, or each unit above persons: fits without, and lme4's influence()."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import IdentificationWarning, ModelError, NotAvailableError, NotEstimableError

FORMULA = "depression ~ week * arm + (week | site/patient)"
REFERENCE = Path(__file__).parent / "reference" / "influence.json"


@pytest.fixture(scope="module")
def trial():
    data = gc.load_dataset("trial")
    data["site"] = "s" + (data["patient"].str[1:].astype(int) % 8 + 10).astype(str)
    return data[data["patient"].isin(data["patient"].unique()[:120])].reset_index(drop=True)


def changed(table, who):
    return table.loc[who].filter(like="change_").astype(float).to_numpy()


def fits_apart(with_all, without):
    parts = [(without.params - with_all.params).to_numpy()]
    parts.append((without.variance_components()["estimate"] - with_all.variance_components()["estimate"]).to_numpy())
    return np.concatenate(parts)


@pytest.mark.parametrize("unit, column", [("site", "site"), (None, "patient")])
def test_each_row_is_the_fit_without(trial, unit, column):
    fit = gc.fit(FORMULA, trial, time="week")
    table = fit.influence(unit)
    assert table.index.name == column and len(table) == trial[column].nunique()
    assert table["rows"].sum() == len(trial)
    who = table["cook"].idxmax()
    without = gc.fit(FORMULA, trial[trial[column] != who], time="week")
    assert changed(table, who) == pytest.approx(fits_apart(fit, without), abs=1e-7, nan_ok=True)
    apart, spread = (without.params - fit.params).to_numpy(), fit.cov_params().to_numpy()
    assert table.loc[who, "cook"] == pytest.approx(apart @ np.linalg.solve(spread, apart) / len(apart), rel=1e-6)
    ratio = np.linalg.det(without.cov_params().to_numpy()) / np.linalg.det(spread)
    assert table.loc[who, "covratio"] == pytest.approx(ratio, rel=1e-6)


def test_as_lme4_has_it():
    """lme4's dfbeta and Cook's distance, whose divisor is p n / (n - p) (reference/influence.R)."""
    wanted = json.loads(REFERENCE.read_text())
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    table = fit.influence()
    assert table["change_intercept"].to_list() == pytest.approx(wanted["intercept"], abs=2e-3)
    assert table["change_slope"].to_list() == pytest.approx(wanted["slope"], abs=5e-4)
    n, p = len(table), 2
    assert (table["cook"] * (n - p) / n).to_list() == pytest.approx(wanted["cook"], rel=2e-3)


def test_residual_structures_and_families(trial):
    model = gc.GrowthModel(outcome="depression", time="week", id="patient", residual="ar1")
    some = trial[trial["site"].isin(["s10", "s11"])]
    fit, counts = gc.fit(model, some), some.assign(points=(some["depression"] / 4).round())
    table = fit.influence()
    who = table["cook"].idxmax()
    without = gc.fit(model, some[some["patient"] != who])
    assert changed(table, who)[:2] == pytest.approx((without.params - fit.params).to_numpy(), abs=1e-5)
    family = gc.fit("points ~ week + (1 | patient)", counts, family="poisson")
    table = family.influence()
    who = table["cook"].idxmax()
    again = gc.fit("points ~ week + (1 | patient)", counts[counts["patient"] != who], family="poisson")
    assert changed(table, who)[:2] == pytest.approx((again.params - family.params).to_numpy(), abs=1e-5)
    assert "covratio" not in table


def test_a_site_that_alone_has_an_arm_leaves_nothing_to_estimate(trial):
    only = trial.assign(new=(trial["site"] == "s10").astype(float))
    table = gc.fit("depression ~ week + new + (1 | site/patient)", only, time="week").influence("site")
    assert table.loc["s10"].filter(like="change_").isna().all() and np.isnan(table.loc["s10", "cook"])
    assert table.drop("s10").notna().all(axis=None)


def test_what_is_refused(trial):
    with pytest.raises(ModelError, match="no units above persons"):
        gc.fit("depression ~ week + (1 | patient)", trial, time="week").influence("site")
    with pytest.raises(ModelError, match="Did you mean 'site'"):
        gc.fit("depression ~ week + (1 | site/patient)", trial, time="week").influence("sites")
    crossed = trial.assign(rater=np.arange(len(trial)) % 20)
    with pytest.raises(NotAvailableError, match="crossed"):
        gc.fit("depression ~ week + (1 | site) + (1 | rater)", crossed, time="week").influence("site")
    once = trial.groupby("patient").head(2)
    with pytest.warns(IdentificationWarning):
        fit = gc.fit("depression ~ week + (week | patient)", once[once["week"] <= 2], time="week")
    with pytest.raises(NotEstimableError, match="not identified"):
        fit.influence()
