"""HLM's reliability: against the formula on each person's own rows (Raudenbush and Bryk 2002), 1e-9 relative."""

import numpy as np
import pytest
from reference_values import table

import growthcurves as gc


def by_hand(fit, columns, data, id):
    G, s2 = np.diag(fit.cov_re.to_numpy()), fit.scale
    found = []
    for _, rows in data.groupby(id):
        Z = columns(rows)
        if np.linalg.matrix_rank(Z) == Z.shape[1]:
            found.append(G / (G + s2 * np.diag(np.linalg.inv(Z.T @ Z))))
    return np.mean(found, axis=0), len(found)


@pytest.mark.parametrize("origin", [0.0, 4.5, 9.0])
def test_intercept_and_slope_at_an_origin(origin):
    data = table("sleepstudy_unbalanced.csv")
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", origin=origin), data)
    wanted, count = by_hand(fit, lambda one: np.column_stack([np.ones(len(one)), one["day"] - origin]), data, "subject")
    found = fit.reliability()
    assert found["effect"].tolist() == ["intercept", "slope"] and set(found["persons"]) == {count}
    np.testing.assert_allclose(found["reliability"], wanted, rtol=1e-9)
    assert f"reliability of the intercept at day {origin:g} {wanted[0]:.3f}" in str(fit)


def test_random_intercepts_alone():
    """Beside a fixed slope a person's own level has the sampling variance sigma^2 / n."""
    data = table("sleepstudy_unbalanced.csv")
    fit = gc.fit("reaction ~ day + (1 | subject)", data, time="day")
    tau, sizes = fit.cov_re.iloc[0, 0], data.groupby("subject").size()
    found = fit.reliability()
    assert found["reliability"].tolist() == pytest.approx([(tau / (tau + fit.scale / sizes)).mean()], rel=1e-9)
    assert found["persons"].tolist() == [len(sizes)]


def test_without_random_effects_and_not_identified():
    data = table("sleepstudy_unbalanced.csv")
    assert gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), data).reliability().empty
