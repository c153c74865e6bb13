"""Units above persons against lme4, lmerTest and pbkrtest: tests/reference/make_levels.R.

Deviances agree to 1e-6 or lie below; standard errors to 1e-4, degrees of freedom to 1e-3 (relative), which is
by how much R's own optimum moves with its optimiser.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import reference_values

import growthcurves as gc

CASES = {case["case"]: case for case in reference_values.cases("levels")}


def fitted(case):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        formula = case["formula"].replace("as.formula", "")
        return gc.fit(formula, reference_values.table(case["data"]), "reml" if case["reml"] else "ml", time="grade")


@pytest.fixture(scope="module")
def fits():
    return {name: fitted(case) for name, case in CASES.items()}


def ours(names, fit):
    """R's names of fixed effects as ours; what varies within persons has the name that it has in R."""
    found = []
    for name in names:
        parts = [part for part in name.split(":") if part != "grade"]
        owner = "slope" if "grade" in name.split(":") else "intercept"
        rest = ":".join(part for part in parts if part != "(Intercept)")
        own = f"{owner}:{rest}" if rest else owner
        found.append(own if own in fit.params.index else name)
    return found


@pytest.mark.parametrize("name", CASES)
def test_deviance_estimates_and_errors(name, fits):
    fit, case = fits[name], CASES[name]
    assert fit.deviance <= case["deviance"] + 1e-6
    assert fit.deviance == pytest.approx(case["deviance"], abs=2e-5)
    assert fit.certificate.converged and fit.certificate.singular == case["singular"]
    names = ours(case["beta"], fit)
    assert fit.params[names].to_numpy() == pytest.approx(list(case["beta"].values()), rel=1e-5, abs=1e-5)
    assert fit.bse[names].to_numpy() == pytest.approx(list(case["se"].values()), rel=1e-4)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case["singular"]])
def test_satterthwaite_is_lmertests(name, fits):
    fit, case = fits[name], CASES[name]
    table = fit.fixed_effects(ddf="satterthwaite").set_index("term")
    assert table.loc[ours(case["df"], fit), "df"].to_numpy() == pytest.approx(list(case["df"].values()), rel=1e-3)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if "kr_df" in case and not case["singular"]])
def test_kenward_roger_is_pbkrtests(name, fits):
    fit, case = fits[name], CASES[name]
    table = fit.fixed_effects(ddf="kenward-roger").set_index("term")
    rows = table.loc[ours(case["kr_df"], fit)]
    assert rows["std_error"].to_numpy() == pytest.approx(list(case["kr_se"].values()), rel=1e-4)
    assert rows["df"].to_numpy() == pytest.approx(list(case["kr_df"].values()), rel=2e-3)


@pytest.mark.parametrize("name", CASES)
def test_variances_are_lme4s(name, fits):
    table = fits[name].variance_components("wald").set_index("term")["estimate"]
    for row in CASES[name]["components"]:
        if row["grp"] == "Residual":
            term = "sd:residual"
        else:
            unit = next(one for one in ("pupil", "class", "school") if row["grp"].startswith(one))
            mark = "" if unit == "pupil" or "pupil" not in CASES[name]["formula"] else f"|{unit}"
            pair = (row["var1"], row.get("var2"))
            called = [{"(Intercept)": "intercept", "grade": "slope"}.get(one, one) for one in pair if one]
            term = ("cor:" if len(called) == 2 else "sd:") + ",".join(called) + mark
        assert table[term] == pytest.approx(row["sdcor"], rel=2e-4, abs=2e-4), term


def test_the_dense_likelihood_is_the_criterion(fits):
    """-2 log likelihood of V = sum of Z G Z' + sigma^2 I, over all rows at once."""
    fit = fits["own-three-ml"]
    data = reference_values.table("levels_own.csv")
    point = fit.variance_components("wald").set_index("term")["estimate"]
    grade, n = data["grade"].to_numpy(), len(data)
    V = point["sd:residual"] ** 2 * np.eye(n)
    for unit, mark, names in (("pupil", "", ("intercept", "slope")), ("class", "|class", ("intercept",)),
                              ("school", "|school", ("intercept", "slope"))):  # fmt: skip
        sds = np.array([point[f"sd:{name}{mark}"] for name in names])
        G = np.diag(sds**2)
        if len(names) == 2:
            G[0, 1] = G[1, 0] = point[f"cor:intercept,slope{mark}"] * sds.prod()
        Z = np.column_stack([np.ones(n), grade])[:, : len(names)]
        same = data[unit].to_numpy()[:, None] == data[unit].to_numpy()
        V += (Z @ G @ Z.T) * same
    X = np.column_stack([np.ones(n), grade, data["private"], data["poor"], grade * data["private"]])
    beta = fit.params[["intercept", "slope", "intercept:private", "intercept:poor", "slope:private"]].to_numpy()
    rest = data["y"].to_numpy() - X @ beta
    dense = n * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + rest @ np.linalg.solve(V, rest)
    assert fit.deviance == pytest.approx(dense, rel=1e-9)


@pytest.mark.parametrize("name", ["waves-slopes-reml", "own-three-ml", "waves-three-reml"])
def test_a_known_persons_curve_has_the_effects_of_all_units(name, fits):
    """Fitted values of lme4: X beta and the conditional modes of pupil, class and school."""
    fit, case = fits[name], CASES[name]
    data = reference_values.table(case["data"])
    grade = data["grade"].to_numpy()
    beta = case["beta"]
    fixed = beta["(Intercept)"] + beta["private"] * data["private"] + beta["poor"] * data["poor"]
    expected = (fixed + beta["grade"] * grade + beta["grade:private"] * grade * data["private"]).to_numpy()
    for unit, found in case["units"].items():
        rows = {str(one): values for one, values in zip(found["id"], found["values"], strict=True)}
        effects = np.array([rows[str(one)] for one in data[unit.split(":")[0]]])
        expected = expected + effects[:, 0] + (effects[:, 1] * grade if effects.shape[1] > 1 else 0.0)
    assert fit.fittedvalues.to_numpy() == pytest.approx(expected, abs=2e-3)


def test_the_error_of_a_known_persons_curve_is_dense(fits):
    """Henderson (1975) over all rows at once: u of pupils and schools together, beta estimated."""
    fit, data = fits["waves-slopes-reml"], reference_values.table("levels_waves.csv")
    sd, n = fit.variance_components("wald").set_index("term")["estimate"], len(data)
    basis, cross = np.column_stack([np.ones(n), data["grade"]]), np.zeros((n, n))
    for unit, mark in (("pupil", ""), ("school", "|school")):
        sds = np.array([sd[f"sd:intercept{mark}"], sd[f"sd:slope{mark}"]])
        G = np.diag(sds**2)
        G[0, 1] = G[1, 0] = sd[f"cor:intercept,slope{mark}"] * sds.prod()
        cross += basis @ G @ basis.T * (data[unit].to_numpy()[:, None] == data[unit].to_numpy())
    V = cross + sd["sd:residual"] ** 2 * np.eye(n)
    X = np.column_stack([basis, data["private"], data["poor"], data["grade"] * data["private"]])
    weight = np.linalg.solve(V, cross)
    moved = X - weight.T @ X
    variance = np.diag(moved @ np.linalg.solve(X.T @ np.linalg.solve(V, X), moved.T) + cross - weight.T @ cross)
    found = fit.predict(interval="confidence")["std_error"].to_numpy()
    assert found == pytest.approx(np.sqrt(variance), rel=1e-6)


@pytest.mark.parametrize(("kind", "errors", "df"), [
    ("CR0", [0.628, 0.209, 0.747, 0.275, 0.282], [7.40, 6.99, 11.13, 12.53, 11.14]),
    ("CR1", [0.652, 0.217, 0.775, 0.285, 0.292], [7.40, 6.99, 11.13, 12.53, 11.14]),
    ("CR2", [0.675, 0.223, 0.805, 0.285, 0.304], [7.38, 6.99, 10.99, 12.47, 10.99]),
])  # fmt: skip
def test_robust_errors_are_clubsandwichs_by_school(kind, errors, df, fits):
    """coef_test(lmer, vcov = kind, cluster = school, test = "Satterthwaite"), as it prints them."""
    table = fits["waves-slopes-reml"].fixed_effects(ddf=gc.Robust(kind)).set_index("term")
    rows = table.loc[["intercept", "slope", "intercept:private", "intercept:poor", "slope:private"]]
    assert rows["std_error"].to_numpy() == pytest.approx(errors, abs=5.1e-4)
    assert rows["df"].to_numpy() == pytest.approx(df, abs=5.1e-3)
