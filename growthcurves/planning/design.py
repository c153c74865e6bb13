"""A planned study as arrays: kinds of persons with X, Z and V, the units that hold them, and their information."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.parameters import Occasions
from growthcurves.data.time_words import TimeWords
from growthcurves.errors import ModelError, NotAvailableError, unknown
from growthcurves.estimate.run import rows_of
from growthcurves.model.bind import bind
from growthcurves.model.covariance import residual_of
from growthcurves.model.occasions import occasions_of, panel_occasions
from growthcurves.model.recipe import BoundRows
from growthcurves.model.shapes.words import Names
from growthcurves.numerics.arrays import Array
from growthcurves.planning.assumed import Assumed
from growthcurves.planning.information import Information, Sums, Whitened
from growthcurves.planning.persons import PlannedPersons
from growthcurves.planning.residual import learned, with_matrices, with_values
from growthcurves.planning.study import Study
from growthcurves.planning.units import unit_counts


@dataclass(frozen=True, eq=False)
class Level:
    """Random effects of one unit: their places in G and Z, and G."""

    unit: str
    places: Array
    G: Array


@dataclass(frozen=True, eq=False)
class Design:
    """A study and what is assumed of it, bound to each other.

    Attributes
    ----------
    study : Study
    assumed : Assumed
    persons : PlannedPersons
    bound : BoundRows
    with_df : bool
        Whether degrees of freedom will be asked for, which takes the derivatives of V.
    """

    study: Study
    assumed: Assumed
    persons: PlannedPersons
    bound: BoundRows
    with_df: bool = True

    @classmethod
    def of(cls, study: Study, assumed: Assumed, with_df: bool = True, families: bool = False) -> Design:
        """Bind the planned analysis to the planned persons; `families` where outcomes may be of one.

        Raises
        ------
        ModelError, NotAvailableError
        """
        model = assumed.model
        if model.family is not None and not families:
            raise NotAvailableError(
                f"The formula is of normal outcomes, not of family={model.family.name!r}: take method='simulation'."
            )
        if set(model.above) != set(study.levels):
            extra = sorted(set(model.above) ^ set(study.levels))[0]
            raise ModelError(f"Units of {extra!r} are of the study or of the planned analysis, and not of both.")
        persons = PlannedPersons.of(study, model, assumed.types)
        found = cls(study, assumed, persons, bind(model.replace(residual="independent"), persons.panel), with_df)
        _refuse_unused(found)
        return found

    def in_arms(self, persons: Mapping[Any, int]) -> Design:
        """The same with so many persons in each arm, where these are other shares than the study's."""
        randomised = self.study.levels.get(self.study.randomised)
        total = sum(persons.values())
        shares = {arm: count / total for arm, count in persons.items()}
        alike = all(abs(shares[arm] - share) < 1e-12 for arm, share in self.study.arms.items())
        if alike or (randomised is not None and randomised.number is not None):
            return self
        study = self.study.replace(persons=None, arms=shares)
        return Design.of(study, self.assumed, self.with_df)

    # ------------------------------------------------ as a fit has them, for hypotheses

    @property
    def recipe(self) -> Any:
        return self.bound.recipe

    @property
    def model(self) -> Any:
        return self.bound.model

    @property
    def terms(self) -> tuple[str, ...]:
        return self.recipe.terms

    @property
    def origin(self) -> float | None:
        """The time of which intercepts are; None where nothing that is assumed depends on it."""
        varying = {name.split(":")[0] for name in self.recipe.random.own_names.values()} - {"intercept"}
        straight = self.model.growth_shape.name in ("linear", "visits")
        return None if straight and not varying else float(self.recipe.shape.origin)

    def called(self, parameter: str) -> str:
        """A growth parameter in words, with its time where one matters: "rate of change up to time 3"."""
        shape = self.recipe.shape
        names = Names("the outcome", "", TimeWords("time"), shape.origin, first=self.study.visits[0])
        found = shape.words(names).parameters.get(parameter)
        return parameter if found is None else found.short

    aliased: tuple[str, ...] = ()

    # ------------------------------------------------ what is assumed

    @cached_property
    def residual(self) -> Any:
        """The residual structure with its values; None where outcomes are of a family."""
        if self.assumed.model.family is not None:
            return None
        structure = learned(residual_of(self.assumed.model.residual), self.assumed.model, self.persons)
        if self.assumed.matrix is None:
            return with_values(structure, self.assumed.values)
        return with_matrices(
            structure, [(self._visits_of(structure, arm), V) for arm, V in self.assumed.matrix.items()]
        )

    def _visits_of(self, structure: Any, arm: Any) -> Occasions:
        """All visits as a residual structure sees them, in an arm where it has parameters of its own."""
        times = np.array(self.study.visits)
        own = None if arm is None else pd.Series([arm] * len(times))
        return occasions_of(structure, times, self.model.time, lambda name: own)

    @property
    def plain(self) -> bool:
        """Whether the planned analysis is of normal outcomes and independent residuals, without units above persons."""
        return self.residual is not None and self.residual.name == "independent" and not self.study.levels

    @cached_property
    def levels(self) -> tuple[Level, ...]:
        """Random effects of persons, then of the units above them."""
        part, found, place = self.recipe.random, [], 0
        for unit, count in part.units or (("person", len(part.names)),):
            places = np.arange(place, place + count)
            found.append(Level(unit, places, self._covariance(part, unit, places)))
            place += count
        return tuple(found)

    def _covariance(self, part: Any, unit: str, places: Array) -> Array:
        """G of one unit's random effects."""
        names, above = part.names, "" if unit == "person" else f"|{unit}"
        sds = np.array([self._value(f"sd:{names[a]}", None) for a in places])
        R = np.eye(len(places))
        for block in part.positions:
            for i, a in enumerate(block):
                for b in block[:i]:
                    if a in places:
                        own = [names[c].removesuffix(above) for c in (b, a)]
                        value = self._correlation(own, above)
                        R[a - places[0], b - places[0]] = R[b - places[0], a - places[0]] = value
        if len(R) and np.linalg.eigvalsh(R).min() < -1e-10:
            whose = "persons" if unit == "person" else f"units of {unit!r}"
            raise ModelError(f"The correlations of what varies between {whose} are no correlation matrix.")
        return R * np.outer(sds, sds)

    def _correlation(self, own: list[str], above: str) -> float:
        first, second = own
        found = self.assumed.values.get(f"cor:{first},{second}{above}")
        return self.assumed.values.get(f"cor:{second},{first}{above}", 0.0) if found is None else found

    def _value(self, name: str, default: float | None) -> float:
        found = self.assumed.values.get(name, self.assumed.values.get(_without_levels(name), default))
        if found is None:
            known = sorted(self.assumed.values)
            raise ModelError(
                f"The planned analysis has {name}, and nothing is said of it: give it a value, as values="
                f"{{{name!r}: ...}}." + (f" Known: {', '.join(known)}." if known else "")
            )
        return float(found)

    # ------------------------------------------------ arrays

    @cached_property
    def _arrays(self) -> tuple[Array, Array, Occasions]:
        """X and Z of all rows, and their occasions."""
        rows = rows_of(self.bound)
        return (
            rows.columns(self.recipe.x),
            rows.columns([(k, 0) for k in self.recipe.z]),
            panel_occasions(self.residual, self.persons.panel),
        )

    @property
    def occasions(self) -> Occasions:
        """The rows as the residual structure sees them."""
        return self._arrays[2]

    @cached_property
    def parameters(self) -> tuple[tuple[int, Any], ...]:
        """The variance parameters that are not at an end of their range: of which level (-1 the residual), and how."""
        found: list[tuple[int, Any]] = []
        if not self.with_df:
            return ()
        for place in range(len(self.levels)):
            found += [(place, direction) for direction in self._directions(place)]
        found += [(-1, k) for k in range(1 + len(self.residual.working))]
        return tuple(found)

    def _directions(self, place: int) -> list[Array]:
        """Derivatives of G in its variances and covariances where what they are of varies, orthonormal.

        Of the G of standard columns, in which times far from their origin and variances of other sizes do not matter.
        """
        level, A = self.levels[place], self._turned[place]
        found: list[Array] = []
        for block in self.recipe.random.positions:
            inside = [a - level.places[0] for a in block if a in level.places]
            for i, a in enumerate(inside):
                for b in inside[: i + 1]:
                    if level.G[a, a] > 0 and level.G[b, b] > 0:
                        direction = np.zeros_like(level.G)
                        direction[a, b] = direction[b, a] = 1.0
                        found.append((A @ direction @ A.T).ravel())
        if not found:
            return []
        return [one.reshape(A.shape) for one in np.linalg.qr(np.column_stack(found))[0].T]

    @cached_property
    def _turned(self) -> list[Array]:
        """Of each level A in Z = Z* A, with columns of Z* that are uncorrelated and of size one over the rows."""
        found = []
        for level in self.levels:
            Z = self._arrays[1][:, level.places]
            A = np.linalg.qr(Z)[1] / np.sqrt(len(Z)) if Z.shape[0] >= Z.shape[1] else np.zeros((1, 1))
            sizes = np.sqrt((Z**2).mean(axis=0))
            known = A.shape == level.G.shape and bool((np.abs(np.diag(A)) > 1e-9 * sizes).all())
            found.append(A if known else np.eye(len(level.places)))
        return found

    @cached_property
    def _standard(self) -> list[Array]:
        """G of each level for standard columns."""
        return [A @ level.G @ A.T for level, A in zip(self.levels, self._turned, strict=True)]

    def _of_level(self, place: int) -> Array:
        """Derivatives of a level's G in all parameters, (m, q, q)."""
        G = self.levels[place].G
        return _stacked([one if of == place else np.zeros_like(G) for of, one in self.parameters], G)

    @property
    def arrays_of_kinds(self) -> tuple[list[Array], list[Array], list[Occasions]]:
        """X, Z and the occasions of one person of each kind."""
        X, Z, at = self._arrays
        ends = np.cumsum([len(kind.times) for kind in self.persons.kinds])
        parts = [slice(end - len(kind.times), end) for end, kind in zip(ends, self.persons.kinds, strict=True)]
        return [X[rows] for rows in parts], [Z[rows] for rows in parts], [_taken(at, rows) for rows in parts]

    @cached_property
    def covariances(self) -> list[Array]:
        """V of the outcomes of one person of each kind, without units above persons."""
        _, Z, at = self.arrays_of_kinds
        own = self.levels[0]
        return [
            rows[:, own.places] @ own.G @ rows[:, own.places].T + self.residual.matrix(one)
            for rows, one in zip(Z, at, strict=True)
        ]

    @cached_property
    def _of_kinds(self) -> tuple[Whitened, ...]:
        """One person of each kind."""
        return tuple(self._of_kind(*one) for one in zip(*self.arrays_of_kinds, strict=True))

    def _of_kind(self, X: Array, Z: Array, at: Occasions) -> Whitened:
        own = self.levels[0]
        standard = np.array(Z, dtype=float)
        for level, A in zip(self.levels, self._turned, strict=True):
            standard[:, level.places] = np.linalg.solve(A.T, Z[:, level.places].T).T
        R = self.residual.matrix(at)
        inner = [R / self.residual.scale, *_derivatives(self.residual, at)] if self.with_df else []
        found = [
            (True, one) if of == 0 else (False, inner[one] if of < 0 else np.zeros_like(R))
            for of, one in self.parameters
        ]
        return Whitened.of(np.column_stack([X, standard]), standard[:, own.places], self._standard[0], R, found)

    # ------------------------------------------------ the whole study

    def information(self, persons: float, clustered: bool = True) -> Information:
        """What a study of so many persons, whole or not, is expected to tell.

        Where it is not `clustered`, units above persons make no difference. A design effect makes it what fewer persons
        would tell.
        """
        if clustered and self.assumed.design_effect is not None:
            persons = persons / self.assumed.design_effect.factor
        groups = self._by_arm(persons)
        if clustered:
            for place, unit in enumerate(self.study.levels, start=1):
                groups = self._in_units(groups, place, unit)
        total = _summed(sums.times(count) for sums, count in groups.values())
        if self.study.levels:
            return Information(total, len(self.terms))
        return Information(total, len(self.terms), self._traced, lambda W: persons * self._linked(W))

    def _linked(self, W: Array) -> Array:
        """The sum of W_ij F_ij of the mean person, without units above persons."""
        own = zip(self.persons.kinds, self._of_kinds, strict=True)
        return np.sum([kind.share * one.linked(W, len(self.terms)) for kind, one in own], axis=0)

    @cached_property
    def _traced(self) -> Array:
        """The sum of tr(Phi F_ij) over persons without units above them, which is the same for any number of them."""
        total = _summed(sums.times(count) for sums, count in self._by_arm(1.0).values())
        Phi, own = Information(total, len(self.terms)).covariance, zip(self.persons.kinds, self._of_kinds, strict=True)
        return np.sum([kind.share * one.traced(Phi) for kind, one in own], axis=0)

    def _by_arm(self, persons: float) -> dict[Any, tuple[Sums, float]]:
        """Of each arm the mean person's sums, and how many persons there are."""
        return {arm: (self._means[arm], persons * share) for arm, share in self.study.arms.items()}

    @cached_property
    def _means(self) -> dict[Any, Sums]:
        """The mean person's sums of each arm."""
        found, above = {}, bool(self.study.levels)
        for arm, share in self.study.arms.items():
            own = zip(self.persons.kinds, self._of_kinds, strict=True)
            found[arm] = _summed(one.sums(above).times(kind.share / share) for kind, one in own if kind.arm == arm)
        return found

    def _in_units(
        self, groups: Mapping[Any, tuple[Sums, float]], place: int, unit: str
    ) -> dict[Any, tuple[Sums, float]]:
        """The mean unit's sums and how many units there are, of each arm where units lie in one; else of all."""
        if not self.study.within_arms(unit):
            count = sum(count for _, count in groups.values())
            mean = _summed(sums.times(own / count) for sums, own in groups.values())
            groups = {None: (mean, count)}
        z, G, dG = len(self.terms) + self.levels[place].places, self._standard[place], self._of_level(place)
        units, found = self.study.levels[unit], {}
        everything = sum(count for _, count in groups.values())
        for arm, (mean, count) in groups.items():
            sizes = units.at(everything)
            whole = _summed(mean.times(size).within_unit(z, G, dG).times(1.0 / len(sizes)) for size in sizes)
            found[arm] = (whole, units.count(everything) * count / everything)
        return found

    def arms_in(self, unit: str) -> list[Any]:
        """The arms whose persons are in units of a level: all, but for those in which whole units do not vary."""
        place = 1 + list(self.study.levels).index(unit)
        level, part = self.levels[place], self.recipe.random
        names = [part.own_names[part.names[a]] for a in level.places]
        vary = np.diag(level.G) > 0

        def none(arm: Any) -> bool:
            end = f":{self.study.arm}[{arm}]"
            own = [varies for name, varies in zip(names, vary, strict=True) if name.endswith(end) or ":" not in name]
            return bool(own) and not any(own)

        return [arm for arm in self.study.arms if not (self.study.within_arms(unit) and none(arm))]

    def units(self, persons: float) -> dict[str, float]:
        """How many persons and units there are, innermost first."""
        return unit_counts(self.study.levels, persons)


def _without_levels(name: str) -> str:
    """A parameter of one level of a factor as that of all: "sd:slope:arm|site" of "sd:slope:arm[b]|site"."""
    return re.sub(r"\[[^\]]*\]", "", name)


def _stacked(parts: list[Array], like: Array) -> Array:
    return np.stack(parts) if parts else np.zeros((0, *like.shape))


def _taken(at: Occasions, rows: slice) -> Occasions:
    return at.take(np.arange(rows.start, rows.stop))


def _derivatives(residual: Any, at: Occasions) -> list[Array]:
    return list(residual.derivatives(at)) if len(residual.working) else []


def _summed(parts: Any) -> Sums:
    first, *others = parts
    for one in others:
        first = first + one
    return first


def _refuse_unused(design: Design) -> None:
    """Refuse values of parameters that the planned analysis does not have."""
    part = design.recipe.random
    pairs = [f"cor:{first},{second}" for block in part.blocks for first in block for second in block]
    known = [f"sd:{name}" for name in part.names] + _of_residual(design)
    above = [f"cor:{one},{two}|{unit}" for unit, names in _by_unit(part).items() for one in names for two in names]
    for name in design.assumed.asked:
        if name not in (*known, *map(_without_levels, known), *pairs, *above):
            raise ModelError(unknown("parameter of the planned analysis", name, known))


def _of_residual(design: Design) -> list[str]:
    owner = design.model.family if design.residual is None else design.residual
    return [one.name for one in owner.parameters()]


def _by_unit(part: Any) -> dict[str, list[str]]:
    """What varies between units above persons, without the unit's name."""
    found: dict[str, list[str]] = {}
    for name, unit in part.unit_of.items():
        if unit != "person":
            found.setdefault(unit, []).append(part.own_names[name])
    return found
