"""All persons of a study with all of their visits, whose outcomes are drawn row by row."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.engine.estimates import Counts
from growthcurves.errors import NotAvailableError
from growthcurves.estimate.run import rows_of
from growthcurves.model.bind import bind
from growthcurves.model.occasions import panel_occasions
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import triangular_root
from growthcurves.planning.dropout import last_visits
from growthcurves.planning.simulation.distributions import distribution
from growthcurves.planning.simulation.family import planned_family
from growthcurves.planning.simulation.from_rows import leaving_of
from growthcurves.planning.simulation.groups import groups_of
from growthcurves.planning.simulation.leaving import Leaving
from growthcurves.planning.simulation.setting import Setting
from growthcurves.planning.simulation.units_of_persons import units_of_persons


@dataclass(frozen=True, eq=False)
class Person:
    """A person who will be seen, unless lost.

    Attributes
    ----------
    arm : label
    schedule : int
    values : dict of covariate to value
    """

    arm: Any
    schedule: int
    values: dict[str, Any]


class Cohort:
    """Persons with all of their visits.

    Parameters
    ----------
    setting : Setting
    rng : Generator or None
        Draws covariates: numbers are normal, categories independent. Without one, persons have the values of the
        planned kinds, in the numbers that are expected.
    """

    def __init__(self, setting: Setting, rng: np.random.Generator | None = None) -> None:
        self.setting, self.study, self.design = setting, setting.study, setting.design
        self.persons = [one for group in groups_of(self.design) for one in self._persons(group, rng)]
        self.lengths = np.array([len(self._times(one)) for one in self.persons])
        self.codes = np.repeat(np.arange(len(self.persons)), self.lengths)
        self.effects = distribution(setting.method.effects, "effects")
        self.residuals = distribution(setting.method.residuals, "residuals")

    def _times(self, one: Person) -> tuple[float, ...]:
        return tuple(self.study.times[one.arm][one.schedule].times)

    def _persons(self, group: Counts, rng: np.random.Generator | None) -> list[Person]:
        kinds = self.design.persons.kinds
        first = kinds[group.kinds[0]]
        if rng is not None and self.design.assumed.types is None:
            drawn = _covariates(self.study.covariates, group.persons, rng)
            return [Person(first.arm, first.schedule, values) for values in drawn]
        shares: dict[Any, float] = {}
        values = {}
        for k, share in zip(group.kinds, group.shares, strict=True):
            key = tuple(kinds[k].values.items())
            shares[key], values[key] = shares.get(key, 0.0) + share, kinds[k].values
        keys, weights = list(shares), np.array(list(shares.values()))
        weights = weights / weights.sum()
        if rng is not None:
            counts = rng.multinomial(group.persons, weights)
        else:
            counts = np.diff(np.rint(group.persons * np.concatenate([[0.0], np.cumsum(weights)]))).astype(int)
        each = zip(keys, counts, strict=True)
        return [Person(first.arm, first.schedule, values[k]) for k, n in each for _ in range(n)]

    # ------------------------------------------------ as a table

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All rows, in the columns of the planned analysis; the outcome is zero."""
        model, study = self.design.assumed.model, self.study
        times = np.concatenate([self._times(one) for one in self.persons])
        rows: dict[Any, Any] = {model.id: self.codes + 1, model.time: times, model.outcome: 0.0}
        if model.wave is not None:
            rows[model.wave] = times
        if len(study.arms) > 1 or study.arm in self._columns:
            arms = pd.Categorical([one.arm for one in self.persons], categories=list(study.arms))
            rows[study.arm] = arms[self.codes]
        for unit, codes in units_of_persons(study, [one.arm for one in self.persons]).items():
            rows[unit] = codes[self.codes] + 1
        for name in self.persons[0].values:
            rows[name] = self._covariate(name)
        return pd.DataFrame(rows)

    @property
    def _columns(self) -> list[str]:
        return list(self.design.persons.panel.frame.columns)

    def _covariate(self, name: str) -> Any:
        values = pd.Series([one.values[name] for one in self.persons])
        said = self.study.covariates.get(name)
        if isinstance(said, dict):
            values = values.astype(pd.CategoricalDtype(list(said)))
        return values.array[self.codes]

    @cached_property
    def panel(self) -> Panel:
        """The rows as a panel."""
        model = self.design.assumed.model
        return Panel(self.frame, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave)

    @cached_property
    def _arrays(self) -> tuple[Array, Array]:
        """X and Z of all rows."""
        bound = bind(self.design.assumed.model.replace(residual="independent", family=None), self.panel)
        rows = rows_of(bound)
        if tuple(bound.recipe.terms) != tuple(self.design.terms):
            raise NotAvailableError("The planned analysis learns other terms from other persons: simulate another.")
        return rows.columns(bound.recipe.x), rows.columns([(k, 0) for k in bound.recipe.z])

    # ------------------------------------------------ outcomes

    @cached_property
    def owners(self) -> list[Array]:
        """Whose random effects of each level each row has."""
        return [self.codes, *(self.frame[unit].to_numpy() - 1 for unit in self.study.levels)]

    def drawn(self, rng: np.random.Generator, beta: Array, setting: Setting) -> tuple[Array, Array]:
        """Outcomes (n,) of all visits, and who was seen at which (n,), from other values of a setting."""
        X, Z = self._arrays
        noise = np.zeros(len(X))
        for level, owner in zip(setting.design.levels, self.owners, strict=True):
            if len(level.places):
                z = self.effects(rng, (int(owner.max()) + 1, len(level.places)))
                noise += np.einsum("nq,nq->n", Z[:, level.places], (z @ triangular_root(level.G).T)[owner])
        family = planned_family(self.design.assumed)
        if family is None:
            noise += self._residuals(rng, setting)
            outcome = X @ beta + noise
        else:
            outcome = family.drawn(X @ beta + noise, None, rng)
        return outcome, self._seen(rng, outcome - X @ beta if family is None else outcome)

    def _residuals(self, rng: np.random.Generator, setting: Setting) -> Array:
        e = self.residuals(rng, (len(self.codes),))
        structure = setting.design.residual
        if structure.name == "independent":
            return np.asarray(np.sqrt(structure.scale) * e)
        out = np.empty(len(e))
        for places, root in self._roots(structure):
            out[places] = e[places] @ root.T
        return out

    def _roots(self, structure: Any) -> list[tuple[Array, Array]]:
        """Rows of persons of the same schedule and group, (N, m), with a root of their residuals' covariance."""
        at = panel_occasions(structure, self.panel)
        starts = np.cumsum(self.lengths) - self.lengths
        alike: dict[Any, list[int]] = {}
        for i, one in enumerate(self.persons):
            alike.setdefault((one.arm, one.schedule, tuple(one.values.items())), []).append(i)
        found = []
        for persons in alike.values():
            rows = starts[persons][:, None] + np.arange(self.lengths[persons[0]])
            found.append((rows, np.linalg.cholesky(structure.matrix(at.take(rows[0])))))
        return found

    @cached_property
    def _leaving(self) -> list[tuple[Array, Leaving]]:
        """Persons (N, m) of the same arm and schedule, with how they leave."""
        starts = np.cumsum(self.lengths) - self.lengths
        alike: dict[Any, list[int]] = {}
        for i, one in enumerate(self.persons):
            alike.setdefault((one.arm, one.schedule), []).append(i)
        found = []
        for (arm, schedule), persons in alike.items():
            times = np.array(self.study.times[arm][schedule].times)
            last = last_visits(self.study.dropout, arm, times)
            rows = starts[persons][:, None] + np.arange(len(times))
            found.append((rows, leaving_of(self.study, arm, last, self._spread(arm, schedule, len(times)))))
        return found

    def _spread(self, arm: Any, schedule: int, count: int) -> Array:
        """V of a whole schedule, where outcomes decide who leaves."""
        if not self.study.depends:
            return np.eye(count)
        if self.design.model.family is not None or self.study.levels:
            raise NotAvailableError(
                "Dropout by outcomes is simulated for normal outcomes without units above persons in this version."
            )
        kinds = self.design.persons.kinds
        whole = [k for k, one in enumerate(kinds) if (one.arm, one.schedule, len(one.times)) == (arm, schedule, count)]
        return self.design.covariances[whole[0]]

    def _seen(self, rng: np.random.Generator, e: Array) -> Array:
        out = np.zeros(len(e), dtype=bool)
        for rows, leaving in self._leaving:
            visits = leaving.seen(e[rows], rng)
            out[rows] = np.arange(rows.shape[1]) < visits[:, None]
        return out


def _covariates(said: dict[str, Any], count: int, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Independent values of covariates of so many persons."""
    columns = {}
    for name, one in said.items():
        if isinstance(one, dict):
            columns[name] = [list(one)[k] for k in rng.choice(len(one), count, p=np.array(list(one.values())))]
        else:
            columns[name] = list(one * rng.standard_normal(count))
    return [{name: columns[name][i] for name in columns} for i in range(count)]
