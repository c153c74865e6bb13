"""The panel as a model's formulas see it: predictors over persons, covariates over rows."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.data.source import show_id
from growthcurves.errors import DataError
from growthcurves.model.columns import EMPTY, ONE, Columns, Values, evaluate, table_column
from growthcurves.model.formula.sheet import Sheet
from growthcurves.model.formula.spelling import spelled
from growthcurves.model.formula.tree import Call, Chain, Column, Expression, Factor, Formula, Name, Number, Term
from growthcurves.model.growth import GrowthModel
from growthcurves.model.growth_basis import Growth
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.transforms import person_transforms


class Sheets:
    """The panel as formulas see it, over persons and over rows; what two formulas share is computed once."""

    def __init__(self, model: GrowthModel, people: PersonLevel, growth: Growth) -> None:
        self.model, self.people, self.growth = model, people, growth
        self.own = dict(model.functions or {})

    def _column(self, name: str, values: Any) -> Any:
        return table_column(name, values, self.model.reference or {})

    @cached_property
    def persons(self) -> Sheet:
        """One row per person."""
        return Sheet(self._of_person, self.people.persons.count, self.own)

    def _of_person(self, name: str) -> Any:
        return self._column(name, self.people.value(name))

    @cached_property
    def constant_rows(self) -> Sheet:
        """One row per row of the panel, of columns that are constant within persons."""
        return Sheet(lambda name: self._column(name, self.people.rows(name)), len(self.people.panel), self.own)

    @cached_property
    def rows(self) -> Sheet:
        """One row per row of the panel, with functions of a person's rows."""
        panel = self.people.panel
        by_person = person_transforms(panel.persons.codes)
        return Sheet(self._of_row, len(panel), {**self.own, **by_person})

    def _of_row(self, name: str) -> Any:
        if name in self.growth.names:
            return self.growth.column(name)
        panel = self.people.panel
        return self._column(name, panel.times if name == self.model.time else self.people.rows(name))


def level_two(formula: Formula, sheets: Sheets) -> tuple[Columns, Values]:
    """A predictor formula over persons; through the formula door it is evaluated over rows, as R does."""
    if not formula.terms:
        return (ONE, (None,)) if formula.intercept else (EMPTY, ())
    people = sheets.people
    people.refuse_varying(formula.columns)
    if sheets.model.evaluated_over == "rows" and any(isinstance(factor, Expression) for factor in formula.factors):
        columns, values = evaluate(formula, sheets.constant_rows)
        refuse_undefined(columns, values, people, people.persons.codes)
        taken = tuple(None if one is None else one[people.first_rows] for one in values)
        return replace(columns, own=sheets.own), taken
    columns, values = evaluate(formula, sheets.persons)
    refuse_undefined(columns, values, people, np.arange(people.persons.count))
    return replace(columns, own=sheets.own), values


def refuse_undefined(columns: Columns, found: Values, people: PersonLevel, persons: np.ndarray) -> None:
    """Values that a formula's functions do not have, such as the logarithm of zero; `persons` says whose they are."""
    for name, values in zip(columns.names, found, strict=True):
        if values is not None and not np.isfinite(values.sum()) and not np.isfinite(values).all():
            wrong = np.flatnonzero(~np.isfinite(values))
            kind = "infinite" if np.isinf(values[wrong[0]]) else "undefined"
            raise DataError(
                f"{name!r} is {kind} for person {show_id(people.persons.labels[persons[wrong[0]]])} "
                f"({wrong.size:,} such value{'s' * (wrong.size > 1)}): change the formula, or make the values that it "
                f"cannot take missing."
            )


def level_one(model: GrowthModel, sheets: Sheets) -> tuple[Columns, Values]:
    """The time-varying covariates over the rows, coded in the company of the model's other terms, as R does."""
    covariates = model.covariate_tree
    if not covariates.terms:
        return EMPTY, ()
    columns, values = evaluate(_in_company(model, covariates), sheets.rows, covariates.terms)
    refuse_undefined(columns, values, sheets.people, sheets.people.persons.codes)
    return replace(columns, own=sheets.own), values


def _in_company(model: GrowthModel, covariates: Formula) -> Formula:
    """The whole fixed part as one formula."""
    intercept = model.tree("intercept").intercept
    company: list[Term] = []
    if not intercept or any(len(term.factors) > 1 for term in covariates.terms):
        for power, name in enumerate(model.parameters):
            formula = model.tree(name)
            time = stand_in(str(model.time), power)
            company += [Term(time)] if formula.intercept and time else []
            company += [Term((*time, *term.factors), term.scale) for term in formula.terms]
    return Formula(tuple(dict.fromkeys([*company, *covariates.terms])), intercept)


def stand_in(time: str, power: int) -> tuple[Factor, ...]:
    """A numeric factor for a growth parameter's curve: which it is does not change how categories are coded."""
    if power == 0:
        return ()
    if power == 1:
        return (Column(time),)
    node = Call("I", (Chain(Name(time), (("**", Number(float(power), str(power))),)),))
    return (Expression(spelled(node), node, frozenset((time,)), frozenset(("I",))),)
