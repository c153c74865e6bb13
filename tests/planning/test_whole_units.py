"""Plans are of whole persons in whole units: what is said of them is what a study of so many has."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

TIMES = [0, 1, 2, 3, 4]
SDS = {"sd_intercept": 2, "sd_slope": 1, "correlation": 0.2, "sd_residual": 1.5}
WHOLE = gc.Study(times=TIMES, levels={"site": 12}, randomised="site")
SITES = {"levels": {"site": {"slope": 0.3}}}


@pytest.mark.parametrize(
    "study, effect, options",
    [
        (WHOLE, 0.5, SITES),
        (gc.Study(times=TIMES), 4, {}),
        (gc.Study(times=TIMES, levels={"site": {"units": 24}}, randomised="site"), 0.7, SITES),
        (gc.Study(times=TIMES, levels={"site": [8, 16]}, randomised="site"), 0.5, SITES),
        (gc.Study(times=TIMES, levels={"site": 5}), 0.5, SITES),
    ],
)
def test_what_is_said_is_of_the_whole_study(study, effect, options):
    plan = gc.sample_size(study, effect, **options, **SDS)
    again = gc.power(study.replace(persons=plan.total), effect, **options, **SDS)
    assert (plan.whole.power, plan.whole.df, plan.whole.std_error) == pytest.approx(
        (again.power, again.df, again.std_error), rel=1e-12
    )
    assert plan.whole.units == again.units and plan.power == pytest.approx(0.8, abs=1e-9)
    text, one = (" ".join(str(each).split()).replace("- ", "-") for each in (plan, again))
    assert text[text.index("give a power") :] == one[one.index("give a power") :]
    assert plan.sentence() == again.sentence() and "before rounding" in text


def test_whole_sites_and_the_page(tmp_path):
    plan = gc.sample_size(WHOLE, 0.5, **SITES, **SDS)
    assert plan.total == 336 and plan.units["site"] == pytest.approx(26.19, abs=0.01) and plan.per_arm < 168
    html = plan.report(tmp_path / "plan.html").html
    assert "336 persons (control 168, treated 168) in 28 sites" in html and "83 %" in html and "26.0" in html
    rows = plan.what_if().set_index("label")
    assert rows.loc["as assumed", "persons"] == pytest.approx(plan.persons)
    assert rows.loc["as assumed", "power"] == pytest.approx(plan.whole.power)
    assert "<td>336</td>" in html.replace(' class="number"', "")
    assert gc.power_curve(WHOLE, 0.5, **SITES, **SDS).whole == {None: 336}


def test_arms_of_unequal_size_are_whole_too():
    study = gc.Study(times=TIMES, levels={"ward": 12, "region": 3}, randomised="ward", arms={"a": 1 / 3, "b": 2 / 3})
    levels = {"ward": {"slope": 0.3}, "region": {"slope": 0.1}}
    plan = gc.sample_size(study, 0.5, levels=levels, **SDS)
    assert {arm: count % 12 for arm, count in plan.whole_arms.items()} == {"a": 0, "b": 0} and plan.total % 36 == 0
    shares = {arm: count / plan.total for arm, count in plan.whole_arms.items()}
    again = gc.power(study.replace(arms=shares, persons=plan.total), 0.5, levels=levels, **SDS)
    assert plan.whole.power == pytest.approx(again.power, rel=1e-12)


def test_units_of_one_arm_alone():
    """Therapists treat the treated alone: partially nested (closed form of a balanced design)."""
    study = gc.Study(persons=80, times=TIMES, levels={"therapist": 4}, randomised="therapist")
    plan = gc.power(study, 0.6, levels={"therapist": {"slope": {"control": 0, "treated": 0.3}}}, **SDS)
    own = 1 + 1.5**2 / 10
    assert plan.std_error == pytest.approx((own / 40 + (0.3**2 + own / 4) / 10) ** 0.5, rel=1e-10)
    assert "(control 40, treated 40), those of treated in 10 therapists" in str(plan)
    assert plan.held_units == {"therapist": 10} and "SD between therapists of slope in treated 0.300" in str(plan)
    cost = {"person": 100, "therapist": 1000}
    over = {"levels": [{"therapist": 4}]}
    levels = {"therapist": {"slope": {"control": 0, "treated": 0.3}}}
    found = gc.cheapest_design(study.replace(persons=None), 0.6, cost=cost, over=over, levels=levels, **SDS)
    row = found.table.iloc[0]
    assert row["therapist"] == row["persons"] / 8 and row["cost"] == 100 * row["persons"] + 1000 * row["therapist"]


@pytest.mark.parametrize(
    "options, said",
    [
        ({"arms": 2}, "arms= is 2, and names the arms: arms=.'placebo', 'drug'., the reference first"),
        ({"arms": True}, "arms= is True"),
        ({"arms": "placebo"}, "arms= is 'placebo'"),
        ({"arms": ["a"]}, "names the arm 'a' alone"),
        ({"arms": {"a": 1.0}}, "names the arm 'a' alone"),
        ({"arms": []}, "names no arm"),
        ({"arms": {"a": 0.999, "b": 0.001}, "persons": 100}, "Arm b would have 0.1 of 100 persons"),
        ({"levels": {"site": {"units": 4}, "region": {"units": 8}}}, "8 regions for 4 sites"),
        ({"levels": {"site": {"units": 200}}, "persons": 100}, "200 sites for 100 persons"),
        ({"levels": {"site": {"units": 3}}, "randomised": "site"}, "no whole number in each arm .control 1.5"),
        ({"levels": {"site": 30}, "persons": 90, "randomised": "site"}, "3 of them are no whole number"),
        ({"levels": {"site": 30}, "persons": 100, "randomised": "site"}, "3.333 sites of 30.*plan 90 or 120 persons"),
        ({"levels": {"site": 30, "region": 2}, "persons": 90}, "1.5 regions of 2"),
        ({"levels": {"site": {"units": 2.5}}}, "a whole number above 1"),
    ],
)
def test_studies_of_parts_of_persons_and_units(options, said):
    with pytest.raises(GrowthCurvesError, match=said):
        gc.Study(**({"times": TIMES} | options))


def test_sizes_of_units_and_sds_between_them_vary():
    """Both are called levels, of the study and of what is assumed: they are told apart by what they say."""
    cost = {"person": 100, "site": 5000}
    over = {"levels": [{"site": 5}, {"site": 20}]}
    found = gc.cheapest_design(WHOLE, 0.5, cost=cost, over=over, **SITES, **SDS)
    for size, row in zip((5, 20), found.table.to_dict("records"), strict=True):
        plan = gc.sample_size(WHOLE.replace(levels={"site": size}), 0.5, **SITES, **SDS)
        assert (row["persons"], row["site"]) == (plan.total, plan.total / size)
        assert row["cost"] == plan.total * 100 + plan.total / size * 5000
    study = WHOLE.replace(persons=240)
    curve = gc.power_curve(study, 0.5, over={"levels": [{"site": 5}, {"site": {"units": 24}}]}, **SITES, **SDS)
    each = [gc.power(study.replace(levels=one), 0.5, **SITES, **SDS).power for one in ({"site": 5}, {"site": 10})]
    assert curve.table["power"].tolist() == pytest.approx(each)
    spreads = [{"site": {"slope": 0.1}}, {"site": {"slope": 0.4, "intercept": 1}}]
    curve = gc.power_curve(study, 0.5, over={"levels": spreads}, **SDS)
    each = [gc.power(study, 0.5, levels=one, **SDS).power for one in spreads]
    np.testing.assert_allclose(curve.table["power"], each)


def test_few_who_stay_are_told():
    few = gc.power(gc.Study(persons=100, times=[0, 1], dropout=0.99), 2, **SDS)
    assert "Fewer than 2 persons of an arm are expected at the last visit (control 0.5, treated 0.5)" in " ".join(
        str(few).split()
    )
    assert "are expected at the last visit" in few.sentence()
    assert "are expected" not in str(gc.power(gc.Study(persons=100, times=[0, 1], dropout=0.2), 2, **SDS))
