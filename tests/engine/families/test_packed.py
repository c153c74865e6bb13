"""Records filled up to a common size, and searches that begin with some of the records, change no number."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from test_dense import CASES, fitted, panel

import growthcurves as gc
from growthcurves.engine.families.likelihood import FamilyLikelihood
from growthcurves.engine.families.packed import packed

pytestmark = pytest.mark.filterwarnings("ignore:.* did not suffice:growthcurves.errors.ConvergenceWarning")


@pytest.mark.parametrize("kind", CASES)
def test_rows_that_are_filled_in_bring_nothing(kind, monkeypatch):
    estimates = fitted(kind, panel(kind), "1", 5).estimates
    likelihood, local = estimates.likelihood, estimates.active
    assert len(likelihood.packed) == (len(likelihood.collected.groups) if kind == "gamma" else 1)
    with monkeypatch.context() as alone:
        alone.setattr(FamilyLikelihood, "packed", property(lambda self: self.collected.groups))
        other = FamilyLikelihood(likelihood.rows, likelihood.sums, likelihood.family, likelihood.points)
        value, H = other.sloped(local), other.observed(local)
    assert likelihood.sloped(local).deviance == pytest.approx(value.deviance, abs=1e-10)
    assert likelihood.sloped(local).gradient == pytest.approx(value.gradient, abs=1e-9)
    assert likelihood.observed(local) == pytest.approx(H, rel=1e-9, abs=1e-9)


def test_records_that_would_need_many_rows_stay_among_their_own():
    data = pd.DataFrame({"id": np.repeat(np.arange(400), np.repeat([2, 8], 200))})
    data["t"] = data.groupby("id").cumcount() * 1.0
    rng = np.random.default_rng(1)
    data["x"] = rng.normal(size=400)[data["id"]]
    data["y"] = rng.integers(0, 2, len(data))
    likelihood = gc.fit("y ~ t + x + (1 | id)", data, family="binomial", quadrature=5).estimates.likelihood
    assert [group.size for group in likelihood.packed] == [2, 8]
    assert packed(likelihood.collected.groups[:1], likelihood.family) == likelihood.collected.groups[:1]


@pytest.mark.parametrize("digits", [3, 15])
def test_a_search_that_begins_with_some_records_ends_where_one_that_does_not_does(digits, monkeypatch):
    """With three digits some persons are alike, and what their X'y has more than that of records is shared out."""
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"id": np.repeat(np.arange(5000), 3), "t": np.tile(np.arange(3.0), 5000)})
    data["x"] = rng.normal(size=5000).round(digits)[data["id"]]
    eta = 0.2 * data["t"] + 0.3 * data["x"] + rng.normal(size=5000)[data["id"]]
    data["y"] = (rng.random(len(data)) < expit(eta)).astype(int)
    ask = lambda: gc.fit("y ~ t + x + (1 | id)", data, family="binomial", quadrature=7)  # noqa: E731
    some = ask()
    assert some.estimates.likelihood._some() is not None
    assert some.estimates.likelihood.collected.lift.any() == (digits == 3)
    monkeypatch.setattr(FamilyLikelihood, "_some", lambda self: None)
    every = ask()
    assert some.deviance == pytest.approx(every.deviance, abs=1e-8)
    assert some.params.to_numpy() == pytest.approx(every.params.to_numpy(), abs=1e-8)
    assert some.bse.to_numpy() == pytest.approx(every.bse.to_numpy(), rel=1e-8)
