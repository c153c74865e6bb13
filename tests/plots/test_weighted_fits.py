"""Figures of weighted fits draw the population's averages: those of persons repeated as often as their weights say."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import NotEstimableError
from growthcurves.plots import FAMILY_FIGURES, FIGURES


def weighted(data: pd.DataFrame) -> pd.DataFrame:
    persons = data["subject"].unique()
    return data.assign(w=data["subject"].map(dict(zip(persons, np.resize([1, 2, 3], len(persons)), strict=True))))


def both(formula: str, data: pd.DataFrame, time: str, **options) -> list[gc.GrowthFit]:
    """A weighted fit, and that of the same persons repeated."""
    again = pd.concat(
        data[data["w"] > k].assign(subject=data["subject"].astype(str) + f"/{k}", was=data["subject"]) for k in range(3)
    )
    fit = gc.fit(formula, data, time=time, design=gc.SurveyDesign("w"), **options)
    return [fit, gc.fit(formula, again, time=time, design=gc.SurveyDesign(psu="was"), **options)]


@pytest.fixture(scope="module")
def fits():
    sleep = weighted(gc.load_dataset("sleepstudy")).assign(half=lambda d: np.where(d["subject"] > 340, "b", "a"))
    grown = weighted(gc.load_dataset("orthodont")).assign(
        long=lambda d: (d["distance"] > 24).astype(int), n=lambda d: d["distance"].round()
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        return {
            "normal": both("reaction ~ day * half + (day | subject)", sleep, "day"),
            "yes or no": both("long ~ age + (1 | subject)", grown, "age", family="binomial"),
            "counts": both("n ~ age + (1 | subject)", grown, "age", family="poisson"),
        }


def scenes(fits, name: str, figure: str, **options) -> list[pd.DataFrame]:
    kind = (FIGURES | FAMILY_FIGURES)[figure]
    return [kind(**options).scene(fit)[0] for fit in fits[name]]


def same(mine: pd.DataFrame, theirs: pd.DataFrame, columns: list[str], rel: float = 1e-6) -> None:
    assert len(mine) == len(theirs) > 0
    for name in columns:
        assert mine[name].to_numpy(float) == pytest.approx(theirs[name].to_numpy(float), rel=rel, abs=1e-8, nan_ok=True)


@pytest.mark.parametrize("name", ["normal", "yes or no"])
def test_the_mean_curve_its_bands_and_what_was_seen(fits, name: str) -> None:
    mine, theirs = scenes(fits, name, "trajectories", people=0)
    parts = ["mean", "typical", "confidence", "persons", "observed means"]
    drawn = [one[one["part"].isin(parts)] for one in (mine, theirs)]
    same(*drawn, ["time", "value", "low", "high"], 1e-5)


def test_the_density_of_rates_and_the_bars(fits) -> None:
    mine, theirs = scenes(fits, "normal", "slopes")
    models = [one[one["part"] == "model"] for one in (mine, theirs)]
    same(*models, ["rate", "density"])
    eb = [one[one["part"] == "eb"] for one in (mine, theirs)]
    means = [np.average(one["rate"].astype(float), weights=one["weight"].astype(float)) for one in eb]
    assert means[0] == pytest.approx(means[1], rel=1e-7)


def test_the_ellipse_of_start_and_rate(fits) -> None:
    mine, theirs = scenes(fits, "normal", "start_and_rate")
    for part in ("mean", "ellipse"):
        same(*(one[one["part"] == part] for one in (mine, theirs)), ["start", "rate"])


def test_observed_spread_and_correlation(fits) -> None:
    """SDs have n - 1 in n of persons, as R's svyvar: repeated persons are more of them."""
    mine, theirs = scenes(fits, "normal", "variance_over_time")
    seen = [one[one["part"] == "observed"] for one in (mine, theirs)]
    for quantity in mine["quantity"].unique():
        one, other = (part.loc[part["quantity"] == quantity, "value"].to_numpy(float) for part in seen)
        if "sd" in quantity:
            one, other = one * np.sqrt(17 / 18), other * np.sqrt(35 / 36)
            assert one == pytest.approx(other, rel=1e-7)
        elif "correlation" in quantity:
            assert one == pytest.approx(other, rel=1e-7, nan_ok=True)


def test_means_of_residuals_and_their_quantiles(fits) -> None:
    mine, theirs = scenes(fits, "normal", "residuals")
    same(*(one[one["part"] == "mean by time"] for one in (mine, theirs)), ["time", "residual"])
    mine, _ = scenes(fits, "normal", "qq")
    assert mine["low"].isna().all()
    assert (mine.groupby("panel")["expected"].diff().dropna() >= 0).all()


def test_calibration_and_counts(fits) -> None:
    mine, theirs = scenes(fits, "yes or no", "calibration", people="average")
    same(mine, theirs, ["predicted", "observed"], 1e-5)
    mine, theirs = scenes(fits, "counts", "rootogram")
    twice = mine.assign(observed=2 * mine["observed"], expected=2 * mine["expected"])  # weights have a mean of one
    same(twice, theirs, ["observed", "expected"], 1e-5)
    assert mine["low"].isna().all()


def test_checks_are_refused_with_the_reason(fits) -> None:
    with pytest.raises(NotEstimableError, match="know nothing of how persons were sampled"):
        fits["normal"][0].plot.check()
