"""Tests of whole effects, one per growth parameter and predictor term, the same under any coding of factors."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns
from growthcurves.model.formula.tokens import quoted
from growthcurves.model.formula.tree import CONSTANT, Factor, Term
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.coefficients import joint_test
from growthcurves.results.questions.cell_rows import cell_rows
from growthcurves.results.questions.estimable import estimable_part
from growthcurves.results.questions.grid_variables import Variable, all_columns, factor_variable, grid_variables
from growthcurves.results.questions.hypotheses import Hypotheses, independent
from growthcurves.results.questions.observed import Observed
from growthcurves.results.questions.reference_grid import Grid
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.printing import number, p_text, time_text

#: Rows of the data at which the numeric parts of terms are looked at.
LOOKS = 40


@dataclass(frozen=True, eq=False, repr=False)
class JointTests(Answer):
    """F tests of effects: columns term, df_num, df_den, statistic, p_value, note.

    Attributes
    ----------
    type : int
    ddf : str
    note : str
        Where effects on the intercept are read.
    """

    type: int
    ddf: str
    note: str

    def __str__(self) -> str:
        shown = self.table if self.table["note"].any() else self.table.drop(columns="note")
        text = shown.to_string(index=False, float_format=number, formatters={"p_value": p_text})
        return f"Tests of effects, type {self.type}\n{text}\nDegrees of freedom: {self.ddf}.{self.note}"

    def _blocks(self) -> tuple[Block, ...]:
        note = f"Degrees of freedom: {self.ddf}.{self.note}"
        return (f"Tests of effects, type {self.type}", text_table(self.table), note)

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "type": self.type, "ddf": self.ddf, "note": self.note.strip()}


@dataclass(frozen=True)
class Effect:
    """A term of the model.

    Attributes
    ----------
    name : str
    numbers : frozenset of str
        Its numeric factors, the growth parameter's function of time among them.
    factors : frozenset of str
        Its categorical variables.
    columns : tuple of int
        Its columns among all terms of the model.
    """

    name: str
    numbers: frozenset[str]
    factors: frozenset[str]
    columns: tuple[int, ...]

    def contains(self, other: Effect) -> bool:
        """Whether the other is a part of this one: the same numbers, and fewer factors (SAS's rule)."""
        return self.numbers == other.numbers and self.factors > other.factors


def joint_tests(fit: FittedModel, type: int = 3, ddf: Any = "satterthwaite") -> JointTests:
    """F test of every effect.

    Type 3 tests an effect's contrasts of cell means that are averaged with equal weight over the other factors (SAS's
    meaning); type 2 an effect adjusted for all effects that do not contain it, averaged as the data fall. An effect on
    the intercept is one at the origin of time, and an effect that interacts with a covariate is one where that
    covariate is zero. Both are the same under any coding of factors and any reference level.

    Parameters
    ----------
    fit : FittedModel
    type : {3, 2}
    ddf : str or method

    Raises
    ------
    ModelError
        For another type: sequential tests (type 1) need an order of terms, which a growth model does not have.
    NotEstimableError
        For a model with no effect but the intercept.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> print(fit.joint_tests().table[["term", "df_num", "statistic"]].round(2))
        term  df_num  statistic
    0  slope       1      45.85
    """
    if type not in (2, 3) or isinstance(type, bool):
        raise ModelError(f"type= is 3 or 2, not {type!r}; sequential tests (type 1) need an order of terms.")
    effects = model_effects(fit)
    wanted = [effect for effect in effects if effect.numbers or effect.factors]
    if not wanted:
        raise NotEstimableError("The model has no effect but the intercept: there is nothing to test.")
    hypotheses = _third(fit, effects, wanted) if type == 3 else [_second(fit, effects, effect) for effect in wanted]
    rows = [_row(fit, effect, *found, ddf) for effect, found in zip(wanted, hypotheses, strict=True)]
    columns = ["term", "df_num", "df_den", "statistic", "p_value", "note"]
    where = "" if not fit.recipe.shape.changes else f" Effects on the intercept are those at {_origin_text(fit)}."
    return JointTests(pd.DataFrame(rows, columns=columns), type, ddf_of(ddf).label, where)


def _origin_text(fit: FittedModel) -> str:
    return f"{fit.model.time} {time_text(fit.recipe.shape.origin)}, the origin of time"


def _row(fit: FittedModel, effect: Effect, L: np.ndarray, full: int, ddf: Any) -> list:
    """The test of one effect from its rows over the kept terms; `full` is how many there would be."""
    if len(L):
        kept, _ = independent(fit, Hypotheses(tuple(map(str, range(len(L)))), L, np.zeros(len(L))))
        L = L[kept]
    if not len(L):
        return [effect.name, 0, np.nan, np.nan, np.nan, "not estimable"]
    found = joint_test(fit, L, ddf=ddf)
    note = f"{full - len(L)} of {full} contrasts not estimable" if len(L) < full else ""
    return [effect.name, found.df_num, found.df_den, found.statistic, found.p_value, note]


# ---------------------------------------------------------------- the effects of a model


def model_effects(fit: FittedModel) -> list[Effect]:
    """The terms of all growth parameters and of the covariates, in the order of the columns."""
    effects: list[Effect] = []
    first = 0
    owners = [*fit.model.parameters, None]
    for owner, columns in zip(owners, all_columns(fit), strict=True):
        factors = _factor_variables(fit, columns)
        for term, places in _by_term(columns).items():
            numbers = frozenset(str(factor) for factor in term.factors if factor not in factors)
            names = frozenset(factors[factor] for factor in term.factors if factor in factors)
            numbers |= _function_of_time(fit, owner)
            effects.append(Effect(_name(owner, term), numbers, names, tuple(first + j for j in places)))
        first += len(columns.names)
    return effects


def _by_term(columns: Columns) -> dict[Term, list[int]]:
    found: dict[Term, list[int]] = {}
    for j, term in enumerate(columns.terms):
        found.setdefault(term if columns.parts[j] else CONSTANT, []).append(j)
    return found


def _factor_variables(fit: FittedModel, columns: Columns) -> dict[Factor, str]:
    """The variable of each categorical factor of a formula; the levels of time itself are functions of time."""
    found = {}
    for factor in columns.categorical:
        if factor.columns == {fit.model.time}:
            continue
        if fit.model.time in factor.columns:
            raise NotEstimableError(
                f"The factor {factor.label!r} is made of several columns: make it a column of the table."
            )
        found[factor] = factor_variable(factor)
    return found


def _function_of_time(fit: FittedModel, owner: str | None) -> frozenset[str]:
    """What a growth parameter is multiplied with; as a covariate's formula writes it where it is time itself."""
    if owner is None:
        return frozenset()
    time = str(fit.model.time)
    text = fit.recipe.shape.level_one(time)[fit.model.parameters.index(owner)]
    return frozenset([quoted(time) if text == time else text]) if text else frozenset()


def _name(owner: str | None, term: Term) -> str:
    """The effect in words: the term as its formula says it, after the growth parameter."""
    return ":".join(filter(None, (owner, term.label)))


# ---------------------------------------------------------------- type 3


def _third(fit: FittedModel, effects: list[Effect], wanted: list[Effect]) -> list[tuple[np.ndarray, int]]:
    cells = _Cells.of(fit)
    return [cells.hypothesis(fit, effects, effect) for effect in wanted]


@dataclass(frozen=True)
class _Cells:
    """X at every combination of factor levels, for some values of time and covariates: (cells, looks, terms)."""

    factors: list[Variable]
    X: np.ndarray

    @classmethod
    def of(cls, fit: FittedModel) -> _Cells:
        variables = grid_variables(fit)
        factors = [item for item in variables.values() if item.factor and not item.hidden]
        cells = Grid(variables, [item.name for item in factors], Observed(fit)).cells()
        rows = np.random.default_rng(0).integers(0, fit.sums.rows, LOOKS)
        numbers = {item.name: fit.panel.numbers(item.name)[rows] for item in variables.values() if not item.factor}
        parts = []
        for look, row in enumerate(rows):
            table = cells.table.assign(**{name: values[look] for name, values in numbers.items()})
            parts.append(cell_rows(fit, replace(cells, table=table), fit.times[row]))
        return cls(factors, np.stack(parts, axis=1))

    def hypothesis(self, fit: FittedModel, effects: list[Effect], effect: Effect) -> tuple[np.ndarray, int]:
        """The effect's contrasts of cell means, over the kept terms, and how many there are.

        A column is a code of the cell times a function of time and covariates; columns with the same function make
        the cell means of that function. They are averaged with equal weight over the factors outside the effect, and
        freed of the effects that this one contains.
        """
        family = [j for other in effects if other.numbers == effect.numbers for j in other.columns]
        inside = [other for other in effects if effect.contains(other)]
        contrasts = self._contrasts(effect, inside)
        parts = []
        for columns, look in self._functions(family, effect.columns):
            means = np.zeros((len(self.X), self.X.shape[2]))
            means[:, columns] = self.X[:, look, columns]
            parts.append(contrasts @ self._averaged(means, effect))
        L = np.concatenate(parts) if parts else np.zeros((0, self.X.shape[2]))
        return estimable_part(fit, L)[:, list(fit.sums.kept)], len(L)

    def _functions(self, family: list[int], own: tuple[int, ...]) -> list[tuple[list[int], int]]:
        """Columns of the family that share a function of time and covariates, and the look at which it is largest.

        One entry for each different function among the effect's own columns.
        """
        shapes = {j: self._shape(j) for j in family}
        found: list[tuple[list[int], int]] = []
        for j in own:
            if shapes[j].any() and not any(j in columns for columns, _ in found):
                alike = [i for i, shape in shapes.items() if abs(shape @ shapes[j]) > 1.0 - 1e-9]
                found.append((alike, int(np.abs(shapes[j]).argmax())))
        return found

    def _shape(self, column: int) -> np.ndarray:
        """How a column goes over the looks, of length one; zeros for a column of zeros."""
        values = self.X[:, :, column]
        row = values[np.abs(values).max(axis=1).argmax()]
        length = float(np.linalg.norm(row))
        return row / length if length else row

    def _averaged(self, means: np.ndarray, effect: Effect) -> np.ndarray:
        sizes = [len(item.values) for item in self.factors]
        away = tuple(i for i, item in enumerate(self.factors) if item.name not in effect.factors)
        return means.reshape(*sizes, -1).mean(axis=away).reshape(-1, means.shape[1])

    def _contrasts(self, effect: Effect, inside: list[Effect]) -> np.ndarray:
        """Orthonormal weights of the effect's cells that leave out what the effects inside it can say."""
        own = [item for item in self.factors if item.name in effect.factors]
        count = int(np.prod([len(item.values) for item in own]))
        if not inside:
            return np.eye(count)
        said = [
            reduce(np.kron, [_cell_code(item, item.name in other.factors) for item in own]) for other in inside
        ]
        left, values, _ = np.linalg.svd(np.concatenate(said, axis=1))
        return left[:, int((values > 1e-9).sum()) :].T


def _cell_code(item: Variable, told_apart: bool) -> np.ndarray:
    count = len(item.values)
    return np.eye(count) if told_apart else np.ones((count, 1))


# ---------------------------------------------------------------- type 2


def _second(fit: FittedModel, effects: list[Effect], effect: Effect) -> tuple[np.ndarray, int]:
    """Rows of the Cholesky factor of X'X with the effects that contain this one last (Goodnight 1980)."""
    later = [j for other in effects if other.contains(effect) for j in other.columns]
    kept = list(fit.sums.kept)
    own = [j for j in effect.columns if j in kept]
    before = [j for j in kept if j not in later and j not in own]
    order = [*before, *own, *(j for j in kept if j in later)]
    back = fit.sums.triangle(order)
    rows = np.zeros((len(own), len(kept)))
    rows[:, [kept.index(j) for j in order]] = back[len(before) : len(before) + len(own)]
    return rows, len(effect.columns)
