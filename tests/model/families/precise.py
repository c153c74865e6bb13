"""Log densities of outcomes from their textbook formulas, in decimals of 150 digits, and their derivatives.

Differences over steps of 1e-18 are right to 30 digits there: references that share no formula with the package, which
never takes a difference.
"""

from __future__ import annotations

import decimal
from decimal import Decimal as D
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

decimal.setcontext(decimal.Context(prec=150, Emin=-(10**15), Emax=10**15, traps=[]))
STEP = D("1e-18")
PI = D(
    "3.14159265358979323846264338327950288419716939937510582097494459230781640628620899862803482534211706798214808651"
    "32823066470938446095505822317253594081284811174502841027"
)


def exp(x):
    return x.exp()


def log(x):
    return x.ln()


@lru_cache(maxsize=50_000)  # differences of several orders, and cells side by side, ask for the same chances
def logistic(x):
    return 1 / (1 + exp(-x))


@lru_cache(maxsize=50_000)
def normal(x):
    """Phi(x): by its series near zero, by the continued fraction of Mills' ratio beyond."""
    if x > 0:
        return 1 - normal(-x)
    density = exp(-x * x / 2) / (2 * PI).sqrt()
    if x > -12:
        term = total = -x
        n = 1
        while abs(term) > D("1e-150"):
            n += 2
            term = term * x * x / n
            total += term
        return D("0.5") - density * total
    fraction = -x
    for n in range(600, 0, -1):
        fraction = -x + n / fraction
    return density / fraction


def log_cell(cdf, low, high):
    """log(F(high) - F(low)) of a symmetric distribution, None for an end that is infinite."""
    if high is None or (low is not None and low + high > 0):
        low, high = None if high is None else -high, None if low is None else -low
    return log(cdf(high) - (0 if low is None else cdf(low)))


def _bernoulli(count):
    found = [Fraction(1)]
    for m in range(1, count + 1):
        found.append(-sum(comb(m + 1, k) * found[k] for k in range(m)) / (m + 1))
    return found


BERNOULLI = [D(b.numerator) / D(b.denominator) for b in _bernoulli(120)]


@lru_cache(maxsize=1_000)
def log_gamma(x):
    """By Stirling's series of x + n, above 120."""
    shift = D(0)
    while x < 120:
        shift += log(x)
        x += 1
    total = (x - D("0.5")) * log(x) - x + log(2 * PI) / 2
    return total + sum(BERNOULLI[2 * n] / (2 * n * (2 * n - 1) * x ** (2 * n - 1)) for n in range(1, 60)) - shift


# ------------------------------------------------ log densities of y (of n trials) at eta and working parameters


def binomial(chances):
    """`chances` are log P(yes) and log P(no) at eta."""

    def density(y, n, eta, psi):
        yes, no = chances(eta)
        return log(D(comb(n, y))) + (y * yes if y else 0) + ((n - y) * no if n - y else 0)

    return density


def cloglog(eta):
    hazard = exp(eta)
    yes = 1 - exp(-hazard) if hazard > D("1e-60") else hazard - hazard**2 / 2
    return log(yes), -hazard


def poisson(y, n, eta, psi):
    return y * eta - exp(eta) - log(D(factorial(y)))


def negative_binomial(variance):
    def density(y, n, eta, psi):
        mean, alpha = exp(eta), exp(psi[0])
        size = 1 / alpha if variance == "quadratic" else mean / alpha
        ways = D(1) / factorial(y)
        for j in range(y):
            ways *= size + j
        return log(ways) + size * log(size / (size + mean)) + y * log(mean / (size + mean))

    return density


def gamma(y, n, eta, psi):
    size, y = exp(-psi[0]), D(y)
    return size * log(size) - size * eta - log_gamma(size) + (size - 1) * log(y) - size * y / exp(eta)


def ordinal(cdf):
    def density(y, n, eta, psi):
        cuts = [psi[0]]
        for gap in psi[1:]:
            cuts.append(cuts[-1] + exp(gap))
        ends = [None, *(cut - eta for cut in cuts), None]
        return log_cell(cdf, ends[y], ends[y + 1])

    return density


DENSITIES = {
    "binomial logit": binomial(lambda eta: (log(logistic(eta)), log(logistic(-eta)))),
    "binomial probit": binomial(lambda eta: (log(normal(eta)), log(normal(-eta)))),
    "binomial cloglog": binomial(cloglog),
    "poisson": poisson,
    "negative-binomial quadratic": negative_binomial("quadratic"),
    "negative-binomial linear": negative_binomial("linear"),
    "gamma": gamma,
    "ordinal logit": ordinal(logistic),
    "ordinal probit": ordinal(normal),
}


# ------------------------------------------------ derivatives

_STENCILS = {
    0: {0: D(1)},
    1: {-1: -D("0.5"), 1: D("0.5")},
    2: {-1: D(1), 0: D(-2), 1: D(1)},
    3: {-2: -D("0.5"), -1: D(1), 1: D(-1), 2: D("0.5")},
}


def derivative(density, y, n, eta, psi, in_eta=0, in_psi=()):
    """A derivative of a log density: so often in eta, and once in each working parameter of `in_psi`."""

    def at(eta, psi, left):
        if not left:
            return sum(
                weight * density(y, n, eta + steps * STEP, psi) for steps, weight in _STENCILS[in_eta].items()
            ) / STEP**in_eta
        first, rest = left[0], left[1:]
        moved = [[value + (sign * STEP if i == first else 0) for i, value in enumerate(psi)] for sign in (1, -1)]
        return (at(eta, moved[0], rest) - at(eta, moved[1], rest)) / (2 * STEP)

    return float(at(D(eta), [D(value) for value in psi], tuple(in_psi)))
