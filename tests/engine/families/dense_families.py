"""The likelihood of outcomes of families as textbooks write it, slow and plain: it shares nothing with the package.

Log densities are written once, for complex numbers; modes and curvatures come from differentiating them by complex
steps (Squire and Trapp 1998). One person after the other, with the nodes on the columns of the Cholesky factor of G.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.special import gammaln, log_ndtr, loggamma, logsumexp

STEP = 1e-30


def softplus(x):
    """log(1 + exp(x)), of complex numbers too."""
    return np.where(x.real > 0, x + np.log1p(np.exp(np.where(x.real > 0, -x, -1))), np.log1p(np.exp(np.minimum(x, 0))))


def log_below(link, x):
    """log P(latent < x) of a link's distribution."""
    if link == "logit":
        return -softplus(-x)
    if link == "probit":
        return log_ndtr(x)
    return np.log(-np.expm1(-np.exp(x)))


def log_above(link, x):
    if link == "cloglog":
        return -np.exp(x)
    return log_below(link, -x)


def binomial(link):
    def log_density(y, n, eta, psi):
        ways = gammaln(n + 1) - gammaln(y + 1) - gammaln(n - y + 1)
        yes, no = np.where(y > 0, y * log_below(link, eta), 0), np.where(n > y, (n - y) * log_above(link, eta), 0)
        return ways + yes + no

    return log_density


def poisson(y, n, eta, psi):
    return y * eta - np.exp(eta) - gammaln(y + 1)


def quadratic(y, n, eta, psi):
    """Variance mu + alpha mu^2, psi = (alpha,)."""
    size = 1 / psi[0]
    mu = np.exp(eta)
    of_size = loggamma(y + size) - loggamma(size) - gammaln(y + 1)
    return of_size + size * np.log(size / (size + mu)) + y * np.log(mu / (size + mu))


def linear(y, n, eta, psi):
    """Variance mu (1 + alpha)."""
    alpha = psi[0]
    size = np.exp(eta) / alpha
    return loggamma(y + size) - loggamma(size) - gammaln(y + 1) - size * np.log(1 + alpha) - y * np.log(1 + 1 / alpha)


def gamma(y, n, eta, psi):
    """Variance phi mu^2."""
    shape = 1 / psi[0]
    return shape * (np.log(shape) - eta) - loggamma(shape) + (shape - 1) * np.log(y) - shape * y * np.exp(-eta)


def ordinal(link):
    """y is the place of a category, psi the thresholds."""

    def log_density(y, n, eta, psi):
        cuts = np.concatenate([[-np.inf], psi, [np.inf]])
        place = y.astype(int)
        low, high = cuts[place], cuts[place + 1]
        first, last = ~np.isfinite(low), ~np.isfinite(high)
        low, high = np.where(first, 0.0, low) - eta, np.where(last, 0.0, high) - eta
        between = log_below(link, high) + np.log1p(-np.exp(log_below(link, low) - log_below(link, high)))
        return np.where(first, log_below(link, high), np.where(last, log_above(link, low), between))

    return log_density


class Person:
    """y, trials, offset (n,), X (n, p), A = Z F (n, q) of standard normal effects v."""

    def __init__(self, log_density, psi, y, n, fixed, A):
        self.log_density, self.psi, self.y, self.n, self.fixed, self.A = log_density, psi, y, n, fixed, A

    def log_joint(self, v):
        """log f(y | v) - v'v / 2 of many v (..., q), complex ones too."""
        eta = self.fixed + v @ self.A.T
        return self.log_density(self.y, self.n, eta, self.psi).sum(axis=-1) - (v * v).sum(axis=-1) / 2

    def gradient(self, v):
        """At many v (..., q) at once."""
        return self.log_joint(v[..., None, :] + 1j * STEP * np.eye(v.shape[-1])).imag / STEP

    def curvature(self, v, h=2e-3):
        """Sixth-order differences of the gradient by complex steps."""
        steps = h * np.arange(1, 4)[:, None, None] * np.eye(len(v))
        ahead, back = self.gradient(np.array([v + steps, v - steps]))
        H = -np.tensordot([1.5, -0.6, 0.1], (ahead - back) / (2 * h * np.arange(1, 4)[:, None, None]), axes=1)
        return (H + H.T) / 2

    def mode(self):
        v = np.zeros(self.A.shape[1])
        for _ in range(100):
            H = self.curvature(v)
            step = np.linalg.solve(H if np.linalg.eigvalsh(H)[0] > 0 else np.eye(len(v)), self.gradient(v))
            while self.log_joint(v + step + 0j).real < self.log_joint(v + 0j).real - 1e-9:
                step = step / 2
            v = v + step
            if np.abs(step).max() < 1e-13:
                break
        return v

    def log_likelihood(self, points):
        """By adaptive Gauss-Hermite quadrature with so many points for each random effect."""
        v = self.mode()
        H = self.curvature(v)
        root = np.linalg.inv(np.linalg.cholesky(H)).T
        x, w = np.polynomial.hermite_e.hermegauss(points)
        grid = np.array(list(product(x, repeat=len(v))))
        weights = np.array(list(product(np.log(w / np.sqrt(2 * np.pi)), repeat=len(v)))).sum(axis=1)
        values = self.log_joint(v + grid @ root.T + 0j).real
        return logsumexp(weights + (grid**2).sum(axis=1) / 2 + values) - np.linalg.slogdet(H)[1] / 2


def deviance(log_density, points, ids, y, X, Z, beta, G, psi=(), trials=None, offset=0.0):
    """-2 log likelihood; rows in any order."""
    values, vectors = np.linalg.eigh(G)
    F = vectors * np.sqrt(np.maximum(values, 0.0)) if values[0] < 1e-12 * values[-1] else np.linalg.cholesky(G)
    trials = np.ones(len(y)) if trials is None else trials
    fixed = X @ beta + offset
    total = 0.0
    for one in np.unique(ids):
        own = ids == one
        person = Person(log_density, np.asarray(psi), y[own], trials[own], fixed[own], Z[own] @ F)
        total += person.log_likelihood(points)
    return -2 * total
