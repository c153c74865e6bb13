"""Predictors as they were observed, of persons or of rows; of persons also where a saved fit holds no rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.saved_panel import SavedPanel
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns, factor_again
from growthcurves.model.formula.codings import Coded
from growthcurves.model.formula.tree import Factor
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.transforms import BY_PERSON, person_transforms

#: Over what means are taken and frequencies counted.
AVERAGES = ("persons", "rows")


@dataclass(frozen=True, eq=False)
class ObservedRows:
    """Columns of one row per person, or per row where one of them varies with time.

    Attributes
    ----------
    table : DataFrame
    weights : (n,) array
        What each counts, one in all.
    persons : (n,) array of int
        Whose they are.
    """

    table: pd.DataFrame
    weights: np.ndarray
    persons: np.ndarray


@dataclass(frozen=True, eq=False)
class Observed:
    """The predictors of a fit, each person counting once, or as often as there are rows.

    Parameters
    ----------
    fit : FittedModel
    average : {"persons", "rows"}
    """

    fit: FittedModel
    average: str = "persons"

    def __post_init__(self) -> None:
        if not among(self.average, AVERAGES):
            raise ModelError(unknown("kind of average", self.average, AVERAGES))

    @cached_property
    def _saved(self) -> SavedPanel | None:
        """A panel that has persons only."""
        panel: Any = self.fit.panel
        return panel if isinstance(panel, SavedPanel) else None

    @cached_property
    def _people(self) -> PersonLevel:
        return PersonLevel(self.fit.panel)

    @cached_property
    def shares(self) -> np.ndarray:
        """What each person counts, (N,), one in all."""
        shares = self.fit.person_shares
        shares = shares * self.fit.row_totals if self.average == "rows" else shares
        return shares / shares.sum()

    @cached_property
    def kinds(self) -> np.ndarray:
        """What the persons of each kind count, (m,); see `FittedModel.kinds`."""
        kinds = self.fit.kinds
        return np.bincount(kinds.codes, self.shares, len(kinds.values))

    def varies(self, name: str) -> bool:
        """Whether a column varies with time."""
        if self._saved is not None:
            return self._saved.varies(name)
        return self._people.varies(name)

    def mean(self, name: str) -> float:
        """The mean of a column of numbers; of one that varies with time always over the rows."""
        covariates = self.fit.recipe.covariates.names
        if self.varies(name):
            if name in covariates:
                return float(self.fit.recipe.covariate_means[covariates.index(name)])
            if self._saved is not None:
                return self._saved.mean(name, self.shares, "rows")
            values = np.asarray(self._of_rows(name), dtype=float)
            return float(np.mean(values) if self.fit.weighing is None else self.fit.row_shares @ values)
        if self._saved is not None:
            return self._saved.mean(name, self.shares, self.average)
        return float(self.shares @ np.asarray(self._of_persons(name), dtype=float))

    def _of_persons(self, name: str) -> Any:
        return self._people.value(name) if self._saved is None else self._saved.person_values(name)

    def _of_rows(self, name: str) -> Any:
        return self._people.rows(name) if self._saved is None else self._saved.person_values(name)

    def rows(self, names: Collection[str], every_row: bool = False) -> ObservedRows:
        """These columns of persons; of rows where one of them varies with time, or where `every_row` is asked for.

        Where the rows are gone, columns of persons stand for those of their rows.

        Raises
        ------
        NotAvailableError
            For a saved fit that does not hold them.
        """
        persons = self.fit.panel.persons
        by_person = not every_row or self._saved is not None
        if by_person and not any(self.varies(name) for name in names):
            codes, weights = np.arange(persons.count), self.shares
            columns = {name: self._of_persons(name) for name in names}
        else:
            codes = persons.codes
            weights = (self.shares / self.fit.row_totals)[codes] * self.fit.row_counts
            columns = {name: self._of_rows(name) for name in names}
        return ObservedRows(pd.DataFrame(columns, index=range(len(codes))), weights, codes)

    def known_levels(self, columns: Columns, factor: Factor) -> Coded:
        """The levels of a factor that a formula makes, as far as they are known without rows.

        They were learned with the formula: the ends of columns that vary with time stand for the rows.
        """
        names = sorted(factor.columns)
        if self._saved is None or not any(self.varies(name) for name in names):
            return self.levels(columns, factor, self.rows(names, needs_persons(factor)))
        ends = pd.DataFrame({name: self._saved.ends(name, columns.levels.get(name)) for name in names})
        return self.levels(columns, factor, ObservedRows(ends, np.full(2, 0.5), np.arange(2)))

    def levels(self, columns: Columns, factor: Factor, over: ObservedRows) -> Coded:
        """The levels of a factor that a formula makes, over observed rows that hold its columns."""
        table = {name: over.table[name] for name in factor.columns}
        return factor_again(columns, factor, table, person_transforms(over.persons))


def needs_persons(factor: Factor) -> bool:
    """Whether a factor needs all rows of a person: within() or between()."""
    return not factor.calls.isdisjoint(BY_PERSON)
