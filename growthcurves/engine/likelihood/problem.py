"""The estimation problem in standard coordinates: orthonormal X, unit-scale Z, OLS residual of unit variance.

Everything the optimiser sees is free of units and origins; everything printed is mapped back exactly.
See docs/engine.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np

from growthcurves.engine.likelihood.blocks import Blocks, PersonBlocks
from growthcurves.engine.likelihood.levels import level_blocks
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.sums.coordinates import Coordinates
from growthcurves.engine.sums.moments import Moments
from growthcurves.engine.sums.totals import Totals
from growthcurves.later import Later
from growthcurves.numerics.arrays import Array

crossed = Later("growthcurves.engine.likelihood.crossed")

#: A residual sum of squares below this fraction of the outcome's own is a perfect fit.
PERFECT = 1e-13


@dataclass(frozen=True)
class Standardised:
    """Standard coordinates and units in which a model is estimated.

    Attributes
    ----------
    rows, persons : int or float
        How many there are; where they are weighted, how many they stand for.
    reml : bool
    partition : tuple of tuples
        Blocks of random effects within which G is unstructured.
    back_x, back_z : arrays
        Original (kept) columns = standard columns @ back.
    scale : float
        Outcome units of one standard unit; 0 where the fixed effects fit the outcome perfectly.
    offset : (p,) array
        OLS coefficients in standard coordinates and outcome units.
    into_z, into_xy : arrays
        Standard columns of Z and of [X y] = closed centred columns @ into.
    """

    rows: float
    persons: float
    reml: bool
    partition: tuple[tuple[int, ...], ...]
    back_x: Array
    back_z: Array
    scale: float
    offset: Array
    into_z: Array
    into_xy: Array

    @property
    def p(self) -> int:
        return self.into_xy.shape[1] - 1

    @property
    def q(self) -> int:
        return len(self.back_z)

    @property
    def error_df(self) -> float:
        """n for ML, n - p for REML."""
        return self.rows - self.p if self.reml else self.rows

    @property
    def deviance_shift(self) -> float:
        """What the standard -2 log likelihood lacks to be the one of the original coding (lme4's definition)."""
        shift = self.scale_shift
        if self.reml:
            shift += 2.0 * float(np.log(np.abs(np.diag(self.back_x))).sum())
        return shift

    @property
    def scale_shift(self) -> float:
        """The part of it that is due to the unit of the outcome."""
        return 2.0 * self.error_df * float(np.log(self.scale))

    def beta(self, standard: Array) -> Array:
        """Fixed effects in the original coding (kept columns), from standard ones."""
        return np.linalg.solve(self.back_x, self.offset + self.scale * standard)

    def original_x(self) -> Array:
        """The matrix J with cov(beta) = J cov(standard beta) J', (p, p)."""
        return self.scale * np.linalg.solve(self.back_x, np.eye(self.p))

    def original_z(self) -> Array:
        """The matrix J with G = J G_standard J' and u = J u_standard, (q, q)."""
        return self.scale * np.linalg.solve(self.back_z, np.eye(self.q))


@dataclass(frozen=True)
class Problem(Standardised):
    """ML or REML estimation of (D, beta, sigma^2) in standard coordinates.

    Attributes
    ----------
    blocks : tuple of Blocks
        The persons' part.
    total : (p + 1, p + 1) array
        [X y]'[X y]: n times the identity, but in a submodel.
    """

    blocks: tuple[Blocks, ...]
    total: Array

    @property
    def layouts(self) -> tuple[PersonBlocks, ...]:
        """The same where no units are above persons."""
        return cast(tuple[PersonBlocks, ...], self.blocks)


def standard_problem(moments: Moments, coords: Coordinates, reml: bool) -> Problem:
    """The problem in the given coordinates; Z must have no dependent columns."""
    return with_persons(standardised(moments, coords, reml), moments)


def with_persons(frame: Standardised, moments: Moments) -> Problem:
    """The problem of moments in standard coordinates that are known already."""
    blocks = _blocks(moments, frame.into_z, frame.into_xy)
    return Problem(**vars(frame), blocks=blocks, total=frame.rows * np.eye(frame.p + 1))


def standardised(totals: Totals, coords: Coordinates, reml: bool) -> Standardised:
    """Standard units of the outcome in the given coordinates."""
    x, rows = coords.x, totals.rows
    xx = totals.total[:-1, :-1]
    level = np.zeros(len(xx))  # the part of the outcome's centre that lies outside the span of X
    constant = totals.terms.x_closed.index((0, 0))
    projection = x.into.T @ xx[constant] / rows  # the constant column in standard coordinates
    beyond = -x.into @ projection
    beyond[constant] += 1.0
    inside = beyond @ xx @ beyond < 1e-20 * rows
    if not inside:
        level[constant] = totals.row_centre[-1]
    ols = x.into.T @ (totals.total[:-1, -1] + xx @ level) / rows
    offset = ols + (totals.row_centre[-1] * projection if inside else 0.0)
    into = np.zeros((len(xx) + 1, len(x.kept) + 1))
    into[:-1, :-1] = x.into
    into[:-1, -1] = level - x.into @ ols
    into[-1, -1] = 1.0
    residual = float(into[:, -1] @ totals.total @ into[:, -1])
    about_mean = totals.total[-1, -1] - totals.total[constant, -1] ** 2 / rows
    scale = float(np.sqrt(residual / rows)) if residual > PERFECT * about_mean else 0.0
    into[:, -1] /= scale or 1.0
    return Standardised(
        rows=rows,
        persons=totals.persons,
        reml=reml,
        partition=totals.terms.blocks,
        back_x=x.back,
        back_z=coords.z.back,
        scale=scale,
        offset=offset,
        into_z=coords.z.into,
        into_xy=into,
    )


def _blocks(moments: Moments, into_z: Array, into_xy: Array) -> tuple[Blocks, ...]:
    """The persons' part in the criterion: none where nothing varies between them."""
    blocks: list[Blocks] = []
    if not into_z.shape[1]:
        return ()
    if moments.crossing is not None:
        return (crossed.crossed_blocks(moments, moments.crossing, into_z, into_xy),)
    if moments.terms.levels:
        return (level_blocks(moments, into_z, into_xy),)
    if moments.shared is not None:
        blocks.append(SharedBlocks(moments.shared.transformed(into_z, into_xy)))
    if moments.own is not None:
        blocks.append(OwnBlocks(moments.own, into_z, into_xy))
    return tuple(blocks)
