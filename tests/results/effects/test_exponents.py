"""Odds and rate ratios: e to the power of coefficients and of the ends of their intervals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"id": np.repeat(np.arange(40), 6), "week": np.tile(np.arange(6), 40)})
    eta = -0.5 + 0.2 * data["week"] + rng.normal(size=40)[data["id"]]
    data["well"] = (rng.random(240) < 1.0 / (1.0 + np.exp(-eta))).astype(int)
    state = np.digitize(eta + rng.logistic(size=240), [-1.0, 1.0])
    return data.assign(calls=rng.poisson(np.exp(0.3 * eta)), state=state)


@pytest.mark.parametrize(
    ("outcome", "family", "labels"),
    [
        ("well", "binomial", ["odds: level", "odds ratio: week"]),
        ("calls", "poisson", ["rate: level", "rate ratio: week"]),
        ("state", "ordinal", ["odds ratio: week"]),
    ],
)
def test_ratios(table, outcome, family, labels):
    fit = gc.fit(f"{outcome} ~ week + (1 | id)", table, family=family)
    plain, ratios = fit.fixed_effects(), fit.fixed_effects(exponentiate=True)
    for name in ("estimate", "conf_low", "conf_high"):
        np.testing.assert_allclose(ratios[name], np.exp(plain[name]))
    np.testing.assert_allclose(ratios["std_error"], np.exp(plain["estimate"]) * plain["std_error"])
    pd.testing.assert_frame_equal(ratios[["statistic", "p_value", "df"]], plain[["statistic", "p_value", "df"]])
    assert ratios["label"].tolist() == labels
    assert f"{labels[-1].partition(':')[0].capitalize()}s (95 % interval)\n  week" in str(fit)


def test_where_there_are_none(table):
    with pytest.raises(gc.errors.ModelError, match="with the probit link"):
        gc.fit("well ~ week + (1 | id)", table, family="probit").fixed_effects(exponentiate=True)
    with pytest.raises(gc.errors.ModelError, match="coefficients of normal outcomes are differences"):
        gc.fit("week ~ calls + (1 | id)", table).fixed_effects(exponentiate=True)


def test_own_parameters_have_headings(table):
    text = str(gc.fit("state ~ week + (1 | id)", table, family="ordinal"))
    assert "Thresholds (95 % profile" in text and "  between 0 and 1 " in text and "  between 1 and 2 " in text
    assert "Fixed effects (z tests, observed information)" in text
    assert "Level 2   intercept_i = u_intercept\n" in text  # thresholds are its constant
    assert "Dispersion (95 %" in str(gc.fit("calls ~ week + (1 | id)", table, family="negative-binomial"))


def test_few_persons_are_said(table):
    few = gc.fit("well ~ week + (1 | id)", table[table["id"] < 15], family="binomial")
    assert "z takes 15 persons for many" in str(few)
    assert "for many" not in str(few.summary(ddf="between-within"))
