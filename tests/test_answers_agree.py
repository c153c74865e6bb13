"""One fit, one value: what can be asked in two ways has one answer, and neither the order of rows and columns, nor ids,
names and levels, nor the door by which rows come in changes a number.

Identities within a fit 1e-9 (of the largest), between two fits of the same rows 1e-6; saved fits answer to 1e-13.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

ROLES = {"outcome": "distance", "time": "age", "id": "subject"}
MODELS = {
    "linear": {"predictors": "sex"},
    "quadratic": {"shape": "quadratic", "predictors": "sex", "origin": 11},
    "ar1": {"predictors": "sex", "random": ("intercept",), "residual": "ar1"},
}


def model_of(name: str, **changed):
    return gc.GrowthModel(**(ROLES | {"origin": 8, "reference": {"sex": "Male"}} | MODELS[name] | changed))


@pytest.fixture(scope="module")
def data():
    return gc.load_dataset("orthodont")


@pytest.fixture(scope="module")
def fits(data):
    return {name: gc.fit(model_of(name), data) for name in MODELS}


def tables(fit) -> dict[str, pd.DataFrame | pd.Series]:
    return {
        "fixed effects": fit.fixed_effects(),
        "variances": fit.variance_components(method="wald"),
        "people": fit.people(),
        "change": fit.change(method="wald").table,
        "tests": fit.joint_tests().table,
        "means": fit.means(at=[8, 12], by="sex").table,
        "slopes": fit.slopes(by="sex").table,
        "fitted": fit.fittedvalues,
        "prediction": fit.predict(people="average", interval="prediction"),
    }


def same(found: dict, expected: dict, rtol: float) -> None:
    for name, table in expected.items():
        one, other = (pd.DataFrame(part).select_dtypes("number") for part in (table, found[name]))
        other = other.loc[one.index] if name in ("people", "fitted", "prediction") else other
        for (column, value), (_, theirs) in zip(one.items(), other.items(), strict=True):
            size = np.abs(value[np.isfinite(value)]).max()
            np.testing.assert_allclose(theirs, value, rtol=rtol, atol=rtol * size, err_msg=f"{name}, {column}")


@pytest.mark.parametrize("name", MODELS)
def test_what_is_asked_in_two_ways_has_one_answer(fits, data, name):
    fit = fits[name]
    np.testing.assert_allclose(fit.predict(data), fit.fittedvalues, rtol=1e-9)
    np.testing.assert_allclose(fit.fittedvalues + fit.resid, data["distance"], rtol=1e-9)
    count = len(fit.terms) + len(fit.variance_components(method="wald"))
    assert fit.aic == pytest.approx(fit.deviance + 2 * count, rel=1e-12)
    assert fit.deviance == pytest.approx(-2 * fit.llf, rel=1e-12)

    answer = fit.means(at=[12], by="sex", differences="pairwise")
    means, difference = answer.means, answer.differences.iloc[0]
    who = pd.DataFrame({"subject": "nobody", "age": 12.0, "sex": ["Male", "Female"]})
    average = fit.predict(who, people="average", interval="confidence")
    np.testing.assert_allclose(means["estimate"], average["estimate"], rtol=1e-9)
    np.testing.assert_allclose(means["conf_low"], average["conf_low"], rtol=1e-6)
    assert abs(np.diff(means["estimate"])[0]) == pytest.approx(abs(difference["estimate"]), rel=1e-9)
    first, second = means["term"]
    contrast = fit.contrast({second: 1, first: -1}, of=answer).table.iloc[0]
    assert abs(contrast["estimate"]) == pytest.approx(abs(difference["estimate"]), rel=1e-9)
    assert contrast["std_error"] == pytest.approx(difference["std_error"], rel=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_every_page_prints_the_number_of_the_table(fits, name):
    fit = fits[name]
    row = fit.fixed_effects().set_index("term").loc["slope:sex[Female]"]
    tested = fit.test("slope:sex[Female] = 0")
    assert (tested.statistic, tested.p_value) == pytest.approx((row["statistic"], row["p_value"]), rel=1e-9)
    printed = f"{row['estimate']:.3f}".replace("-", "\N{MINUS SIGN}")
    assert f"b = {printed}" in str(fit.sentence("slope:sex[Female]"))
    assert f"{row['estimate']:.4g}" in str(fit.summary()) and f"{row['std_error']:.4g}" in str(fit.summary())
    if name != "quadratic":
        rates = fit.slopes(by="sex", differences="pairwise")
        difference = rates.differences.iloc[0]
        assert abs(difference["estimate"]) == pytest.approx(abs(row["estimate"]), rel=1e-9)
        assert difference["std_error"] == pytest.approx(row["std_error"], rel=1e-9)
        share = gc.load_dataset("orthodont").drop_duplicates("subject")["sex"].value_counts(normalize=True)
        mean = (rates.means.set_index("sex")["estimate"] * share).sum()
        change = fit.change(method="wald").table.set_index("quantity")["estimate"]
        assert change["mean rate"] == pytest.approx(mean, rel=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_saved_and_recentred_fits_answer_alike(fits, name, tmp_path):
    fit = fits[name]
    fit.save(tmp_path / "fit.json", rows=True)
    same(tables(gc.load(tmp_path / "fit.json")), tables(fit), rtol=1e-13)
    moved = tables(fit.recentre(origin=10))
    same(moved, {key: tables(fit)[key] for key in ("means", "slopes", "fitted", "prediction")}, rtol=1e-8)


@pytest.mark.parametrize("name", MODELS)
def test_neither_order_nor_door_changes_a_number(fits, data, name):
    expected = tables(fits[name])
    same(tables(gc.fit(model_of(name), data.sample(frac=1.0, random_state=1)[data.columns[::-1]])), expected, rtol=1e-6)
    panel = gc.Panel(data, id="subject", time="age", outcome="distance")
    same(tables(gc.fit(model_of(name), panel)), expected, rtol=1e-12)
    more = pd.concat([data, data.assign(subject="again " + data["subject"].astype(str), distance=0.0)])
    chosen = gc.fit(model_of(name), more.reset_index(drop=True), where="distance > 0")
    same(tables(chosen), expected, rtol=1e-12)


def test_neither_ids_nor_names_nor_levels_change_a_number(fits, data):
    expected = tables(fits["linear"])
    ids = {subject: f"p{place:03d}" for place, subject in enumerate(fits["linear"].people().index)}
    levels = data["sex"].astype(str).map({"Male": "A", "Female": "B"})
    coded = data.assign(subject=data["subject"].astype(str).map(ids), sex=levels)
    names = {"distance": "1st outcome", "age": "time (y)", "subject": "who?", "sex": "a + b"}
    model = gc.GrowthModel(*(names[key] for key in ("distance", "age", "subject")), origin=8, predictors="`a + b`")
    fit = gc.fit(model, coded.rename(columns=names))
    np.testing.assert_allclose(fit.params, fits["linear"].params, rtol=1e-6)
    np.testing.assert_allclose(fit.bse, fits["linear"].bse, rtol=1e-6)
    found = fit.people().select_dtypes("number").to_numpy(float)
    theirs = expected["people"].select_dtypes("number").to_numpy(float)
    np.testing.assert_allclose(found, theirs, rtol=1e-5, atol=1e-6)


def test_the_covariance_of_occasions_knows_deviations_from_the_mean(data):
    data = data.assign(stress=np.random.default_rng(1).normal(size=len(data)))
    model = model_of("linear", time_varying="within(stress) + between(stress)")
    fit = gc.fit(model, data)
    G, Z = fit.cov_re.to_numpy(), np.array([[1.0, 0.0], [1.0, 4.0]])
    expected = Z @ G @ Z.T + fit.scale * np.eye(2)
    np.testing.assert_allclose(fit.marginal_covariance(at=[8, 12]).covariance(), expected, rtol=1e-9)


@pytest.mark.parametrize("name", MODELS)
def test_what_is_simulated_can_be_fitted(fits, data, name):
    drawn = np.asarray(fits[name].simulate(1, rng=1)).ravel()
    assert gc.fit(model_of(name), data.assign(distance=drawn[: len(data)])).certificate.converged
