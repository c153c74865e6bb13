"""The door for answers: what an estimate is asked, whatever likelihood it comes from.

Rooms above the engine import this module and no other of it (`engine/build.py` is for estimation and storage).
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from growthcurves.contracts.likelihood import Frame
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.sums.design import Owners
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums

if TYPE_CHECKING:
    from growthcurves.engine.families.grids import Quadrature
    from growthcurves.engine.information.uncertainty import Uncertainty
    from growthcurves.engine.persons.given import Expected, Seen, Wanted
    from growthcurves.engine.persons.sandwich import Sandwich
    from growthcurves.engine.persons.state import PersonState
    from growthcurves.engine.profile.profiler import Profiler
    from growthcurves.engine.search.certificate import Verdict
    from growthcurves.engine.submodels.pair import Drawing, Pair

#: Where the names of the door are made; they are loaded when they are first used.
_PLACES = {
    "Cor": "growthcurves.engine.profile.functions",
    "Counts": "growthcurves.engine.draws.planned",
    "Drawn": "growthcurves.engine.draws.planned",
    "Kinds": "growthcurves.engine.draws.planned",
    "NormalOutcomes": "growthcurves.engine.draws.planned",
    "drawn_counts": "growthcurves.engine.draws.planned",
    "planned_fits": "growthcurves.engine.submodels.planned",
    "planned_tail": "growthcurves.engine.submodels.planned",
    "carried": "growthcurves.engine.persons.carried",
    "Drawing": "growthcurves.engine.submodels.pair",
    "End": "growthcurves.engine.profile.walk",
    "Fits": "growthcurves.engine.batch.fits",
    "FixedEffect": "growthcurves.engine.profile.functions",
    "Follower": "growthcurves.engine.profile.functions",
    "Function": "growthcurves.engine.profile.functions",
    "FunctionOf": "growthcurves.engine.profile.functions",
    "HeavyEstimates": "growthcurves.engine.heavy.estimates",
    "OwnGrowth": "growthcurves.engine.sums.own_growth",
    "Pair": "growthcurves.engine.submodels.pair",
    "PersonState": "growthcurves.engine.persons.state",
    "Profiler": "growthcurves.engine.profile.profiler",
    "Quantity": "growthcurves.engine.profile.functions",
    "RowsOf": "growthcurves.engine.persons.carried",
    "OwnParameter": "growthcurves.engine.profile.functions",
    "ResidualSd": "growthcurves.engine.profile.functions",
    "Sandwich": "growthcurves.engine.persons.sandwich",
    "Sd": "growthcurves.engine.profile.functions",
    "Seen": "growthcurves.engine.persons.given",
    "Uncertainty": "growthcurves.engine.information.uncertainty",
    "Wanted": "growthcurves.engine.persons.given",
    "Verdict": "growthcurves.engine.search.certificate",
    "correlation": "growthcurves.engine.profile.functions",
}

__all__ = sorted(["Estimates", "Point", "Sums", *_PLACES])


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"the engine's door has no {name!r}")
    return getattr(import_module(_PLACES[name]), name)


Array = np.ndarray


class Estimates(Protocol):
    """An optimum of a likelihood, with everything that answers ask of it.

    Arrays are in the units of the data: fixed effects (p,) of the kept columns, random effects *standard* ones (q,),
    to which `standard_rows` translates. What an estimate cannot say is told by `why_not`.
    """

    @property
    def sums(self) -> Sums:
        """What is remembered of the rows."""
        ...

    @property
    def maker(self) -> Any:
        """What makes the likelihood of other rows, for refits; None for the built-in one."""
        ...

    @property
    def quadrature(self) -> Quadrature | None:
        """How the integral over random effects was taken, and what more points change; None of normal outcomes."""
        ...

    @property
    def frame(self) -> Frame:
        """Its standard coordinates."""
        ...

    @property
    def verdict(self) -> Verdict:
        """Converged, singular, identified."""
        ...

    @property
    def point(self) -> Point:
        """The estimates."""
        ...

    @property
    def beta(self) -> Array:
        """Fixed effects, (p,)."""
        ...

    @property
    def cov_beta(self) -> Array:
        """Their covariance matrix given the variances, (p, p)."""
        ...

    @property
    def G(self) -> Array:
        """Covariance matrix of the original random effects, (q, q)."""
        ...

    @property
    def null(self) -> Array:
        """Combinations of the original random effects that do not vary, (q, k)."""
        ...

    @property
    def deviance(self) -> float:
        """-2 log (restricted) likelihood."""
        ...

    @property
    def comparable(self) -> float:
        """The same without the part of the restricted one that depends on how columns of X are coded."""
        ...

    def confounded(self, random: Sequence[str]) -> tuple[str, ...]:
        """Parameters that change together without any change of what is observed; () where that is not known.

        `random` are the names of the random effects.
        """
        ...

    def at_their_end(self) -> tuple[str, ...]:
        """Parameters of residuals that are estimated at the end of their range."""
        ...

    @property
    def free(self) -> int:
        """Parameters of variances: covariances of random effects and those of the residual part."""
        ...

    @property
    def standard_beta(self) -> Array:
        """Fixed effects of the standard columns of X, (p,)."""
        ...

    @property
    def state(self) -> PersonState:
        """Empirical Bayes of every person, in original random effects."""
        ...

    @property
    def own_effects(self) -> Array:
        """The random effects of `state` alone, (q, N), which take less memory."""
        ...

    def own_errors(self, level: int) -> Array:
        """Sampling covariance (q_l, q_l, units) of each unit's own estimate of its random effects, original coding.

        By generalised least squares from their columns alone, with the levels below the unit as they are: with W the
        inverse covariance of its rows by these, (Z'WZ)^-1; NaN of a unit whose rows do not determine them. The first
        level above persons is 1.
        """
        ...

    def why_not(self, capability: str) -> str | None:
        """Why these estimates lack "replicates", "mixtures", "robust" or "recentred"; None where they have it."""
        ...

    def standard_rows(self, Z: Array) -> Array:
        """Rows (n, q) that do with the standard random effects what the rows of Z do with the original ones."""
        ...

    def standard_columns(self, X: Array) -> Array:
        """Rows (n, p) of standard columns of X."""
        ...

    def uncorrelated(self, L: Array) -> Array:
        """Rows L (k, p) in coordinates in which the estimates have unit variance and are uncorrelated, if the model is
        right: a sandwich of fewer sampling units than fixed effects has a smaller rank than a hypothesis.
        """
        ...

    def uncertainty(self, kind: str) -> Uncertainty | None:
        """By "observed" or "expected" information; None where it is not positive definite."""
        ...

    def adjusted_covariance(self, kind: str, second: bool) -> Array:
        """Kenward and Roger's covariance matrix of the fixed effects, by a kind of information; with `second`
        derivatives of V, where it is not linear in its natural parameters.
        """
        ...

    def sandwich(self, kind: str, L: Array) -> Sandwich:
        """Cluster-robust covariance of the fixed effects."""
        ...

    def ranks(self) -> list[list[int]]:
        """By level, persons first: rank of [X Z] with the levels above and the first 0, 1, ..., q of its random effects
        in Z."""
        ...

    @property
    def unit_counts(self) -> tuple[int, ...]:
        """Persons, then the units of each level above them.

        Raises
        ------
        NotAvailableError
            Where units are crossed, so that none lies in another.
        """
        ...

    def varies(self, row: Array) -> bool:
        """Whether a combination of standard random effects has more variance than rounding gives it."""
        ...

    @property
    def profiler(self) -> Profiler:
        """Follows quantities to where the deviance has risen by a cut; what it has found is remembered."""
        ...

    def natural(self, local: Any) -> Point:
        """A local point in the units of the data."""
        ...

    def by_ml(self) -> Estimates:
        """The estimates by full maximum likelihood."""
        ...

    def given(self, seen: Seen, prior: PersonState | None = None) -> PersonState:
        """The state of new persons given some outcomes, in standard random effects; `prior` is what was known of them
        before, by default that they are drawn from G.
        """
        ...

    def expected(self, wanted: Wanted, seen: Seen | None = None) -> Expected:
        """The mean outcome at rows of persons of the fit, or of new persons given what was seen of them: of a family,
        whose mean over what is possible is not that at the expected linear predictor.
        """
        ...

    def means_of(self, wanted: Wanted) -> Array:
        """The mean outcome alone (n,) at rows of persons of the fit."""
        ...

    @property
    def modes(self) -> Array:
        """Modes of every person's standard random effects given the outcomes, (q, N): of a family."""
        ...

    def averages(self, of: Any, wanted: Wanted, seen: Seen) -> Array:
        """Means (m, n) of functions of the linear predictor at rows of new persons, given what was seen of them: of a
        family. `of(eta, rows)` gives m arrays (K, n) of linear predictors (K, n) at some of the rows.
        """
        ...

    def simulated(self, X: Array, Z: Array, codes: Array, count: int, rng: Any) -> Array:
        """Outcomes (n, count) drawn from the model at rows X, Z of persons."""
        ...

    def drawing(self, kind: str, seed: int, level: int | None = None) -> Drawing:
        """Replicates: "parametric", "case", or "left out".

        Left out is each unit of a level in turn: 0 of persons, None of the highest that there is.
        """
        ...

    def leaving_out(self, rows: Rows, places: Sequence[int]) -> Drawing:
        """Replicates without each of some of the rows that were fitted, in turn."""
        ...

    def with_columns(
        self,
        fixed: Sequence[tuple[int, int]],
        random: Sequence[int],
        blocks: tuple[tuple[int, ...], ...],
        levels: Owners | None = None,
    ) -> Estimates:
        """The same data with other columns: products (row column, weight) in X, row columns in Z.

        `levels` says whose the columns of Z are where units above persons have other ones than they had.
        """
        ...

    def without_random(self, kept: Sequence[int]) -> Pair:
        """These estimates beside those with only some of their random effects."""
        ...

    def against(self, small: Estimates, fixed: Array, into_z: Array) -> Pair:
        """These estimates beside those of a smaller model whose standard columns are theirs @ fixed, @ into_z."""
        ...

    def values(self) -> dict[str, Any]:
        """What is saved of them."""
        ...
