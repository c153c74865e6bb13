"""Structures meet data: what cannot be answered is refused with its reason, or its variances are withheld."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, IdentificationWarning, ModelError, NotEstimableError


@pytest.fixture(scope="module")
def data():
    return gc.load_dataset("orthodont")


def fitted(data, residual, random=(), **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gc.fit(gc.GrowthModel("distance", "age", "subject", random=random, residual=residual, **options), data)


@pytest.mark.parametrize(
    ("residual", "random"),
    [("cs", ("intercept",)), ("un", ("intercept",)), ("un", ("intercept", "slope")), ("toep", ("intercept", "slope"))],
)
def test_what_is_not_told_apart_is_withheld_and_means_hold(data, residual, random):
    fit = fitted(data, residual, random)
    assert not fit.certificate.identified
    assert fit.variance_components(method="wald")["estimate"].isna().all()
    if residual in ("cs", "un"):  # the random part adds nothing that the structure lacks
        alone = fitted(data, residual)
        assert fit.deviance == pytest.approx(alone.deviance, abs=1e-6)
        assert np.allclose(fit.params, alone.params)


def test_too_few_persons_and_visits_never_seen_together(data):
    names = data["subject"].unique()
    with pytest.raises(NotEstimableError, match="4 occasions needs more than 4 persons, and there are 3"):
        fitted(data[data["subject"].isin(names[:3])], "un")
    odd = data["subject"].isin(names[1::2])
    apart = data[~((data["age"] == 8) & odd) & ~((data["age"] == 14) & ~odd)]
    assert not fitted(apart, "un").certificate.identified


def test_rows_that_a_structure_cannot_tell_apart(data):
    twice = pd.concat([data, data.head(1)])
    with pytest.raises(DataError, match="M01 has two rows at age 8"):
        fitted(twice, "ar1")
    assert np.isfinite(fitted(twice, "cs").deviance)
    assert np.isfinite(fitted(twice, gc.CAR1(nugget=True)).deviance)


def test_times_of_their_own(data):
    own = data.assign(age=data["age"] + np.random.default_rng(0).normal(0, 0.2, len(data)))
    with pytest.raises(ModelError, match="counts planned occasions"):
        fitted(own, "ar1")
    assert fitted(own, "car1").certificate.converged
    assert fitted(own.assign(visit=data["age"].astype(int)), "ar1", wave="visit").certificate.converged


def test_groups_are_groups_of_persons(data):
    with pytest.raises(ModelError, match="changes within a person"):
        fitted(data, gc.AR1(by="age"))
    both = fitted(data, gc.AR1(by="sex"))
    parts = [fitted(part, "ar1") for _, part in data.groupby("sex", observed=True)]
    apart = fitted(data, gc.AR1(by="sex"), predictors="sex")  # nothing is shared: two fits side by side
    assert apart.deviance == pytest.approx(sum(part.deviance for part in parts), abs=1e-6)
    assert both.deviance > 0


def test_the_unit_of_time_and_of_the_outcome_changes_nothing_but_units(data):
    one = fitted(data, "car1", ("intercept",))
    other = fitted(data.assign(age=1000 * data["age"], distance=1e5 * data["distance"]), "car1", ("intercept",))
    assert np.allclose(one.tvalues, other.tvalues, rtol=1e-6)
    left, right = (fit.variance_components(method="wald").set_index("term")["estimate"] for fit in (one, other))
    assert left["car1"] == pytest.approx(right["car1"] ** 1000, rel=1e-4)
    assert right["sd:residual"] == pytest.approx(1e5 * left["sd:residual"], rel=1e-5)


def test_a_saved_fit_answers_the_same(data, tmp_path):
    fit = fitted(data, gc.CSH(by="sex"), predictors="sex")
    assert str(gc.load(fit.save(tmp_path / "fit.json", rows=True))) == str(fit)


#: What changes together, by random part and structure: by hand, from V = Z G Z' + R.
CONFOUNDED = {
    (("intercept",), "cs"): {"sd:intercept", "sd:residual", "cs"},
    (("intercept",), "toep"): {"sd:intercept", "sd:residual", *(f"cor:residual[lag {k}]" for k in (1, 2, 3))},
    (("intercept",), gc.CS(by="sex")): {
        "sd:intercept", "sd:residual[Male]", "cs[Male]", "sd:residual[Female]", "cs[Female]",
    },
}  # fmt: skip


@pytest.mark.parametrize(("random", "residual"), CONFOUNDED)
def test_what_is_not_told_apart_is_named(data, random, residual):
    with pytest.warns(IdentificationWarning, match="cs|lag 3") as caught:
        fit = gc.fit(gc.GrowthModel("distance", "age", "subject", random=random, residual=residual), data)
    assert set(fit.certificate.confounded) == CONFOUNDED[random, residual]
    assert "sd:intercept" in str(fit.certificate) and "sd:intercept" in str(caught[0].message) and str(fit.summary())
    assert fit.cov_re.isna().all(axis=None) and np.isnan(fit.scale)
    alone = fitted(data, residual)
    V = fit.marginal_covariance(at=[8, 14]) if residual != gc.CS(by="sex") else None
    if V is not None:
        assert np.allclose(V.covariance(), alone.marginal_covariance(at=[8, 14]).covariance(), rtol=1e-5)
    assert fit.parameter_count == alone.parameter_count  # what the covariance of outcomes depends on
    assert np.allclose(fit.fixed_effects()["p_value"], alone.fixed_effects()["p_value"], rtol=1e-4)


def test_a_random_intercept_and_csh_are_told_apart_unless_all_sds_are_equal(data):
    assert fitted(data, "csh", ("intercept",)).certificate.identified
    rng = np.random.default_rng(2)
    wide = rng.normal(size=(27, 4))
    wide = wide - wide.mean(axis=0)
    wide = wide @ np.linalg.inv(np.linalg.cholesky(wide.T @ wide / 26)).T  # exactly white
    equal = wide @ np.linalg.cholesky(0.5 + 0.5 * np.eye(4)).T
    exact = data.assign(distance=20 + equal.ravel())
    fit = fitted(exact, "csh", ("intercept",), shape="occasions")
    assert not fit.certificate.identified and "sd:intercept" in fit.certificate.confounded


def test_a_decay_without_variance_is_not_told_from_a_random_intercept(data):
    """Nothing decays in orthodont beside a random slope: a range without end is a second random intercept."""
    fit = fitted(data, gc.CAR1(nugget=True), ("intercept", "slope"))
    plain = fitted(data, "independent", ("intercept", "slope"))
    assert fit.deviance == pytest.approx(plain.deviance, abs=1e-5)
    assert {"sd:intercept", "nugget"} <= set(fit.certificate.confounded)
    assert np.allclose(fit.bse, plain.bse, rtol=1e-5)


@pytest.mark.parametrize("residual", ["car1", "gau"])
def test_at_the_end_of_a_range_everything_else_is_as_without_it(data, residual):
    """The decay is instant: a parameter that moves nothing has no interval, and takes no part in any other."""
    fit, plain = (fitted(data, one, ("intercept", "slope")) for one in (residual, "independent"))
    assert fit.certificate.ends == ({"car1": "car1", "gau": "range"}[residual],)
    for ddf in ("satterthwaite", "kenward-roger"):
        left, right = (one.fixed_effects(ddf=ddf).drop(columns=["term", "label"]) for one in (fit, plain))
        assert np.allclose(left, right, rtol=1e-3)
    left, right = (one.variance_components(method="wald").set_index("term") for one in (fit, plain))
    assert np.allclose(left.loc[right.index, "conf_low"], right["conf_low"], rtol=1e-3)
    assert np.isnan(left.loc[fit.certificate.ends[0], "conf_high"])


@pytest.mark.parametrize("residual", ["car1", gc.Exponential(), gc.Gaussian()])
def test_an_estimate_at_the_end_of_its_range_is_that_end(residual):
    """Independent errors have no correlation: where the search stops near it depends on the order of rows."""
    rng = np.random.default_rng(4)
    errors = rng.normal(size=(40, 5))
    errors[:, 1:] -= 0.4 * errors[:, :-1]  # neighbours differ, so that no correlation above zero is likelier
    table = pd.DataFrame({"id": np.repeat(np.arange(40), 5), "t": np.tile(np.arange(5.0), 40), "y": errors.ravel()})
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit(gc.GrowthModel("y", "t", "id", random=(), residual=residual), table)
    assert fit.certificate.ends
    found = fit.variance_components(method="wald").set_index("term")["estimate"]
    assert all(found[name] == 0.0 for name in fit.certificate.ends)


def test_no_warning_of_numpy_leaves_a_profile_that_runs_beyond_all_numbers(data):
    few = data[data["subject"].isin(data["subject"].unique()[:4])]
    fit = fitted(few, gc.Gaussian(nugget=True))
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        table = fit.variance_components(method="profile")
    assert np.isfinite(table["estimate"]).any()
