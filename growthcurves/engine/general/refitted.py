"""Replicates of a general likelihood, fitted one after the other from the estimates that they were drawn from."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.engine.batch.fits import Fits
from growthcurves.engine.submodels.pair import Drawing, OneVariance
from growthcurves.engine.sums.nesting import drawn_with_replacement, members
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.errors import ModelError
from growthcurves.numerics.arrays import Array

#: Numbers that a replicate counts as, so that a progress bar moves every few of them.
DRAWN_NUMBERS = 1 << 18


def drawing(estimates: Any, kind: str, seed: int, level: int | None = None) -> Drawing:
    """Replicates "parametric", "case" or "left out"; see `engine.estimates.Estimates.drawing`."""
    rows, rng = estimates.likelihood.rows, np.random.default_rng(seed)
    if kind == "parametric":
        return of_rows(estimates, Outcomes(estimates, rng).rows)
    top = np.arange(rows.persons) if rows.nesting is None else rows.nesting.units[-1]
    if kind == "left out":
        owner, units = (top, rows.persons) if rows.nesting is None else rows.nesting.owners(level)

        def remaining(place: int) -> Rows:
            kept = np.flatnonzero(owner != place)
            return persons_of(rows, kept, top[kept])

        return without_some(estimates, remaining, units)
    own = members(top)
    drawn = of_rows(estimates, lambda place: persons_of(rows, *drawn_with_replacement(own, rng)))
    return drawn._replace(persons=len(own))


def leaving_out(estimates: Any, rows: Rows, places: Sequence[int]) -> Drawing:
    """See `engine.estimates.Estimates.leaving_out`."""
    every = np.arange(len(rows.outcome))

    def remaining(k: int) -> Rows:
        return rows.take(np.delete(every, places[k]))

    return without_some(estimates, remaining, len(places))


def without_some(estimates: Any, rows: Callable[[int], Rows], count: int) -> Drawing:
    """Replicates of nearly the same rows, with the covariance of their fixed effects."""

    def fits(first: int, last: int) -> Fits:
        return Fits.joined([as_fits(estimates, estimates.without(rows(k)), True) for k in range(first, last)])

    return Drawing(DRAWN_NUMBERS, count, fits)


@dataclass(frozen=True, eq=False)
class Outcomes:
    """The rows of estimates with outcomes drawn from them."""

    estimates: Any
    rng: np.random.Generator

    def rows(self, place: int) -> Rows:
        return replace(self.estimates.likelihood.rows, outcome=self.estimates.redrawn(self.rng))


def of_rows(estimates: Any, rows: Callable[[int], Rows]) -> Drawing:
    """Replicates whose rows are made one by one."""

    def fits(first: int, last: int) -> Fits:
        return Fits.joined([as_fits(estimates, estimates.again(rows(place))) for place in range(first, last)])

    return Drawing(DRAWN_NUMBERS, estimates.likelihood.rows.persons, fits)


def persons_of(rows: Rows, persons: Array, again: Array) -> Rows:
    """The rows of some persons, one of whom may be there more than once, by the drawn unit that each is of."""
    order = np.argsort(rows.codes, kind="stable")
    sizes = np.bincount(rows.codes, minlength=rows.persons)
    begins = np.cumsum(sizes) - sizes
    ends = np.cumsum(sizes[persons])
    starts = ends - sizes[persons]
    index = order[np.arange(ends[-1]) - np.repeat(starts - begins[persons], sizes[persons])]
    return replace(
        rows,
        stored=[np.asarray(column)[index] for column in rows.stored],
        outcome=rows.outcome[index],
        trials=None if rows.trials is None else rows.trials[index],
        offset=None if rows.offset is None else rows.offset[index],
        weights=[weight[persons] for weight in rows.weights],
        persons=len(persons),
        starts=starts,
        apart=None,
        labels=np.arange(len(persons)),
        occasions=rows.occasions.take(index),
        nesting=None if rows.nesting is None else rows.nesting.drawn(persons, again),
    )


def as_fits(base: Any, found: Any, with_spread: bool = False) -> Fits:
    """One replicate as fits, its random effects those of the estimates that it is a replicate of.

    The covariance of its fixed effects, which may be dear, is made if it is asked for.
    """
    p, q, k = base.frame.p, base.frame.q, len(base.local.others)
    if found is None:
        values: list[Any] = [np.full(shape, np.nan) for shape in ((), (p,), (q, q), (), (p, p))]
        said, working = (False, False, False, True), np.full(k, np.nan)
    else:
        local, verdict, point = found.local_in(base.frame), found.verdict, found.natural(found.local)
        spread = found.cov_beta if with_spread else np.full((p, p), np.nan)
        values = [found.deviance, point.beta, local.D, found.relative_scale, spread]
        said, working = (verdict.singular, verdict.converged, False, False), local.others
    deviance, beta, D, sigma2, spread, singular, converged, alone, dependent, work = (
        np.asarray(value)[None] for value in (*values, *said, working)
    )
    said_of = base.point
    fits = (deviance, beta, D, sigma2, spread, singular, converged, alone, dependent, work)
    return Fits(*fits, said_of.residual, said_of.family)


@dataclass(frozen=True, eq=False)
class RefittedRatio:
    """The distribution of a likelihood ratio by replicates of the smaller model, fitted by both.

    Attributes
    ----------
    small, large : Estimates
    """

    small: Any
    large: Any

    #: Whether the large-sample distribution at several boundaries is drawn too.
    projects = False

    def squared_shares(self, draws: int, seed: int) -> Array:
        raise ModelError(f"The distribution of the ratio is not known: {self.large.why_not('mixtures')}.")

    def one_variance(self, draws: int, seed: int) -> OneVariance:
        raise ModelError("The exact distribution is known for independent residuals alone; use method='bootstrap'.")

    def drawings(self, seed: int) -> tuple[Drawing, Drawing]:
        """Replicates from the smaller model, fitted by the larger and by the smaller: the same outcomes."""
        large, small = (
            of_rows(made, Outcomes(self.small, np.random.default_rng(seed)).rows) for made in (self.large, self.small)
        )
        return large, small
