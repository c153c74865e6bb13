"""The joint posterior of the random effects along a path of units: a person, the site that the person is in, and so on.

Per level one would lose the covariance of the levels given the outcomes, which the standard error of a curve needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.parameters.point import Point
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Along:
    """Random effects of the units of a path, one after the other, given outcomes.

    Attributes
    ----------
    places : dict of unit to slice
    effects : (q,) array
    spread : (q, q) array
        Covariance given the outcomes, fixed effects known.
    slope : (q, p) array
        Derivative of the effects in the fixed effects.
    """

    places: dict[str, slice]
    effects: Array
    spread: Array
    slope: Array

    def curve(self, x: Array, rows: Mapping[str, Array], beta: Array, cov_beta: Array) -> tuple[float, float]:
        """x'beta plus the effects' part of a curve, and its standard error of prediction (Henderson 1975).

        Parameters
        ----------
        x : (p,) array
        rows : mapping of unit to (q,) array
            How the effects of each unit move the curve.
        """
        z = np.zeros(len(self.effects))
        for unit, row in rows.items():
            z[self.places[unit]] = row
        moved = x + z @ self.slope
        return float(x @ beta + z @ self.effects), float(np.sqrt(moved @ cov_beta @ moved + z @ self.spread @ z))


def along(point: Point, path: Mapping[str, Array], V: Array, residual: Array, X: Array) -> Along:
    """The posterior of the units of a path from all rows that share the outermost of them.

    Parameters
    ----------
    point : Point
        With the covariance of each unit's effects.
    path : mapping of unit to (n, q) array
        Columns of the unit's effects on the rows; zero on the rows of others.
    V : (n, n) array
        Covariance of the outcomes of all these rows.
    residual : (n,) array
    X : (n, p) array
    """
    units = list(path)
    sizes = [path[unit].shape[1] for unit in units]
    ends = np.cumsum(sizes)
    places = {unit: slice(int(end - size), int(end)) for unit, size, end in zip(units, sizes, ends, strict=True)}
    G, Z = np.zeros((ends[-1], ends[-1])), np.concatenate([path[unit] for unit in units], axis=1)
    for unit, place in places.items():
        G[place, place] = point.total(unit)
    weight = np.linalg.solve(V, Z @ G).T
    return Along(places, weight @ residual, G - weight @ Z @ G, -weight @ X)
