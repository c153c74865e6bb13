"""The bootstrap as a method for intervals: a value with options, and how it is asked for in a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from growthcurves.engine.estimates import Quantity
from growthcurves.errors import ModelError, NotEstimableError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import MOST_DRAWS, whole_number
from growthcurves.numerics.seeds import DRAWS, seed_of
from growthcurves.results.intervals.draws import replicate_fits
from growthcurves.results.intervals.quantity import Interval
from growthcurves.results.intervals.replicates import Replicates, in_words, replicates_table

KINDS = ("parametric", "case")
INTERVALS = ("percentile", "basic", "bca")


@dataclass(frozen=True)
class Bootstrap:
    """Bootstrap intervals.

    Parameters
    ----------
    n : int
        Replicates.
    kind : {"parametric", "case"}
        "parametric" draws outcomes from the fitted model at the design of the data (Efron 1982); it takes the model
        for true. "case" draws persons with replacement, with all their occasions, as many as there are (Davison and
        Hinkley 1997, section 3.8; van der Leeden, Meijer and Busing 2008); it takes nothing of the model for true but
        that persons are independent, and wants some tens of them.
    interval : {"percentile", "basic", "bca"}
        Quantiles of the replicates; their mirror image about the estimate; quantiles corrected for bias and
        skewness by leaving out each person in turn (Efron 1987), for the case bootstrap.
    rng : int, Generator or None
        With None a seed is drawn, and printed.

    Raises
    ------
    ModelError
        For an unknown kind or interval, "bca" with the parametric bootstrap, or n that is no whole number above 1.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> found = fit.conf_int(method=gc.Bootstrap(n=999, rng=1))
    >>> found.attrs["intervals"]
    'percentile intervals of 999 parametric bootstrap replicates, seed 1'
    """

    n: int = 1000
    kind: str = "parametric"
    interval: str = "percentile"
    rng: Any = None

    def __post_init__(self) -> None:
        if not among(self.kind, KINDS):
            raise ModelError(unknown("kind of bootstrap", self.kind, KINDS))
        if not among(self.interval, INTERVALS):
            raise ModelError(unknown("bootstrap interval", self.interval, INTERVALS))
        if self.interval == "bca" and self.kind != "case":
            raise ModelError('interval="bca" leaves out persons in turn and belongs to kind="case".')
        whole_number(self.n, "n= is a number of replicates", 2, MOST_DRAWS)

    @property
    def label(self) -> str:
        return f"{self.kind} bootstrap, {self.interval}"

    def about(self, fit: FittedModel) -> str:
        """The method in words."""
        return in_words(self.interval, self.n, self.kind)

    def drawn(self, fit: FittedModel) -> Replicates:
        """Replicates of a fit, drawn and fitted."""
        return bootstrap(fit, self)

    def intervals(self, fit: FittedModel, quantities: Sequence[Quantity], level: float) -> list[Interval]:
        """One interval for each quantity."""
        return self.drawn(fit).intervals(fit, quantities, level)


def asked(fit: FittedModel, method: Any, n: int = DRAWS, rng: Any = None) -> Any:
    """An interval method as asked for in a call: a bootstrap is drawn, once for all of its intervals.

    Raises
    ------
    ModelError
        When n= or rng= are given with another method than "bootstrap".
    """
    if isinstance(method, str) and method.lower() == "bootstrap":
        return Bootstrap(n=n, rng=rng).drawn(fit)
    if not among(n, [DRAWS]) or rng is not None:
        raise ModelError('n= and rng= belong to method="bootstrap"; a method given as a value carries its own.')
    return method.drawn(fit) if isinstance(method, Bootstrap) else method


def bootstrap(fit: FittedModel, method: Bootstrap) -> Replicates:
    """Draw and fit the replicates of a fit.

    Raises
    ------
    NotEstimableError
        When the fit has not converged.
    """
    if not fit.estimates.verdict.converged:
        raise NotEstimableError("The fit has not converged: replicates of it would mean nothing.")
    seed = seed_of(method.rng)
    fits = replicate_fits(fit, method.kind, method.n, seed)
    fit.made.draws.append((f"{method.n:,} {method.kind} replicates", seed))
    return Replicates(replicates_table(fit, fits), fit, fits, method.kind, method.interval, seed)
