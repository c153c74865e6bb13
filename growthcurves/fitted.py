"""A fitted growth model as a frozen record: model, panel, recipe with its rows, estimates and notes."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.contracts.finding import PERSON
from growthcurves.contracts.independent import Independent
from growthcurves.contracts.note import Note
from growthcurves.data.fingerprint import fingerprint
from growthcurves.data.panel import Panel
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.data.time_facts import TimeFacts
from growthcurves.data.time_words import TimeWords, time_words
from growthcurves.data.unit_words import differing, level_words
from growthcurves.data.vocabulary import Vocabulary, vocabulary
from growthcurves.engine.estimates import Estimates, Point, Sums
from growthcurves.model import not_varying
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import crosses
from growthcurves.model.recipe import BoundRows, Recipe, model_columns, row_times, shape_times
from growthcurves.model.survey.weighing import Weighing
from growthcurves.provenance import Made, Provenance
from growthcurves.version import DISTRIBUTION

if TYPE_CHECKING:
    from growthcurves.engine.estimates import OwnGrowth

#: The most parameters that a sentence names.
_MOST_NAMED = 6


@dataclass(frozen=True)
class Certificate:
    """What is certain about a fit; its text is a sentence.

    Attributes
    ----------
    converged : bool
        The first-order conditions of the optimum hold, and the Hessian is positive definite where it must be.
    singular : bool
        Some combination of growth parameters does not vary between persons.
    identified : bool
        The data can tell G and the residual variance apart.
    decrement : float
        Newton decrement of -2 log likelihood: sqrt(2) times the distance from the optimum in standard errors.
    direction : tuple of str
        The combinations that do not vary, in the names of the growth parameters.
    confounded : tuple of str
        Where variances are not told apart: the parameters that change together without any change of the covariance
        of outcomes.
    ends : tuple of str
        Parameters of residuals that are estimated at the end of their range.
    not_varying : tuple of str
        The combinations that do not vary with what that means, a phrase each.
    quadrature : Quadrature or None
        How the integral over random effects was taken where outcomes are of a family: points, and what the next finer
        rule changes in the deviance and, in standard errors, in the estimates.
    between : tuple of str
        Between whom each of these combinations does not vary, where there are units above persons.
    """

    converged: bool
    singular: bool
    identified: bool
    decrement: float
    direction: tuple[str, ...]
    confounded: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    not_varying: tuple[str, ...] = ()
    quadrature: Any = None
    between: tuple[str, ...] = ()

    def __str__(self) -> str:
        size = "below 1e-6" if self.decrement < 1e-6 else f"{self.decrement:.1e}"
        parts = [f"converged (Newton decrement {size})" if self.converged else "NOT converged"]
        if self.identified:
            zero = f"singular: {self.without_variance}"
            parts += [zero if self.singular else "not singular", "identified"]
            parts += [f"at the end of the range: {', '.join(self.ends)}"] if self.ends else []
        else:
            parts.append(f"NOT identified: {self.undivided} cannot be told apart in this design")
        parts += [str(self.quadrature)] if self.quadrature is not None and self.quadrature.effects else []
        return "; ".join(parts) + "."

    @property
    def without_variance(self) -> str:
        """What does not vary, by those between whom it does not."""
        phrases = self.not_varying or self.direction
        found: dict[str, list[str]] = {}
        for who, phrase in zip(self.between or ("persons",) * len(phrases), phrases, strict=True):
            found.setdefault(who, []).append(phrase)
        return "; ".join(f"no variance between {who} in {'; '.join(said)}" for who, said in found.items())

    @property
    def undivided(self) -> str:
        """What is not told apart, in words."""
        return undivided(self.confounded)


def undivided(names: tuple[str, ...]) -> str:
    """Parameters that are not told apart, in words; where they have no names, those of random effects and residuals."""
    if not names:
        return "variances between persons and of residuals"
    *others, last = names[:_MOST_NAMED]
    left = len(names) - _MOST_NAMED
    last = f"{last} ({left} more)" if left > 0 else last
    return f"{', '.join(others)} and {last}" if others else last


@dataclass(frozen=True, eq=False)
class Kinds:
    """Persons who share the growth basis and what random effects move it; one kind unless person-level columns do.

    Attributes
    ----------
    values : (m, c) array
        The person-level columns of the shape, of each kind.
    weights : (m, r) array
        By how much its weighted random effects move growth parameters (see `BoundRows.random_weights`).
    codes : (N,) array of int
        Each person's kind.
    shares : (m,) array
        Share of the persons of each kind.
    """

    values: np.ndarray
    weights: np.ndarray
    codes: np.ndarray
    shares: np.ndarray


@dataclass(frozen=True, eq=False, repr=False)
class FittedModel:
    """A fitted growth model.

    Attributes
    ----------
    model : GrowthModel
    panel : Panel
        The rows that were used.
    bound : BoundRows
        The recipe, and what it makes of the panel's rows.
    estimates : Estimates
        What was estimated, and everything that answers ask of it.
    method : {"reml", "ml"}
    notes : tuple of Note
        Everything that was warned of, with its kind, for the summary and the report.
    made : Made
        When and by what versions it was fitted, and what was drawn of it.
    weighing : Weighing or None
        What the sampling design came to, where there is one.
    """

    model: GrowthModel
    panel: Panel
    bound: BoundRows
    estimates: Estimates
    method: str
    notes: tuple[Note, ...]
    made: Made = field(default_factory=Made)
    weighing: Weighing | None = None

    @cached_property
    def person_shares(self) -> np.ndarray:
        """What each person counts wherever persons are averaged, one in all, (N,)."""
        count = self.panel.persons.count
        return np.full(count, 1.0 / count) if self.weighing is None else self.weighing.shares

    @property
    def row_counts(self) -> np.ndarray | float:
        """How often each row counts among those of its person."""
        return 1.0 if self.weighing is None or self.weighing.rows is None else self.weighing.rows

    @cached_property
    def row_weights(self) -> np.ndarray:
        """How many rows of the population each row stands for, about a mean of one by person, (n,)."""
        codes = self.panel.persons.codes
        return np.asarray(np.ones(len(codes)) if self.weighing is None else self.weighing.mass[codes] * self.row_counts)

    @cached_property
    def row_totals(self) -> np.ndarray:
        """How many rows each person has, or these stand for, (N,)."""
        persons = self.panel.persons
        if self.weighing is None or self.weighing.rows is None:
            return np.asarray(persons.sizes, dtype=float)
        return np.bincount(persons.codes, weights=self.weighing.rows, minlength=persons.count)

    @cached_property
    def row_shares(self) -> np.ndarray:
        """What each row counts wherever rows are averaged, one in all, (n,)."""
        shares = self.person_shares[self.panel.persons.codes] * self.row_counts
        return np.asarray(shares / shares.sum())

    @property
    def provenance(self) -> Provenance:
        """Where the fit comes from: version, time of fitting, hash of the data, seeds; kept in its file.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.provenance.data[:12], fit.provenance.columns, fit.provenance.seeds
        ('992eb45535d2', ('subject', 'day', 'reaction'), ())
        """
        made, number = self.made, dict(self.made.by)
        return Provenance(
            number[DISTRIBUTION], number, made.at, self.data_hash, self.data_columns, self.sums.rows, self.sums.persons,
            tuple(made.draws), self.vocabulary.who.several,
        )  # fmt: skip

    @cached_property
    def data_hash(self) -> str:
        """SHA-256 of the columns that were used, as noted in the fit's file or of the rows."""
        if self.made.data:
            return self.made.data
        again = getattr(self.panel, "hash_of", None) if isinstance(self.panel, SavedPanel) else None
        return fingerprint(self.panel.frame, self.data_columns) if again is None else again(self.data_columns)

    @cached_property
    def data_columns(self) -> tuple[str, ...]:
        """The columns of the table that were used: roles first."""
        roles = [name for name in (self.model.id, self.model.time, self.model.outcome) if name]
        of_design = () if self.weighing is None else self.weighing.design.columns
        return tuple(dict.fromkeys([*roles, *model_columns(self.model), *of_design]))

    @property
    def knows_persons(self) -> bool:
        """Whether outcomes of single persons are known, and not their sums alone."""
        return not isinstance(self.panel, SavedPanel) or self.panel.summed is None

    @property
    def knows_predictors(self) -> bool:
        """Whether it is known how persons are spread over what predicts their growth, and not its sums alone."""
        return self.knows_spread_of(None)

    def knows_spread_of(self, columns: Collection[str] | None) -> bool:
        """The same of these columns; of all without any."""
        summed = (self.panel.summed or ()) if isinstance(self.panel, SavedPanel) else ()
        return not summed if columns is None else not set(summed) & set(columns)

    @property
    def recipe(self) -> Recipe:
        """All that is needed to read other rows exactly as those of the fit."""
        return self.bound.recipe

    @property
    def warnings(self) -> tuple[str, ...]:
        """The texts of the notes."""
        return tuple(note.text for note in self.notes)

    @cached_property
    def terms(self) -> tuple[str, ...]:
        """Names of the fixed effects that are estimated."""
        return tuple(self.recipe.terms[j] for j in self.sums.kept)

    @cached_property
    def aliased(self) -> tuple[str, ...]:
        """Names of the fixed effects that are linear combinations of others and were left out."""
        return tuple(self.recipe.terms[j] for j in self.sums.left_out)

    @cached_property
    def term_parts(self) -> tuple[tuple[str, str], ...]:
        """Growth parameter and predictor of each fixed effect that is estimated: the mean of a growth parameter has no
        predictor (""), a time-varying covariate no growth parameter ("").
        """
        names = (self.recipe.term_names[j] for j in self.sums.kept)
        return tuple((name.parameter, name.predictor if name.parts or not name.parameter else "") for name in names)

    @property
    def random_names(self) -> tuple[str, ...]:
        """Names of the random effects, in the order of G."""
        return self.recipe.random_names

    @property
    def sums(self) -> Sums:
        """What is remembered of the rows."""
        return self.estimates.sums

    @property
    def identified(self) -> bool:
        return self.estimates.verdict.identified

    @cached_property
    def G(self) -> np.ndarray:
        """Covariance matrix of the random effects, NaN where it is not identified."""
        G = self.estimates.G
        return G if self.identified else np.full_like(G, np.nan)

    @cached_property
    def point(self) -> Point:
        """The estimates, at which answers evaluate their functions; variances are NaN where not identified."""
        return self.estimates.point if self.identified else self.estimates.point.withheld()

    @property
    def family(self) -> Any:
        """What the linear predictor says of the outcome; None for normal outcomes."""
        return self.estimates.point.family

    @property
    def outcome_family(self) -> Any:
        """By what outcomes are told on their own scale: the family, or that whose logarithms are normal."""
        return self.model.family if self.family is None else self.family

    @cached_property
    def jacobian(self) -> float:
        """What -2 log likelihood of logarithms lacks to be that of the amounts, 2 sum log(y); else zero."""
        of_amounts = self.model.family is not None and self.model.likelihood_family is None
        unit = 1.0 if self.weighing is None else self.weighing.unit
        return 2.0 * unit * self.sums.outcome_total if of_amounts else 0.0

    @property
    def independent(self) -> bool:
        """Whether residuals are independent and of one variance: then an own line is as uncertain as OLS says."""
        return type(self.estimates.point.residual) is Independent

    @cached_property
    def residual_variance(self) -> float:
        """Mean residual variance, NaN where it is not identified or outcomes have none."""
        return float(self.point.residual_variance())

    def standard_rows(self, Z: np.ndarray) -> np.ndarray:
        """Rows (n, q) that do with the standard random effects what the rows of Z do with the original ones."""
        return self.estimates.standard_rows(Z)

    def standard_effect(self, name: str) -> np.ndarray:
        """One original random effect as a combination (q,) of the standard ones."""
        unit = np.zeros((1, len(self.random_names)))
        unit[0, self.random_names.index(name)] = 1.0
        return self.standard_rows(unit)[0]

    @cached_property
    def certificate(self) -> Certificate:
        """Converged, singular, identified: three separate words."""
        verdict = self.estimates.verdict
        null = self.estimates.null.T
        return Certificate(
            verdict.converged,
            verdict.singular,
            verdict.identified,
            verdict.decrement,
            tuple(not_varying.combination(a, self.random_names) for a in null),
            self.estimates.confounded(self.random_names),
            self.estimates.at_their_end(),
            tuple(self._not_varying(a) for a in null),
            self.estimates.quadrature,
            tuple(self._differing(a) for a in null) if self.model.above else (),
        )

    def _level_of(self, a: np.ndarray) -> str:
        """Whose random effects a combination (q,) is of, "person" or the column of the units above."""
        return self.recipe.random.unit_of[self.random_names[int(np.abs(a).argmax())]]

    def _differing(self, a: np.ndarray) -> str:
        above = self.model.above
        return differing(self._level_of(a), above, crosses(above))

    def _not_varying(self, a: np.ndarray) -> str:
        """A combination of random effects that does not vary, in words."""
        straight, outcome = self.model.growth_shape.name == "linear", str(self.model.outcome)
        when = self.when if straight else None
        facts, origin = self.time_facts, self.recipe.shape.origin if straight else 0.0
        observed = (-np.inf, np.inf) if facts is None else (facts.first, facts.last)
        own, unit = tuple(self.recipe.random.own_names.values()), self._level_of(a)
        whom = "all" if unit == PERSON else f"all {level_words(unit).several}"
        return not_varying.told(a, own, outcome, when, origin, observed, whom)

    @property
    def parameter_count(self) -> int:
        """Fixed effects, variances and covariances, and what the residual part has."""
        return len(self.terms) + self.estimates.free

    @cached_property
    def own_growth(self) -> OwnGrowth:
        """Each person's own least-squares growth parameters: from the sums, or from rows where these lack digits."""
        found = self.sums.own_growth(self.recipe.growth_rows)
        if found.sure.all() or not self.bound.stored:
            return found
        codes = self.panel.persons.codes
        rows = ~found.sure[codes]
        values = self.bound.shape_values[codes[rows]]
        return found.with_rows(self.recipe.shape.basis(self.times[rows], values), self.panel.values[rows], codes[rows])

    @cached_property
    def effects(self) -> np.ndarray:
        """E: how the random effects move the growth parameters, for each kind of person, (m, K, q).

        Zero columns for covariates that vary within persons.
        """
        weighted = list(self.recipe.weighted)
        found = np.zeros((len(self.kinds.shares), len(self.model.parameters), len(self.random_names)))
        own = self.recipe.random.own_names
        for a, name in enumerate(self.random_names):
            if own[name] in weighted:
                weights = self.kinds.weights[:, [weighted.index(own[name])]]
                found[:, :, a] = weights * np.array(self.recipe.weighted[own[name]])
            else:
                found[:, :, a] = self.recipe.shape.effects(own[name])
        return found

    @cached_property
    def times(self) -> np.ndarray:
        """Time of each row used, at which its growth basis is read: that of its wave where occasions are waves."""
        return shape_times(self.model, row_times(self.panel), self.panel.frame)

    @cached_property
    def when(self) -> TimeWords:
        """How times are told."""
        return time_words(self.panel)

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What is said in the place of "person", and of time where there is none."""
        return vocabulary(self.panel)

    @cached_property
    def time_facts(self) -> TimeFacts | None:
        """The observed times in a few numbers: of the occasions where the model knows no others; None without time."""
        facts, only = self.panel.time_facts, self.recipe.shape.only_at
        if not self.recipe.shape.changes:
            return None
        if facts is None or only is None:
            return facts
        reached = (facts.reached, facts.reaching) if facts.reached in only else (None, None)
        return replace(TimeFacts.of(np.array(only)), waves=only, reached=reached[0], reaching=reached[1])

    @cached_property
    def kinds(self) -> Kinds:
        """Persons by the values of the person-level columns on which the shape and its random effects depend."""
        of_shape, of_random = self.bound.shape_values, self.bound.random_weights
        if not of_shape.shape[1] and not of_random.shape[1]:  # all are of one kind
            one, nobody = np.broadcast_to(np.intp(0), len(of_shape)), np.zeros((1, 0))
            return Kinds(nobody, nobody, one, np.ones(1))
        both = np.column_stack([of_shape, of_random])
        distinct, codes, counts = np.unique(both, axis=0, return_inverse=True, return_counts=True)
        values, weights = np.split(distinct, [of_shape.shape[1]], axis=1)
        codes = codes.reshape(-1)
        if self.weighing is not None and len(distinct) > 1:
            counts = np.bincount(codes, weights=self.person_shares, minlength=len(counts))
        return Kinds(values, weights, codes, counts / counts.sum())

    @cached_property
    def growth_design(self) -> np.ndarray:
        """A_i: how beta makes the expected growth parameters of each person, (K, p, N)."""
        return self._growth_columns(self.sums.kept)

    @cached_property
    def left_out_design(self) -> np.ndarray:
        """The same for the fixed effects that were left out, (K, r, N)."""
        return self._growth_columns(self.sums.left_out)

    def _growth_columns(self, columns: tuple[int, ...]) -> np.ndarray:
        """How these columns of X make the growth parameters of each person, (K, columns, N)."""
        bound, place = self.bound, {column: j for j, column in enumerate(columns)}
        out = np.zeros((len(self.model.parameters), len(columns), self.panel.persons.count))
        for k, name in enumerate(self.model.parameters):
            for column, weight in self.recipe.growth_terms[name]:
                if column in place:
                    out[k, place[column]] = bound.weights[weight - 1] if weight else 1.0
        return out


def row_variances(L: np.ndarray, V: np.ndarray) -> np.ndarray:
    """l' V l for every row l of L (k, p): shape (k,)."""
    return ((L @ V) * L).sum(axis=1)
