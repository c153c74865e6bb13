"""Bootstrap replicates of a fit with their estimates, and intervals of anything from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding
from growthcurves.data.markup import Block
from growthcurves.engine.estimates import Fits, FixedEffect, Function, FunctionOf, Quantity
from growthcurves.errors import ModelError, brief
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.draws import left_out_fits
from growthcurves.results.intervals.quantiles import basic, bca, percentile
from growthcurves.results.intervals.quantity import Interval, every_parameter
from growthcurves.results.tables.answer import TIDY, Answer, checked_level, text_table
from growthcurves.results.tables.names import component_text

#: Where the values of a quantity lie.
RANGES = {"identity": (-np.inf, np.inf), "log": (0.0, np.inf), "atanh": (-1.0, 1.0), "logit": (0.0, 1.0)}

def in_words(interval: str, n: int, kind: str) -> str:
    """The method in words."""
    return f"{interval} intervals of {n:,} {kind} bootstrap replicates"


@dataclass(frozen=True, eq=False, repr=False)
class Replicates(Answer):
    """Replicates of a fit, with the estimates of each: a method for intervals of anything.

    Attributes
    ----------
    table : DataFrame
        One row per replicate: fixed effects, SDs, correlations, deviance, singular, converged. A replicate
        without estimates has missing values.
    fit : FittedModel
    fits : Fits
    kind : {"parametric", "case"}
    interval_kind : {"percentile", "basic", "bca"}
    seed : int
    """

    fit: FittedModel
    fits: Fits
    kind: str
    interval_kind: str
    seed: int

    @property
    def label(self) -> str:
        """The kind of replicates and of interval, in short."""
        return f"{self.kind} bootstrap, {self.interval_kind}"

    def about(self, fit: FittedModel | None = None) -> str:
        """What was drawn, in words.

        Parameters
        ----------
        fit : GrowthFit, optional
            Of the contract of intervals; the words are the same.

        Returns
        -------
        str
            Kind of interval, number of replicates, seed.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.bootstrap(n=199, rng=1)
        >>> print(drawn.about())
        percentile intervals of 199 parametric bootstrap replicates, seed 1
        """
        left_out = len(self.fits) - int(self.used.sum())
        words = f"{in_words(self.interval_kind, len(self.fits), self.kind)}, seed {self.seed}"
        return words + (f"; {left_out} without estimates left out" if left_out else "")

    @cached_property
    def used(self) -> np.ndarray:
        """Which replicates have estimates, (n,)."""
        return self.fits.converged & np.isfinite(self.fits.deviance)

    @property
    def counts(self) -> dict[str, int]:
        """Replicates by what became of them."""
        fits = self.fits
        return {
            "replicates": len(fits),
            "singular": int((fits.singular & self.used).sum()),
            "fitted alone": int(fits.alone.sum()),
            "columns dependent": int(fits.dependent.sum()),
            "not converged": int((~fits.converged & ~fits.dependent).sum()),
        }

    def values(self, quantity: Quantity | Function) -> np.ndarray:
        """A quantity in every replicate with estimates.

        Parameters
        ----------
        quantity : Quantity or callable
            A function of a point: ``point.beta``, ``point.between(a)`` for the variance of a combination a of random
            effects such as ``fit.standard_effect(name)``, ``point.residual_variance()``.

        Returns
        -------
        ndarray, shape (replicates used,)
            In the order of ``table``.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.bootstrap(n=199, rng=1)
        >>> drawn.values(lambda point: point.beta[1]).shape
        (199,)
        """
        return evaluate(self.fits, self.used, as_quantity(quantity))

    @cached_property
    def left_out(self) -> Fits:
        """Fits without each person in turn, for the BCa interval."""
        return left_out_fits(self.fit)

    def interval(self, quantity: Quantity | Function, level: float = 0.95, scale: str = "identity") -> Interval:
        """The interval of a quantity.

        Parameters
        ----------
        quantity : Quantity or callable
            As for `values`.
        level : float
            Confidence level.
        scale : {"identity", "log", "atanh", "logit"}
            For a callable, where its values lie: anywhere, above 0, between -1 and 1, between 0 and 1.

        Returns
        -------
        Interval
            low, high, and a note where something is special of it.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.bootstrap(n=999, rng=1)
        >>> a = fit.standard_effect("slope")
        >>> ratio = lambda point: point.between(a) / (point.between(a) + point.residual_variance())
        >>> share = drawn.interval(ratio, scale="logit")
        >>> share.low < 5.92**2 / (5.92**2 + 25.59**2) < share.high
        True
        """
        return self.intervals(self.fit, [as_quantity(quantity, scale)], level)[0]

    def intervals(self, fit: FittedModel, quantities: Sequence[Quantity], level: float) -> list[Interval]:
        """One interval for each quantity, as `conf_int` and other answers ask for them.

        Parameters
        ----------
        fit : GrowthFit
            The fit that the replicates are of.
        quantities : sequence of Quantity
            What to have intervals of.
        level : float
            Confidence level.

        Returns
        -------
        list of Interval
            In their order.

        Raises
        ------
        ModelError
            For another fit than the replicates', or too few replicates for the level.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.bootstrap(n=199, rng=1)
        >>> drawn.intervals(fit, [], 0.95)
        []
        """
        if fit is not self.fit:
            raise ModelError("These replicates are those of another fit: draw them with this fit's bootstrap().")
        too_few = self._too_few(level)
        if too_few:
            raise ModelError(too_few)
        return [self._interval(quantity, level) for quantity in quantities]

    def _too_few(self, level: float = 0.95) -> str:
        """Why there are no intervals of a level, in a sentence; nothing where there are."""
        needed = int(np.ceil(2.0 / (1.0 - checked_level(level)) - 1.0 - 1e-9))
        used = int(self.used.sum())
        if used >= needed:
            return ""
        return f"{used} replicates are too few for intervals of level {level}: give at least n={needed}."

    def _interval(self, quantity: Quantity, level: float) -> Interval:
        if not self.fit.identified and not quantity.fixed:
            return Interval(np.nan, np.nan, "not identified: the design cannot tell these variances apart")
        values = self.values(quantity)
        missing = np.isnan(values)
        low, high = RANGES[quantity.scale]
        if missing.mean() > (1.0 - level) / 2.0:
            whole = np.isfinite(low) and np.isfinite(high)
            ends = (low, high) if whole else (np.nan, np.nan)
            return Interval(*ends, f"not defined in {missing.mean():.1%} of the replicates")
        ends = self._ends(quantity, values[~missing], level)
        cut = (float(min(max(ends[0], low), high)), float(min(max(ends[1], low), high)))
        notes = [f"not defined in {missing.mean():.1%} of the replicates"] if missing.any() else []
        if ends[0] != ends[0]:
            return Interval(np.nan, np.nan, "all replicates lie on one side of the estimate")
        if ends[0] == ends[1]:
            return Interval(np.nan, np.nan, "nearly all replicates are the same: they say nothing of its uncertainty")
        return Interval(*cut, "; ".join(notes + (["cut off at the end of its range"] if cut != ends else [])))

    def _ends(self, quantity: Quantity, values: np.ndarray, level: float) -> tuple[float, float]:
        if self.interval_kind == "percentile":
            return percentile(values, level)
        estimate = float(quantity.of(self.fit.point))
        if self.interval_kind == "basic":
            return basic(values, estimate, level)
        left_out = evaluate(self.left_out, self.left_out.converged, quantity)
        return bca(values, estimate, left_out[np.isfinite(left_out)], level)

    def conf_int(self, level: float = 0.95) -> pd.DataFrame:
        """Estimates, bootstrap standard errors and intervals of all parameters.

        Parameters
        ----------
        level : float
            Confidence level.

        Returns
        -------
        DataFrame
            Tidy, with a last column note.

        Raises
        ------
        ModelError
            For too few replicates for the level.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> drawn = fit.bootstrap(n=199, rng=1)
        >>> drawn.conf_int()[["term", "estimate", "std_error"]].head(2).round(1)
                term  estimate  std_error
        0  intercept     251.4        7.0
        1      slope      10.5        1.6
        """
        quantities = parameters(self.fit)
        found = self.intervals(self.fit, [quantity for _, quantity in quantities], level)
        rows = []
        for (name, quantity), interval in zip(quantities, found, strict=True):
            values = self.values(quantity)
            estimate = quantity.of(self.fit.point)
            error = float(np.nanstd(values, ddof=1)) if interval.low == interval.low else np.nan
            rows.append([name, float(estimate), error, *[np.nan] * 3, interval.low, interval.high, interval.note])
        return pd.DataFrame(rows, columns=[*TIDY, "note"])

    def __str__(self) -> str:
        shown = self._too_few() or self.conf_int().drop(columns=TIDY[3:6]).to_string(index=False)
        return f"{self.about()}\n{self._counted()}\n\n{shown}"

    def _counted(self) -> str:
        return ", ".join(f"{number:,} {name}" for name, number in self.counts.items() if number)

    def _blocks(self) -> tuple[Block, ...]:
        shown = self._too_few() or text_table(self.conf_int().drop(columns=TIDY[3:6]))
        return (self.about(), self._counted(), shown)


def parameters(fit: FittedModel) -> list[tuple[str, Quantity]]:
    """Fixed effects, SDs, correlations and the residual SD, each with its name in tables."""
    fixed: list[tuple[str, Quantity]] = [
        (name, FixedEffect(row)) for name, row in zip(fit.terms, np.eye(len(fit.terms)), strict=True)
    ]
    random = [(component_text(Finding(p.kind, np.nan, p.unit, of=p.of)), p.quantity) for p in every_parameter(fit)]
    return [*fixed, *random]


def as_quantity(asked: Quantity | Function, scale: str = "identity") -> Quantity:
    """A quantity as it is, or a function of a point as one."""
    if not isinstance(asked, Quantity) and not callable(asked):
        such = "such as lambda point: point.beta[0]"
        raise ModelError(f"quantity= is a function of a point, {such}, not {brief(asked)}.")
    return asked if isinstance(asked, Quantity) else FunctionOf(asked, scale)


def evaluate(fits: Fits, used: np.ndarray, quantity: Quantity) -> np.ndarray:
    """A quantity in each of the fits that are used."""
    return quantity.over(fits.points(used))


def replicates_table(fit: FittedModel, fits: Fits) -> pd.DataFrame:
    """One row per replicate; what is not identified is missing."""
    everyone = np.ones(len(fits), dtype=bool)
    named = parameters(fit)
    values = np.column_stack([evaluate(fits, everyone, quantity) for _, quantity in named])
    if not fit.identified:
        values[:, len(fit.terms) :] = np.nan
    index = pd.RangeIndex(1, len(fits) + 1, name="replicate")
    table = pd.DataFrame(values, index=index, columns=[name for name, _ in named])
    table["deviance"], table["singular"], table["converged"] = fits.deviance, fits.singular, fits.converged
    return table
