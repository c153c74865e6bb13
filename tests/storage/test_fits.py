"""Saved fits give the same answers, in this process and in another; what was not saved is said."""

from __future__ import annotations

import hashlib
import json
import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, NotAvailableError

SLEEP = gc.load_dataset("sleepstudy").assign(
    arm=lambda data: np.where(data["subject"] % 2, "a", "b"),
    age=lambda data: data["subject"] % 23 + 20.0,
    event=lambda data: 2.0 + data["subject"] % 5,
    stress=lambda data: np.random.default_rng(2).normal(size=len(data)),
)
BASE = gc.GrowthModel("reaction", "day", "subject")
MODELS = {
    "linear": BASE,
    "predictors": BASE.replace(predictors="arm * center(age)", reference={"arm": "b"}),
    "covariates": BASE.replace(time_varying="stress + stress:arm", shape="quadratic"),
    "within": BASE.replace(time_varying="within(stress) + between(stress)"),
    "splines": BASE.replace(shape=gc.Spline(df=3), predictors={"intercept": "ns(age, 2)", "s1": "ns(age, 2)"}),
    "coding": BASE.replace(shape="occasions", predictors="C(arm, contr.sum) + relevel(factor(event), '4')"),
    "own knots": BASE.replace(shape=gc.Piecewise("event", jump=True), random=("intercept", "slope")),
    "log": BASE.replace(shape=gc.LogTime(2), random=gc.Diagonal("intercept", "slope")),
    "formula": "reaction ~ day * arm + I(day^2) + (day | subject)",
    "without time": "reaction ~ stress + (1 | subject)",
    "without random": BASE.replace(random=()),
}


@pytest.fixture(scope="module", params=list(MODELS))
def fit(request):
    return gc.fit(MODELS[request.param], SLEEP)


def same(one, other):
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other), rtol=1e-12)


def test_the_same_answers_without_rows(fit, tmp_path):
    again = gc.load(fit.save(tmp_path / "fit.json"))
    assert str(again) == str(fit) and again.model == fit.model and again.warnings == fit.warnings
    same(again.people(), fit.people())
    same(again.random_effects, fit.random_effects)
    new = SLEEP.iloc[[3, 40, 77]]
    if "within" not in str(fit.model.time_varying):
        for people in ("known", "average", "new"):
            same(again.predict(new, people=people, interval="prediction"), fit.predict(new, people, None, "prediction"))
    if fit.model.time is not None:
        assert str(again.change(by="arm" if "arm" in str(fit.model.predictors) else None)) == str(
            fit.change(by="arm" if "arm" in str(fit.model.predictors) else None)
        )
    with pytest.raises(NotAvailableError, match="saved without its rows.*rows=True"):
        again.fittedvalues  # noqa: B018
    with pytest.raises(NotAvailableError, match="rows=True"):
        again.refit(residual="cs")


def test_everything_with_rows(fit, tmp_path):
    again = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    assert str(again) == str(fit)
    np.testing.assert_allclose(again.fittedvalues, fit.fittedvalues, rtol=1e-12)
    np.testing.assert_allclose(again.resid, fit.resid, rtol=1e-9, atol=1e-9)
    assert again.refit(method="ml").deviance == pytest.approx(fit.refit(method="ml").deviance, rel=1e-10)
    same(again.people(), fit.people())


@pytest.mark.parametrize("people", [True, False])
def test_a_loaded_fit_is_pickled(tmp_path, people):
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    found = gc.load(fit.save(tmp_path / "fit.json", people=people))
    assert str(pickle.loads(pickle.dumps(found))) == str(found)


def test_without_people_nothing_is_said_of_them(tmp_path):
    data = SLEEP.assign(subject="person " + SLEEP["subject"].astype(str))
    fit = gc.fit(MODELS["predictors"], data)
    path = fit.save(tmp_path / "fit.json", people=False)
    assert "person 308" not in path.read_text(encoding="utf-8")
    again = gc.load(path)
    same(again.fixed_effects(), fit.fixed_effects())
    same(again.variance_components(method="wald"), fit.variance_components(method="wald"))
    same(again.icc().table, fit.icc().table)
    new = data.iloc[[3, 40]]
    same(again.predict(new, people="new", interval="prediction"), fit.predict(new, "new", None, "prediction"))
    seen = data[data["subject"] == "person 308"].head(4)
    later = data[data["subject"] == "person 308"].tail(2)
    same(again.predict(later, people="new", seen=seen), fit.predict(later, people="new", seen=seen))
    assert "saved without its persons" in str(again)
    for answer in (again.people, again.change, lambda: again.random_effects, lambda: again.predict(new)):
        with pytest.raises(NotAvailableError, match="saved without its (persons|rows)"):
            answer()


def test_without_people_it_is_still_offered_to_centre(tmp_path):
    """Of a predictor of which 0 was not observed (age) the lowest and highest value are kept, of nobody."""
    fit = gc.fit("depression ~ week * age + (week | patient)", gc.load_dataset("trial"))
    assert "center(age)" in str(fit)
    for options in ({"people": False}, {}, {"rows": True}):
        again = gc.load(fit.save(tmp_path / "fit.json", **options))
        assert "center(age)" in str(again), options
    assert "center(age)" in str(gc.load(gc.load(tmp_path / "fit.json").save(tmp_path / "b.json", people=False)))


def test_another_process_gives_the_same_text(tmp_path):
    fit = gc.fit(MODELS["predictors"], SLEEP)
    path = fit.save(tmp_path / "fit.json")
    code = f"import growthcurves as gc; fit = gc.load({str(path)!r}); print(fit); print(fit.change(by='arm'))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told == f"{fit}\n{fit.change(by='arm')}\n"


def test_own_times_dates_and_text_ids(tmp_path):
    rng = np.random.default_rng(5)
    data = SLEEP.assign(
        day=pd.Timestamp("2024-01-01") + pd.to_timedelta(SLEEP["day"] * 24 + rng.integers(0, 20, len(SLEEP)), unit="h"),
        subject=SLEEP["subject"].astype(str).astype("category"),
    )
    panel = gc.Panel(data, id="subject", time="day", outcome="reaction", time_unit="weeks", outcome_unit="ms")
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject"), panel)
    again = gc.load(fit.save(tmp_path / "fit.json"))
    assert str(again) == str(fit) and str(again.change()) == str(fit.change())
    same(again.people(), fit.people())
    whole = gc.load(fit.save(tmp_path / "rows.json", rows=True))
    np.testing.assert_allclose(whole.resid, fit.resid, rtol=1e-9, atol=1e-9)


def test_rows_left_out_are_remembered(tmp_path):
    data = SLEEP.assign(age=SLEEP["age"].where(SLEEP["subject"] != 308))
    fit = gc.fit(BASE.replace(predictors="age"), data)
    for rows in (False, True):
        again = gc.load(fit.save(tmp_path / "fit.json", rows=rows))
        assert again.panel.dropped.values.tolist() == [["missing age", 10]]


@pytest.mark.parametrize(
    "formula",
    [
        "__import__('os').system('true')",
        "open('x')",
        "I(age.__class__)",
        "np.load('x')",
        "I((lambda: age)())",
        "[age for age in (1, 2)][0]",
        "eval('age')",
        "np.random.normal(age)",
    ],
)
def test_a_file_runs_nothing(tmp_path, formula):
    fit = gc.fit(BASE.replace(predictors={"intercept": "np.log(age)", "slope": "1"}), SLEEP)
    path = fit.save(tmp_path / "fit.json")
    path.write_text(path.read_text().replace("np.log(age)", formula.replace('"', "'")))
    with pytest.raises(gc.errors.GrowthCurvesError, match="no formula may|cannot be read"):
        gc.load(path)


def test_files_that_are_no_fits(tmp_path):
    with pytest.raises(DataError, match="no file"):
        gc.load(tmp_path / "none.json")
    with pytest.raises(DataError, match="is a folder"):
        gc.load(tmp_path)
    path = tmp_path / "other.json"
    for content in ("{}", "hello", "[1, 2]", '{"format": "another"}'):
        path.write_text(content)
        with pytest.raises(DataError, match="not a fit saved by growthcurves"):
            gc.load(path)
    gc.fit(BASE, SLEEP).save(path)
    whole = json.loads(path.read_text())
    path.write_text(json.dumps(whole | {"version": 99}))
    with pytest.raises(DataError, match="another version"):
        gc.load(path)
    path.write_text(json.dumps(whole | {"fit": {"dict": []}}))
    with pytest.raises(DataError, match="damaged"):
        gc.load(path)
    with pytest.raises(DataError, match="damaged|not a saved fit"):
        path.write_text(json.dumps(whole | {"fit": {"dict": [], "array": []}}))
        gc.load(path)


def test_own_functions_are_not_run_while_a_file_is_read(tmp_path):
    def ranked(values):
        assert len(values) > 1
        return values.argsort().argsort().astype(float)

    own = {"ranked": ranked}
    path = gc.fit(BASE.replace(predictors="ranked(age)", functions=own), SLEEP).save(tmp_path / "fit.json")
    assert gc.load(path, functions=own).terms == ("intercept", "intercept:ranked(age)", "slope", "slope:ranked(age)")


@pytest.mark.parametrize(
    "model",
    [
        gc.GrowthModel("reaction", "day", "subject", random=(), residual=gc.AR1(by="arm")),
        gc.GrowthModel("reaction", "day", ["arm", "subject"]),
        "reaction ~ day + bs(age, df=3) + (1 | subject)",
        "reaction ~ day + (day | arm:subject)",
    ],
    ids=["residual by groups", "several columns are one id", "spline whose range is not near 1", "id of a formula"],
)
def test_what_a_model_reads_beside_its_formulas_is_kept(tmp_path, model):
    rng = np.random.default_rng(3)
    data = gc.load_dataset("sleepstudy").query("subject < 345")
    data = data.assign(arm=np.where(data["subject"] % 2, "a", "b"), age=20.0 + data["subject"] % 23)
    data["reaction"] += rng.normal(size=len(data))
    fit = gc.fit(model, data)
    again = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    assert str(again) == str(fit) and again.model == fit.model
    pd.testing.assert_series_equal(again.predict(data.head(3)), fit.predict(data.head(3)))
    assert fit.predict(data.head(3)).notna().all()


def test_where_a_fit_comes_from_is_kept(tmp_path):
    data = gc.load_dataset("sleepstudy")
    fit = gc.fit("reaction ~ day + (day | subject)", data)
    fit.simulate(2, rng=7)
    fit.bootstrap(n=20, rng=3)
    for options in ({}, {"rows": True}, {"people": False}):
        again = gc.load(fit.save(tmp_path / "fit.json", **options)).provenance
        assert again == fit.provenance and again.version == gc.__version__
        assert again.seeds == (("2 simulated outcomes", 7), ("20 parametric replicates", 3))
        assert f"SHA-256  {fit.data_hash}" in str(again) and again.fitted.endswith("+00:00")


def test_the_hash_is_that_of_the_values_in_their_order():
    data = gc.load_dataset("sleepstudy")
    formula = "reaction ~ day + (day | subject)"
    names = ("subject", "day", "reaction")
    numbers = [f"{name}\n".encode() + data[name].to_numpy("<f8").tobytes() for name in names]
    fit = gc.fit(formula, data.assign(unused=1))
    assert fit.provenance.data == hashlib.sha256(b"".join(numbers)).hexdigest()
    assert fit.provenance.data != gc.fit(formula, data.assign(reaction=data["reaction"] + 1e-9)).provenance.data
