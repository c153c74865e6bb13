"""A covariance matrix of random effects in every group: against lme4 (make_by_group.R) and textbook formulas.

Deviances to 1e-6, standard errors and variances to 1e-4 relative (lme4 stops at its optimiser's tolerance).
"""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest
import reference_values

import growthcurves as gc
from growthcurves.errors import ModelError

CASES = reference_values.cases("by_group")


def model(case, *random, **options):
    random = random or ("intercept", "slope")
    return gc.GrowthModel(
        case["outcome"], case["time"], case["id"], predictors=case["group"],
        random=gc.ByGroup(case["group"], *random), **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def trial():
    return CASES["trial REML"], gc.load_dataset("trial")


@pytest.mark.parametrize("name", list(CASES))
def test_lme4(name):
    case = CASES[name]
    data = gc.load_dataset(case["dataset"])
    first = sorted(data[case["group"]].unique())[0]
    fit = gc.fit(model(case, reference={case["group"]: first}, origin=0.0), data, method=case["method"].lower())
    assert fit.deviance == pytest.approx(case["deviance"], abs=1e-6)
    table = fit.fixed_effects().set_index("term")
    order = ["intercept", "slope", *(term for term in table.index if ":" in term)]
    np.testing.assert_allclose(table.loc[order, "std_error"], case["se"], rtol=1e-4)
    parts = fit.variance_components("wald").set_index("term")["estimate"]
    sds = np.array([part for name, part in parts.items() if name.startswith("sd:") and name != "sd:residual"])
    np.testing.assert_allclose(sds.reshape(-1, 2), [block[:2] for block in case["blocks"]], rtol=2e-4)


def test_a_formula_says_the_same(trial):
    case, data = trial
    formula = gc.fit("depression ~ week * arm + (0 + arm + arm:week | patient)", data)
    named = gc.fit(model(case), data)
    assert formula.deviance == pytest.approx(named.deviance, abs=1e-9)
    ours, theirs = named.people(), formula.people()
    pd.testing.assert_frame_equal(ours, theirs, rtol=1e-6)
    assert str(named.change(by="arm")) == str(formula.change(by="arm"))


def test_groups_are_fitted_apart_but_for_the_residual(trial):
    """With the residual variance in common, likelihoods of the groups at its estimate add up; EB lines agree."""
    case, data = trial
    fit = gc.fit(model(case), data, method="ml")
    total = 0.0
    for arm, rows in data.dropna(subset=["depression"]).groupby("arm"):
        parts = fit.variance_components("wald").set_index("term")["estimate"]
        sds = np.array([parts[f"sd:{name}:arm[{arm}]"] for name in ("intercept", "slope")])
        G = np.outer(sds, sds)
        G[0, 1] = G[1, 0] = G[0, 1] * parts[f"cor:intercept:arm[{arm}],slope:arm[{arm}]"]
        line = fit.means(by="arm", at=[0, 1]).table.set_index(["arm", "week"])["estimate"]
        for person, own in rows.groupby("patient"):
            Z = np.column_stack([np.ones(len(own)), own["week"]])
            V = Z @ G @ Z.T + parts["sd:residual"] ** 2 * np.eye(len(own))
            mean = line[(arm, 0)] + (line[(arm, 1)] - line[(arm, 0)]) * own["week"].to_numpy()
            r = own["depression"].to_numpy() - mean
            total += np.linalg.slogdet(2 * np.pi * V)[1] + r @ np.linalg.solve(V, r)
            if person in fit.people().index[:3]:
                u = G @ Z.T @ np.linalg.solve(V, r)
                found = fit.people().loc[person]
                slope = line[(arm, 1)] - line[(arm, 0)] + u[1]
                assert found["eb_slope"] == pytest.approx(slope, rel=1e-6)
    assert fit.deviance == pytest.approx(total, rel=1e-9)


def test_one_matrix_for_all_is_a_special_case(trial):
    """Nothing lies at a boundary: three more parameters, an ordinary chi-square."""
    case, data = trial
    one = gc.GrowthModel(case["outcome"], case["time"], case["id"], predictors="arm")
    text = str(gc.compare(gc.fit(one, data), gc.fit(model(case), data)))
    assert "2 against 1: chi-square 3." in text


def test_answers_are_of_the_own_group(trial, tmp_path):
    case, data = trial
    fit = gc.fit(model(case), data)
    sds = {arm: fit.variance_components("wald").set_index("term")["estimate"][f"sd:slope:arm[{arm}]"]
           for arm in ("drug", "placebo")}  # fmt: skip
    people = fit.people().join(data.drop_duplicates("patient").set_index("patient")["arm"])
    own = people["shrinkage"].dropna()
    residual = fit.variance_components("wald").set_index("term")["estimate"]["sd:residual"] ** 2
    for person in own.index[:40]:
        times = data[(data.patient == person) & data.depression.notna()]["week"]
        tau, v = sds[people.loc[person, "arm"]] ** 2, residual / ((times - times.mean()) ** 2).sum()
        assert own[person] == pytest.approx(tau / (tau + v), rel=1e-9)
    covariance = fit.marginal_covariance(at=[0, 8], by="arm")
    assert len(covariance.matrices) == 2
    path = tmp_path / "fit.json"
    fit.save(path)
    again = gc.load(path)
    pd.testing.assert_frame_equal(again.people(), fit.people())
    assert str(again.change(by="arm")) == str(fit.change(by="arm"))
    new = data[data.patient == data.patient[0]].assign(patient="new")
    np.testing.assert_allclose(again.predict(new, people="average"), fit.predict(new, people="average"))


def test_the_spread_of_rates_is_told_by_group(trial):
    case, data = trial
    fit = gc.fit(model(case), data)
    parts = fit.variance_components().set_index("term")
    report = fit.change(by="arm")
    for arm in ("drug", "placebo"):
        term = f"sd:slope:arm[{arm}]"
        row = report.table[(report.table["quantity"] == "SD of rates") & (report.table["group"] == arm)].iloc[0]
        assert row["estimate"] == pytest.approx(parts.loc[term, "estimate"], rel=1e-12)
        assert row["conf_low"] == pytest.approx(parts.loc[term, "conf_low"], rel=1e-6)
        assert parts.loc[term, "label"] == f"SD of rate of change (arm {arm})"
    told = next(text for text in report.sentences() if "differ: the standard deviation" in text)
    assert "in the placebo group" in told and "in the drug group" in told
    mean = fit.change().value("SD of rates") ** 2
    shares = data.drop_duplicates("patient")["arm"].value_counts(normalize=True)
    variances = {arm: parts.loc[f"sd:slope:arm[{arm}]", "estimate"] ** 2 for arm in shares.index}
    assert mean == pytest.approx(sum(shares[arm] * variances[arm] for arm in shares.index))


def test_origin_of_the_own_slope(trial):
    """Under another origin the intercepts' spread is that of the status there; the fit is the same."""
    case, data = trial
    first, later = (gc.fit(model(case, origin=origin), data) for origin in (0.0, 8.0))
    assert later.deviance == pytest.approx(first.deviance, abs=1e-6)
    V = first.marginal_covariance(at=[8, 12], by="arm").matrices
    for arm in ("drug", "placebo"):
        one = V[(arm,)]
        parts = later.variance_components("wald").set_index("term")["estimate"]
        between = one.to_numpy()[0, 0] - parts["sd:residual"] ** 2
        assert parts[f"sd:intercept:arm[{arm}]"] ** 2 == pytest.approx(between, rel=1e-5)


def test_diagonal_and_other_shapes(trial):
    case, data = trial
    fit = gc.fit(model(case, gc.Diagonal("intercept", "slope")), data)
    assert all(len(block) == 1 for block in fit.recipe.random.blocks) and len(fit.random_names) == 4
    bent = gc.fit(model(case, "intercept", "slope2", shape=gc.Piecewise(knots=[4])), data)
    assert bent.random_names[1] == "slope2:arm[placebo]" and (bent.people()["eb_slope2_se"] > 0).all()


def test_values_are_equal_where_groups_and_names_are():
    one, diagonal = gc.ByGroup("arm", "intercept"), gc.ByGroup("arm", gc.Diagonal("intercept", "slope"))
    assert one == gc.ByGroup("arm", "intercept") and hash(one) == hash(gc.ByGroup("arm", "intercept"))
    assert one != gc.ByGroup("sex", "intercept") and one != gc.ByGroup("arm", "slope")
    assert repr(diagonal) == "ByGroup('arm', Diagonal('intercept', 'slope'))"
    assert pickle.loads(pickle.dumps(diagonal)) == diagonal


@pytest.mark.parametrize("names", [(), ("arm",), (3, "intercept"), ("arm", ["intercept"])])
def test_what_is_no_group_is_refused(names):
    with pytest.raises((ModelError, TypeError), match="ByGroup"):
        gc.ByGroup(*names)


def test_groups_that_change_within_persons_are_no_groups_of_persons(trial):
    case, data = trial
    moving = data.assign(arm=np.where(data.week > 4, "late", "early"))
    with pytest.raises(ModelError, match="'arm' changes within person P001"):
        gc.fit(model(case).replace(predictors=None), moving)


def test_units_that_hold_several_groups_have_the_covariance_of_their_effects():
    """Rates of sites in each arm: lmer(y ~ t * arm + (t | person) + (0 + arm:t | site)), lme4 1.1-31, REML 1293.179705;
    a person is in one arm, and a site's rates in both correlate, .162.
    """
    rng, person, t = np.random.default_rng(11), np.repeat(np.arange(120), 3), np.tile([0.0, 1, 2], 120)
    arm, site, own = person % 2, (person // 2) % 12, rng.normal(size=(120, 2)) * [1, 0.4]
    shared = rng.multivariate_normal([0, 0], [[0.8, 0.3], [0.3, 0.7]], size=12)
    y = own[person, 0] + (1 + own[person, 1] + shared[site, arm]) * t + rng.normal(size=len(person))
    data = pd.DataFrame({"person": person, "t": t, "arm": np.where(arm, "b", "a"), "site": site, "y": y.round(3)})
    fit = gc.fit("y ~ t * arm + (t | person) + (0 + arm:t | site)", data)
    assert fit.deviance == pytest.approx(1293.179705, abs=1e-5)
    assert fit.bse.tolist() == pytest.approx([0.1752460, 0.2478353, 0.2244836, 0.3297488], rel=1e-4)
    parts = fit.variance_components("wald").set_index("term")["estimate"]
    assert parts["cor:arm[a]:t,arm[b]:t|site"] == pytest.approx(0.162, abs=1e-3)
    same = gc.GrowthModel("y", "t", "person", predictors="arm", levels={"site": ("slope:arm",)})
    assert gc.fit(same, data).deviance == pytest.approx(fit.deviance, abs=1e-8)
