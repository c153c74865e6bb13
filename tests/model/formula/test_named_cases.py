"""Formulas that were once fitted as something else without a word, names with any signs, and functions of one's own."""

from __future__ import annotations

import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import FormulaError, GrowthCurvesError, ModelError
from growthcurves.model.formula.parse import read_terms

SLEEP = gc.load_dataset("sleepstudy")
DATA = SLEEP.assign(
    x=lambda data: np.random.default_rng(1).normal(size=18)[pd.factorize(data["subject"])[0]],
    z=lambda data: np.random.default_rng(2).normal(size=18)[pd.factorize(data["subject"])[0]],
    arm=lambda data: np.array(["a", "b", "c"])[pd.factorize(data["subject"])[0] % 3],
    stress=np.random.default_rng(3).normal(size=180),
)
MODEL = gc.GrowthModel("reaction", "day", "subject", origin=0.0)
STRANGE = [
    "a at 3",
    "mean rate",
    "sd:slope",
    "x, low",
    "slope:arm[b]",
    "a~b",
    "a|b",
    "a:b",
    "a[b",
    "a]b",
    "f(x)",
    "it's",
    'say "x"',
    "{x}",
    "a + b",
    "0",
    "log(x)",
    "a.b",
    "class",
    "Ä ö",
    "x\\",
    "%in%",
    "#",
    "a^b",
    "T.b",
    "[T.b]",
    "`'",
]
STRANGE = [name for name in STRANGE if "`" not in name]


def same(one, other):
    assert one.deviance == pytest.approx(other.deviance, rel=1e-10)
    np.testing.assert_allclose(np.sort(one.params), np.sort(other.params), rtol=1e-7)


# ------------------------------------------------------------------ braces, codings, splines


def test_braces_are_one_column():
    fit = gc.fit("reaction ~ day + {x + z} + (day | subject)", DATA)
    made = DATA.assign(both=DATA["x"] + DATA["z"])
    same(fit, gc.fit("reaction ~ day + both + (day | subject)", made))
    assert fit.terms == ("intercept", "intercept:x + z", "slope")
    assert gc.fit(MODEL.replace(predictors={"intercept": "{x + z}"}), DATA).terms == fit.terms
    np.testing.assert_allclose(
        fit.predict(DATA, people="average"),
        gc.fit("reaction ~ day + I(x + z) + (day | subject)", DATA).predict(DATA, people="average"),
    )


def test_a_column_of_that_name_is_another():
    """`x + z` in backticks is the column of that name, and {x + z} the sum; log(x) alike."""
    data = DATA.assign(**{"log(x)": DATA["z"], "x": np.exp(DATA["x"])})
    fit = gc.fit("reaction ~ day + log(x) + (day | subject)", data)
    other = gc.fit("reaction ~ day + `log(x)` + (day | subject)", data)
    same(fit, gc.fit("reaction ~ day + x + (day | subject)", DATA))
    same(other, gc.fit("reaction ~ day + z + (day | subject)", DATA))
    with pytest.raises(ModelError, match="would be called"):
        gc.fit("reaction ~ day + log(x) + `log(x)` + (day | subject)", data)


def test_levels_must_hold_every_level():
    with pytest.raises(FormulaError, match=r"the level 'c'.*levels="):
        gc.fit("reaction ~ day + C(arm, levels=['a', 'b']) + (day | subject)", DATA)
    fit = gc.fit("reaction ~ day + C(arm, levels=['c', 'a', 'b']) + (day | subject)", DATA)
    same(fit, gc.fit("reaction ~ day + arm + (day | subject)", DATA, reference={"arm": "c"}))


@pytest.mark.parametrize(
    "call",
    [
        "ns(x, df=0)",
        "ns(x, 0)",
        "ns(x, df=-1)",
        "ns(x, df=1.5)",
        "ns(x, df=2, knots=[0])",
        "ns(x, knots=[99])",
        "bs(x, df=0)",
        "poly(x, 0)",
        "ns(arm, df=2)",
        "log(arm)",
    ],
)
def test_options_that_make_no_column_are_refused(call):
    with pytest.raises(FormulaError):
        gc.fit(f"reaction ~ day + {call} + (day | subject)", DATA)


def test_ten_to_the_power_is_that():
    data = DATA.assign(w=10.0 ** DATA["x"])
    same(
        gc.fit("reaction ~ day + exp10(x) + (day | subject)", data),
        gc.fit("reaction ~ day + w + (day | subject)", data),
    )


@pytest.mark.parametrize("text", ["lag(x)", "hashed(x)", "x[0]", "x.shift(1)", "C(arm, {'b': [0, 1, 0]})"])
def test_what_formulas_do_not_have_is_named(text):
    with pytest.raises(GrowthCurvesError):
        gc.fit(f"reaction ~ day + {text} + (day | subject)", DATA)


def test_names_with_dots_need_no_backticks_as_in_r():
    data = DATA.rename(columns={"x": "body.weight"})
    plain = gc.fit("reaction ~ day + exp(x) + (day | subject)", DATA)
    same(gc.fit("reaction ~ day + exp(body.weight) + (day | subject)", data), plain)


# ------------------------------------------------------------------ names of any kind


@pytest.mark.parametrize("name", STRANGE)
def test_columns_of_any_name(name, tmp_path):
    data = DATA.rename(columns={"x": name, "stress": f"{name} v"})
    formula = f"reaction ~ day * `{name}` + `{name} v` + (day | subject)"
    fit = gc.fit(formula, data)
    plain = gc.fit("reaction ~ day * x + stress + (day | subject)", DATA)
    same(fit, plain)
    model = MODEL.replace(predictors=f"`{name}`", time_varying=f"`{name} v`")
    same(gc.fit(model, data), plain)
    assert fit.terms == ("intercept", f"intercept:{name}", "slope", f"slope:{name}", f"{name} v")
    again = gc.load(fit.save(tmp_path / "fit.json"))
    np.testing.assert_allclose(again.predict(data, people="average"), plain.predict(DATA, people="average"), rtol=1e-8)
    assert again.terms == fit.terms
    np.testing.assert_allclose(fit.joint_tests().table["statistic"], plain.joint_tests().table["statistic"], rtol=1e-6)


@pytest.mark.parametrize("name", ["a at 3", "", "mean rate", "sd:slope", "x, low", "slope:arm[b]", "1", "b]", "T.x"])
def test_levels_of_any_name(name, tmp_path):
    data = DATA.assign(arm=DATA["arm"].map({"a": "a", "b": name, "c": "~"}))
    reference = {"arm": "a"}
    fit = gc.fit("reaction ~ day * arm + (day | subject)", data, reference=reference)
    plain = gc.fit("reaction ~ day * arm + (day | subject)", DATA)
    same(fit, plain)
    names = {(term.parameter, term.parts) for term in fit.recipe.term_names}
    assert ("slope", (("arm", name),)) in names and ("slope", (("arm", "~"),)) in names
    again = gc.load(fit.save(tmp_path / "fit.json"))
    assert again.terms == fit.terms and again.recipe.term_names == fit.recipe.term_names
    np.testing.assert_allclose(again.predict(data, people="average"), plain.predict(DATA, people="average"), rtol=1e-8)


@pytest.mark.parametrize("name", ["slope:arm[b]", "x, low", "a at 3", "body (kg)"])
def test_the_report_reads_no_names(name):
    """The words of an effect come from what it is, and not from its text."""
    from growthcurves.report.words import predictor_name

    fit = gc.fit(f"reaction ~ day * `{name}` + (day | subject)", DATA.rename(columns={"x": name}))
    assert predictor_name(fit, name) == f"for each unit of {name}"
    levels = gc.fit(f"reaction ~ day * `{name}` + (day | subject)", DATA.rename(columns={"arm": name}))
    assert predictor_name(levels, f"{name}[b]") == f"{name}: b against a"


@pytest.mark.parametrize("name", ["a~b", "a|b", "time (s)", "it's"])
def test_roles_of_any_name(name):
    plain = gc.fit("reaction ~ day + I(day^2) + (day | subject)", SLEEP)
    data = SLEEP.rename(columns={"day": name, "subject": f"{name} id", "reaction": f"{name} y"})
    fit = gc.fit(f"`{name} y` ~ `{name}` + I(`{name}`^2) + (`{name}` | `{name} id`)", data)
    same(fit, plain)
    assert fit.model.shape == plain.model.shape


def test_the_same_words_in_another_place_are_other_weights():
    """2:x on the intercept and x on the slope are two columns."""
    fit = gc.fit(MODEL.replace(predictors={"intercept": "2:x", "slope": "x"}), DATA)
    plain = gc.fit(MODEL.replace(predictors="x"), DATA)
    assert fit.deviance == pytest.approx(plain.deviance + 2 * np.log(2.0), rel=1e-9)
    assert fit.params["intercept:x"] == pytest.approx(plain.params["intercept:x"] / 2.0, rel=1e-7)
    assert fit.params["slope:x"] == pytest.approx(plain.params["slope:x"], rel=1e-7)


# ------------------------------------------------------------------ functions of one's own


def double(values):
    return 2.0 * np.asarray(values)


def test_own_functions_are_given_by_name(tmp_path):
    data = DATA.assign(w=2.0 * DATA["x"])
    plain = gc.fit("reaction ~ day + w + (day | subject)", data)
    fit = gc.fit("reaction ~ day + double(x) + (day | subject)", data, functions={"double": double})
    same(fit, plain)
    same(gc.fit(MODEL.replace(predictors={"intercept": "double(x)"}, functions={"double": double}), data), plain)
    np.testing.assert_allclose(fit.predict(data), plain.predict(data), rtol=1e-9)
    for rows in (False, True):
        path = fit.save(tmp_path / "fit.json", rows=rows)
        with pytest.raises(FormulaError, match=r"calls 'double'.*functions=\{'double'"):
            gc.load(path)
        again = gc.load(path, functions={"double": double})
        np.testing.assert_allclose(
            again.predict(data, people="average"), plain.predict(data, people="average"), rtol=1e-9
        )


def test_own_functions_come_from_nowhere_else():
    with pytest.raises(FormulaError, match=r"'double' is not defined.*functions="):
        gc.fit("reaction ~ day + double(x) + (day | subject)", DATA)
    with pytest.raises(FormulaError, match=r"know log\(\) already"):
        gc.GrowthModel("y", "t", "id", functions={"log": double})
    with pytest.raises(FormulaError, match=r"double\(\) failed: ZeroDivisionError"):
        gc.fit("reaction ~ day + double(x) + (day | subject)", DATA, functions={"double": lambda x: 1 / 0})
    with pytest.raises(FormulaError, match="no column"):
        gc.fit("reaction ~ day + double(x) + (day | subject)", DATA, functions={"double": lambda x: x[:3]})


# ------------------------------------------------------------------ the tree as a value


def test_models_are_equal_by_text_and_survive_a_pickle():
    one, other = MODEL.replace(predictors="x * arm"), MODEL.replace(predictors="x * arm")
    assert one == other and one.tree("slope") is other.tree("slope")
    again = pickle.loads(pickle.dumps(one))
    assert again == one and again.tree("slope") == one.tree("slope")


def test_a_formula_is_read_once():
    read_terms.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.fit("reaction ~ day * arm + x + (day | subject)", DATA)
    assert read_terms.cache_info().misses <= 2  # of the intercept and of the slope


def test_a_covariate_called_like_an_effect_explains_no_rates():
    """`slope:z` is a time-varying covariate here, and no predictor of the slope."""
    model = MODEL.replace(predictors={"intercept": "x", "slope": "x"})
    data = DATA.rename(columns={"stress": "slope:z"})
    odd = gc.fit(model.replace(time_varying="`slope:z`"), data)
    plain = gc.fit(model.replace(time_varying="stress"), DATA)
    assert list(odd.change().table["quantity"]) == list(plain.change().table["quantity"])
    assert str(odd).count("time-varying") == str(plain).count("time-varying") == 1
