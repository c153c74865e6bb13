"""What checks look at: residuals of the data, and beside them those of replicates of the fitted model.

Replicates are drawn in white coordinates, where a right model makes rows independent and standard normal, and lose
what fixed effects and units above persons take, exactly as the data did. What the estimation of variances takes is
taken off each statistic by its regression on the scores of the variances over the replicates, to first order what
fitting each replicate again would do (docs/checks.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.checks.whitening import Whitening
from growthcurves.contracts.finding import PERSON
from growthcurves.fitted import FittedModel
from growthcurves.numerics.arrays import Array
from growthcurves.results.persons.residuals import residual_table
from growthcurves.results.questions.design_rows import own_rows

#: Numbers that the rows of the replicates looked at together may hold.
NUMBERS_AT_ONCE = 2_000_000
#: Differences of values below this share of them are rounding errors.
ROUNDING = 1e-12


class Look:
    """A fit as checks see it; rows are ordered by persons, and by time within them.

    Parameters
    ----------
    fit : FittedModel
    seed : int
        Of the replicates, and of quantile residuals.

    Attributes
    ----------
    frame : DataFrame
        The rows in this order, times as elapsed ones in the column that is called by the model's time.
    person : (n,) array of int
        Whose each row is, 0, 1, ..., in this order.
    labels : (N,) array
        Who they are.
    times : (n,) array
        Zero without time.
    """

    def __init__(self, fit: FittedModel, seed: int) -> None:
        self.fit, self.seed = fit, seed
        self.normal = fit.family is None
        self.frame = fit.panel.frame.iloc[self.order]
        codes = fit.panel.persons.codes[self.order]
        self.starts = np.flatnonzero(np.diff(codes, prepend=-1))
        self.sizes = np.diff(self.starts, append=len(codes))
        self.person = np.repeat(np.arange(len(self.starts)), self.sizes)
        self.labels = np.asarray(fit.panel.persons.labels, dtype=object)[codes[self.starts]]
        self.times = np.zeros(len(codes)) if fit.panel.time is None else fit.panel.times[self.order]

    @cached_property
    def whitening(self) -> Any:
        """What takes rows to where they are independent and standard normal, and back."""
        return Whitening(self.fit) if self.normal else Quantiles(self.fit, self.seed)

    @property
    def order(self) -> Array:
        """Rows of the panel in the order of checks."""
        return self.whitening.order

    @property
    def rows(self) -> int:
        return len(self.person)

    @property
    def persons(self) -> int:
        return len(self.starts)

    def by_person(self, column: str) -> pd.Series:
        """A column of the table at each person's first row."""
        return self.frame[column].iloc[self.starts].reset_index(drop=True)

    def spread(self, of_persons: Array) -> Array:
        """Values of persons (N, ...) at each of their rows."""
        return of_persons[self.person]

    def sums(self, of_rows: Array) -> Array:
        """Sums over each person's rows, (N, ...)."""
        out = np.empty((self.persons, *of_rows.shape[1:]), dtype=of_rows.dtype)
        for rows, persons in self._alike:
            own = of_rows[rows]
            out[persons] = own.reshape(persons.stop - persons.start, -1, *own.shape[1:]).sum(axis=1)
        return out

    def products(self, columns: Array, of_rows: Array) -> Array:
        """C_i' x_i of each person for columns (n, p) and values (n, r), (N, p, r)."""
        parts = []
        for rows, persons in self._alike:
            count = persons.stop - persons.start
            C, x = (one[rows].reshape(count, -1, one.shape[1]) for one in (columns, of_rows))
            parts.append(C.swapaxes(1, 2) @ x)
        return np.concatenate(parts)

    @cached_property
    def _alike(self) -> list[tuple[slice, slice]]:
        """Rows and persons of each run of persons with equally many rows."""
        first = np.flatnonzero(np.diff(self.sizes, prepend=0))
        ends, starts = [*first[1:], self.persons], [*self.starts, self.rows]
        return [(slice(starts[a], starts[b]), slice(a, b)) for a, b in zip(first, ends, strict=True)]

    def means_of(self, of_rows: Array) -> Array:
        """Means over each person's rows, (N, ...)."""
        return self.sums(of_rows) / self.sizes.reshape(-1, *[1] * (of_rows.ndim - 1))

    def within(self, of_rows: Array) -> Array:
        """Deviations (n,) from the person's mean; zero where they are rounding errors of the values."""
        apart = of_rows - self.spread(self.means_of(of_rows))
        return np.where(np.abs(apart) > ROUNDING * np.abs(of_rows).max(), apart, 0.0)

    # ------------------------------------------------ the model

    @cached_property
    def varies(self) -> tuple[str, ...]:
        """What varies between persons in the model."""
        return tuple(name for name, unit in self.fit.recipe.random.unit_of.items() if unit == PERSON)

    @property
    def effect_names(self) -> tuple[str, ...]:
        """The persons' random effects; none of a family, whose estimates have no known distribution."""
        return self.varies if self.normal else ()

    @cached_property
    def into_named(self) -> Array:
        """A (q, q): original random effects of persons from standard ones."""
        place = slice(len(self.effect_names))
        return self.fit.standard_rows(np.eye(len(self.fit.random_names)))[place, place]

    def named(self, effects: Array) -> Array:
        """Standard effects (N, q, r) as the named ones."""
        return np.einsum("ab,nbr->nar", self.into_named, effects)

    def pulls(self, sample: Sample) -> Array:
        """Z'V^-1 r of the named random effects, (N, q, r)."""
        return np.einsum("ba,nbr->nar", np.linalg.inv(self.into_named), sample.through_z)

    @property
    def covariance(self) -> Array:
        """Covariance of the persons' named random effects, (q, q)."""
        return self.fit.G[: len(self.effect_names), : len(self.effect_names)]

    @cached_property
    def effect_variances(self) -> Array:
        """Variances of the named random effects, (q,)."""
        return np.diag(self.covariance)

    @cached_property
    def basis(self) -> dict[str, Array]:
        """The growth basis over the rows by growth parameter, (n,) each."""
        fit, codes = self.fit, self.fit.panel.persons.codes
        made = fit.recipe.shape.basis(fit.times, fit.bound.shape_values[codes])[self.order]
        return dict(zip(fit.recipe.shape.parameters, made.T, strict=True))

    @cached_property
    def covariates(self) -> dict[str, Array]:
        """Predictors of level 1 over the rows, (n,) each."""
        names = self.fit.recipe.covariates.names
        return {name: values[self.order] for name, values in zip(names, self.fit.bound.covariates, strict=True)}

    def expected_growth(self) -> Array:
        """What is expected of each person's named random effects and the fixed effects beside them, (N, q).

        Growth parameters are told by their predictors, w'gamma; what else varies by zero.
        """
        beta, found = self.fit.estimates.beta, np.zeros((self.persons, len(self.effect_names)))
        who = self.fit.panel.persons.codes[self.order][self.starts]
        place = {column: j for j, column in enumerate(self.fit.sums.kept)}
        for a, name in enumerate(self.effect_names):
            for column, weight in self.fit.recipe.growth_terms.get(name, ()):
                if column in place:
                    found[:, a] += beta[place[column]] * (self.fit.bound.weights[weight - 1][who] if weight else 1.0)
        return found

    def sd_of(self, parameter: str) -> float:
        """SD of a growth parameter between persons; zero where it does not vary."""
        found = dict(zip(self.effect_names, np.sqrt(self.effect_variances), strict=True))
        return float(found.get(parameter, 0.0))

    # ------------------------------------------------ the data, and replicates

    @cached_property
    def posterior(self) -> Any:
        """What the outcomes say of residuals and random effects."""
        from growthcurves.checks.posterior import Posterior

        return Posterior(self)

    @cached_property
    def data(self) -> Sample:
        """The data."""
        white = self.whitening.white(self.whitening.residual[:, None])
        return Sample(self, self.whitening.kept(white))

    def replicates(self, count: int) -> Iterator[Sample]:
        """Replicates of the fitted model, some at a time."""
        rng, step = np.random.default_rng(self.seed), int(np.clip(NUMBERS_AT_ONCE // self.rows, 1, count))
        for first in range(0, count, step):
            many = min(step, count - first)
            white = rng.standard_normal((self.rows, many))
            if self.whitening.varies_above:
                white += self.whitening.drawn_above(rng, many)
            yield Sample(self, self.whitening.kept(white))


@dataclass(frozen=True, eq=False)
class Sample:
    """The data or some replicates side by side, in the last axis.

    Attributes
    ----------
    look : Look
    white : (n, r) array
        Residuals about the mean, independent and standard normal but for what was estimated.
    """

    look: Look
    white: Array

    @cached_property
    def pulled(self) -> Array:
        """V^-1 r, (n, r): derivatives of the log likelihood in the mean of each row."""
        return self.look.whitening.pulled(self.white)

    @cached_property
    def left(self) -> Array:
        """Residuals about persons' own curves in units of the outcome, (n, r)."""
        return self.look.whitening.left(self.pulled)

    @cached_property
    def about_mean(self) -> Array:
        """Residuals about the mean in units of the outcome, less fixed effects alone, (n, r)."""
        return self.look.whitening.about_mean(self.white)

    @cached_property
    def normalized(self) -> Array:
        """The same over the Cholesky factor of their covariance, (n, r)."""
        return self.look.whitening.normalized(self.left)

    @cached_property
    def through_z(self) -> Array:
        """Z'V^-1 r of each person, (N, q, r): derivatives of the log likelihood in the random effects' means."""
        return self.look.whitening.through_z(self.pulled)

    @cached_property
    def effects(self) -> Array:
        """Empirical Bayes estimates of persons' standard random effects, (N, q, r)."""
        return np.einsum("ab,nbr->nar", self.look.whitening.G, self.through_z)

    @cached_property
    def unit_effects(self) -> dict[str, Array]:
        """Standard effects of units above persons by level, (units, k, r)."""
        return self.look.whitening.unit_effects(self.white)

    def scores(self) -> Array:
        """Quadratic forms whose means are where the likelihood has its maximum in the variances, (k, r)."""
        return self.look.whitening.scores(self)


class Quantiles:
    """Rows of a family by their quantile residuals, which a right model makes independent and standard normal.

    They are conditional on the person's earlier outcomes, and need no whitening. What fixed effects take is taken off
    by ordinary least squares, and there are no variances of persons to take off.
    """

    varies_above = False

    def __init__(self, fit: FittedModel, seed: int) -> None:
        codes = fit.panel.persons.codes
        times = np.zeros(len(codes)) if fit.panel.time is None else fit.panel.times
        self.order = np.lexsort((times, codes, np.bincount(codes)[codes]))
        self.residual = residual_table(fit, "quantile", seed)["residual"].to_numpy()[self.order]
        self._fixed = np.linalg.qr(own_rows(fit).X[self.order])[0]

    def white(self, values: Array) -> Array:
        return values

    pulled = left = normalized = white

    @property
    def orthonormal(self) -> Array:
        """Orthonormal columns that span the fixed effects, (n, p)."""
        return self._fixed

    def kept(self, white: Array) -> Array:
        return white - self._fixed @ (self._fixed.T @ white)

    def scores(self, sample: Sample) -> Array:
        return np.zeros((0, sample.white.shape[1]))
