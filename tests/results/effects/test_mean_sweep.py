"""Every shape, coding and way of averaging: a mean is a dense average of predictions, or one sentence says why not.

The dense side knows nothing of grids: it writes the persons out and takes `predict(people="average")` of them, whose
rows are tested elsewhere. Sums of the same numbers in another order: 1e-9.
"""

from __future__ import annotations

import itertools
import warnings

import numpy as np
import pandas as pd
import pytest
from reference_values import three_arms

import growthcurves as gc
from growthcurves.results.persons.trajectories import mean_curve, person_lines

pytestmark = pytest.mark.usefixtures("undrawn")

FORMULAS = [
    "y ~ time * arm + age + (time | id)",
    "y ~ time * C(arm, contr.sum) * sex + time:age + (time | id)",
    "y ~ poly(time, 2) * arm + (1 | id)",
    "y ~ poly(time, 2) * sex + age:time + (time | id)",
    "y ~ C(time) * arm + (1 | id)",
    "y ~ C(time) * age + C(arm, contr.helmert) + (1 | id)",
    "y ~ time + C(time) + sex + (time | id)",
    "y ~ time + C(time > 3):arm + age * sex + (1 | id)",
    "y ~ bs(time, df=4) + C(arm, contr.sum) * age + (1 | id)",
    "y ~ bs(time, df=4):sex + arm + (1 | id)",
    "y ~ ns(time, df=3) * arm + log(age) + (1 | id)",
    "y ~ log1p(time) * arm + (1 | id)",
    "y ~ 0 + arm + time:arm + (time | id)",
    "y ~ time * age * sex + I(age**2) + (time | id)",
    "y ~ time * arm + I(time**2):age + (1 | id)",
    "y ~ arm * sex * age + (1 | id)",
    "y ~ 1 + (1 | id)",
]
SHAPES = ["linear", "quadratic", "cubic", gc.Piecewise(knots=[3]), gc.Spline(df=3), gc.LogTime(offset=1), "occasions"]
CODINGS = ["arm", "C(arm, contr.sum)", "C(arm, contr.poly) + sex", "C(arm, contr.diff) * age + sex"]
CASES = [*FORMULAS, *zip(SHAPES, itertools.cycle(CODINGS), strict=False)]
AVERAGES = [(a, w) for a in ("persons", "rows") for w in ("equal", "proportional", "counterfactual")]
LEVELS = {"arm": ["placebo", "low", "high"], "sex": ["f", "m"]}


@pytest.fixture(scope="module")
def data():
    return three_arms()


@pytest.fixture(scope="module")
def persons(data):
    return data.drop_duplicates("id").assign(rows=data.groupby("id", sort=False).size().to_numpy())


def case_text(case):
    return case if isinstance(case, str) else " ".join(map(str, case))


@pytest.fixture(scope="module", params=CASES, ids=case_text)
def fit(request, data):
    case = request.param
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        if isinstance(case, str):
            return gc.fit(case, data, time="time")
        return gc.fit(gc.GrowthModel("y", "time", "id", shape=case[0], predictors=case[1], random=("intercept",)), data)


def dense(fit, persons, time, by, average, weights):
    """The mean of each arm, or over all: everybody written out, with what each counts."""
    counts = persons["rows"].to_numpy() if average == "rows" else np.ones(len(persons))
    out = []
    for level in LEVELS["arm"] if by else [None]:
        people = persons.assign(time=time)
        if weights == "counterfactual":
            people = people if level is None else people.assign(arm=level)
            share = counts
        else:
            cells = [(a, s) for a in LEVELS["arm"] for s in LEVELS["sex"] if level in (None, a)]
            age = np.average(persons["age"], weights=counts)
            people = pd.DataFrame([{"id": "x", "time": time, "arm": a, "sex": s, "age": age} for a, s in cells])
            share = np.ones(len(cells))
            if weights == "proportional":
                used = [name for name in ("arm", "sex") if name in str(fit.model) and (level is None or name != "arm")]
                rows = (row for _, row in people.iterrows())
                share = np.array([counts[(persons[used] == row[used]).all(axis=1)].sum() for row in rows])
        found = fit.predict(people, people="average")
        out.append(np.average(found, weights=share))
    return np.array(out)


@pytest.mark.covering
@pytest.mark.parametrize(("average", "weights"), AVERAGES)
def test_means_are_dense_averages(fit, persons, average, weights):
    for by in (None, "arm"):
        if by and "arm" not in str(fit.model):
            continue
        if not fit.recipe.shape.changes:
            found = fit.means(by=by, average=average, weights=weights).table
            np.testing.assert_allclose(found["estimate"], dense(fit, persons, 0, by, average, weights), rtol=1e-9)
            continue
        for time in (0, 3, 6):
            found = fit.means(at=time, by=by, average=average, weights=weights).table
            np.testing.assert_allclose(found["estimate"], dense(fit, persons, time, by, average, weights), rtol=1e-9)
            assert np.isfinite(found["std_error"]).all()


@pytest.mark.covering
@pytest.mark.parametrize(("average", "weights"), AVERAGES)
def test_slopes_are_differences_of_means(fit, average, weights):
    if not fit.recipe.shape.changes:
        with pytest.raises(gc.errors.NotEstimableError, match="no time"):
            fit.slopes(average=average, weights=weights)
        return
    means = fit.means(at=[1, 5], average=average, weights=weights).table["estimate"]
    found = fit.slopes(between=(1, 5), average=average, weights=weights).table["estimate"]
    np.testing.assert_allclose(found, (means[1] - means[0]) / 4, rtol=1e-8, atol=1e-9)


def test_the_mean_curve_is_that_of_the_persons(fit, persons):
    """Terms of time follow each group's own predictors: the average of its persons' predictions."""
    if not fit.recipe.shape.changes:
        return
    curve = mean_curve(fit, np.array([0.0, 3.0, 6.0]), by="arm").set_index(["group", "time"])
    for arm, time in itertools.product(LEVELS["arm"], (0.0, 3.0, 6.0)):
        people = persons[persons["arm"] == arm].assign(time=time)
        values = fit.predict(people, people="average")
        np.testing.assert_allclose(curve.loc[(arm, time), "mean"], values.mean(), rtol=1e-8)
    lines = person_lines(fit, np.array([3.0])).set_index("id")["eb"]
    known = fit.predict(persons.assign(time=3), people="known")
    np.testing.assert_allclose(lines.loc[persons["id"]], known, rtol=1e-7)
    some = person_lines(fit, np.array([3.0]), np.array([7, 2])).set_index("id")["eb"]
    np.testing.assert_allclose(some, lines.iloc[[7, 2]], rtol=1e-12)
    assert list(some.index) == list(lines.index[[7, 2]])


def test_r2_of_any_curve(fit):
    shares = fit.r2().table.set_index("measure")["value"]
    assert 0 <= shares["marginal"] <= shares["conditional"] <= 1


def test_the_report_of_levels_of_time(data, tmp_path):
    """A curve of levels is drawn at the times that it knows."""
    few = data[data["id"] < "Q031"]
    fit = gc.fit("y ~ C(time) * sex + (1 | id)", few, time="time")
    assert fit.report(tmp_path / "report.html", by="sex").kilobytes > 10


def test_an_unobserved_time_of_levels_is_one_sentence(data):
    fit = gc.fit("y ~ C(time) * arm + (1 | id)", data, time="time")
    questions = (
        lambda: fit.means(at=2.5),
        lambda: fit.slopes(between=(0, 2.5)),
        lambda: mean_curve(fit, np.array([2.5])),
    )
    for ask in questions:
        with pytest.raises(gc.errors.NotEstimableError, match="no level at time 2.5.*ask for an observed time"):
            ask()
    with pytest.raises(gc.errors.NotEstimableError, match="no rate at a single time"):
        fit.slopes(at=3)


def test_a_group_that_was_never_seen_at_a_time_has_no_mean_there(data):
    """A cell without rows is not in the space of the data: withheld in the table and on the curve."""
    gap = data[~((data["arm"] == "high") & (data["time"] == 6))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.ModelWarning)
        fit = gc.fit("y ~ C(time) * arm + (1 | id)", gap, time="time")
    table = fit.means(at=6, by="arm").table.set_index("arm")["estimate"]
    curve = mean_curve(fit, np.array([5.0, 6.0]), by="arm").set_index(["group", "time"])
    assert table.isna().tolist() == [False, False, True]
    assert curve["mean"].isna().sum() == 1
    assert curve.loc[("high", 6.0)].isna().all()
    for arm in ("placebo", "low"):
        np.testing.assert_allclose(curve.loc[(arm, 6.0), "mean"], table[arm], rtol=1e-9)


def test_a_persons_own_times_have_no_mean_curve(data):
    fit = gc.fit("y ~ within(time) + between(time) + (1 | id)", data, time="time")
    with pytest.raises(gc.errors.NotEstimableError, match="depends on all times of a person"):
        fit.means(at=3)


def test_a_changing_covariate_in_a_term_of_time_stands_at_its_mean(data):
    """By hand: intercept + slope t + stress at its mean over rows, and its product with time there."""
    stress = np.sin(np.arange(len(data)))
    fit = gc.fit("y ~ time * stress + I(time**2):arm + (1 | id)", data.assign(stress=stress), time="time")
    curve = mean_curve(fit, np.array([4.0]), by="arm").set_index("group")["mean"]
    b = fit.params
    products = b.filter(like="stress")
    alone = products[[name for name in products.index if "time" not in name]].iloc[0]
    other = products[[name for name in products.index if "time" in name]].iloc[0]
    mean = stress.mean()
    for arm in LEVELS["arm"]:
        square = b[[name for name in b.index if f"[{arm}]" in name]].sum() * 16
        expected = b["intercept"] + 4 * b["slope"] + alone * mean + other * 4 * mean + square
        np.testing.assert_allclose(curve[arm], expected, rtol=1e-9)
