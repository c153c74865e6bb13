"""Checks of hard designs: the same in any unit, finite numbers or a reason everywhere."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planted import RIGHT, Truth

import growthcurves as gc
from growthcurves.checks import CHECKS, FitChecks
from growthcurves.errors import GrowthCurvesError, GrowthCurvesWarning, NotAvailableError

STRESSED = "y ~ t * arm + t * severity + stress + (t | id)"
NUMBERS = ["value", "low", "high", "p_value"]


def _data(persons: int = 40, seed: int = 1) -> pd.DataFrame:
    return Truth(seed, persons).table()


def _checked(model: Any, data: pd.DataFrame, **options: Any) -> FitChecks:
    """The checks, which warn of nothing; what the fit itself has to tell is told before."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        fit = gc.fit(model, data, **options)
    return fit.check(n=199)


def _p(found: FitChecks) -> dict[str, float]:
    return found.findings.set_index("check")["p_value"].to_dict()


# ---------------------------------------------------- units


UNITS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "tiny outcome": lambda data: data.assign(y=data["y"] * 1e-8),
    "huge outcome": lambda data: data.assign(y=data["y"] * 1e8),
    "least outcome": lambda data: data.assign(y=data["y"] * 1e-100),
    "greatest outcome": lambda data: data.assign(y=data["y"] * 1e100),
    "far outcome": lambda data: data.assign(y=data["y"] + 1e6),
    "tiny time": lambda data: data.assign(t=data["t"] * 1e-8),
    "huge time": lambda data: data.assign(t=data["t"] * 1e8),
    "predictors": lambda data: data.assign(stress=data["stress"] * 1e8 + 1e9, severity=data["severity"] * 1e-8 + 3),
}


@pytest.fixture(scope="module")
def known() -> dict[str, float]:
    return _p(_checked(STRESSED, _data(), time="t"))


@pytest.mark.parametrize("unit", UNITS)
def test_units_change_no_p_value(unit: str, known: dict[str, float]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        assert _p(_checked(STRESSED, UNITS[unit](_data()), time="t")) == known


def test_an_origin_far_from_the_data_changes_no_p_value(known: dict[str, float]) -> None:
    """The intercept lies elsewhere, at a time inside the data, so that what is said of it is of another."""
    found = _p(_checked(STRESSED, _data().assign(t=lambda data: data["t"] + 1e6), time="t"))
    assert set(found) == set(known)
    for name in ("mean_shape", "outliers", "autocorrelation", "variance_over_time", "within_between", "influential"):
        assert found[name] == known[name], name


def test_units_of_time_do_not_move_a_singular_fit() -> None:
    truth = Truth(4, 40)
    truth.slope *= 0
    data = truth.table()
    found = [_checked("y ~ t + (t | id)", data.assign(t=data["t"] * by), time="t") for by in (1.0, 1e8)]
    assert found[0].fit.certificate.singular and _p(found[0]) == _p(found[1])


# ---------------------------------------------------- designs


def _unequal() -> pd.DataFrame:
    """Persons of one to six rows."""
    data = _data()
    return data[data["t"] <= data["id"] % 6]


def _alike() -> pd.DataFrame:
    """Persons who do not differ: an intercept whose variance is zero."""
    data = _data()
    return data.assign(y=data["y"] - data.groupby("id")["y"].transform("mean"))


BY_GROUP = gc.GrowthModel("y", "t", "id", predictors="arm", random=gc.ByGroup("arm", "intercept", "slope"))
MMRM = gc.GrowthModel("y", "t", "id", shape="occasions", random=(), residual="un", predictors="arm")
DESIGNS: dict[str, tuple[Callable[[], pd.DataFrame], Any, dict[str, Any]]] = {
    "one to six rows": (_unequal, RIGHT, {"time": "t"}),
    "two persons": (lambda: _data(2), "y ~ t + (1 | id)", {"time": "t"}),
    "three persons": (lambda: _data(3), "y ~ t + (t | id)", {"time": "t"}),
    "aliased": (lambda: _data().assign(twice=lambda d: 2 * d["severity"]), "y ~ t * severity + twice + (t | id)",
                {"time": "t"}),
    "no variance": (_alike, "y ~ t + (1 | id)", {"time": "t"}),
    "intercept alone": (_data, "y ~ 1 + (1 | id)", {}),
    "without time": (_data, "y ~ stress + arm + severity + (1 | id)", {}),
    "no random effects": (_data, gc.GrowthModel("y", "t", "id", random=()), {}),
    "no intercept": (_data, "y ~ 0 + t + (0 + t | id)", {"time": "t"}),
    "by group": (_data, BY_GROUP, {}),
    "variances by arm": (_data, "y ~ t * arm + (t | id)", {"time": "t", "residual": gc.Het("arm")}),
    "mmrm": (_data, MMRM, {}),
    "cubic": (_data, gc.GrowthModel("y", "t", "id", shape="cubic"), {}),
    "levels": (lambda: _data(80), "y ~ t + (1 | id) + (0 + t | site)", {"time": "t"}),
}  # fmt: skip


@pytest.mark.parametrize("which", DESIGNS)
def test_all_that_is_said_is_finite_or_left_out_for_a_reason(which: str) -> None:
    made, model, options = DESIGNS[which]
    found = _checked(model, made(), **options)
    of_checks = found.table[found.table["check"].isin(list(found.details))]
    assert np.isfinite(of_checks[NUMBERS].to_numpy(dtype=float)).all()
    assert {*found.details, *found.skipped} == {check.name for check in CHECKS}
    assert all(reason.endswith(".") for reason in found.skipped.values())
    assert str(found) and found._repr_html_() and found.to_dict()


def test_a_fit_that_was_saved_with_its_rows_is_checked_as_before(tmp_path) -> None:
    fit = gc.fit(STRESSED, _data(), time="t")
    fit.save(tmp_path / "with.gcfit.json", rows=True)
    fit.save(tmp_path / "without.gcfit.json")
    again, before = gc.load(tmp_path / "with.gcfit.json").check(n=199), _p(fit.check(n=199))
    assert "omitted_level" in again.skipped and before.pop("omitted_level")  # a column that the model does not use
    assert _p(again) == before
    with pytest.raises(NotAvailableError, match="saved without its rows"):
        gc.load(tmp_path / "without.gcfit.json").check()


def test_who_is_furthest_out_is_called_as_in_the_table() -> None:
    truth = Truth(2, 40)
    truth.residual[7, -2:] += 8.0
    data = truth.table().assign(id=lambda table: [f"O'Neil \"{one}\"" for one in table["id"]])
    found = _checked("y ~ t + (t | id)", data, time="t").table.set_index("check")
    assert 'O\'Neil "7"' in found.loc["outliers", "text"]


# ---------------------------------------------------- refusals


def _first(rows: int) -> Callable[[], pd.DataFrame]:
    return lambda: _data()[lambda data: data["t"] < rows]


def _own_times() -> pd.DataFrame:
    truth = Truth(1, 40)
    truth.irregular()
    return truth.table()


def _yes() -> pd.DataFrame:
    return _data(80).assign(yes=lambda data: (data["y"] > 11).astype(int))


STRAIGHT = ("y ~ t + (t | id)", {"time": "t"})
BINARY = ("yes ~ t + (1 | id)", {"time": "t", "family": "binomial"})
REFUSALS: list[tuple[str, Callable[[], pd.DataFrame], Any, dict[str, Any], str]] = [
    ("mean_shape", _data, "y ~ 1 + (1 | id)", {}, "has no time"),
    ("mean_shape", _first(3), gc.GrowthModel("y", "t", "id", shape="quadratic"), {}, "as many parameters"),
    ("variance_over_time", _data, "y ~ 1 + (1 | id)", {}, "has no time"),
    ("variance_over_time", _data, "y ~ t + (1 | id)", {"time": "t", "residual": "het"}, "leave nothing of it"),
    ("variance_over_fitted", _yes, *BINARY, "for normal outcomes"),
    ("variance_between_persons", lambda: _data(6), *STRAIGHT, "Fewer than 10 persons"),
    ("autocorrelation", _data, "y ~ 1 + (1 | id)", {}, "has no time"),
    ("autocorrelation", _first(2), "y ~ t + (1 | id)", {"time": "t"}, "more than two rows"),
    ("normal_effects", _data, gc.GrowthModel("y", "t", "id", random=()), {}, "no random effects"),
    ("normal_effects", lambda: _data(10), *STRAIGHT, "20 persons are needed"),
    ("equal_spread", _data, *STRAIGHT, "No predictor of level 2 makes groups"),
    ("linearity", _data, *STRAIGHT, "No predictor of level 2 is a number"),
    ("omitted_slope", _first(3), *STRAIGHT, "varies between them already"),
    ("omitted_level", lambda: _data().drop(columns="site"), *STRAIGHT, "No further column"),
    ("time_between_persons", _data, "y ~ 1 + (1 | id)", {}, "has no time"),
    ("time_between_persons", _data, *STRAIGHT, "began at the same time"),
    ("within_between", _data, *STRAIGHT, "No predictor varies both"),
    ("covariance_over_time", _own_times, *STRAIGHT, "no common grid"),
    ("size_with_growth", lambda: _data(6), *STRAIGHT, "too few persons"),
    ("size_with_growth", _data, gc.GrowthModel("y", "t", "id", random=()), {}, "no random effects"),
]


@pytest.mark.parametrize(
    ("name", "made", "model", "options", "words"), REFUSALS, ids=[f"{one[0]}: {one[-1]}" for one in REFUSALS]
)
def test_what_does_not_apply_is_left_out_with_the_reason(
    name: str, made: Callable[[], pd.DataFrame], model: Any, options: dict[str, Any], words: str
) -> None:
    found = _checked(model, made(), **options)
    assert words in found.skipped[name] and name not in set(found.table["check"])


def test_what_no_fit_can_tell_is_refused_before_checks() -> None:
    one_each = _data().groupby("id", as_index=False).sample(1, random_state=1)
    for data in (one_each, _data(1)):
        with pytest.raises(GrowthCurvesError):
            gc.fit("y ~ t + (1 | id)", data, time="t")


# ---------------------------------------------------- columns that no model uses


def test_columns_of_lists_and_dictionaries():
    """A table may hold what has no hash: person by person it is a group as any other, told apart by how it prints."""
    data = _data().drop(columns="site")
    site = (data["id"].factorize()[0] % 8).tolist()
    plain = data.assign(visits=[f"s{k}" for k in site], site=[f"s{k}" for k in site])
    odd = data.assign(visits=[[k, k + 1] for k in site], site=[{"site": k} for k in site])
    odd["row"] = [[k] for k in range(len(data))]
    found = _checked(STRESSED, odd, time="t")
    labels = found.details["omitted_level"].labels
    assert {column for column, _ in labels} == {"visits", "site"}
    assert _p(found) == _p(_checked(STRESSED, plain, time="t"))
    assert str(gc.Panel(odd, id="id", time="t", outcome="y").describe())


# ---------------------------------------------------- units whose variance is zero


def test_the_figure_where_units_do_not_differ():
    """Of units whose variance is estimated at zero nothing is added to what persons vary by."""
    data = _data()
    outcome = data["y"] - data.groupby("site")["y"].transform("mean")
    found = _checked("y ~ t + (1 | site/id)", data.assign(y=outcome), time="t")
    assert found.fit.certificate.singular
    assert found.plot() is not None
