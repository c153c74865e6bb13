"""Leaving out each person, each unit above persons or each occasion: fits without, lme4's influence(), and lmer."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, IdentificationWarning, ModelError, NotAvailableError, NotEstimableError

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
    those, all_of_them = (one.variance_components("wald")["estimate"] for one in (without, with_all))
    parts.append((those - all_of_them).to_numpy())
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


@pytest.fixture(scope="module")
def sleep():
    return gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))


def test_as_lme4_has_it(sleep):
    """lme4's dfbeta and Cook's distance, whose divisor is p n / (n - p) (reference/influence.R)."""
    wanted = json.loads(REFERENCE.read_text())
    table = sleep.influence()
    assert table["change_intercept"].to_list() == pytest.approx(wanted["intercept"], abs=2e-3)
    assert table["change_slope"].to_list() == pytest.approx(wanted["slope"], abs=5e-4)
    n, p = len(table), 2
    assert (table["cook"] * (n - p) / n).to_list() == pytest.approx(wanted["cook"], rel=2e-3)


def test_refits_of_lmer(sleep):
    """lmer by bobyqa, which is right to some 1e-5 (reference/influence.R)."""
    wanted = json.loads(REFERENCE.read_text())
    persons, occasions = sleep.influence(), sleep.influence_of_occasions([308, 332])
    assert occasions.index.names == ["subject", "day"] and occasions.index[:2].to_list() == [(308, 0.0), (308, 1.0)]
    for table, changes in ((persons, wanted["subjects"]), (occasions, wanted["rows"])):
        mine = table.filter(like="change_").to_numpy(float)
        np.testing.assert_allclose(mine, np.array(changes), rtol=1e-4, atol=2e-4)


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
    ratio = np.linalg.det(again.cov_params().to_numpy()) / np.linalg.det(family.cov_params().to_numpy())
    assert table.loc[who, "covratio"] == pytest.approx(ratio, rel=1e-4)


OCCASIONS = {
    "alone": ("depression ~ week * arm + (week | patient)", {}),
    "sites": ("depression ~ week * arm + (week | site/patient)", {}),
    "ar1": ("depression ~ week + (1 | patient)", {"residual": "ar1"}),
    "ar1 in sites": ("depression ~ week + (1 | site/patient)", {"residual": "ar1"}),
    "crossed": ("depression ~ week + (1 | patient) + (1 | rater)", {}),
    "counts": ("points ~ week + (1 | patient)", {"family": "poisson"}),
}


@pytest.mark.parametrize("name", OCCASIONS)
def test_each_occasion_is_the_fit_of_the_other_rows(trial, name):
    some = trial[trial["patient"].isin(trial["patient"].unique()[:40])]
    some = some.assign(points=(some["depression"] / 4).round(), rater=np.arange(len(some)) % 6)
    formula, options = OCCASIONS[name]
    fit = gc.fit(formula, some, time="week", **options)
    table = fit.influence_of_occasions(some["patient"].iloc[[0, 8]])
    assert len(table) == some["patient"].isin(some["patient"].iloc[[0, 8]]).sum()
    patient, week = table["cook"].idxmax()
    without = gc.fit(formula, some[(some["patient"] != patient) | (some["week"] != week)], time="week", **options)
    expected = fits_apart(fit, without)
    np.testing.assert_allclose(changed(table, (patient, week))[: len(expected)], expected, atol=1e-6)


def test_the_persons_of_greatest_distance_are_the_default(sleep):
    table = sleep.influence_of_occasions(most=3)
    most = sleep.influence()["cook"].nlargest(3).index
    assert table.index.get_level_values("subject").unique().to_list() == most.to_list()


def test_a_person_seen_once_leaves_with_the_occasion():
    data = gc.load_dataset("sleepstudy")
    data = data[(data["subject"] != 308) | (data["day"] == 3)]
    fit = gc.fit("reaction ~ day + (1 | subject)", data)
    occasion, person = fit.influence_of_occasions(308), fit.influence().loc[[308]]
    np.testing.assert_allclose(occasion.filter(like="change_"), person.filter(like="change_"), atol=1e-6)


def test_rows_without_time_have_their_labels(sleep):
    fit = gc.fit("reaction ~ 1 + (1 | subject)", sleep.panel.frame[["subject", "reaction"]], time=None)
    assert fit.influence_of_occasions(["308"]).index.to_list()[:2] == [(308, 0), (308, 1)]


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
    crossed = gc.fit("depression ~ week + (1 | site) + (1 | rater)", crossed, time="week")
    with pytest.raises(NotAvailableError, match="crossed"):
        crossed.influence("site")
    with pytest.raises(NotAvailableError, match="name those"):
        crossed.influence_of_occasions()
    with pytest.raises(DataError, match="no person in 'rater'"):
        crossed.influence_of_occasions("s99")
    with pytest.raises(ModelError, match="most= is a number of persons"):
        crossed.influence_of_occasions(most=0)
    with pytest.raises(ModelError, match="people= names nobody"):
        crossed.influence_of_occasions([])
    once = trial.groupby("patient").head(2)
    with pytest.warns(IdentificationWarning):
        fit = gc.fit("depression ~ week + (week | patient)", once[once["week"] <= 2], time="week")
    with pytest.raises(NotEstimableError, match="not identified"):
        fit.influence()
