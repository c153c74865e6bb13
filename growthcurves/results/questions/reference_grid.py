"""The reference grid: persons of every combination of factor levels, covariates at their means, at given times."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.errors import ModelError, NotEstimableError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.codings import Coded
from growthcurves.model.formula.tree import Factor
from growthcurves.results.questions.estimable import estimable
from growthcurves.results.questions.grid_variables import Variable, all_columns, asked_variables
from growthcurves.results.questions.observed import Observed, needs_persons
from growthcurves.results.tables.printing import number

#: More cells than this are no grid that anybody wants averaged.
MANY_CELLS = 100_000
#: So many cells are computed at once.
AT_ONCE = 20_000
#: How the levels of factors count that are averaged over.
WEIGHTS = ("equal", "proportional", "counterfactual")


@dataclass(frozen=True)
class GridRows:
    """Rows over all terms of the model, and over the terms that were kept.

    Attributes
    ----------
    L : (k, terms) array
    kept : tuple of int
    estimable : (k,) array of bool
    constant : (k,) array, optional
        What is added to each: the offset of an outcome that was taken less of it.
    """

    L: np.ndarray
    kept: tuple[int, ...]
    estimable: np.ndarray
    constant: np.ndarray | None = None

    @property
    def over_kept(self) -> np.ndarray:
        """(k, p): NaN where a row is not estimable."""
        out = self.L[:, list(self.kept)].astype(float)
        out[~self.estimable] = np.nan
        return out

    def combine(self, weights: np.ndarray) -> np.ndarray:
        """Combinations of the rows, over the kept terms.

        Raises
        ------
        NotEstimableError
            When one uses a row that is not estimable.
        """
        if (weights[:, ~self.estimable] != 0).any():
            raise NotEstimableError("The combination uses an estimate that the data do not determine.")
        return weights @ self.L[:, list(self.kept)]

    @property
    def added(self) -> np.ndarray:
        """The constant of every row, (k,)."""
        return np.zeros(len(self.L)) if self.constant is None else self.constant


@dataclass(frozen=True, eq=False)
class Cells:
    """Persons whose rows of X are wanted.

    Attributes
    ----------
    table : DataFrame
        Their columns.
    factors : dict of Factor to Coded
        Made factors that have levels of their own, whatever the table holds.
    persons : (n,) array of int
        Which cells are one person, for within() and between().
    kinds : (m,) array
        What the kinds of persons count in each cell (see `FittedModel.kinds`).
    codes : (n,) array of int, optional
        The kind of each cell, in the place of their average.
    """

    table: pd.DataFrame
    factors: Mapping[Factor, Coded]
    persons: np.ndarray
    kinds: np.ndarray
    codes: np.ndarray | None = None

    def basis(self, rows: np.ndarray) -> np.ndarray:
        """What each cell has of a row per kind of person (m, K): (n, K)."""
        if self.codes is not None:
            return rows[self.codes]
        return np.tile(self.kinds @ rows, (len(self.table), 1))


@dataclass(frozen=True, eq=False)
class Inside:
    """What is averaged within each combination of `by`: columns, what each row counts, whose and of what kind it is."""

    table: pd.DataFrame
    weights: np.ndarray
    persons: np.ndarray | None = None
    codes: np.ndarray | None = None

    def take(self, rows: slice) -> Inside:
        parts = (None if part is None else part[rows] for part in (self.persons, self.codes))
        return Inside(self.table.iloc[rows], self.weights[rows], *parts)


@dataclass(frozen=True, eq=False)
class Grid:
    """Persons of every kind, those of one `by` combination together.

    Attributes
    ----------
    variables : dict of name to Variable
    by : list of str
    observed : Observed
    weights : {"equal", "proportional", "counterfactual"}
    """

    variables: dict[str, Variable]
    by: list[str]
    observed: Observed
    weights: str = "equal"

    @classmethod
    def of(cls, fit: FittedModel, by: Any, average: str = "persons", weights: str = "equal") -> Grid:
        """The grid of a question.

        Raises
        ------
        ModelError
            For unknown options, and as `asked_variables`.
        """
        if not among(weights, WEIGHTS):
            raise ModelError(unknown("kind of weights", weights, WEIGHTS))
        observed = Observed(fit, average)
        return cls(*asked_variables(fit, by, observed), observed, weights)

    @property
    def averaged(self) -> list[str]:
        """Factors over whose levels is averaged."""
        return [item.name for item in self.variables.values() if item.factor and not item.hidden
                and item.name not in self.by]  # fmt: skip

    def groups(self) -> list[dict[str, Any]]:
        """Each combination of `by`."""
        return _product(self.variables, self.by)

    # ------------------------------------------------ what is averaged

    @cached_property
    def inside(self) -> Inside:
        """What is averaged within each combination of `by`."""
        if self.weights == "counterfactual":
            return self._as_observed()
        combinations = self._occurring() if self.weights == "proportional" else self._all()
        table = combinations.table
        for name, item in self.variables.items():
            if name not in table and name not in self.by:
                table[name] = [item.values[0]] * len(table)
        return combinations

    def _all(self) -> Inside:
        """Every combination of levels, with equal weight."""
        size = int(np.prod([float(len(self.variables[name].values)) for name in self.averaged]))
        if size > MANY_CELLS:
            raise ModelError(
                f"The factors of the model have {size:,} combinations, too many to average over: ask for "
                f"weights='proportional', which takes those that occur."
            )
        return Inside(_frame(_product(self.variables, self.averaged), self.averaged), np.full(size, 1.0 / size))

    def _occurring(self) -> Inside:
        """The combinations of levels that occur, as often as they do."""
        items = [self.variables[name] for name in self.averaged]
        if not items:
            return self._all()
        columns = {column for item in items for column in item.columns}
        over = self.observed.rows(sorted(columns), any(needs_persons(item.made.factor) for item in items if item.made))
        found = {}
        for item in items:
            if item.made is None:
                found[item.name] = over.table[item.name].astype(object)
            else:
                coded = self.observed.levels(item.made.columns, item.made.factor, over)
                found[item.name] = pd.Series(coded.levels, dtype=object).take(coded.codes).to_numpy()
        return _distinct(pd.DataFrame(found), over.weights)

    def _as_observed(self) -> Inside:
        """Everybody as observed but for what `by` sets: columns, of which made factors follow."""
        fit = self.observed.fit
        names = [name for name, item in self.variables.items() if item.made is None and name not in self.by]
        whole = any(needs_persons(factor) for columns in all_columns(fit) for factor in columns.formula.factors)
        over = self.observed.rows(names, whole)
        codes = fit.kinds.codes[over.persons]
        if whole:
            return Inside(over.table, over.weights, over.persons, codes)
        kind = "kind of person"
        found = _distinct(over.table.astype(object).assign(**{kind: codes}), over.weights)
        codes = found.table.pop(kind).to_numpy(dtype=int)
        return replace(found, codes=codes)

    # ------------------------------------------------ cells

    def cells(self) -> Cells:
        """All cells, `by` slowest."""
        return self.cells_of(self.groups(), self.inside)

    def cells_of(self, groups: list[dict[str, Any]], inside: Inside) -> Cells:
        """The cells of some combinations of `by`."""
        count = len(inside.table)
        table = pd.concat([inside.table] * len(groups), ignore_index=True)
        for name in self.by:
            table[name] = _repeated([group[name] for group in groups], count)
        own = np.arange(len(table)) if inside.persons is None else np.concatenate(
            [inside.persons + g * self.observed.fit.panel.persons.count for g in range(len(groups))]
        )  # fmt: skip
        codes = None if inside.codes is None else np.tile(inside.codes, len(groups))
        return Cells(table, made_codes(self.variables, table), own, self.observed.kinds, codes)

    def average(self, rows: Callable[[Cells], np.ndarray]) -> GridRows:
        """What `rows` makes of cells (cells, terms), averaged within each combination of `by`."""
        fit = self.observed.fit
        L = np.concatenate(list(self._averages(rows)))
        return GridRows(L, fit.sums.kept, estimable(fit, L))

    def _averages(self, rows: Callable[[Cells], np.ndarray]) -> Iterator[np.ndarray]:
        """A few groups at once, or one group in parts."""
        groups, inside = self.groups(), self.inside
        size = len(inside.table)
        if size <= AT_ONCE or inside.persons is not None:
            several = max(AT_ONCE // size, 1)
            for i in range(0, len(groups), several):
                X = rows(self.cells_of(groups[i : i + several], inside))
                yield np.tensordot(X.reshape(-1, size, X.shape[1]), inside.weights, (1, 0))
            return
        parts = [inside.take(slice(i, i + AT_ONCE)) for i in range(0, size, AT_ONCE)]
        for group in groups:
            yield np.sum([part.weights @ rows(self.cells_of([group], part)) for part in parts], axis=0)[None]

    # ------------------------------------------------ in words

    def note(self) -> str:
        """What is averaged and what is held, in a sentence."""
        whom = self.observed.average
        if self.weights == "counterfactual":
            told = f", each with every {' and '.join(self.by)}" if self.by else ""
            return f"averaged over all {whom} as they are{told}"
        how = "with equal weight" if self.weights == "equal" else f"as often as they occur among {whom}"
        parts = [f"averaged {how} over the levels of {', '.join(self.averaged)}"] if self.averaged else []
        for varies, over in ((False, whom), (True, "rows")):
            held = [item for item in self._held() if item.varies == varies]
            texts = ", ".join(f"{item.name} at {number(item.values[0])}" for item in held)
            parts += [f"at the mean over {over} of covariates ({texts})"] if held else []
        return "; ".join(parts)

    def _held(self) -> list[Variable]:
        return [item for name, item in self.variables.items()
                if not item.factor and not item.hidden and name not in self.by]  # fmt: skip


def made_codes(variables: Mapping[str, Variable], table: pd.DataFrame) -> dict[Factor, Coded]:
    """The made factors whose levels a table of cells holds, coded."""
    found = {}
    for made in (item.made for item in variables.values() if item.made is not None and item.name in table):
        place = {level: code for code, level in enumerate(made.coded.levels)}
        codes = np.array([place[value] for value in table[made.factor.label]], dtype=int)
        found[made.factor] = replace(made.coded, codes=codes)
    return found


def _distinct(table: pd.DataFrame, weights: np.ndarray) -> Inside:
    """The different rows of a table, and what each counts."""
    if not len(table.columns):
        return Inside(pd.DataFrame(index=range(1)), np.ones(1))
    groups = table.groupby(list(table.columns), sort=False, observed=True).ngroup().to_numpy()
    first = np.unique(groups, return_index=True)[1]
    counted = np.bincount(groups, weights)
    return Inside(table.iloc[first].reset_index(drop=True), counted / counted.sum())


def _product(variables: Mapping[str, Variable], names: list[str]) -> list[dict[str, Any]]:
    values = [variables[name].values for name in names]
    return [dict(zip(names, combination, strict=True)) for combination in itertools.product(*values)]


def _frame(rows: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    return pd.DataFrame({name: [row[name] for row in rows] for name in names}, index=range(len(rows)))


def _repeated(values: list[Any], count: int) -> list[Any]:
    return [value for value in values for _ in range(count)]


def group_text(group: Mapping[str, Any]) -> str:
    """`arm[drug], age 40`."""
    texts = (
        f"{name} {value:.6g}"
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else f"{name}[{show_id(value)}]"
        for name, value in group.items()
    )
    return ", ".join(texts)
