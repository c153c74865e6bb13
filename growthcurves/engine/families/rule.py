"""Gauss-Hermite rules for a standard normal density: product grids over the random effects."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from growthcurves.numerics.arrays import Array

#: Steps and ends of even rules by the number of effects: far out, as a posterior may fall no faster than a prior.
EVEN = {1: (0.15, 20.0), 2: (0.4, 10.0)}


@dataclass(frozen=True, eq=False)
class Rule:
    """Nodes s_k and weights w_k with sum_k w_k f(s_k) near E f(s), s standard normal.

    Attributes
    ----------
    points : int
        Nodes of one random effect; 1 is Laplace's approximation.
    nodes : (K, q) array
    log_weights : (K,) array
        log w_k + |s_k|^2 / 2: what a node adds to the log of the integrand (Pinheiro and Bates 1995, eq. 2.12).
    """

    points: int
    nodes: Array
    log_weights: Array

    @property
    def moments(self) -> Array:
        """1, s_a and s_a s_b (a <= b) of each node, (1 + q + q (q + 1) / 2, K)."""
        s = self.nodes.T
        pairs = [s[a] * s[b] for a in range(len(s)) for b in range(a, len(s))]
        return np.array([np.ones(s.shape[1]), *s, *pairs])


@lru_cache(maxsize=64)
def rule(points: int, effects: int) -> Rule:
    """The product rule with as many points for each random effect; without random effects one node.

    Examples
    --------
    >>> found = rule(3, 1)
    >>> found.nodes[:, 0].round(4).tolist()
    [-1.7321, 0.0, 1.7321]
    """
    if not effects:
        return Rule(points, np.zeros((1, 0)), np.zeros(1))
    s, logs = _normal_rule(points)
    grid = np.stack(np.meshgrid(*[s] * effects, indexing="ij"), axis=-1).reshape(-1, effects)
    weights = sum(np.meshgrid(*[logs] * effects, indexing="ij"), np.zeros((len(s),) * effects)).reshape(-1)
    return Rule(points, grid, weights)


def _normal_rule(points: int) -> tuple[Array, Array]:
    """Nodes s_k, and log w_k + s_k^2 / 2 = -log(n h_{n-1}(s_k)^2), h the orthonormal Hermite functions.

    The functions fall like exp(-s^2 / 4) where the weights do like exp(-s^2 / 2): nothing underflows. No node may be
    left out for its small weight, as the integrand of a person with few or only equal outcomes is wide.
    """
    from scipy.special import roots_hermitenorm

    s = roots_hermitenorm(points)[0]
    before, here = np.zeros(points), np.exp(-0.25 * s**2)
    for n in range(1, points):
        before, here = here, (s * here - np.sqrt(n - 1.0) * before) / np.sqrt(n)
    return s, -np.log(points * here**2)


@lru_cache(maxsize=8)
def even_rule(effects: int) -> Rule:
    """The trapezoidal rule for one or two random effects: of functions that fall steeply, as distribution functions of
    counts do, its error falls faster than Gauss and Hermite's (Trefethen and Weideman 2014).

    Examples
    --------
    >>> found = even_rule(1)
    >>> len(found.nodes), round(float(np.exp(found.log_weights - 0.5 * found.nodes[:, 0] ** 2).sum()), 12)
    (267, 1.0)
    """
    step, end = EVEN[effects]
    s = step * np.arange(-int(end / step), int(end / step) + 1)
    grid = np.stack(np.meshgrid(*[s] * effects, indexing="ij"), axis=-1).reshape(-1, effects)
    size = (grid**2).sum(axis=1)
    inside = size <= end**2
    total = np.log(np.exp(-0.5 * size[inside]).sum())
    return Rule(len(s), grid[inside], np.full(int(inside.sum()), -total))
