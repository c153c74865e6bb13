"""Pages of outcomes that are not normal: each number on the scale that is named, and no normal outcome's words."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from tests.results.family_panels import all_alike

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(4)
    person = np.repeat(np.arange(60), 4)
    frame = pd.DataFrame({"id": person, "week": np.tile(np.arange(4.0), 60)})
    frame["arm"] = np.array(["placebo", "drug"])[person % 2]
    u = rng.normal(size=60)[person]
    eta = -0.6 + u + (0.3 + 0.3 * (person % 2)) * frame["week"]
    frame["well"] = (rng.random(240) < 1 / (1 + np.exp(-eta))).astype(int)
    frame["days"] = rng.integers(5, 30, 240)
    frame["falls"] = rng.poisson(0.1 * np.exp(0.5 * u + 0.1 * frame["week"]) * frame["days"])
    frame["state"] = pd.cut(eta + rng.logistic(size=240), [-99, -1, 1, 99], labels=["mild", "fair", "bad"])
    frame["cost"] = np.exp(0.5 * eta) * rng.gamma(3, 1 / 3, 240)
    return frame


CASES = {
    "yes or no": ("well", {"family": "binomial"}),
    "counts": ("falls", {"family": "poisson", "exposure": "days"}),
    "ordered": ("state", {"family": "ordinal"}),
    "amounts": ("cost", {"family": "gamma"}),
}


@pytest.fixture(scope="module", params=CASES)
def page(request, panel):
    outcome, options = CASES[request.param]
    formula = f"{outcome} ~ week * arm + (1 | id)"
    fit = gc.fit(formula, panel, time="week", reference={"arm": "placebo"}, **options)
    return fit, fit.report()


def text_of(page):
    found = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page.html, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", found)))


def test_every_section_is_there_or_left_out(page):
    fit, made = page
    assert {shown for _, shown in made.sections} == {"shown"}
    titles = [title for title, _ in made.sections]
    assert titles[0] == "What to expect" and "Differences between groups" not in titles
    text = text_of(made)
    for wrong in ("units of", "nan", "least-squares", "scatter about", "about a person's own line"):
        assert wrong not in text, wrong
    assert not re.search(r"the log (odds|rate|mean) of [\w ]+ (rises|falls)", text)


def test_means_are_called_by_whose_they_are(page):
    fit, made = page
    text, share = text_of(made), fit.family.name == "binomial"
    assert "population average" in text and "typical person" in text
    for people, name in (("average", "outcome_means"), ("typical", "typical_means")):
        found = fit.means(at=[0, 3], by="arm", scale="response", people=people).means
        table = made.tables[name]
        np.testing.assert_allclose(table["estimate"][: len(found)], found["estimate"])
        if share:
            for value in found["estimate"]:
                assert f"{100 * value:.1f} %" in text
    assert made.lead.startswith("At week 3, ") and "For one and the same person" in made.lead


def test_effects_are_ratios_with_their_intervals(page):
    fit, made = page
    row = fit.fixed_effects(exponentiate=True).set_index("term").loc["slope:arm[drug]"]
    assert f"{row['estimate']:.2f}" in text_of(made)
    assert {"binomial": "odds ratio", "ordinal": "odds ratio", "poisson": "rate ratio", "gamma": "ratio of means"}[
        fit.family.name
    ] in text_of(made)


def test_the_quadrature_is_certified_with_its_figures(page):
    fit, made = page
    found = fit.certificate.quadrature
    assert f"taken with {found.points} points; {found.compared} points change the deviance by" in text_of(made)


def test_the_code_of_the_page_makes_the_same_fit(page, panel):
    fit, made = page
    code = re.search(r"<pre[^>]*>(.*?)</pre>", made.html, flags=re.S)[1]
    code = html.unescape(re.sub(r"<[^>]+>", "", code)).replace("data = ...", "pass")
    names = {"data": panel}
    exec(code.replace("print(fit)", ""), names)
    assert names["fit"].deviance == pytest.approx(fit.deviance, abs=1e-6)


def test_without_arms_the_means_of_everybody(panel):
    made = gc.fit("well ~ week + (1 | id)", panel, time="week", family="binomial").report()
    assert made.lead.startswith("The probability of well, averaged over persons, is")
    assert "everybody" in text_of(made)


def test_coefficients_of_the_population_stand_beside_those_of_a_person(page):
    fit, made = page
    found, text = fit.marginal_coefficients(), text_of(made)
    assert "Coefficients of the population average" in text and "comparable with coefficients of GEE" in text
    np.testing.assert_allclose(made.tables["marginal_coefficients"]["estimate"], found["estimate"])
    np.testing.assert_allclose(made.tables["marginal_coefficients"]["conditional"], found["conditional"])


def test_probabilities_of_categories_are_those_of_the_population_and_add_up(page):
    fit, made = page
    if fit.family.name != "ordinal":
        assert "category_probabilities" not in made.tables
        return
    table, text = made.tables["category_probabilities"], text_of(made)
    mild = fit.means(at=[0, 3], by="arm", category="mild").means["estimate"]
    np.testing.assert_allclose(table[table["category"] == "mild"]["estimate"], mild)
    np.testing.assert_allclose(table.groupby(["arm", "week"])["estimate"].sum(), 1.0, rtol=1e-9)
    assert "How probable each category is" in text
    for value in mild:
        assert f"{100 * value:.1f} %" in text


@pytest.mark.parametrize("case", ["yes or no", "counts", "ordered"])
def test_models_without_time_compare_groups_in_their_means(drawn, panel, case):
    outcome, options = CASES[case]
    fit = gc.fit(f"{outcome} ~ arm + (1 | id)", panel, reference={"arm": "placebo"}, **options)
    made = fit.report(by="arm")
    shown = dict(made.sections)
    assert shown["What to expect"] == "shown" and "no time" in shown["Trajectories"]
    found = fit.means(by="arm", scale="response").means["estimate"]
    np.testing.assert_allclose(made.tables["outcome_means"]["estimate"][:2], found)
    assert "nan" not in text_of(made)


def test_groups_that_predict_the_level_alone_are_compared_in_their_means(panel):
    fit = gc.fit("well ~ week + arm + (1 | id)", panel, time="week", family="binomial", reference={"arm": "placebo"})
    made = fit.report(by="arm")
    assert "Difference: drug less placebo" in text_of(made) and len(made.tables["group_rates"]) == 1


def test_the_page_of_a_singular_fit_has_intervals_on_the_active_face():
    fit = gc.fit("well ~ week * arm + (week | id)", all_alike(), time="week", family="binomial",
                 reference={"arm": "placebo"})  # fmt: skip
    text = text_of(fit.report(by="arm"))
    assert "not estimable: a variance is estimated at the end of its range" not in text
    assert "percentage points higher in the drug group" in text and not re.search(r"\bnan\b", text)


def test_the_page_of_log_normal_amounts_says_what_to_expect_in_their_own_unit(panel):
    fit = gc.fit("cost ~ week * arm + (1 | id)", panel, time="week", family="lognormal", reference={"arm": "placebo"})
    made = fit.report(by="arm")
    text = text_of(made)
    assert made.sections[0] == ("What to expect", "shown") and "amounts above zero (log-normal)" in text
    assert made.lead.startswith("At week 3, the mean of cost, averaged over persons, is")
    found = made.tables["outcome_means"]["estimate"][:2]
    variance = float(fit.cov_re.iloc[0, 0]) + fit.scale
    medians = made.tables["typical_means"]["estimate"][:2]
    np.testing.assert_allclose(found, medians * np.exp(variance / 2), rtol=1e-9)
    np.testing.assert_allclose(medians.iloc[0], np.exp(fit.params["intercept"]), rtol=1e-9)
    assert "for the typical person it is the median" in text


def test_a_share_of_variance_that_is_the_same_at_all_times_is_told_once(panel):
    fit = gc.fit("well ~ week + (1 | id)", panel, time="week", family="binomial")
    text = text_of(fit.report())
    shown = f"{100 * fit.icc().table['icc'].iloc[0]:.0f} % at all times"
    assert text.count(shown) == 1 and text.count("latent scale (log odds), at all times") == 1
    assert "Share of variance between persons (ICC)" not in text
