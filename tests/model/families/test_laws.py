"""Laws that every outcome family obeys, over the registry and its options: derivatives, densities, means, draws."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pytest
from cases import CASES, VALUES, answers, family_with, outcomes
from precise import DENSITIES, derivative
from scipy import integrate, stats

from growthcurves.contracts.family import Answers
from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.model.families import FAMILIES, family_kinds, family_of
from growthcurves.model.families.binomial import Binomial
from growthcurves.model.families.gamma import Gamma
from growthcurves.model.families.lognormal import LogNormal
from growthcurves.model.families.negative_binomial import NegativeBinomial
from growthcurves.model.families.ordinal import Ordinal
from growthcurves.model.families.poisson import Poisson

ETAS = np.array([-700.0, -60.0, -7.0, -2.6, -0.7, 0.4, 2.4, 8.0, 40.0, 700.0])
WIDE = np.linspace(-700.0, 700.0, 141)
MIDDLE = np.array([-2.0, -0.3, 0.0, 1.1, 2.5])


def case_id(case):
    return f"{case[0]} {list(case[1])}"


def same(got, want):
    """To 1e-12 of the larger of value and one hundredth; what 150 digits lose before 1e-100 is none."""
    got, want = np.asarray(got, dtype=float), np.asarray(want, dtype=float)
    assert np.all(np.abs(got - want) <= 1e-12 * np.maximum(np.abs(want), 0.01) + 1e-100), (got, want)


def test_every_family_is_among_the_cases():
    assert {value.name for value in VALUES.values()} == set(FAMILIES) - {"lognormal"}
    assert set(family_kinds()) == {"Binomial", "Poisson", "NegativeBinomial", "Gamma", "Ordinal", "LogNormal"}


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_log_density_and_its_derivatives_against_150_digits(case):
    name, psi = case
    family = family_with(name, psi)
    for y, n in outcomes(name):
        seen = answers(name, y, n)
        found = family.slopes(seen, ETAS)
        want = [[derivative(DENSITIES[name], y, n, eta, psi, k) for eta in ETAS] for k in range(4)]
        same(found.value + family.constant(seen), want[0])
        for got, expected in zip(found[1:], want[1:], strict=True):
            same(got, expected)


@pytest.mark.parametrize("case", [case for case in CASES if case[1]], ids=case_id)
def test_derivatives_in_own_parameters_against_150_digits(case):
    name, psi = case
    family = family_with(name, psi)
    for y, n in outcomes(name):
        found = family.own(answers(name, y, n), ETAS)
        at = partial(derivative, DENSITIES[name], y, n, psi=psi)
        for j in range(len(psi)):
            for k, got in enumerate(found[:3]):
                same(got[j], [at(eta=eta, in_eta=k, in_psi=(j,)) for eta in ETAS])
            for i in range(j + 1):
                same(found.curved[i, j], [at(eta=eta, in_psi=(i, j)) for eta in ETAS])
                assert np.array_equal(found.curved[i, j], found.curved[j, i])


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_nothing_overflows_and_arrays_broadcast(case):
    name, psi = case
    family = family_with(name, psi)
    y = np.array([float(one) for one, n in outcomes(name) if n == 1])
    kinds = [Answers(y[:, None])]
    if family.takes_trials:
        kinds.append(Answers(y[:, None], np.full((len(y), 1), 5.0)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for seen in kinds:
            value, first = family.score(seen, WIDE)
            slopes = family.slopes(seen, WIDE)
            assert np.array_equal(family.density(seen, WIDE), value)
            assert np.allclose(slopes.value, value, rtol=1e-14, atol=1e-14)
            assert np.allclose(slopes.first, first, rtol=1e-13, atol=1e-13)
            own = family.own(seen, WIDE)
            k = len(family.parameters())
            assert own.value.shape == own.first.shape == own.second.shape == (k, len(y), len(WIDE))
            assert own.curved.shape == (k, k, len(y), len(WIDE))
            assert np.allclose(family.own_score(seen, WIDE), own.value, rtol=1e-13, atol=1e-13)
            assert all(np.isfinite(part).all() and part.shape[-2:] == value.shape for part in (*slopes, *own))
            alone = family.slopes(Answers(*(None if part is None else part[0, 0] for part in seen)), float(WIDE[7]))
            assert np.allclose([one[0, 7] for one in slopes], alone, rtol=1e-15)
        for told in (family.mean, family.mean_slope, family.outcome_variance):
            assert not np.isnan(told(WIDE)).any()


SCIPY = {
    "poisson": lambda mean, a: stats.poisson(mean),
    "negative-binomial quadratic": lambda mean, a: stats.nbinom(1.0 / a, 1.0 / (1.0 + a * mean)),
    "negative-binomial linear": lambda mean, a: stats.nbinom(mean / a, 1.0 / (1.0 + a)),
    "gamma": lambda mean, a: stats.gamma(1.0 / a, scale=mean * a),
}


@pytest.mark.parametrize("case", [case for case in CASES if case[0] in SCIPY], ids=case_id)
def test_densities_means_and_variances_are_those_of_scipy(case):
    name, psi = case
    if psi and psi[0] < -20.0:
        pytest.skip("scipy subtracts two gamma functions of 1e10 there, and keeps five digits")
    family = family_with(name, psi)
    eta = MIDDLE
    law = SCIPY[name](np.exp(eta), *(family.values() or (None,)))
    for y in (0.1, 1.3, 9.0) if name == "gamma" else (0.0, 1.0, 5.0, 900.0):
        seen = Answers(np.array(y))
        want = law.logpdf(y) if name == "gamma" else law.logpmf(y)
        assert np.allclose(family.density(seen, eta) + family.constant(seen), want, rtol=1e-10, atol=1e-10)
    assert np.allclose(family.mean(eta), law.mean(), rtol=1e-13)
    assert np.allclose(family.outcome_variance(eta), law.var(), rtol=1e-10)


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_binomial_densities_are_those_of_scipy(link):
    family, law = Binomial(link), {"logit": stats.logistic, "probit": stats.norm}.get(link)
    chance = 1.0 - np.exp(-np.exp(MIDDLE)) if law is None else law.cdf(MIDDLE)
    y = np.arange(8.0)[:, None]
    seen = Answers(y, np.full((8, 1), 7.0))
    found = family.density(seen, MIDDLE) + family.constant(seen)
    assert np.allclose(found, stats.binom(7, chance).logpmf(y), rtol=1e-12, atol=1e-12)
    assert np.allclose(np.exp(found).sum(axis=0), 1.0, rtol=1e-13)
    assert np.allclose(family.mean(MIDDLE), chance, rtol=1e-14)
    assert np.allclose(7.0 * family.outcome_variance(MIDDLE), stats.binom(7, chance).var(), rtol=1e-12)


@pytest.mark.parametrize("name", [name for name in VALUES if VALUES[name].name in ("poisson", "negative-binomial")])
def test_probabilities_of_counts_add_up_to_one(name):
    family = VALUES[name].moved(np.array([np.log(0.6)]))
    seen = Answers(np.arange(3000.0)[:, None])
    total = np.exp(family.density(seen, MIDDLE) + family.constant(seen)).sum(axis=0)
    assert np.allclose(total, 1.0, rtol=1e-12)


@pytest.mark.parametrize("case", [case for case in CASES if case[0].startswith("ordinal")], ids=case_id)
def test_probabilities_of_categories_add_up_to_one_and_make_mean_and_variance(case):
    family = family_with(*case)
    chances, places = family.probabilities(WIDE), np.arange(4.0)[:, None]
    assert chances.shape == (4, len(WIDE)) and np.allclose(chances.sum(axis=0), 1.0, rtol=1e-12)
    mean = (places * chances).sum(axis=0)
    assert np.allclose(family.mean(WIDE), mean, rtol=1e-12, atol=1e-12)
    assert np.allclose(family.outcome_variance(WIDE), (places**2 * chances).sum(axis=0) - mean**2, atol=1e-11)
    law = stats.logistic if family.link == "logit" else stats.norm
    cuts = np.array(family.values())[:, None]
    assert np.allclose(np.cumsum(family.probabilities(MIDDLE), axis=0)[:-1], law.cdf(cuts - MIDDLE), atol=1e-13)


def test_an_ordinal_family_of_two_categories_is_binomial():
    ordinal, binomial = Ordinal("probit", ("no", "yes")).moved(np.array([0.3])), Binomial("probit")
    seen = Answers(np.array([[0.0], [1.0]]))
    for got, want in zip(ordinal.slopes(seen, ETAS), binomial.slopes(seen, ETAS - 0.3), strict=True):
        assert np.allclose(got, want, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("name", VALUES)
def test_the_mean_increases_and_its_slope_and_inverse_are_its_own(name):
    family = VALUES[name]
    assert np.all(family.mean_slope(MIDDLE) > 0)
    step = 1e-5
    numeric = (family.mean(MIDDLE + step) - family.mean(MIDDLE - step)) / (2.0 * step)
    assert np.allclose(family.mean_slope(MIDDLE), numeric, rtol=1e-8)
    assert np.allclose(family.predictor(family.mean(MIDDLE)), MIDDLE, rtol=1e-9, atol=1e-9)


def average(function, eta, variance):
    """The mean over normal linear predictors by adaptive quadrature, split where the integrand bends."""
    sd = np.sqrt(variance)
    bends = np.unique(np.clip([-eta / sd, *(np.arange(-8, 9) * 1.0)], -9.0, 9.0))
    ends = [-10.0, *bends, 10.0]
    parts = zip(ends, ends[1:], strict=False)
    pieces = (
        integrate.quad(lambda z: function(eta + sd * z) * stats.norm.pdf(z), *part, epsabs=1e-14, limit=200)[0]
        for part in parts
    )
    return sum(pieces)


@pytest.mark.parametrize("name", [name for name in VALUES if VALUES[name].name in ("binomial", "ordinal")])
@pytest.mark.parametrize("variance", [0.0, 0.01, 1.0, 9.0, 400.0])
def test_the_marginal_mean_is_the_integral_of_the_mean(name, variance):
    family = VALUES[name]
    for eta in (-8.0, -0.4, 0.0, 3.0):
        want = average(lambda one: float(family.mean(one)), eta, variance) if variance else family.mean(eta)
        assert isinstance(family.marginal(eta, variance), float)
        assert abs(family.marginal(eta, variance) - want) < 1e-11
    both = family.marginal(np.array([-1.0, 2.0])[:, None], np.array([0.0, variance, 2.0]))
    assert both.shape == (2, 3) and abs(both[1, 1] - family.marginal(2.0, variance)) < 1e-12


@pytest.mark.parametrize("name", ["poisson", "negative-binomial quadratic", "negative-binomial linear", "gamma"])
def test_the_marginal_mean_of_a_logarithm_is_lognormal(name):
    assert VALUES[name].marginal(0.3, 1.7) == pytest.approx(stats.lognorm(np.sqrt(1.7), scale=np.exp(0.3)).mean())


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_marginal_probabilities_of_categories(link):
    family = Ordinal(link, ("a", "b", "c")).moved(np.array([-0.4, 0.3]))
    found = family.marginal_probabilities(np.array([0.2, 1.5]), 6.0)
    for place in range(3):
        want = average(lambda eta, place=place: float(family.probabilities(eta)[place]), 1.5, 6.0)
        assert abs(found[place, 1] - want) < 1e-11
    assert found.shape == (3, 2) and np.allclose(found.sum(axis=0), 1.0)
    assert np.isclose((np.arange(3)[:, None] * found).sum(axis=0)[0], family.marginal(0.2, 6.0))


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_draws_have_the_mean_and_the_variance(case):
    name, psi = case
    family, count = family_with(name, psi), 40_000
    if psi and "ordinal" not in name and psi[0] > 2.5:
        pytest.skip("so dispersed that a sample does not show the variance")
    rng = np.random.default_rng(7)
    for eta in (-0.5, 1.0):
        for trials in (None, np.full(count, 6.0)) if family.takes_trials else (None,):
            drawn = family.drawn(np.full(count, eta), trials, rng)
            n = 1.0 if trials is None else 6.0
            mean, variance = n * family.mean(eta), n * family.outcome_variance(eta)
            assert drawn.shape == (count,) and abs(drawn.mean() - mean) < 5.0 * np.sqrt(variance / count) + 1e-12
            fourth = np.mean((drawn - mean) ** 4)
            assert abs(drawn.var() - variance) < 6.0 * np.sqrt(max(fourth - variance**2, 0.0) / count) + 1e-9


@pytest.mark.parametrize("variance", ["quadratic", "linear"])
def test_without_dispersion_counts_are_poisson(variance):
    poisson, seen = Poisson(), Answers(np.array([[0.0], [1.0], [7.0], [300.0]]))
    eta = np.array([-30.0, -1.0, 0.5, 4.0])  # a dispersion is little beside the mean only
    for alpha in (0.0, 1e-300, 1e-40):
        family = NegativeBinomial(variance, dispersion=alpha)
        for got, want in zip(family.slopes(seen, eta), poisson.slopes(seen, eta), strict=True):
            assert np.allclose(got, want, rtol=1e-13, atol=1e-13)
        own = family.own(seen, eta)
        assert all(np.all(np.abs(part) < 1e-20) for part in own)
    near = NegativeBinomial(variance, dispersion=1e-10).density(seen, eta[1:])
    assert np.allclose(near, poisson.density(seen, eta[1:]), rtol=1e-7, atol=1e-4)


@pytest.mark.parametrize("name", [name for name in VALUES if VALUES[name].parameters()])
def test_working_values_come_back(name):
    family = VALUES[name]
    psi = np.linspace(-0.5, 0.7, len(family.working))
    moved = family.moved(psi)
    assert np.allclose(moved.working, psi, rtol=1e-15, atol=1e-15) and type(moved) is type(family)
    assert len(moved.values()) == len(moved.parameters()) == len(psi)
    assert all(parameter.unit == "family" for parameter in moved.parameters())
    far = family.moved(np.full(len(psi), 1e4)), family.moved(np.full(len(psi), -1e4))
    assert all(np.isfinite(one.values()).all() for one in far)


@pytest.mark.parametrize("name", VALUES)
def test_a_start_is_near_the_values_that_drew(name):
    family = VALUES[name].moved(np.array({1: [-0.7], 3: [-0.5, 0.2, 0.1]}.get(len(VALUES[name].working), [])))
    rng, eta = np.random.default_rng(3), 0.0 if "ordinal" in name else 0.8
    drawn = Answers(family.drawn(np.full(50_000, eta), None, rng))
    fresh = VALUES[name].moved(np.zeros(len(family.working))) if "ordinal" in name else type(family)(**options(family))
    started, at = (fresh if "ordinal" not in name else VALUES[name]).started(drawn)
    assert abs(at - eta) < 0.05
    assert np.allclose(started.working, family.working, atol=0.1)


def options(family):
    return {option: getattr(family, option) for option in ("link", "variance") if option in family.__dataclass_fields__}


def test_only_families_without_own_parameters_and_with_their_own_link_are_canonical():
    assert [name for name in VALUES if VALUES[name].canonical] == ["binomial logit", "poisson"]


def test_what_families_are_called_elsewhere():
    assert family_of("Gaussian") is None and family_of(None) is None
    assert family_of("Bernoulli") == Binomial() and family_of("cloglog") == Binomial("cloglog")
    assert family_of("NB2") == NegativeBinomial() and family_of("nbinom1") == NegativeBinomial("linear")
    assert family_of("cumulative") == Ordinal() and family_of("Gamma") == Gamma() == family_of(Gamma())
    assert family_of("log-normal") == LogNormal()
    with pytest.raises(ModelError, match="no family 'poison'. Did you mean 'poisson'"):
        family_of("poison")
    with pytest.raises(NotAvailableError, match="'negative-binomial'"):
        family_of("quasipoisson")
    with pytest.raises(ModelError, match=r"write Poisson\(\)"):
        family_of(Poisson)
    with pytest.raises(ModelError, match="Did you mean 'logit'"):
        Binomial("logits")
    with pytest.raises(ModelError, match="no link 'inverse'"):
        Gamma("inverse")
    with pytest.raises(ModelError, match="Known: quadratic, linear"):
        NegativeBinomial("cubic")
    with pytest.raises(ModelError, match="number from 0 up, not '-1'"):
        Gamma(dispersion=-1)


def test_lognormal_means_are_those_of_scipy():
    law = stats.lognorm(np.sqrt(0.7), scale=np.exp(1.2))
    family = LogNormal()
    assert np.isclose(family.mean(1.2, 0.7), law.mean()) and np.isclose(family.median(1.2), law.median())
    assert np.isclose(family.outcome_variance(1.2, 0.7), law.var())
    assert np.isclose(family.predictor(law.mean(), 0.7), 1.2)
    y = np.array([0.3, 2.0])
    want = law.logpdf(y)
    assert np.allclose(stats.norm(1.2, np.sqrt(0.7)).logpdf(np.log(y)) + family.constant(Answers(y)), want)
