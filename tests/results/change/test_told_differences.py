"""The answer first: differences between groups with direction in words and magnitudes of one sign."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.finding import Kind
from growthcurves.data.unit_words import unit_words
from growthcurves.results.change.differences import arm_of
from growthcurves.results.change.words import percent

pytestmark = pytest.mark.usefixtures("undrawn")


def trial(placebo, drug, name="patient"):
    """Two arms with these rates, by which age goes up as well."""
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({name: np.repeat(np.arange(60), 4), "week": np.tile([0.0, 1.0, 2.0, 4.0], 60)})
    person = frame[name]
    frame["arm"] = np.where(person % 2 == 0, "placebo", "drug")
    frame["age"] = (40 + rng.normal(0, 5, 60) + 4.0 * (np.arange(60) % 2))[person]
    rate = np.where(person % 2 == 0, placebo, drug) + 0.02 * (frame["age"] - 42) + rng.normal(0, 0.2, 60)[person]
    frame["y"] = 20 + rng.normal(0, 2, 60)[person] + rate * frame["week"] + rng.normal(0, 0.5, 240)
    return frame


def fitted(placebo, drug):
    model = gc.GrowthModel("y", "week", "patient", predictors="age + arm", reference={"arm": "placebo"})
    return gc.fit(model, trial(placebo, drug))


@pytest.mark.parametrize(
    ("placebo", "drug", "words"),
    [(-1, -2, "y falls"), (-2, -1, "slower than"), (1, 2, "faster than"), (2, 1, "y rises"), (1, -1, "lower than")],
)
def test_the_difference_comes_first_in_words_of_one_sign(placebo, drug, words):
    fit = fitted(placebo, drug)
    first, last, rates = fit.change(by="arm").averages
    assert words in first and first.startswith("In the drug group, ") and "adjusted for age" in first
    assert "-" not in first + rates and last.startswith("At week 4, the last time, y is ")
    found = fit.slopes(by="arm", differences="reference").differences.iloc[0]
    assert f"{abs(found['estimate']):.3f}" in first or f"{abs(found['estimate']):.2f}" in first


def test_three_groups_are_tested_together_first():
    """F of the joint test is that of the terms of the group in the rate; each group follows against the reference."""
    frame = trial(-1.0, -2.0)
    frame["site"] = np.array(["A", "B", "C"])[frame["patient"] % 3]
    fit = gc.fit(gc.GrowthModel("y", "week", "patient", predictors="age + site"), frame)
    report = fit.change(by="site")
    rates, ends, averages = report.averages
    test = fit.test(["slope:site[B] = 0", "slope:site[C] = 0"])
    shown = f"(joint test, F({test.df_num}, {test.df:.4g}) = {test.statistic:.3g}, p "
    assert shown in rates and "differ between the 3 groups" in rates
    assert ("Compared with the A group, where y falls by " in rates) == (test.p_value < 0.05)
    at_first = "; at week 0 they differ too (joint test, " in ends  # said only where it is shown
    first = report.value("p-value of equal mean outcomes, joint at 0")
    assert at_first == (first < 0.05) and averages.count(" group (95 % interval") == 3
    assert rates.startswith("Rates of change") == (test.p_value < 0.05)
    assert report.value("p-value of equal mean rates, joint") == pytest.approx(test.p_value, rel=1e-9)
    last = ["intercept:site[B] + 4*slope:site[B] = 0", "intercept:site[C] + 4*slope:site[C] = 0"]
    assert report.value("p-value of equal mean outcomes, joint at 4") == pytest.approx(fit.test(last).p_value, rel=1e-6)
    middle = next(text for text in report.sentences() if "middle 95 %" in text)
    assert middle.count(" group") == 3


def test_groups_are_compared_at_the_last_time_that_enough_persons_reached(tmp_path):
    """Two of 60 are seen at week 40: the headline, the table and a loaded fit are of week 4, and say who reached it.

    Counted by hand: of persons 0 to 24 with a row at week 4 the odd ones, 12 of 30, have the drug.
    """
    frame = trial(-1.0, -2.0)
    late = frame[frame["week"].eq(4.0) & frame["patient"].lt(2)].assign(week=40.0)
    few = frame[frame["week"].lt(4.0) | frame["patient"].lt(25)]
    fit = gc.fit("y ~ week * arm + (week | patient)", pd.concat([few, late], ignore_index=True))
    said = "At week 4, reached by 25 of 60 patients, y is "
    ends = fit.change(by="arm").averages[1]
    assert ends.startswith(said) and "(12 of 30 seen) than in the placebo group (13 of 30 seen; 95 % interval " in ends
    fit.report(tmp_path / "page.html", by="arm")
    text = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "Expected y at week 4, reached by 25 of 60 patients" in text and "Expected y at week 40" not in text
    assert gc.load(fit.save(tmp_path / "fit.json")).change(by="arm").averages[1].startswith(said)


def test_the_last_visit_of_few_persons_is_no_headline():
    """Of 60 persons 18 have week 4, fewer than a third: the difference is told at week 2, beside that at week 0."""
    frame = trial(-1.0, -2.0)
    fit = gc.fit("y ~ week * arm + (week | patient)", frame[frame["week"].lt(4.0) | frame["patient"].lt(18)])
    ends = fit.change(by="arm").averages[1]
    first = fit.means(at=[0.0], by="arm", differences="reference").differences.iloc[0]
    assert ends.startswith("At week 2, reached by all 60 patients, y is ")
    assert f"; at week 0 it is {abs(first['estimate']):.2f} " in ends
    named = [one for one in fit.change(by="arm").findings if one.kind is Kind.OUTCOME_DIFFERENCE]
    assert [one.at for one in named] == [2.0, 0.0] and named[1].value == pytest.approx(first["estimate"], rel=1e-9)


def test_groups_seen_at_times_of_their_own_are_compared_at_the_time_that_is_printed():
    """Who reads "3.1" computes there: the numbers are those of means at the printed time."""
    rng = np.random.default_rng(8)
    frame = trial(-1.0, -2.0)
    frame["week"] = np.where(frame["week"] > 0, frame["week"] + rng.uniform(0, 0.9, len(frame)), 0.0)
    fit = gc.fit("y ~ week * arm + (week | patient)", frame)
    (end, _) = (one for one in fit.change(by="arm").findings if one.kind is Kind.OUTCOME_DIFFERENCE)
    assert end.at == round(end.at, 1)
    longest = frame.groupby("patient")["week"].max()
    said = f"At week {end.at:g}, reached by {(longest >= end.at).sum()} of 60 patients, y is "
    assert fit.change(by="arm").averages[1].startswith(said)
    row = fit.means(at=[end.at], by="arm", differences="reference").differences.iloc[0]
    assert end.value == row["estimate"] and end.p_value == row["p_value"]
    assert 20 <= (longest >= end.at).sum() <= 24  # a third of 60, and those within the last printed digit


def test_the_lede_of_a_page_is_short_where_nothing_is_shown():
    """Two arms of one population: at most five lines of a page, no difference at the start, and rates in the table."""
    frame = trial(-1.0, -1.0)
    fit = gc.fit("y ~ week * arm + (week | patient)", frame)
    answer, page = fit.change(by="arm"), fit.report(by="arm")
    assert answer.lede[1].startswith("At week 4, the last time, no difference in means of y is shown: y is ")
    assert "; at week 0 it is " in answer.averages[1] and "at week 0" not in page.lead
    assert len(page.lead) < 5 * 72 and len(answer.lede) == 2 and len(answer.averages) == 3
    far = frame.assign(y=frame["y"] + 5 * (frame["arm"] == "drug"))
    assert "; at week 0 it is " in gc.fit("y ~ week * arm + (week | patient)", far).change(by="arm").lede[1]


def test_sites_that_are_not_shown_to_differ_are_not_strung_together():
    """Four sites of one population: a sentence each for the joint tests, and the rate of every site, the first too."""
    frame = trial(-1.0, -1.0)
    frame["site"] = np.array(["A", "B", "C", "D"])[frame["patient"] % 4]
    report = gc.fit("y ~ week * site + (week | patient)", frame).change(by="site")
    rates, ends, averages = report.averages
    assert report.value("p-value of equal mean rates, joint") > 0.05
    assert rates.startswith("It is not shown") and rates.count("(") - rates.count("F(") == 1
    assert "ompared" not in rates + ends and "in the A group" in averages
    assert report.lede[:2] == (rates, ends) and "interval" not in report.lede[2] and "in the D group" in report.lede[2]
    assert len({len(text.split(" ")[0].split(".")[1]) for text in report.lede[2].split("by ")[1:]}) == 1
    far = frame.assign(y=frame["y"] - frame["week"] * (frame["site"] == "B"))
    rates = gc.fit("y ~ week * site + (week | patient)", far).change(by="site").averages[0]
    assert rates.startswith("Rates of change of y differ") and "Compared with the A group, where y falls by " in rates


def test_of_several_groups_those_that_are_shown_to_differ_are_told_and_the_rest_named(tmp_path):
    """One of three sites differs from the first: its difference alone is told, the others share one line everywhere."""
    frame = trial(-1.0, -1.0)
    frame["site"] = np.array(["A", "B", "C", "D"])[frame["patient"] % 4]
    far = frame.assign(y=frame["y"] - frame["week"] * (frame["site"] == "B"))
    fit = gc.fit("y ~ week * site + (week | patient)", far)
    rates = fit.change(by="site").averages[0]
    assert rates.count("faster") == 1 and "faster in the B group" in rates and "slower" not in rates
    assert "Not shown for the C and D groups (3 comparisons, not adjusted for their number)" in rates
    page = fit.report(tmp_path / "page.html", by="site")
    assert rates in page.lead.replace("\u00a0", " ") and rates in fit.change(by="site").to_dict()["sentences"]
    numbered = far.assign(site=pd.Categorical(far["site"].map({"A": 1, "B": 2, "C": 3, "D": 4})))
    told = gc.fit("y ~ week * site + (week | patient)", numbered).change(by="site").averages[0]
    assert "Not shown where site is 3 and where site is 4 (3 comparisons" in told


def test_groups_of_schools_are_compared_at_the_mean_of_the_predictor():
    frame = trial(1.0, 2.0, "school").rename(columns={"week": "ses"})
    fit = gc.fit("y ~ ses * arm + (ses | school)", frame)
    end = next(one for one in fit.change(by="arm").findings if one.kind is Kind.OUTCOME_DIFFERENCE)
    assert end.at == frame["ses"].mean() and "At ses 1.75, its mean, y is" in fit.change(by="arm").averages[1]


def test_what_one_predictor_explains_is_beside_no_others():
    """One predictor of the rate leaves nothing to others; two do; neither number has an interval, and both say so."""
    frame = trial(-1.0, -1.6)
    one, two = (gc.fit(f"y ~ week * ({terms}) + (week | patient)", frame).change() for terms in ("arm", "arm + age"))
    assert "Of the variance of the rate of change, arm explains " in str(one)
    assert "Of the variance of the rate of change that other predictors leave, arm explains " in str(two)
    assert "per week, without an interval." in str(one) and ", an estimate without an interval." in str(one)


def test_that_persons_differ_is_asserted_only_where_it_is_shown():
    """Rates that differ by chance alone, then by an SD of 0.2."""
    rng = np.random.default_rng(3)
    frame = trial(-1.0, -2.0)
    alike = frame.assign(y=rng.normal(0, 1, 60)[frame["patient"]] + rng.normal(0, 2, 240))
    texts = [str(gc.fit("y ~ week + (week | patient)", data).change()) for data in (alike, frame)]
    assert "Patients differ" not in texts[0] and "Patients differ: the standard deviation" in texts[1]


def test_every_place_has_the_adjusted_difference():
    """slopes(), means(), the change report and the term of the arm are one number."""
    fit = fitted(-1.0, -2.0)
    report = fit.rates(by="arm")
    rate = next(one for one in report.findings if one.kind is Kind.RATE_DIFFERENCE)
    end = next(one for one in report.findings if one.kind is Kind.OUTCOME_DIFFERENCE)
    assert rate.value == pytest.approx(fit.params["slope:arm[drug]"], rel=1e-12)
    assert end.value == pytest.approx(fit.params["intercept:arm[drug]"] + 4 * fit.params["slope:arm[drug]"], rel=1e-9)
    assert end.at == 4.0 and 0 <= end.p_value < 0.001
    assert report.value("difference of mean outcome from placebo at 4", "drug") == end.value


def test_the_arm_is_the_one_column_of_categories_in_the_rate():
    frame = trial(0.0, 1.0).assign(sex=lambda d: np.where(d["patient"] % 3 == 0, "f", "m"))
    assert arm_of(gc.fit("y ~ week * arm + (week | patient)", frame)) == "arm"
    assert arm_of(gc.fit("y ~ week * age + arm + (week | patient)", frame)) is None
    assert arm_of(gc.fit("y ~ week * (arm + sex) + (week | patient)", frame)) is None


def test_shares_and_units_in_words():
    assert [percent(share) for share in (1.0, 0.9994, 0.5, 0.0)] == [
        "nearly all (above 99.9 %)", "99.9 %", "50.0 %", "hardly any (below 0.1 %)",
    ]  # fmt: skip
    assert unit_words("pupil_no").several == "pupils" and unit_words("subject").several == "persons"
    text = str(gc.fit("y ~ week + (week | student)", trial(0.0, 1.0, "student")).change())
    assert "Students differ" in text and "person" not in text
