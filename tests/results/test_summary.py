"""What print(fit) says, and the law that every answer follows: .table, str, _repr_html_, to_dict."""

from __future__ import annotations

import dataclasses
import json
import re

import pandas as pd
import pytest
from reference_values import table

import growthcurves as gc
from growthcurves.results.summary import summary
from growthcurves.results.tables.printing import number, p_text


def section(text, start):
    return next(part for part in text.split("\n\n") if part.startswith(start))


def test_the_printed_fit_is_its_summary(sleep_fit):
    assert str(sleep_fit) == str(sleep_fit.summary()) == repr(sleep_fit)


def test_parts_of_the_summary(sleep_fit):
    text = str(sleep_fit)
    assert "REML" in text
    assert "Level 1   reaction = intercept_i + slope_i * day + e" in text  # equations
    assert "Level 2" in text
    assert re.search(r"Persons\s+18 \(subject\)", text)  # counts at each level
    assert re.search(r"Rows\s+180", text)
    fixed = section(text, "Fixed effects")
    assert fixed.index("for the intercept") < fixed.index("for the slope")
    assert re.search(r"slope\s+10\.47\s+1\.546\s+17\.0\s+6\.77\s+<\.001\s+7\.206 to 13\.73", fixed)
    variances = section(text, "Variance components")  # profile intervals of reference/profile.json
    assert "profile likelihood intervals (REML)" in variances
    assert re.search(r"sd:intercept\s+24\.74\s+15\.03 to 39\.52", variances)
    assert re.search(r"sd:slope\s+5\.922\s+3\.927 to 9\.152", variances)
    assert re.search(r"cor:intercept,slope\s+0\.06555\s+-0\.4983 to 0\.6657", variances)
    assert re.search(r"sd:residual\s+25\.59\s+22\.90 to 28\.86", variances)
    assert re.search(r"reliability of the slope 0?\.815", variances)
    assert re.search(r"likelihood 1743\.6 ", text)
    assert re.search(r"AIC 1755\.6\s+BIC 1774\.8", text)
    assert re.search(r"6 parameters; BIC with n = 180 rows", text)  # what is behind AIC and BIC
    certificate = section(text, "Certificate")
    for word in ("converged", "not singular", "identified"):
        assert word in certificate
    assert "the intercept is the status at day 0" in text  # where it is read


def test_ml_says_so(sleep):
    text = str(gc.fit("reaction ~ day + (day | subject)", sleep, method="ml"))
    assert "fitted by ML" in text
    assert "restricted" not in text
    assert "likelihood 1751.9 " in text


def test_groups_of_fixed_effects(trial_fit):
    fixed = section(str(trial_fit), "Fixed effects")
    first, second = fixed.split("for the slope")
    assert "intercept:arm[high]" in first
    assert "slope:arm[high]" in second
    assert "intercept:" not in second
    assert "placebo" not in fixed  # the reference level has no row


def test_time_varying_effects_are_a_group_of_their_own():
    fit = gc.fit("y ~ time + x + (time | id)", table("panel_varying.csv"))
    fixed = section(str(fit), "Fixed effects")
    assert fixed.index("for the slope") < fixed.index("time-varying") < fixed.index(" x ")


def test_warnings_and_rows_left_out_are_said(sleep):
    holes = sleep.assign(reaction=sleep["reaction"].where(sleep.index % 30 != 3))
    text = str(gc.fit("reaction ~ day + (day | subject)", holes))
    assert re.search(r"Left out\s+6 rows", text)
    few = sleep[sleep["subject"] < 334]
    with pytest.warns(gc.errors.DataWarning):
        fit = gc.fit("reaction ~ day + (1 | subject)", few[few["subject"] < 332], time="day")
    assert all(note in str(fit) for note in fit.warnings)
    assert fit.warnings


def test_singular_and_unidentified_are_said():
    fit = gc.fit("y ~ time + (time | id)", table("panel_singular_plus.csv"))
    assert "singular: no variance between persons in" in str(fit)
    assert "on the boundary" in str(fit)
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", table("sleepstudy_two_occasions.csv"))
    assert "NOT identified" in str(fit)
    assert "withheld" in section(str(fit), "Variance components")
    assert "nan" not in str(fit).lower().replace("nano", "")


def test_units_of_time_are_said(sleep):
    panel = gc.Panel(sleep, id="subject", time="day", outcome="reaction", time_unit="days", outcome_unit="ms")
    text = str(gc.fit(gc.GrowthModel("reaction", "day", "subject"), panel))
    assert "0 to 9 days" in text


ANSWERS = {
    "summary": lambda fit: fit.summary(),
    "change": lambda fit: fit.change(),
    "icc": lambda fit: fit.icc(),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_the_law_of_answers(sleep_fit, name):
    answer = ANSWERS[name](sleep_fit)
    assert isinstance(answer.table, pd.DataFrame)
    assert not isinstance(answer.table.columns, pd.MultiIndex)
    assert all(isinstance(column, str) for column in answer.table.columns)
    assert len(str(answer)) > 50
    assert repr(answer) == str(answer)
    html = answer._repr_html_()
    assert html.startswith("<")
    as_dict = answer.to_dict()
    json.loads(json.dumps(as_dict))
    assert len(as_dict["table"]) == len(answer.table)
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.table = None


def test_html_is_escaped(sleep_fit):
    html = sleep_fit._repr_html_()
    assert "<.001" not in html
    assert "&lt;.001" in html


@pytest.mark.parametrize("method", ["fixed_effects", "variance_components", "people", "predict"])
def test_methods_named_after_a_table_give_it(sleep_fit, method):
    found = getattr(sleep_fit, method)()
    assert isinstance(found, (pd.DataFrame, pd.Series))
    assert isinstance(sleep_fit.random_effects, pd.DataFrame)


def test_a_table_that_is_changed_does_not_change_the_fit():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    before, report = str(fit), str(fit.change())
    answers = (fit.summary().table, fit.change().table, fit.icc().table)
    for taken in (*answers, fit.fixed_effects(), fit.variance_components(), fit.people()):
        taken[taken.columns[-1]] = 0.0
    for taken in (fit.cov_re, fit.cov_params(), fit.params, fit.bse, fit.resid, fit.fittedvalues):
        taken.iloc[:] = 0.0
    assert str(fit) == before
    assert str(fit.change()) == report
    assert fit.params["slope"] == pytest.approx(10.467285959596)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (float("nan"), "-"),
        (10.467286, "10.47"),
        (-10.467286, "-10.47"),
        (0.0655513, "0.06555"),
        (251.4051, "251.4"),
        (99999.4, "99999"),
        (1743.628, "1743.6"),
        (0.00012345, "0.0001234"),
        (1.5e-7, "1.500e-07"),
        (2.5e9, "2.500e+09"),
        (9.99996, "10.00"),
        (float("inf"), "inf"),
    ],
)
def test_numbers_for_readers(value, text):
    assert number(value) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.0004, "<.001"), (0.001, ".001"), (0.0501, ".050"), (0.25, ".250"), (1.0, "1"), (float("nan"), "-")],
)
def test_p_values_for_readers(p, text):
    assert p_text(p) == text


def test_decimal_points_of_a_column_stand_below_one_another():
    fit = gc.fit("depression ~ week * arm + (week | patient)", gc.load_dataset("trial"))
    rows = [line for line in str(fit).split("Fixed effects")[1].split("Variance")[0].splitlines() if " to " in line]
    assert len(rows) == 4 and len({row.index(".", 22) for row in rows}) == 1
    means = str(fit.means(at=[0, 8], by="arm")).splitlines()[2:6]
    assert len({tuple(k for k, sign in enumerate(row) if sign == ".") for row in means}) == 1


def test_a_wide_terminal_keeps_terms_on_their_line():
    fit = gc.fit("depression ~ week * arm * severity + (week | patient)", gc.load_dataset("trial"))
    lines = str(summary(fit, line=140)).splitlines()
    assert any("slope:arm[drug]:severity[severe]" in line and " to " in line for line in lines)
