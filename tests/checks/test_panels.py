"""The picture of checks: which panels there are, what is in them, and bands that a right model stays in."""

from __future__ import annotations

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from pictures import faults
from statsmodels.nonparametric.smoothers_lowess import lowess

import growthcurves as gc
from growthcurves.checks.look import Look
from growthcurves.checks.occasions import occasions_of
from growthcurves.checks.panels import panels_of
from growthcurves.checks.panels.completed import Completed
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.envelopes import envelope
from growthcurves.numerics.smoothing import local_lines
from growthcurves.plots import FIGURES


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def data(seed: int = 1, persons: int = 40, drop: bool = False) -> pd.DataFrame:
    """A right model at five visits; with `drop`, who was high leaves."""
    rng = np.random.default_rng(seed)
    person, t = np.repeat(np.arange(persons), 5), np.tile(np.arange(5.0), persons)
    x, growth = rng.standard_normal(persons), rng.standard_normal((persons, 2)) * [1.0, 0.5]
    arm = np.where(np.arange(persons) % 2, "b", "a")
    y = 5 + growth[person, 0] + (0.3 + 0.1 * x[person] + growth[person, 1]) * t + rng.standard_normal(5 * persons)
    table = pd.DataFrame({"id": person, "t": t, "y": y, "x": x[person], "arm": arm[person], "site": person % 8})
    if not drop:
        return table
    high = (y > 6).reshape(persons, 5)
    seen = np.cumprod(np.column_stack([np.ones(persons), ~high[:, :-1]]), axis=1).astype(bool)
    return table[seen.ravel()]


FITS = {
    "line": ("y ~ t * arm + t * x + (t | id)", {}, {
        "residuals over time", "residual quantiles", "spread over time", "neighbours", "effect quantiles",
        "growth over predictor", "influence", "outcomes",
    }),
    "levels": ("y ~ t + (t | site/id)", {}, {
        "residuals over time", "residual quantiles", "spread over time", "neighbours", "effect quantiles",
        "size over growth", "influence", "outcomes",
    }),
    "mmrm": ("y ~ C(t) * arm", {"residual": "un"}, {
        "residuals over time", "residual quantiles", "spread over fitted", "influence",
    }),
    "no time": ("y ~ x + (1 | id)", {"time": None}, {"residual quantiles", "spread over fitted", "effect quantiles",
                "growth over predictor", "influence"}),
    "yes or no": ("high ~ t * arm + (1 | id)", {"family": "binomial"}, {
        "residuals over time", "residual quantiles", "spread over time", "neighbours", "influence",
    }),
}  # fmt: skip


def fitted(which: str) -> gc.GrowthFit:
    formula, options, _ = FITS[which]
    table = data().assign(high=lambda rows: (rows["y"] > 6).astype(int))
    if which == "mmrm":
        return gc.fit(gc.GrowthModel("y", "t", "id", shape="occasions", predictors="arm", random=(), **options), table)
    return gc.fit(formula, table, **{"time": "t"} | options)


@pytest.mark.parametrize("which", FITS)
def test_panels_that_apply_are_drawn_and_the_grid_closes_up(which: str) -> None:
    found = fitted(which).check(n=199)
    shown = panels_of(found)
    assert set(shown) == FITS[which][2]
    assert all(one.text.endswith(".") and one.title for one in shown.values())
    page = found.plot()
    visible = [ax for ax in page.axes if ax.get_visible()]
    assert len(visible) == len(shown) and faults(page) == ([], [])
    assert page.get_size_inches()[0] == pytest.approx(7.2)


@pytest.fixture(scope="module")
def found():
    return fitted("line").check(n=199)


def test_residuals_are_those_of_the_fit_and_their_means_are_by_visit(found) -> None:
    table = panels_of(found)["residuals over time"].table
    expected = found.fit.residuals("normalized")
    points = table[table["part"] == "point"]
    np.testing.assert_allclose(np.sort(points["value"]), np.sort(expected["residual"]))
    lines = table[table["part"] == "line"].set_index("x")["value"]
    means = expected.groupby("time")["residual"].mean()
    np.testing.assert_allclose(lines, means.reindex(lines.index), atol=0.02)  # the part of the variances is taken off


def test_what_a_panel_says_is_what_the_check_says(found) -> None:
    for shown in panels_of(found).values():
        assert shown.verdict in found.table.loc[found.table["verdict"] != "note", "verdict"].to_list()
    text = panels_of(found)["spread over time"].text
    row = found.table.set_index("check").loc["variance_over_time"]
    assert f"{row['value']:.3g}" in text or f"{row['value']:.2f}" in text


def test_the_largest_influence_is_named(found) -> None:
    table = panels_of(found)["influence"].table
    top = found.fit.influence()["cook"].nlargest(3)
    assert table["label"].iloc[-1] == str(top.index[0])
    assert set(table["label"].iloc[-3:]) == set(map(str, top.index))


def test_the_door_of_a_fit_and_that_of_its_checks_draw_the_same() -> None:
    fit = fitted("levels")
    mine, theirs = FIGURES["check"](n=199).data(fit), FIGURES["check"]().data(fit.check(n=199))
    pd.testing.assert_frame_equal(mine, theirs)


def test_findings_without_a_panel_are_told_beside() -> None:
    table = data()
    table["y"] *= np.where(table["arm"] == "a", 1.0, 6.0)
    found = gc.fit("y ~ t * arm + (t | id)", table, time="t").check(n=199)
    page = found.plot()
    assert found.problems["check"].isin(["variance_between_persons"]).any()
    assert "the SD of residuals of each person (problem)" in page.get_supxlabel()


def test_without_variances_it_says_why_not() -> None:
    two = data().query("t < 2")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("y ~ t + (t | id)", two, time="t")
    with pytest.raises(NotEstimableError, match="cannot tell the variances"):
        fit.plot.check()
    assert "check()" not in repr(fit.plot)


def test_smooth_lines_are_those_of_lowess() -> None:
    """statsmodels' lowess without its rounds for outliers; it rounds weights at the ends of sight to 0 and 1."""
    rng = np.random.default_rng(2)
    x = np.sort(rng.uniform(0, 10, 80))
    y = np.sin(x) + rng.standard_normal(80)
    expected = lowess(y, x, frac=0.5, it=0, return_sorted=False)
    np.testing.assert_allclose(local_lines(x, x, 0.5) @ y, expected, atol=1e-6)


def test_the_band_holds_a_whole_curve_in_95_of_100() -> None:
    """Random walks of 30 steps: a curve that is one of 500 leaves the band of all in 5 %, Monte Carlo error .7 %."""
    rng, out = np.random.default_rng(3), 0
    for _ in range(40):
        curves = np.exp(rng.standard_normal((30, 500)).cumsum(axis=0) / 3)
        low, high = envelope(curves)
        out += ((curves < low[:, None]) | (curves > high[:, None])).any(axis=0).sum()
    assert out / 20_000 == pytest.approx(0.05, abs=0.005)


def test_residuals_about_the_mean_come_back_from_white_rows() -> None:
    for which in ("line", "levels", "mmrm"):
        look = Look(fitted(which), 1)
        np.testing.assert_allclose(look.data.about_mean[:, 0], look.whitening.residual, atol=1e-5)


@pytest.mark.parametrize("which", ["line", "levels"])
def test_persons_who_were_missed_are_expected_from_what_was_seen(which: str) -> None:
    """Against the conditional normal distribution, person by person."""
    table = data(drop=True)
    fit = gc.fit(FITS[which][0], table, time="t")
    look = Look(fit, 1)
    occasions = occasions_of(look)
    mean, sd = Completed.of(look, occasions).means_and_sds(look.data.about_mean)
    V = fit.marginal_covariance(at=[0, 1, 2, 3, 4]).covariance().to_numpy()
    first, second = np.zeros(5), np.zeros(5)
    for person in range(look.persons):
        rows = np.flatnonzero(look.person == person)
        s = look.times[rows].astype(int)
        weights = V[:, s] @ np.linalg.inv(V[np.ix_(s, s)])
        expected = weights @ look.data.about_mean[rows, 0]
        first += expected
        second += expected**2 + np.diag(V - weights @ V[s])
    np.testing.assert_allclose(mean[:, 0], first / look.persons, atol=1e-6)
    np.testing.assert_allclose(sd[:, 0], np.sqrt(second / look.persons - (first / look.persons) ** 2), atol=1e-6)


def test_without_missing_means_and_sds_are_those_of_the_data(found) -> None:
    shown = panels_of(found)["outcomes"].table
    lines = shown[shown["part"] == "line"]
    rows = data()
    means = lines[lines["series"] == "mean"].set_index("x")["value"]
    np.testing.assert_allclose(means, rows.groupby("t")["y"].mean(), atol=0.02)
