"""What functions such as center() and poly() must learn from whole columns, which are read for it alone."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from growthcurves.data.panel import Panel
from growthcurves.errors import NotAvailableError
from growthcurves.estimate.in_batches.people import together
from growthcurves.model.columns import Columns, evaluate, table_column
from growthcurves.model.formula.sheet import Sheet
from growthcurves.model.formula.tree import Expression
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.recipe import Recipe
from growthcurves.model.transforms import person_transforms, uses_persons

log = logging.getLogger("growthcurves")


def must_learn(columns: Columns) -> bool:
    """Whether functions of a formula keep something of the values that they saw."""
    return any(state for states in columns.states.values() for state in states.values())


@dataclass
class WholeColumns:
    """Columns over all persons, or over all rows, gathered from batches.

    Attributes
    ----------
    recipe : Recipe
        Made from a sketch of the rows.
    """

    recipe: Recipe
    _persons: dict[str, list[Any]] = field(default_factory=dict)
    _rows: dict[str, list[Any]] = field(default_factory=dict)
    _codes: list[np.ndarray] = field(default_factory=list)
    _count: int = 0

    @property
    def needed(self) -> bool:
        """Whether any column must be read as a whole."""
        return any(map(must_learn, (*self.recipe.predictors.values(), *self.recipe.level_one)))

    def _over_rows(self, columns: Columns) -> bool:
        """Predictors of a formula are evaluated over rows where they hold an expression, as R does."""
        expressions = any(isinstance(factor, Expression) for factor in columns.formula.factors)
        return self.recipe.model.evaluated_over == "rows" and expressions

    def gather(self, panels: Iterator[Panel], rows: int) -> None:
        """Read the columns that are needed as a whole."""
        model, persons, by_row = self.recipe.model, set[str](), set[str]()
        for columns in self.recipe.predictors.values():
            if must_learn(columns):
                (by_row if self._over_rows(columns) else persons).update(columns.used)
        for columns in self.recipe.level_one:
            if must_learn(columns):
                if set(columns.used) & set(self.recipe.curves):
                    raise NotAvailableError(
                        "Functions of random effects that learn from a column, as center(), are not learned from rows "
                        "in batches: compute the column in the table first."
                    )
                by_row.update(columns.used)
        log.info(
            "Functions such as center() learn from whole columns (%s): about %.0f MB in memory while they do.",
            ", ".join(sorted(persons | by_row)), (len(by_row) * rows + len(persons) * rows / 2) * 8 / 1e6,
        )  # fmt: skip
        for panel in panels:
            self._take(panel, persons, by_row, model.time)

    def _take(self, panel: Panel, persons: set[str], by_row: set[str], time: str | None) -> None:
        people = PersonLevel(panel)
        for name in persons:
            self._persons.setdefault(name, []).append(people.value(name))
        for name in by_row:
            self._rows.setdefault(name, []).append(panel.times if name == time else people.rows(name))
        if by_row:
            self._codes.append(panel.persons.codes + self._count)
        self._count += panel.persons.count

    def learned(self) -> Recipe:
        """The recipe whose functions have learned from all persons or rows."""
        recipe = self.recipe
        predictors = {
            name: self._again(columns, self._over_rows(columns)) for name, columns in recipe.predictors.items()
        }
        return replace(
            recipe, predictors=predictors, covariates=self._again(recipe.covariates, True),
            varying=tuple(self._again(columns, True) for columns in recipe.varying),
        )  # fmt: skip

    def _again(self, columns: Columns, over_rows: bool) -> Columns:
        if not must_learn(columns):
            return columns
        parts, reference = self._rows if over_rows else self._persons, self.recipe.model.reference or {}
        table = {name: table_column(name, together(parts[name]), reference) for name in columns.used}
        functions = dict(columns.own)
        if uses_persons(columns.formula):
            functions |= person_transforms(np.concatenate(self._codes))
        sheet = Sheet(table.__getitem__, len(next(iter(table.values()))), functions)
        record, _ = evaluate(columns.formula, sheet, set(columns.terms))
        return replace(columns, states=record.states)
