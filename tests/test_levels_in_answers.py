"""Answers about persons and the units above them, against the covariance matrix of all rows and published formulas."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import reference_values

import growthcurves as gc
from growthcurves.contracts.finding import Kind
from growthcurves.errors import DataWarning, ModelError, NotEstimableError
from growthcurves.plots.variance_over_time import VarianceOverTime


def fitted(formula, table="levels_waves.csv", **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gc.fit(formula, reference_values.table(table), **options)


@pytest.fixture(scope="module")
def three():
    """Pupils in schools, lines at both levels."""
    return fitted("y ~ grade * poor + (grade | school/pupil)")


@pytest.fixture(scope="module")
def four():
    """Pupils in classes in schools."""
    return fitted("y ~ grade + poor + (grade | pupil) + (1 | class) + (grade | school)")


@pytest.fixture(scope="module")
def crossed():
    return fitted("y ~ grade + (grade | pupil) + (1 | teacher)", "levels_crossed.csv")


def own(fit):
    """Covariance matrix of intercept and slope of each unit, from the printed components."""
    found = fit.variance_components(method="wald").set_index("term")["estimate"]
    out = {}
    for unit in ("pupil", "class", "school", "teacher"):
        mark = "" if unit == "pupil" else f"|{unit}"
        if f"sd:intercept{mark}" not in found:
            continue
        sds = np.array([found[f"sd:intercept{mark}"], found.get(f"sd:slope{mark}", 0.0)])
        G = np.diag(sds**2)
        G[0, 1] = G[1, 0] = found.get(f"cor:intercept,slope{mark}", 0.0) * sds.prod()
        out[unit] = G
    return out, found["sd:residual"] ** 2


def dense(fit, data):
    """V of the rows of a table: what rows have in common through each unit, and residuals."""
    parts, sigma2 = own(fit)
    Z = np.column_stack([np.ones(len(data)), data["grade"]])
    apart = np.abs(data["wave"].to_numpy()[:, None] - data["wave"].to_numpy()) if "wave" in data else None
    rho = fit.variance_components(method="wald").set_index("term")["estimate"].get("ar1", 0.0)
    codes = data["pupil"].to_numpy()
    V = sigma2 * (np.eye(len(data)) if not rho else rho**apart * (codes[:, None] == codes))
    for unit, G in parts.items():
        codes = data[unit].to_numpy()
        V += (Z @ G @ Z.T) * (codes[:, None] == codes)
    return V


def correlation(V, one, other):
    return V[one, other] / np.sqrt(V[one, one] * V[other, other])


# ---------------------------------------------------------------- correlation of two outcomes of one unit


def test_icc_is_the_correlation_of_two_who_share_a_unit(four):
    """Two occasions at one time of a pupil, and pupils of one class and of one school, in V of five made rows."""
    made = pd.DataFrame(
        {"grade": 3.0, "pupil": [1, 1, 2, 3, 4], "class": [1, 1, 1, 2, 3], "school": [1, 1, 1, 1, 2]}
    )
    V = dense(four, made)
    table = four.icc(at=[3]).table.set_index("unit")
    assert list(table.index) == ["person", "class", "school"]
    for unit, other in (("person", 1), ("class", 2), ("school", 3)):
        assert table.loc[unit, "icc"] == pytest.approx(correlation(V, 0, other), rel=1e-8)
    assert V[0, 4] == 0
    assert list(table["label"]) == [
        "correlation of two occasions of a pupil at grade 3",
        "correlation of two pupils of a class at grade 3",
        "correlation of two pupils of a school in different classes at grade 3",
    ]


def test_icc_of_one_unit_is_its_rows(three):
    every = three.icc().table
    alone = three.icc(unit="school").table
    assert alone["icc"].to_list() == every[every["unit"] == "school"]["icc"].to_list()
    assert three.icc(unit="pupil").table.equals(every[every["unit"] == "person"].reset_index(drop=True))
    assert "two pupils of a school" in str(three.icc())
    with pytest.raises(ModelError, match="school"):
        three.icc(unit="hospital")


def test_interval_of_a_units_icc_is_on_the_logit_scale(three):
    row = three.icc(at=[2], unit="school").table.iloc[0]
    logit = np.log(row["icc"] / (1 - row["icc"]))
    ends = np.log(row[["conf_low", "conf_high"]].astype(float) / (1 - row[["conf_low", "conf_high"]].astype(float)))
    half = 1.959964 * row["std_error"] / (row["icc"] * (1 - row["icc"]))
    assert ends.to_numpy() == pytest.approx([logit - half, logit + half], rel=1e-5)


def test_two_occasions_have_no_crossed_unit_in_common(crossed):
    found, (parts, sigma2) = crossed.marginal_covariance(at=[0, 2]), own(crossed)
    z = np.array([[1.0, 0.0], [1.0, 2.0]])
    expected = z @ parts["pupil"] @ z.T
    expected[np.diag_indices(2)] += np.diag(z @ parts["teacher"] @ z.T) + sigma2
    np.testing.assert_allclose(found.covariance(), expected, rtol=1e-9)
    assert "without another unit in common" in str(found)


def test_icc_of_crossed_units_is_their_share(crossed):
    parts, sigma2 = own(crossed)
    z = np.array([1.0, 2.0])
    sizes = {unit: z @ G @ z for unit, G in parts.items()}
    table = crossed.icc(at=[2]).table.set_index("unit")["icc"]
    total = sum(sizes.values()) + sigma2
    assert table.to_dict() == pytest.approx({"person": sizes["pupil"] / total, "teacher": sizes["teacher"] / total})


def test_without_units_above_the_table_is_as_it_was():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    assert list(fit.icc().table) == ["time", "icc", "std_error", "conf_low", "conf_high", "label"]
    assert fit.icc(unit="subject").table.equals(fit.icc().table)


# ---------------------------------------------------------------- reliability


def own_reliabilities(fit, data, unit, below):
    """tau / (tau + v) of each unit: v of least squares on its own columns, V of residuals and units below."""
    parts, sigma2 = own(fit)
    G = parts[unit]
    q = 2 if G[1, 1] > 0 else 1
    found = []
    for _, rows in data.groupby(unit):
        Z = np.column_stack([np.ones(len(rows)), rows["grade"]])
        W = sigma2 * np.eye(len(rows))
        for lower in below:
            codes = rows[lower].to_numpy()
            W += (Z @ parts[lower] @ Z.T) * (codes[:, None] == codes)
        if np.linalg.matrix_rank(Z[:, :q]) == q:
            v = np.linalg.inv(Z[:, :q].T @ np.linalg.solve(W, Z[:, :q]))
            found.append(np.diag(G)[:q] / (np.diag(G)[:q] + np.diag(v)))
    return np.mean(found, axis=0), len(found)


def test_reliability_by_level_is_hlms(four):
    """Raudenbush and Bryk (2002), chapter 8: each unit's estimate by generalised least squares, in dense matrices."""
    data = reference_values.table("levels_waves.csv")
    table = four.reliability().set_index("effect")
    levels = (("pupil", ()), ("class", ("pupil",)), ("school", ("pupil", "class")))
    for (unit, below), called in zip(levels, ("person", "class", "school"), strict=True):
        wanted, count = own_reliabilities(four, data, unit, below)
        rows = table[table["unit"] == called]
        assert rows["reliability"].to_numpy() == pytest.approx(wanted, rel=1e-7)
        assert (rows["units"] == count).all()
    assert table.loc["slope|school", "label"] == "reliability of the rate of change between schools"
    assert f"{table.loc['intercept|class', 'reliability']:.3f} between classes of one school" in str(four)


def test_reliability_of_a_units_mean_is_the_textbooks():
    """Random intercepts, three levels, balanced: tau_3 / (tau_3 + tau_2 / J + sigma^2 / (J n))."""
    data = reference_values.table("levels_own.csv")
    first = data.groupby("pupil").head(2)
    sizes = first.groupby("pupil")["y"].transform("size")
    first = first[sizes == 2]
    ranks = first.groupby("school")["pupil"].transform(lambda ids: ids.rank(method="dense"))
    fewest = ranks.groupby(first["school"]).max().min()
    made = first[ranks <= fewest]
    fit = gc.fit("y ~ 1 + (1 | school/pupil)", made)
    parts, sigma2 = own(fit)
    tau3, tau2 = parts["school"][0, 0], parts["pupil"][0, 0]
    table = fit.reliability().set_index("effect")["reliability"]
    assert table["intercept|school"] == pytest.approx(tau3 / (tau3 + tau2 / fewest + sigma2 / (2 * fewest)), rel=1e-8)
    assert table["intercept"] == pytest.approx(tau2 / (tau2 + sigma2 / 2), rel=1e-8)


def test_where_units_cross_nobody_has_an_own_line(crossed):
    assert crossed.reliability()["reliability"].isna().all()


# ---------------------------------------------------------------- differences in rates


def test_share_of_rates_between_schools(three):
    parts, _ = own(three)
    answer = three.change()
    finding = next(one for one in answer.findings if one.kind is Kind.SHARE_OF_RATE_VARIANCE)
    G, total = parts["school"], parts["school"] + parts["pupil"]
    assert finding.value == pytest.approx(G[1, 1] / total[1, 1], rel=1e-8) and finding.unit == "school"
    assert answer.value("SD of rates") == pytest.approx(np.sqrt(total[1, 1]), rel=1e-8)
    assert 0 < finding.conf_low < finding.value < finding.conf_high < 1
    said = f"{100 * finding.value:.0f} % lie between schools (95 % interval"
    assert any(said in sentence for sentence in answer.sentences())
    assert answer.value("share of rate variance between schools") == finding.value


def test_a_level_without_slopes_has_no_share_of_them(four):
    answer = four.change()
    assert answer.value("share of rate variance between classes") == 0
    assert not any("classes" in sentence for sentence in answer.sentences())


# ---------------------------------------------------------------- design effects


def test_design_effect_is_kishs_and_errors_are_those_of_the_smaller_model(four):
    answer = four.design_effect()
    table = answer.table.set_index("unit")
    data = reference_values.table("levels_waves.csv")
    at = data["grade"].mean()
    for unit in ("class", "school"):
        alike = four.icc(at=[at], unit=unit).table["icc"].iloc[0]
        size = data.groupby(unit)["pupil"].nunique().mean()
        assert table.loc[unit, ["units", "size"]].tolist() == [data[unit].nunique(), pytest.approx(size)]
        assert table.loc[unit, "design_effect"] == pytest.approx(1 + (size - 1) * alike, rel=1e-9)
    without = fitted("y ~ grade + poor + (grade | pupil) + (1 | class)")
    errors = answer.errors[answer.errors["unit"] == "school"].set_index("term")
    assert errors["without"].to_dict() == pytest.approx(without.bse.to_dict(), rel=1e-7)
    assert errors["ratio"].to_dict() == pytest.approx((four.bse / without.bse).to_dict(), rel=1e-7)
    assert errors.loc["slope", "ratio"] > 1.5
    assert "the model without schools" in str(answer) and "pupils per unit" in str(answer)


def test_rows_at_no_time_count_themselves():
    data = reference_values.table("levels_waves.csv")
    rows = data[data["wave"] == 0]
    answer = gc.fit("y ~ ses + (1 | school/class)", rows).design_effect()
    sizes = answer.table.set_index("unit")["size"]
    assert sizes["person"] == pytest.approx(len(rows) / rows["class"].nunique())
    assert sizes["school"] == pytest.approx(len(rows) / rows["school"].nunique())


def test_design_effect_needs_a_level():
    with pytest.raises(NotEstimableError, match=r"class \(42 classes\), school \(14 schools\)"):
        fitted("y ~ grade + (grade | pupil)").design_effect()


def test_crossed_units_have_standard_errors_alone(crossed):
    answer = crossed.design_effect()
    assert answer.table["design_effect"].isna().all() and (answer.errors["ratio"] > 0).all()


# ---------------------------------------------------------------- explained variance


def test_marginal_and_conditional_r2_count_all_levels(three):
    """Johnson (2014), equation 10, as performance::r2_nakagawa: variance of X beta, mean of z'Gz of all levels."""
    parts, sigma2 = own(three)
    data = reference_values.table("levels_waves.csv")
    grade, poor = data["grade"], data["poor"]
    X = np.column_stack([np.ones(len(data)), poor, grade, grade * poor])
    fixed = np.var(X @ three.params[["intercept", "intercept:poor", "slope", "slope:poor"]], ddof=1)
    Z = X[:, [0, 2]]
    random = sum(np.einsum("na,ab,nb->n", Z, G, Z).mean() for G in parts.values())
    answer = three.r2()
    assert answer.value("marginal") == pytest.approx(fixed / (fixed + random + sigma2), rel=1e-7)
    assert answer.value("conditional") == pytest.approx((fixed + random) / (fixed + random + sigma2), rel=1e-7)
    assert "Rights" in str(answer) and not any("Rights" in author for author in answer.table["author"])


def test_r2_by_level_is_of_refits(three):
    growth = fitted("y ~ grade + (grade | school/pupil)")
    means = fitted("y ~ 1 + (1 | school/pupil)")
    level = fitted("y ~ grade * poor + (1 | school/pupil)")

    def variances(fit):
        return fit.variance_components(method="wald", scale="variance").set_index("term")["estimate"]

    answer, now, before = three.r2(), variances(three), variances(growth)
    for name in ("intercept", "slope", "intercept|school", "slope|school"):
        drop = 1 - now[f"var:{name}"] / before[f"var:{name}"]
        assert answer.value(f"pseudo: {name}") == pytest.approx(drop, abs=1e-6)
    by_time = 1 - before["var:residual"] / variances(means)["var:residual"]
    assert answer.value("pseudo: residual, by time") == pytest.approx(by_time, abs=1e-6)
    assert answer.value("level 1") == pytest.approx(1 - variances(level).sum() / variances(means).sum(), abs=1e-6)
    labels = answer.table.set_index("measure")["label"]
    assert "between schools" in labels["pseudo: slope|school"]
    assert "between pupils of one school" in labels["pseudo: slope"]


# ---------------------------------------------------------------- predictions


def best_prediction(fit, data, new, levels):
    """Mean and standard error of new curves by all rows at once (Henderson 1975): dense V, covariance of the shared."""
    parts, _ = own(fit)
    V = dense(fit, data)

    def design(rows):
        return np.column_stack([np.ones(len(rows)), rows["grade"], rows["poor"]])

    X, x = design(data), design(new)
    z, Z = x[:, :2], X[:, :2]
    c = sum(
        (z @ parts[unit] @ Z.T) * (new[unit].to_numpy()[:, None] == data[unit].to_numpy()) for unit in levels
    )
    prior = sum(np.einsum("na,ab,nb->n", z, G, z) for G in parts.values())
    W = np.linalg.inv(V)
    Phi = np.linalg.inv(X.T @ W @ X)
    beta = Phi @ X.T @ W @ data["y"].to_numpy()
    left = x - c @ W @ X
    mean = x @ beta + c @ W @ (data["y"].to_numpy() - X @ beta)
    return mean, np.sqrt(prior - np.einsum("nr,rs,ns->n", c, W, c) + np.einsum("na,ab,nb->n", left, Phi, left))


def test_a_new_person_of_a_known_unit_has_the_units_effects(four):
    data = reference_values.table("levels_waves.csv")
    new = pd.DataFrame(
        {"pupil": 9001, "class": [5, 5, 999, 7], "school": [2, 2, 2, 999], "grade": [1.0, 4.0, 2.0, 2.0], "poor": 1}
    )
    new["class"] = [data.loc[data["school"] == 2, "class"].iloc[0]] * 2 + [999, 7]
    table = four.predict(new, people="known", interval="confidence")
    assert table.iloc[3].isna().all()
    for rows, levels in ((slice(0, 2), ("class", "school")), (slice(2, 3), ("school",))):
        mean, error = best_prediction(four, data, new.iloc[rows], levels)
        assert table["estimate"].iloc[rows].to_numpy() == pytest.approx(mean, rel=1e-6)
        assert table["std_error"].iloc[rows].to_numpy() == pytest.approx(error, rel=1e-6)
    outcome = four.predict(new.iloc[:1], people="known", interval="prediction")
    assert outcome["std_error"].iloc[0] ** 2 == pytest.approx(table["std_error"].iloc[0] ** 2 + four.scale, rel=1e-9)


def test_a_person_of_the_fit_in_another_school_is_not_answered(four):
    data = reference_values.table("levels_waves.csv").head(2)
    elsewhere = data.assign(school=data["school"] + 1)
    with pytest.raises(gc.errors.ModelError, match="The pupil 1 lies in school 1 in the fit, and in 2 here"):
        four.predict(elsewhere)
    assert four.predict(data.drop(columns="school")).tolist() == four.predict(data).tolist()


def test_the_units_are_known_whatever_the_residuals():
    """Autocorrelated residuals: the school's effect by all rows at once."""
    data = reference_values.table("levels_waves.csv")
    data = data[data["school"] <= 6]
    fit = gc.fit("y ~ grade + poor + (1 | school/pupil)", data, time="grade", residual="ar1")
    new = data.groupby("school").head(1).assign(pupil=9001)
    mean, error = best_prediction(fit, data, new, ("school",))
    table = fit.predict(new, interval="confidence")
    assert table["estimate"].to_numpy() == pytest.approx(mean, rel=1e-6)
    assert table["std_error"].to_numpy() == pytest.approx(error, rel=1e-6)
    assert fit.reliability()["reliability"].isna().all()
    assert "what random effects make alike" in str(fit.icc())


def test_refits_with_other_columns_keep_the_units():
    data = reference_values.table("levels_waves.csv")
    data = data[data["school"] <= 6]
    formulas = ("y ~ grade + poor + (1 | school/pupil)", "y ~ grade + (1 | school/pupil)")
    fit, growth = (gc.fit(one, data, time="grade", residual="ar1") for one in formulas)
    variances = [one.variance_components(method="wald").set_index("term")["variance"] for one in (fit, growth)]
    wanted = 1 - variances[0]["sd:intercept|school"] / variances[1]["sd:intercept|school"]
    assert fit.r2().value("pseudo: intercept|school") == pytest.approx(wanted, abs=1e-5)


def test_a_known_person_is_known_as_before(four):
    data = reference_values.table("levels_waves.csv")
    mean, error = best_prediction(four, data, data.iloc[:4], ("pupil", "class", "school"))
    table = four.predict(data.iloc[:4], interval="confidence")
    assert table["estimate"].to_numpy() == pytest.approx(mean, rel=1e-7)
    assert table["std_error"].to_numpy() == pytest.approx(error, rel=1e-6)


def test_where_no_unit_is_known_nothing_is(four):
    row = pd.DataFrame({"pupil": [9001], "class": [999], "school": [999], "grade": [1.0], "poor": [0]})
    with pytest.warns(DataWarning, match="all predictions are missing"):
        assert four.predict(row, people="known").isna().all()
    with pytest.warns(DataWarning, match="all predictions are missing"):
        assert four.predict(row.drop(columns=["class", "school"]), people="known").isna().all()


def test_labels_that_are_used_again_are_units_of_their_own():
    """Classes 1, 2, ... in every school, and schools by name."""
    data = reference_values.table("levels_waves.csv")
    data["room"] = data.groupby("school")["class"].transform(lambda codes: codes.rank(method="dense"))
    data["place"] = "s" + data["school"].astype(str)
    levels = {"room": ("intercept",), "place": ("intercept", "slope")}
    fit = gc.fit(gc.GrowthModel("y", "grade", "pupil", predictors={"intercept": "poor"}, levels=levels), data)
    plain = fitted("y ~ grade + poor + (grade | pupil) + (1 | class) + (grade | school)")
    new = data.groupby("class").head(1).assign(pupil=9001)
    assert fit.predict(new).to_numpy() == pytest.approx(plain.predict(new).to_numpy(), rel=1e-6)


def test_a_new_person_is_of_a_new_unit(four):
    """The variance of all levels without outcomes; given some, that person alone tells of the unit."""
    parts, sigma2 = own(four)
    new = pd.DataFrame({"pupil": 9001, "class": 5, "school": 2, "grade": [0.0, 1.0, 4.0], "poor": 1})
    Z = np.column_stack([np.ones(3), new["grade"]])
    V = Z @ sum(parts.values()) @ Z.T + sigma2 * np.eye(3)
    Phi = four.cov_params().loc[["intercept", "slope", "intercept:poor"], ["intercept", "slope", "intercept:poor"]]
    X = np.column_stack([Z, np.ones(3)])
    mean = X @ four.params[list(Phi.index)].to_numpy()
    alone = four.predict(new, people="new", interval="prediction")
    variance = np.diag(V) + np.einsum("na,ab,nb->n", X, Phi, X)
    assert alone["std_error"].to_numpy() ** 2 == pytest.approx(variance, rel=1e-7)
    new = new.assign(**{"class": 999, "school": 999})
    seen = new.iloc[:2].assign(y=[24.0, 25.0])
    given = four.predict(new.iloc[2:], people="new", seen=seen, interval="prediction")
    weights = V[2, :2] @ np.linalg.inv(V[:2, :2])
    left = X[2] - weights @ X[:2]
    assert given["estimate"].iloc[0] == pytest.approx(mean[2] + weights @ (seen["y"].to_numpy() - mean[:2]), rel=1e-7)
    variance = V[2, 2] - weights @ V[:2, 2] + left @ Phi.to_numpy() @ left
    assert given["std_error"].iloc[0] ** 2 == pytest.approx(variance, rel=1e-7)


# ---------------------------------------------------------------- variance over time


def test_figure_of_variance_by_level(four, crossed):
    """Lines of each level against V of made rows: the SD that a level adds, correlations of two who share a unit."""
    frame = figure_of(four)
    z = np.array([1.0, 4.0])
    for unit, G in own(four)[0].items():
        called = "person" if unit == "pupil" else unit
        assert last(frame, "sd between", called) == pytest.approx(np.sqrt(z @ G @ z), rel=1e-7)
        wanted = four.icc(at=[4], unit=called).table["icc"].iloc[0]
        assert last(frame, "icc", called) == pytest.approx(wanted, rel=1e-9)
    parts, sigma2 = own(crossed)
    z = np.array([1.0, 3.0])
    total = sum(z @ G @ z for G in parts.values()) + sigma2
    found = figure_of(crossed)
    assert last(found, "icc", "person") == pytest.approx(z @ parts["pupil"] @ z / total, rel=1e-7)
    assert last(found, "icc", "teacher") == pytest.approx(z @ parts["teacher"] @ z / total, rel=1e-7)


def figure_of(fit):
    frame, _ = VarianceOverTime().scene(fit)
    return frame[frame["part"] == "implied"]


def last(frame, quantity, unit):
    rows = frame[(frame["quantity"] == quantity) & (frame["unit"] == unit)]
    return rows.sort_values("time")["value"].iloc[-1]


@pytest.mark.parametrize("residual", [None, "ar1"])
def test_a_new_person_of_a_known_unit_given_some_outcomes(residual):
    """By all rows of the fit and the person's own at once, at the fit's estimates of the fixed effects."""
    data = reference_values.table("levels_waves.csv")
    data = data[data["school"] <= 6]
    options = {} if residual is None else {"residual": residual, "time": "grade"}
    inside = "grade" if residual is None else "1"
    fit = gc.fit(f"y ~ grade + poor + ({inside} | school/pupil)", data, **options)
    new = pd.DataFrame({"pupil": 9001, "school": 3, "wave": [0, 1, 4], "grade": [0.0, 1.0, 4.0], "poor": 1})
    seen = new.iloc[:2].assign(y=[24.0, 27.0])
    rows = pd.concat([data, seen, new.iloc[2:]], ignore_index=True)
    V = dense(fit, rows)
    X = np.column_stack([np.ones(len(rows)), rows["grade"], rows["poor"]])
    names = ["intercept", "slope", "intercept:poor"] if "slope" in fit.params else ["intercept", "grade", "poor"]
    names = [name if name in fit.params else "poor" for name in names]
    beta, Phi = fit.params[names].to_numpy(), fit.cov_params().loc[names, names].to_numpy()
    weights = V[-1, :-1] @ np.linalg.inv(V[:-1, :-1])
    left = X[-1] - weights @ X[:-1]
    mean = X[-1] @ beta + weights @ (rows["y"].to_numpy()[:-1] - X[:-1] @ beta)
    variance = V[-1, -1] - weights @ V[:-1, -1] + left @ Phi @ left
    found = fit.predict(new.iloc[2:], people="new", seen=seen, interval="prediction")
    assert found["estimate"].iloc[0] == pytest.approx(mean, rel=1e-6)
    assert found["std_error"].iloc[0] ** 2 == pytest.approx(variance, rel=1e-6)
    without = fit.predict(new.iloc[2:], people="new", seen=seen.drop(columns="school"), interval="prediction")
    assert without["estimate"].iloc[0] == pytest.approx(mean, rel=1e-6)  # the rows to predict say it too
