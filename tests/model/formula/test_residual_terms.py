"""Residual structures in formulas: the same model, terms and numbers as residual= of a model; and what cannot be had.

The words are those of mmrm (Sabanes Bove et al. 2024) and glmmTMB (Brooks et al. 2017).
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import FormulaError, GrowthCurvesError, ModelError, NotAvailableError
from growthcurves.model.covariance import RESIDUALS

NAMED = "depression ~ week * arm + {}"
MODEL = gc.GrowthModel("depression", "week", "patient", origin=0, predictors="arm", random=())


@pytest.fixture(scope="module")
def data():
    trial = gc.load_dataset("trial").dropna(subset=["depression"])
    trial = trial[trial["patient"].isin(trial["patient"].unique()[::5])].reset_index(drop=True)
    shift = np.random.default_rng(1).normal(0, 0.1, len(trial))
    return trial.assign(name="V" + trial["visit"].astype(str), day=7.0 * trial["week"] + shift)


def quietly(model, data, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gc.fit(model, data, **options)


def same(one, other):
    assert list(one.terms) == list(other.terms)
    assert one.deviance == pytest.approx(other.deviance, abs=1e-9)
    assert np.allclose(one.params, other.params, rtol=1e-9)
    left, right = (fit.variance_components(method="wald") for fit in (one, other))
    assert list(left["term"]) == list(right["term"])
    assert np.allclose(left["estimate"], right["estimate"], rtol=1e-7, equal_nan=True)
    assert one.model.equations() == other.model.equations()


WORDS = {
    "us": "un", "un": "un", "ar1": "ar1", "ar1h": "arh1", "arh1": "arh1", "cs": "cs", "homcs": "cs", "csh": "csh",
    "hetcs": "csh", "toep": "toep", "toeph": "toeph", "ad": "ad", "adh": "adh", "ante": "adh", "het": "het",
    "diag": "het", "car1": "car1", "ou": "car1", "exp": "exp", "sp_exp": "exp", "gau": "gau", "sp_gau": "gau",
}  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_each_word_is_the_structure_of_the_model_door(data, word):
    same(quietly(NAMED.format(f"{word}(week | patient)"), data), quietly(MODEL.replace(residual=WORDS[word]), data))


@pytest.mark.parametrize(
    ("written", "options"),
    [
        ("csh(week | arm / patient)", {"residual": gc.CSH(by="arm")}),
        ("ar1(week + 0 | patient)", {"residual": "ar1"}),
        ("ar1(0 + factor(week) | patient)", {"residual": "ar1"}),
        ("(week | patient) + ar1(week | patient)", {"residual": "ar1", "random": ("intercept", "slope")}),
        ("toep(week | patient) + (1 | patient)", {"residual": "toep", "random": ("intercept",)}),
        ("exp(numFactor(week) + 0 | patient)", {"residual": "exp"}),
    ],
)
def test_groups_random_effects_and_ways_to_write_it(data, written, options):
    same(quietly(NAMED.format(written), data), quietly(MODEL.replace(**options), data))


def test_a_visit_that_is_not_the_time_is_the_wave(data):
    fit = quietly("depression ~ day * arm + ar1h(visit | patient)", data, time="day")
    assert (fit.model.time, fit.model.wave) == ("day", "visit")
    same(fit, quietly(MODEL.replace(time="day", wave="visit", residual="arh1"), data))


def test_visits_that_are_named_are_categories_and_their_order_is_that_of_their_numbers(data):
    """One mean per visit and arm is the model of occasions: the same deviance but for the coding of the means (ML)."""
    renamed = data.assign(name="Week " + data["week"].astype(str)).sample(frac=1.0, random_state=3)
    for word in ("us", "ar1", "toeph"):
        fit = quietly(f"depression ~ arm * name + {word}(name | patient)", renamed, method="ml")
        other = quietly(MODEL.replace(shape="occasions", residual=WORDS[word]), data, method="ml")
        assert fit.deviance == pytest.approx(other.deviance, abs=1e-6)


def test_named_visits_need_no_order_where_all_correlate_alike(data):
    fit = quietly("depression ~ name + cs(name | patient)", data)
    other = quietly("depression ~ factor(week) + cs(week | patient)", data)
    assert (fit.model.time, fit.model.wave) == (None, "name")
    assert fit.deviance == pytest.approx(other.deviance, abs=1e-6)
    with pytest.raises(FormulaError, match="'name' is no time here"):
        quietly("depression ~ name + car1(name | patient)", data)


def test_the_order_of_visits_is_that_of_the_rows_or_is_asked_for(data):
    words = dict(zip([1, 2, 3, 4, 5, 6], ["start", "early", "middle", "late", "end", "after"], strict=True))
    named = data.assign(name=data["visit"].map(words))
    fit = quietly("depression ~ name + ar1(name | patient)", named)
    by_number = quietly("depression ~ factor(visit) + ar1(visit | patient)", named)
    assert fit.deviance == pytest.approx(by_number.deviance, abs=1e-6)
    with pytest.raises(ModelError, match="order of 'name' .*ordered categorical"):
        quietly("depression ~ name + ar1(name | patient)", named.sample(frac=1.0, random_state=1))


@pytest.mark.parametrize("given", ["formula", "panel"])
def test_wave_is_heard_where_the_panel_is_made_without_it(data, given):
    if given == "formula":
        fit = quietly("depression ~ day * arm + (1 | patient)", data, time="day", residual="ar1", wave="visit")
    else:
        panel = gc.Panel(data, "patient", "day", "depression")
        fit = quietly(MODEL.replace(time="day", wave="visit", residual="ar1", random=("intercept",)), panel)
    assert fit.panel.wave == "visit"
    direct = MODEL.replace(time="day", wave="visit", residual="ar1", random=("intercept",))
    assert fit.deviance == pytest.approx(quietly(direct, data).deviance, abs=1e-8)


@pytest.mark.parametrize(
    ("residual", "short"),
    [
        ("corAR1", "ar1"), ("AR(1)", "ar1"), ("CAR1", "car1"), ("corCAR1", "car1"), ("ANTE(1)", "adh"), ("UN", "un"),
        ("ARH(1)", "arh1"), ("TOEPH", "toeph"), ("sp(exp)", "exp"), ("SP(GAU)", "gau"), ("sp(pow)", "car1"),
        ("ARMA(1,1)", "arma11"), ("corCompSymm", "cs"), ("exchangeable", "cs"), ("varIdent", "het"), ("UN(1)", "het"),
        ("VC", "independent"), ("unstructured", "un"), ("varPower", "power-variance"), ("AR1", "ar1"),
    ],
)  # fmt: skip
def test_names_of_other_programs(residual, short):
    assert MODEL.replace(residual=residual) == MODEL.replace(residual=short)
    assert RESIDUALS[short].name == short


@pytest.mark.parametrize(
    ("written", "error", "says"),
    [
        ("foo(week | patient)", FormulaError, "no residual structure of a formula 'foo'"),
        ("toep2(week | patient)", NotAvailableError, "band or an order"),
        ("mat(week | patient)", NotAvailableError, "'mat' is not in this version: take 'exp' or 'gau'"),
        ("ar1(week || patient)", FormulaError, r"not of the form ar1\(occasion \| id\)"),
        ("ar1(1 | patient)", FormulaError, "not of the form"),
        ("ar1(week + visit | patient)", FormulaError, "not of the form"),
        ("us(week | sex / arm / patient)", FormulaError, "not of the form"),
        ("ar1(week | patient) + cs(week | patient)", FormulaError, "two residual structures"),
        ("week:ar1(week | patient)", FormulaError, "a term of its own"),
        ("(week | patient) + car1(visit | patient)", FormulaError, "counts time, and the time of the formula is"),
        ("ar1(nothing | patient)", GrowthCurvesError, "no column 'nothing'"),
    ],
)
def test_what_cannot_be_had_is_one_sentence(data, written, error, says):
    with pytest.raises(error, match=says) as caught:
        quietly(NAMED.format(written), data)
    assert len(str(caught.value)) < 320


def test_a_structure_is_said_once(data):
    with pytest.raises(FormulaError, match="leave residual= out"):
        quietly(NAMED.format("ar1(week | patient)"), data, residual="cs")
    with pytest.raises(FormulaError, match="two columns of the occasion"):
        quietly("depression ~ day + ar1(visit | patient)", data, time="day", wave="week")
    with pytest.raises(NotAvailableError, match="corSymm.*one SD"):
        MODEL.replace(residual="corSymm")
    with pytest.raises(ModelError, match=r"write AR1\(\)"):
        MODEL.replace(residual=gc.AR1)
