"""Bands that hold a whole curve at once, from draws of it."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array


def envelope(draws: Array, level: float = 0.95) -> tuple[Array, Array]:
    """The band (k,), (k,) that holds all k places of a curve at once in a share of its draws (k, r).

    How far a draw is out at a place is measured by the distance of the 2.5 % and the 97.5 % quantile there from the
    mean, so that no place has more chance than another to leave the band (the directional quantile envelope of
    Myllymaki, Mrkvicka, Grabarnik, Seijo and Hahn 2017, Journal of the Royal Statistical Society B 79).

    Examples
    --------
    >>> draws = np.random.default_rng(1).normal(size=(1, 4000))
    >>> print(f"{envelope(draws)[1][0]:.1f}")
    2.0
    """
    centre = draws.mean(axis=1)
    low, high = np.quantile(draws, [0.025, 0.975], axis=1)
    down, up = centre - low, high - centre
    down, up = np.where(down > 0, down, up), np.where(up > 0, up, down)
    known = up > 0
    apart = draws[known] - centre[known, None]
    size = np.where(apart > 0, apart / up[known, None], -apart / down[known, None]).max(axis=0, initial=0.0)
    reach = float(np.quantile(size, level, method="higher"))
    return centre - reach * down, centre + reach * up
