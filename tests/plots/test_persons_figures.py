"""Figures of persons: small multiples, shrinkage, status and rate, colours, and rates of curved shapes."""

from __future__ import annotations

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import growthcurves as gc
from growthcurves.data.persons_asked import positions_of
from growthcurves.errors import DataError, ModelError, NotEstimableError
from growthcurves.plots import FIGURES
from growthcurves.plots.colouring import SCALE, colouring
from growthcurves.plots.shrinkage import Shrinkage
from growthcurves.plots.slopes import Slopes
from growthcurves.plots.small_multiples import People, columns_for
from growthcurves.plots.start_and_rate import StartAndRate, ellipse
from growthcurves.plots.style import HAIRLINE, shortened, view
from growthcurves.plots.trajectories import Trajectories

# lme4 1.1-31, sleepstudy, REML
SD_INTERCEPT, SD_SLOPE, CORRELATION = 24.7407, 5.9221, 0.0656
SHAPES = {
    "quadratic": "quadratic",
    "pieces": gc.Piecewise(knots=[4]),
    "own knots": gc.Piecewise(knots="event"),
    "spline": gc.Spline(df=3),
    "log time": gc.LogTime(),
    "occasions": "occasions",
}


@pytest.fixture(scope="module")
def trial():
    return gc.load_dataset("trial").assign(event=lambda table: 4.0 + 4.0 * (table["age"] > 40))


@pytest.fixture(scope="module", params=SHAPES)
def curved(request, trial):
    model = gc.GrowthModel(
        outcome="depression",
        time="week",
        id="patient",
        shape=SHAPES[request.param],
        predictors="arm",
        random=("intercept", "slope"),
    )
    return gc.fit(model, trial)


def own_line(person, data=None):
    rows = gc.load_dataset("sleepstudy").query("subject == @person")
    slope, intercept = np.polyfit(rows["day"], rows["reaction"], 1)
    return intercept, slope


def test_shrinkage_starts_at_the_own_line_and_ends_at_empirical_bayes(sleep):
    frame = Shrinkage().data(sleep).set_index("id")
    assert len(frame) == 18
    intercept, slope = own_line(308)
    assert frame.loc[308, ["own_start", "own_rate"]].tolist() == pytest.approx([intercept, slope])
    # lme4 1.1-31, coef(fit)$Subject["308", ]: 253.6637, 19.66626
    assert frame.loc[308, ["eb_start", "eb_rate"]].tolist() == pytest.approx([253.6637, 19.66626], abs=2e-3)


def test_status_is_read_where_it_is_asked_for(sleep):
    frame = Shrinkage(at=9).data(sleep)
    intercept, slope = own_line(308)
    assert frame.set_index("id").loc[308, "own_start"] == pytest.approx(intercept + 9 * slope)
    assert frame.attrs["x"] == "reaction at day 9 (ms)"


def test_status_is_read_at_the_first_time_where_the_origin_lies_outside():
    fit = gc.fit("distance ~ age + (age | subject)", gc.load_dataset("orthodont"))
    assert Shrinkage().data(fit).attrs["x"] == "distance at age 8"


def test_persons_without_an_own_line_have_no_arrow():
    frame = gc.load_dataset("sleepstudy")
    frame = frame[(frame["subject"] != 308) | (frame["day"] == 0)]
    fit = gc.fit("reaction ~ day + (day | subject)", frame)
    assert 308 not in Shrinkage().data(fit)["id"].tolist()
    assert "17 persons" in Shrinkage().data(fit).attrs["note"]


def test_small_multiples_show_points_own_line_and_empirical_bayes(sleep):
    frame = People(people=[308, 309]).data(sleep)
    assert frame.attrs["persons"] == [308, 309]
    parts = {name: part.set_index("time")["value"] for name, part in frame.query("id == 308").groupby("part")}
    raw = gc.load_dataset("sleepstudy").query("subject == 308").set_index("day")["reaction"]
    assert parts["observed"].tolist() == raw.tolist()
    intercept, slope = own_line(308)
    assert parts["ols"].loc[[0.0, 9.0]].tolist() == pytest.approx([intercept, intercept + 9 * slope])
    assert parts["eb"].loc[[0.0, 9.0]].tolist() == pytest.approx([253.6637, 253.6637 + 9 * 19.66626], abs=0.02)


def test_small_multiples_are_ordered_by_rate(sleep):
    frame = People(people=18).data(sleep)
    rates = sleep.people()["eb_slope"].loc[frame.attrs["persons"]]
    assert rates.is_monotonic_increasing


def test_own_lines_stay_within_own_occasions(trial):
    fit = gc.fit("depression ~ week + (week | patient)", trial)
    left = trial.groupby("patient")["week"].max()
    frame = People(people=30).data(fit).query("part == 'ols'")
    assert frame.groupby("id")["time"].max().equals(left.loc[frame["id"].unique()].sort_index().astype(float))


def test_small_multiples_draw_on_the_figure_that_is_given(sleep):
    page = plt.figure(figsize=(6, 4))
    part = page.subfigures(1, 2)[0]
    assert sleep.plot.people(fig=part, people=4) is part
    assert sleep.plot.people(fig=plt.figure(), people=4).get_layout_engine() is not None
    with pytest.raises(ModelError, match="fig="):
        sleep.plot.people(fig=plt.gca())
    with pytest.raises(ModelError, match="fig"):
        sleep.plot.people(ax=plt.gca())
    with pytest.raises(ModelError, match="ax="):
        sleep.plot.shrinkage(ax=page)


def test_too_many_panels_are_refused(trial):
    fit = gc.fit("depression ~ week + (week | patient)", trial)
    with pytest.raises(ModelError, match="100 panels"):
        fit.plot.people(people=100)
    with pytest.raises(DataError, match="nobody"):
        fit.plot.people(people=["nobody"])


def test_the_ellipse_is_that_of_the_model(sleep):
    frame = StartAndRate().data(sleep)
    points = frame.query("part == 'ellipse'")[["start", "rate"]].to_numpy()
    covariance = SD_INTERCEPT * SD_SLOPE * CORRELATION
    S = np.array([[SD_INTERCEPT**2, covariance], [covariance, SD_SLOPE**2]])
    away = points - [251.4051, 10.4673]
    distance = np.einsum("na,na->n", away, np.linalg.solve(S, away.T).T)
    assert distance == pytest.approx(chi2.ppf(0.95, 2), rel=2e-3)  # tables print four digits
    assert frame.query("part == 'eb'").set_index("id").loc[308, "rate"] == pytest.approx(19.66626, abs=2e-3)


def test_the_ellipse_holds_the_share_of_a_normal_sample():
    rng = np.random.default_rng(3)
    S = np.array([[4.0, -1.2], [-1.2, 1.0]])
    edge = ellipse(np.zeros(2), S, 0.8)
    assert np.einsum("na,na->n", edge, np.linalg.solve(S, edge.T).T) == pytest.approx(chi2.ppf(0.8, 2))
    draws = rng.multivariate_normal(np.zeros(2), S, 40_000)
    inside = np.einsum("na,na->n", draws, np.linalg.solve(S, draws.T).T) <= chi2.ppf(0.8, 2)
    assert inside.mean() == pytest.approx(0.8, abs=4 * np.sqrt(0.8 * 0.2 / 40_000))


def test_groups_have_ellipses_of_their_own(trial):
    fit = gc.fit("depression ~ week * arm + (week | patient)", trial)
    beta = fit.params
    mean = StartAndRate(by="arm").data(fit).query("part == 'mean'").set_index("group")
    assert mean.loc["placebo", "rate"] == pytest.approx(beta["slope"])
    assert mean.loc["drug", "rate"] == pytest.approx(beta["slope"] + beta["slope:arm[drug]"])
    together = StartAndRate().data(fit).query("part == 'ellipse'")["rate"]
    share = (trial.drop_duplicates("patient")["arm"] == "drug").mean()
    effect = beta["slope:arm[drug]"]
    variance = fit.cov_re.loc["slope", "slope"] + share * (1 - share) * effect**2  # total variance of a mixture of two
    assert np.ptp(together) / 2 == pytest.approx(np.sqrt(chi2.ppf(0.95, 2) * variance), rel=1e-3)


def test_a_correlation_on_the_boundary_makes_the_ellipse_a_line():
    curve = ellipse(np.zeros(2), np.array([[4.0, 2.0], [2.0, 1.0]]), 0.95)
    assert curve[:, 0] == pytest.approx(2 * curve[:, 1])


@pytest.mark.covering
@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_draws_every_shape(curved, name):
    figure = FIGURES[name]()
    assert figure.why_not(curved) is None
    frame = figure.data(curved)
    assert len(frame)
    getattr(curved.plot, name)()


def test_rates_of_curves_are_averages_over_the_interval(curved):
    frame = Slopes(between=(4, 16)).data(curved)
    eb = frame.query("part == 'eb'").set_index("id")["rate"]
    lines = Trajectories(people=None, lines="eb").data(curved).query("part == 'eb'")
    curves = lines.pivot(index="id", columns="time", values="value")
    assert {4.0, 16.0} <= set(curves.columns)
    expected = (curves[16.0] - curves[4.0]) / 12
    assert eb.loc[expected.index].to_numpy() == pytest.approx(expected.to_numpy())
    assert "average from week 4 to week 16" in frame.attrs["x"]


def test_a_threshold_is_marked(sleep):
    ax = sleep.plot.slopes(threshold=5)
    assert "threshold 5" in [text.get_text() for text in ax.texts]
    with pytest.raises(ModelError, match="threshold"):
        sleep.plot.slopes(threshold=float("nan"))


#: Figures of means and of outcomes, which are known where the variances behind them are not told apart.
MARGINAL = ("trajectories", "variance_over_time", "correlation")


@pytest.mark.parametrize("name", FIGURES)
def test_without_identification_figures_of_persons_say_so(name):
    frame = gc.load_dataset("sleepstudy").query("day in (0, 5)")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", frame)
    if name in MARGINAL:
        getattr(fit.plot, name)()
        return
    with pytest.raises(NotEstimableError, match="cannot tell"):
        getattr(fit.plot, name)()


def test_without_identification_persons_have_no_curves():
    frame = gc.load_dataset("sleepstudy").query("day in (0, 5)")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", frame)
    with pytest.raises(NotEstimableError, match="cannot tell"):
        fit.plot.trajectories(lines="eb")


def test_rates_that_do_not_vary_are_said_not_to():
    fit = gc.fit("reaction ~ day + (1 | subject)", gc.load_dataset("sleepstudy"), time="day")
    for name in ("slopes", "start_and_rate"):
        with pytest.raises(NotEstimableError, match="does not vary"):
            getattr(fit.plot, name)()
    frame = Shrinkage().data(fit)
    assert np.ptp(frame["eb_rate"]) == pytest.approx(0, abs=1e-9)  # everybody at the mean rate
    fit.plot.shrinkage()


def test_a_slope_variance_of_zero_is_said_to_be_zero():
    rng = np.random.default_rng(5)
    frame = pd.DataFrame({"id": np.repeat(range(40), 5), "t": np.tile(np.arange(5.0), 40)})
    frame["y"] = np.repeat(rng.normal(0, 2, 40), 5) + frame["t"] + np.tile([0.5, -0.5, 0, 0.5, -0.5], 40)
    frame["y"] += 0.01 * rng.normal(size=200)
    model = gc.GrowthModel(outcome="y", time="t", id="id", random=gc.Diagonal("intercept", "slope"))
    fit = gc.fit(model, frame)
    if fit.variance_components("wald").set_index("term").loc["sd:slope", "estimate"] == 0:
        with pytest.raises(NotEstimableError, match="zero"):
            fit.plot.slopes()


def test_numbers_are_a_scale_and_categories_are_groups(trial):
    panel = gc.Panel(trial, "patient", "week", "depression")
    ages = trial.drop_duplicates("patient").set_index("patient")["age"].loc[panel.persons.labels]
    shown = colouring(panel, "age")
    assert shown.colours[int(ages.to_numpy().argmin())] == SCALE[0]
    assert shown.colours[int(ages.to_numpy().argmax())] == SCALE[-1]
    assert [label for label, _ in colouring(panel, "arm").entries] == ["placebo", "drug"]
    hidden = trial.assign(age=trial["age"].where(trial["patient"] != trial["patient"].iloc[0]))
    assert colouring(gc.Panel(hidden, "patient", "week", "depression"), "age").colours[0] == HAIRLINE


def test_the_scale_is_even_in_grey():
    """Relative luminance (ITU-R BT.709) rises along the scale."""
    grey = [np.dot(matplotlib.colors.to_rgb(colour), [0.2126, 0.7152, 0.0722]) for colour in SCALE]
    assert np.diff(grey).min() > 0.05


def test_options_that_contradict_each_other_are_refused(sleep, trial):
    fit = gc.fit("depression ~ week + (week | patient)", trial)
    with pytest.raises(ModelError, match="not both"):
        fit.plot.trajectories(by="arm", color="age")
    with pytest.raises(ModelError, match="observed, eb"):
        sleep.plot.trajectories(lines="ols")
    with pytest.raises(ModelError, match="at most 6"):
        sleep.plot.trajectories(highlight=sleep.panel.persons.labels[:7])
    with pytest.raises(DataError, match="308"):
        sleep.plot.trajectories(highlight=3088)


def test_highlighted_persons_are_drawn_whoever_is_sampled(trial):
    fit = gc.fit("depression ~ week + (week | patient)", trial)
    who = list(fit.panel.persons.labels[-2:])
    frame = Trajectories(people=5, highlight=who).data(fit)
    assert frame.query("part == 'highlighted'")["id"].unique().tolist() == who
    assert not set(who) & set(frame.query("part == 'observed'")["id"])
    ax = fit.plot.trajectories(people=5, highlight=who)
    assert set(who) <= {text.get_text() for text in ax.texts}
    assert fit.panel.plot(highlight=who[0]).texts


def test_persons_are_found_by_the_id_as_it_is_written(sleep):
    assert positions_of(sleep.panel, [309, "308"]).tolist() == [1, 0]


def test_pieces():
    assert columns_for(7, 6.0) == 4
    assert shortened("short", 2.0) == "short" and len(shortened("x" * 90, 1.0)) < 20
    low, high = view(np.array([]), np.array([1.0, 1.0]))
    assert low < 1 < high


def test_persons_of_the_ellipse_are_sampled(trial):
    fit = gc.fit("depression ~ week * arm + (week | patient)", trial)
    frame = StartAndRate(by="arm", people=40).data(fit)
    assert (frame["part"] == "eb").sum() == 40 and frame.attrs["note"] == "40 of 600 patients"
    assert fit.plot.start_and_rate(by="arm", people=0).lines


def test_an_origin_next_to_the_data_is_where_status_is_read():
    frame = gc.load_dataset("sleepstudy").assign(day=lambda table: table["day"] + 0.01)
    fit = gc.fit("reaction ~ day + (day | subject)", frame)
    assert Shrinkage().data(fit).attrs["x"] == "reaction at day 0"
