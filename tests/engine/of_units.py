"""Dense sums over units of every level and their pairs, beside what the engine says of them."""

from __future__ import annotations

import numpy as np
import pytest


def check_value(blocks, D, XY, V, inverse):
    """log|V| and [X y]'[X y] less [X y]'V^-1 [X y]."""
    found = blocks.reduce(D)
    assert found.log_det == pytest.approx(np.linalg.slogdet(V)[1], rel=1e-12, abs=1e-12)
    dense = XY.T @ XY - XY.T @ inverse @ XY
    assert found.explained == pytest.approx(dense, rel=1e-11, abs=1e-11)


def check_pairs(blocks, D, weight, columns, XY, inverse):
    """Sums of P, U x U, P_uv x P_vu and P_uv x (U_v K U_u') over units, of their columns (level, (n, q))."""
    q, width, places = len(D), len(weight), blocks.places
    p, uu = np.zeros((q, q)), np.zeros((q, width, q, width))
    pp, pk = np.zeros((2, q, q, q, q))
    for k, z in columns:
        here, U = places[k], z.T @ inverse @ XY
        p[here, here] += z.T @ inverse @ z
        uu[here, :, here] += np.multiply.outer(U, U)
        for m, y in columns:
            there, P, W = places[m], z.T @ inverse @ y, y.T @ inverse @ XY
            pp[here, there, there, here] += np.multiply.outer(P, P.T)
            pk[here, there, there, here] += np.multiply.outer(P, W @ weight @ U.T)
    for mine, dense in zip(blocks.curvature(D, weight), (uu, p, pp, pk), strict=True):
        assert mine == pytest.approx(dense, rel=1e-10, abs=1e-10 * np.abs(dense).max())


def check_other_columns(blocks, D, width):
    """The same units in other columns of Z, of each level by itself, and of [X y]."""
    rng = np.random.default_rng(3)
    into_z, into_xy = np.zeros_like(D), rng.normal(size=(width, width - 1))
    for place in blocks.places:
        into_z[place, place] = rng.normal(size=(place.stop - place.start,) * 2)
    back, before = np.linalg.inv(into_z), blocks.reduce(D)
    found = blocks.transformed(into_z, into_xy).reduce(back @ D @ back.T)
    assert found.log_det == pytest.approx(before.log_det, rel=1e-10)
    assert found.explained == pytest.approx(into_xy.T @ before.explained @ into_xy, rel=1e-9)
