"""Bootstrap replicates and intervals of fits.

Sources: lme4's bootMer (tests/reference/make_bootstrap.R), compared through the share of our replicates below its
quantiles, within 4.5 Monte Carlo standard errors; closed forms of balanced designs; refits of tables made by hand.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table
from scipy.stats import f as f_distribution

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.results.intervals.draws import in_batches, replicate_fits

SLEEP = "reaction ~ day + (day | subject)"


@pytest.fixture(scope="module")
def sleep_fit():
    return gc.fit(SLEEP, gc.load_dataset("sleepstudy"))


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_replicates_are_distributed_as_those_of_bootmer(method):
    reference = cases("bootstrap")[method]
    fit = gc.fit(SLEEP, gc.load_dataset("sleepstudy"), method=method)
    drawn = fit.bootstrap(n=4000, rng=5)
    assert drawn.counts["not converged"] == 0
    p = np.array(reference["probabilities"])
    error = np.sqrt(p * (1 - p) * (1 / 4000 + 1 / reference["replicates"]))
    for name, quantiles in reference["quantiles"].items():
        share = (drawn.table[name].to_numpy()[:, None] <= np.array(quantiles)).mean(axis=0)
        assert np.abs(share - p).max() < 4.5 * error.max(), name
        assert (np.abs(share - p) < 4.5 * error).all(), name
    singular = reference["singular"]
    error = np.sqrt(singular * (1 - singular) * (1 / 4000 + 1 / reference["replicates"]))
    assert drawn.table["singular"].mean() == pytest.approx(singular, abs=4.5 * error)


def test_intercept_of_a_balanced_design_has_its_closed_form():
    """Balanced one-way REML: the mean is normal with variance (sigma2 + n G) / (a n), the zero of G is an F event."""
    data = table("dyestuff.csv")
    outcome, group = "yield", "batch"
    fit = gc.fit(f"{outcome} ~ 1 + (1 | {group})", data)
    drawn = fit.bootstrap(n=20000, rng=3)
    a, n = data[group].nunique(), len(data) / data[group].nunique()
    between = fit.scale + n * fit.cov_re.iloc[0, 0]
    sd = np.sqrt(between / len(data))
    assert drawn.table["intercept"].mean() == pytest.approx(fit.params.iloc[0], abs=4.5 * sd / np.sqrt(20000))
    assert drawn.table["intercept"].std() == pytest.approx(sd, rel=4.5 / np.sqrt(2 * 20000))
    zero = f_distribution.cdf(fit.scale / between, a - 1, len(data) - a)
    assert drawn.table["singular"].mean() == pytest.approx(zero, abs=4.5 * np.sqrt(zero * (1 - zero) / 20000))
    assert (drawn.table["sd:intercept"] == 0).mean() == drawn.table["singular"].mean()


def test_intervals_through_all_doors_are_the_same(sleep_fit):
    record = sleep_fit.bootstrap(n=399, rng=7)
    by_name = sleep_fit.conf_int(method="bootstrap", n=399, rng=7)
    by_value = sleep_fit.conf_int(method=gc.Bootstrap(n=399, rng=7))
    pd.testing.assert_frame_equal(by_name, by_value)
    table = record.conf_int().set_index("term")
    np.testing.assert_allclose(by_name, table[["conf_low", "conf_high"]])
    components = sleep_fit.variance_components(method=record).set_index("term")
    np.testing.assert_allclose(components["conf_low"], by_name.loc[components.index, "conf_low"])
    assert "seed 7" in by_name.attrs["intervals"]
    values = record.table["sd:slope"]
    assert table.loc["sd:slope", "conf_low"] == pytest.approx(np.sort(values)[9])  # (399 + 1) * .025 = 10th
    assert table.loc["sd:slope", "std_error"] == pytest.approx(values.std())


def test_a_function_of_the_parameters(sleep_fit):
    record = sleep_fit.bootstrap(n=399, rng=7)
    slope = sleep_fit.standard_effect("slope")
    values = record.values(lambda p: np.sqrt(p.between(slope)))
    np.testing.assert_allclose(values, record.table["sd:slope"], rtol=1e-10)
    assert record.interval(lambda p: p.beta[1]).low == pytest.approx(
        record.conf_int().set_index("term").loc["slope", "conf_low"]
    )


def test_seeds(sleep_fit):
    same = [sleep_fit.bootstrap(n=50, rng=9).table for _ in "ab"]
    pd.testing.assert_frame_equal(*same)
    assert not sleep_fit.bootstrap(n=50, rng=10).table.equals(same[0])
    drawn = sleep_fit.bootstrap(n=50)
    pd.testing.assert_frame_equal(drawn.table, sleep_fit.bootstrap(n=50, rng=drawn.seed).table)
    generator = np.random.default_rng(4)
    assert sleep_fit.bootstrap(n=50, rng=generator).seed != sleep_fit.bootstrap(n=50, rng=generator).seed


@pytest.mark.parametrize("kind", ["parametric", "case"])
def test_replicates_do_not_depend_on_chunks(sleep_fit, kind, monkeypatch):
    whole = replicate_fits(sleep_fit, kind, 30, 5)
    monkeypatch.setattr("growthcurves.results.intervals.draws.MOST_AT_ONCE", 7)
    pieces = replicate_fits(sleep_fit, kind, 30, 5)
    np.testing.assert_allclose(whole.deviance, pieces.deviance, rtol=1e-10)
    np.testing.assert_allclose(whole.beta, pieces.beta, rtol=1e-6)


def test_batches_are_small_enough_for_a_bar_that_moves(monkeypatch):
    """2,000 persons of own times are 4,000 numbers a replicate; 65 of them took 0.6 s where 524 took 5 s."""
    steps = []
    drawing = SimpleNamespace(numbers=4000, fits=lambda first, last: steps.append(last - first))
    monkeypatch.setattr("growthcurves.results.intervals.draws.Fits", SimpleNamespace(joined=len))
    assert in_batches(drawing, 1000, "bootstrap") == len(steps) >= 10
    assert sum(steps) == 1000 and max(steps) * drawing.numbers <= 1 << 18


def test_bca_of_the_case_bootstrap_leaves_out_persons(sleep_fit):
    record = sleep_fit.bootstrap(n=999, kind="case", interval="bca", rng=2)
    data = gc.load_dataset("sleepstudy")
    refits = [gc.fit(SLEEP, data[data["subject"] != who]).params for who in data["subject"].unique()]
    np.testing.assert_allclose(record.left_out.beta, np.array(refits), rtol=1e-6)
    percentile = sleep_fit.bootstrap(n=999, kind="case", rng=2)
    pd.testing.assert_frame_equal(record.table, percentile.table)
    both = [one.conf_int().set_index("term").loc["slope"] for one in (record, percentile)]
    assert both[0]["conf_low"] == pytest.approx(both[1]["conf_low"], abs=1.0)


def test_case_standard_errors_are_near_those_of_the_sandwich(sleep_fit):
    """For a balanced design beta is the mean of the persons' own coefficients: its bootstrap variance is closed."""
    own = sleep_fit.people()[["ols_intercept", "ols_slope"]].to_numpy()
    persons = len(own)
    expected = own.std(axis=0) / np.sqrt(persons)  # divisor N: the variance of a mean of N draws from N
    record = sleep_fit.bootstrap(n=4000, kind="case", rng=2)
    found = record.table[["intercept", "slope"]].std()
    np.testing.assert_allclose(found, expected, rtol=4.5 / np.sqrt(2 * 4000))


def test_without_random_effects_persons_are_drawn_whole():
    """Of balanced persons beta is the mean of their own lines, whatever the covariance."""
    sleep = gc.load_dataset("sleepstudy")
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), sleep)
    own = fit.panel.people()[["intercept", "slope"]].to_numpy()
    record = fit.bootstrap(n=2000, kind="case", rng=2)
    found = record.table[["intercept", "slope"]].std()
    np.testing.assert_allclose(found, own.std(axis=0) / np.sqrt(len(own)), rtol=4.5 / np.sqrt(2 * 2000))
    assert len(record.left_out.beta) == len(own)


def test_not_identified_withholds_what_is_not():
    data = gc.load_dataset("sleepstudy")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit(SLEEP, data[data["day"].isin([0, 5])])
    record = fit.bootstrap(n=199, rng=1)
    found = record.conf_int().set_index("term")
    assert np.isfinite(found.loc[["intercept", "slope"], ["conf_low", "conf_high"]]).all().all()
    assert found.loc["sd:slope", ["conf_low", "conf_high"]].isna().all()
    assert "not identified" in found.loc["sd:slope", "note"]
    assert record.table["sd:slope"].isna().all()
    assert record.counts["not converged"] == 0


def test_zero_variance_starts_at_zero_and_withholds_what_says_nothing():
    data = table("dyestuff2.csv")
    fit = gc.fit("yield ~ 1 + (1 | batch)", data)
    found = fit.bootstrap(n=999, rng=1).conf_int().set_index("term")
    assert found.loc["sd:intercept", "conf_low"] == 0
    assert found.loc["sd:intercept", "conf_high"] > 0
    case = fit.bootstrap(n=199, kind="case", rng=1).conf_int().set_index("term")
    assert np.isnan(case.loc["sd:intercept", "conf_high"])
    assert "same" in case.loc["sd:intercept", "note"]


def test_a_group_of_one_may_not_be_drawn():
    rng = np.random.default_rng(0)
    data = pd.DataFrame({"id": np.repeat(np.arange(12), 4), "t": np.tile(np.arange(4.0), 12)})
    data["rare"] = (data["id"] == 0).astype(float)
    data["y"] = rng.normal(size=12)[data["id"]] + data["t"] + rng.normal(size=len(data))
    fit = gc.fit("y ~ t + rare + (1 | id)", data, time="t")
    record = fit.bootstrap(n=199, kind="case", rng=1)
    share = (1 - 1 / 12) ** 12
    error = np.sqrt(share * (1 - share) / 199)
    assert record.counts["columns dependent"] / 199 == pytest.approx(share, abs=4.5 * error)
    assert "left out" in record.about()
    assert record.table["slope"].notna().sum() == 199 - record.counts["columns dependent"]


def test_what_does_not_apply_is_refused(sleep_fit):
    with pytest.raises(ModelError, match="parametric"):
        gc.Bootstrap(kind="parametrc")
    with pytest.raises(ModelError, match="percentile"):
        gc.Bootstrap(interval="percentil")
    with pytest.raises(ModelError, match="case"):
        gc.Bootstrap(interval="bca")
    with pytest.raises(ModelError, match="whole number"):
        gc.Bootstrap(n=0)
    with pytest.raises(ModelError, match="belong"):
        sleep_fit.conf_int(method="wald", n=100)
    with pytest.raises(ModelError, match="too few"):
        sleep_fit.bootstrap(n=20, rng=1).conf_int()
    few = sleep_fit.bootstrap(n=20, rng=1)
    assert "give at least n=39" in str(few) and "give at least n=39" in few._repr_html_()
    with pytest.raises(ModelError, match="rng="):
        sleep_fit.bootstrap(n=20, rng="one")
    other = gc.fit(SLEEP, gc.load_dataset("sleepstudy"), method="ml")
    with pytest.raises(ModelError, match="another fit"):
        other.conf_int(method=sleep_fit.bootstrap(n=99, rng=1))


def test_an_answer_like_any_other(sleep_fit):
    record = sleep_fit.bootstrap(n=99, rng=1)
    assert "99 parametric bootstrap replicates, seed 1" in str(record)
    assert "<table>" in record._repr_html_()
    assert len(record.to_dict()["table"]) == 99
