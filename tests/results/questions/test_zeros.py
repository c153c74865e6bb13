"""An intercept at age 0, or at a time that nobody was seen at, offers to centre."""

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.data.backticks import quoted
from growthcurves.results.questions.zeros import centring_offer


@pytest.fixture(scope="module")
def aged():
    frame = gc.load_dataset("sleepstudy")
    ages = dict(zip(frame["subject"].unique(), np.linspace(30, 60, 18), strict=True))
    return frame.assign(age=frame["subject"].map(ages), z=frame["subject"].map(ages) - 40, late=frame["day"] + 20)


@pytest.mark.parametrize(
    ("formula", "said"),
    [
        ("reaction ~ day * age + (day | subject)", "write center(age) in the formula"),
        ("reaction ~ day * center(age) + (day | subject)", ""),
        ("reaction ~ day + z + (day | subject)", ""),
        ("reaction ~ late + (late | subject)", "at late 0, outside the observed 20 to 29: recentre()"),
        ("reaction ~ age + (1 | subject)", "The intercept is that of age 0"),
        ("reaction ~ day * I(age - 100) + (day | subject)", "I(age - 100) 0, outside what was observed: write cent"),
    ],
)
def test_the_offer_is_made_where_zero_lies_outside(aged, formula, said):
    fit = gc.fit(formula, aged)
    assert said in centring_offer(fit) and bool(said) == bool(centring_offer(fit))
    assert " ".join(centring_offer(fit).split()) in " ".join(str(fit.summary()).split())


@pytest.mark.parametrize("name", ["a`b", "class", "body weight", "a.b", "TRUE", "NULL", "missing", "1st", "größe"])
def test_what_is_offered_can_be_fitted_whatever_the_column_is_called(aged, name):
    frame = aged.rename(columns={"age": name})
    offer = centring_offer(gc.fit(f"reaction ~ day + {quoted(name)} + (day | subject)", frame))
    call = offer.partition(" write ")[2].partition(" in the formula")[0]
    fit = gc.fit(f"reaction ~ day + {call} + (day | subject)", frame)
    assert centring_offer(fit) == ""
    same = gc.fit("reaction ~ day + center(age) + (day | subject)", aged)
    np.testing.assert_allclose(fit.params.to_numpy(), same.params.to_numpy(), rtol=1e-9)


def test_what_is_offered_moves_it_inside(aged):
    assert centring_offer(gc.fit("reaction ~ late + (late | subject)", aged).recentre(25)) == ""


def test_a_loaded_fit_prints_what_the_fit_printed(tmp_path):
    """The offer to centre is of persons' ages, which a fit that is saved without its rows holds."""
    trial = gc.load_dataset("trial")
    fit = gc.fit("depression ~ week*arm + age + (week | patient)", trial)
    assert "write center(age)" in str(fit) and str(gc.load(fit.save(tmp_path / "fit.json"))) == str(fit)
