"""The sandwich of outcomes that are not normal: beside one from differences of a textbook quadrature by person, and of
models without random effects beside R's clubSandwich.
"""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import linalg, stats

import growthcurves as gc
from tests.results.family_panels import drawn_panel

REFERENCE = Path(__file__).parents[2] / "reference" / "robust_families.json"
FORMULA = "y ~ t * arm + (1 | id)"


def dense(fit, data, log_density, own, kind="CR0"):
    """Standard errors from persons' scores and Hessians by central differences in (beta, variance, own)."""
    x, w = np.polynomial.hermite.hermgauss(60)
    X = np.column_stack([np.ones(len(data)), data["arm"] == "drug", data["t"], data["t"] * (data["arm"] == "drug")])
    order = ["intercept", "intercept:arm[drug]", "slope", "slope:arm[drug]"]
    start = np.concatenate([fit.params[order], [fit.cov_re.iloc[0, 0]], own])
    persons, y = data["id"].to_numpy(), data["y"].to_numpy()

    def by_person(par):
        eta = (X @ par[:4])[:, None] + np.sqrt(2.0 * par[4]) * x
        logs = np.zeros((persons.max() + 1, len(x)))
        np.add.at(logs, persons, log_density(y[:, None], eta, par[5:]))
        return np.log(np.exp(logs) @ (w / np.sqrt(np.pi)))

    steps = np.diag(np.full(len(start), 1e-4))

    def scores(par):
        return np.array([(by_person(par + h) - by_person(par - h)) / 2e-4 for h in steps])

    of_persons = -np.array([(scores(start + h) - scores(start - h)) / 2e-4 for h in steps]).transpose(2, 0, 1)
    s, bread = scores(start), np.linalg.inv(of_persons.sum(axis=0))
    if kind == "CR2":
        inverse = np.linalg.inv(of_persons[:, :4, :4].sum(axis=0))
        own = zip(of_persons[:, :4, :4], s[:4].T, strict=True)
        s[:4] = np.column_stack([put_right(J @ inverse) @ one for J, one in own])
    return dict(zip(order, np.sqrt(np.diag(bread @ s @ s.T @ bread))[:4], strict=True))


def put_right(share):
    """(I - J_i J^-1)^{-1/2}."""
    return np.linalg.inv(linalg.sqrtm(np.eye(len(share)) - share)).real


def bernoulli(y, eta, own):
    return y * eta - np.logaddexp(0.0, eta)


def negative_binomial(y, eta, own):
    k = 1.0 / own[0]
    return stats.nbinom.logpmf(y, k, k / (k + np.exp(eta)))


@pytest.fixture(scope="module")
def yes():
    data = drawn_panel("yes")
    return gc.fit(FORMULA, data, family="binomial", quadrature=31, time="t"), data


def test_scores_of_yes_or_no_where_persons_share_a_record(yes):
    fit, data = yes
    want = dense(fit, data, bernoulli, [])
    found = fit.robust("CR0").table.set_index("term")["std_error"]
    assert found.to_dict() == pytest.approx(want, rel=1e-5)


def test_a_dispersion_is_among_the_scores():
    data = drawn_panel("counts", persons=40)
    fit = gc.fit(FORMULA, data, family="negative-binomial", quadrature=31, time="t")
    alpha = fit.variance_components("wald").set_index("term").loc["dispersion", "estimate"]
    found = fit.robust("CR0").table.set_index("term")["std_error"]
    assert found.to_dict() == pytest.approx(dense(fit, data, negative_binomial, [alpha]), rel=1e-4)


@pytest.mark.parametrize(("kind", "family", "density"), [
    ("yes", "binomial", bernoulli), ("counts", "negative-binomial", negative_binomial),
])  # fmt: skip
def test_scores_are_put_right_by_persons_shares_of_the_information(kind, family, density):
    data = drawn_panel(kind, persons=40)
    fit = gc.fit(FORMULA, data, family=family, quadrature=31, time="t")
    spread = fit.variance_components("wald").set_index("term")["estimate"]
    want = dense(fit, data, density, spread[spread.index == "dispersion"], "CR2")
    assert fit.robust("CR2").table.set_index("term")["std_error"].to_dict() == pytest.approx(want, rel=1e-4)


@pytest.mark.parametrize("family", ["binomial", "poisson"])
def test_without_random_effects_cr2_and_its_df_are_clubsandwichs(family):
    """clubSandwich on glm, with predictors of persons (tests/reference/make_robust_families.R)."""
    theirs = json.loads(REFERENCE.read_text(encoding="utf-8"))[family]
    trial = gc.load_dataset("trial")
    trial = trial[trial["patient"].isin(trial["patient"].unique()[:24])]
    outcome = {"binomial": trial["depression"] < 25, "poisson": trial["depression"] // 8}[family].astype(int)
    model = gc.GrowthModel("y", None, "patient", predictors="drug + age", random=(), family=family)
    fit = gc.fit(model, trial.assign(y=outcome, drug=1 - (trial["arm"] == "drug")))
    for kind in ("CR0", "CR1", "CR2"):
        ours = fit.robust(kind).table
        assert ours["estimate"].to_numpy() == pytest.approx(theirs["estimates"], rel=1e-6)
        assert ours["std_error"].to_numpy() == pytest.approx(theirs[kind]["se"], rel=1e-6)
    assert ours["df"].to_numpy() == pytest.approx(theirs["CR2"]["df"], rel=1e-5)


def test_the_origin_and_the_unit_of_time_move_no_robust_error(yes):
    fit, data = yes
    other = gc.fit("y ~ month * arm + (1 | id)", data.assign(month=3.0 * data["t"] + 100.0), family="binomial",
                   quadrature=31, time="month")  # fmt: skip
    ours, theirs = (one.robust("CR2").table.set_index("term").loc[["slope", "slope:arm[drug]"]] for one in (fit, other))
    assert theirs["std_error"].to_numpy() == pytest.approx(ours["std_error"].to_numpy() / 3.0, rel=1e-6)
    assert theirs["df"].to_numpy() == pytest.approx(ours["df"].to_numpy(), rel=1e-6)


def test_kinds(yes):
    fit, data = yes
    zero, one, two = (fit.robust(kind).table["std_error"].to_numpy() for kind in ("CR0", None, "CR2"))
    assert one == pytest.approx(zero * np.sqrt(60 / 59), rel=1e-12)
    assert (two > one).all()
    assert fit.robust().kind == "CR1" and fit.fixed_effects(ddf="robust").attrs["ddf"] == "robust CR1, normal"
    tested = fit.test(["slope = 0", "slope:arm[drug] = 0"], ddf=gc.Robust("CR2"))
    assert 20 < tested.df < 60
    assert gc.fit("t ~ age + (1 | id)", data).robust().kind == "CR2"
