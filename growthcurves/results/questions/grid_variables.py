"""What the reference grid is made of: columns, factors that a formula makes of them, and what a question sets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotAvailableError, brief, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns
from growthcurves.model.formula.codings import Coded
from growthcurves.model.formula.tree import Call, Expression, Factor, Name
from growthcurves.numerics.bounds import shown_value
from growthcurves.results.questions.observed import Observed

#: So many values of a covariate are offered as they are.
FEW_VALUES = 5


@dataclass(frozen=True, eq=False)
class Made:
    """A factor that a formula makes of columns, such as C(age > 44), and its levels where it was observed."""

    columns: Columns
    factor: Factor
    coded: Coded


@dataclass(frozen=True)
class Variable:
    """A predictor on the grid.

    Attributes
    ----------
    name : str
        A column, or a factor that a formula makes of others.
    values : tuple
        Levels of a factor, or the one value at which a covariate stands.
    factor : bool
    made : Made, optional
    hidden : bool
        Whether a column predicts only through factors made of it: then its own value moves nothing.
    varies : bool
        Whether it varies with time.
    """

    name: str
    values: tuple[Any, ...]
    factor: bool
    made: Made | None = None
    hidden: bool = False
    varies: bool = False

    @property
    def columns(self) -> frozenset[str]:
        """The columns that it is, or is made of."""
        return frozenset((self.name,)) if self.made is None else self.made.factor.columns

    def rows(self, observed: Observed) -> np.ndarray:
        """Its value, or the place of its level, in every observed row, (n,)."""
        over = observed.rows(sorted(self.columns), every_row=True)
        if self.made is None:
            return np.asarray(over.table[self.name])
        return observed.levels(self.made.columns, self.made.factor, over).codes


def all_columns(fit: FittedModel) -> Iterator[Columns]:
    """The formulas of the model, read: predictors of each growth parameter, then covariates."""
    yield from fit.recipe.predictors.values()
    yield fit.recipe.covariates


def factor_variable(factor: Factor) -> str:
    """The variable that a factor with levels is on the grid: a column, also as C(column), or the factor itself."""
    node = factor.node if isinstance(factor, Expression) else None
    if isinstance(node, Call) and node.function == "C" and isinstance(node.arguments[0], Name):
        return node.arguments[0].column
    return factor.label


def is_made(factor: Factor) -> bool:
    """Whether a factor with levels is more than a column."""
    return factor_variable(factor) not in factor.columns


def grid_variables(fit: FittedModel, observed: Observed | None = None) -> dict[str, Variable]:
    """Every predictor of the model but time: factors with their levels, covariates at their mean.

    A factor that a formula makes of columns is one of its own. The mean is over persons (or as `observed` counts) for
    what is constant within persons, and over rows for what varies with time.
    """
    observed = observed or Observed(fit)
    found: dict[str, Variable] = {}
    plain = {name for columns in all_columns(fit) for name in _plain_columns(columns)}
    for columns in all_columns(fit):
        levels = levels_of_columns(columns)
        for name in columns.used:
            if name != fit.model.time and not (name in found and found[name].factor):
                found[name] = _column(observed, name, levels.get(name), name not in plain)
        for factor in _made_factors(fit, columns):
            if factor.label not in found:
                found[factor.label] = _made(observed, columns, factor)
    return found


def _plain_columns(columns: Columns) -> Iterator[str]:
    """Columns that predict otherwise than through factors that are made of them."""
    for factor in columns.formula.factors:
        if factor not in columns.categorical or not is_made(factor):
            yield from factor.columns


def levels_of_columns(columns: Columns) -> dict[str, list[Any]]:
    """Levels of the columns that are factors: categories, and numbers that the formula takes as levels."""
    found = dict(columns.levels)
    for factor in columns.categorical:
        if isinstance(factor, Expression) and not is_made(factor):
            found.setdefault(factor_variable(factor), levels_of(columns, factor))
    return found


def levels_of(columns: Columns, factor: Factor) -> list[Any]:
    """The levels of a column that is a factor as C(column)."""
    assert isinstance(factor, Expression) and isinstance(factor.node, Call)
    return list(columns.states[factor][factor.node.position]["levels"])


def _made_factors(fit: FittedModel, columns: Columns) -> list[Factor]:
    """In the order of the formula; what is made of time is a function of time."""
    wanted = (factor for factor in columns.formula.factors if factor in columns.categorical and is_made(factor))
    return [factor for factor in wanted if fit.model.time not in factor.columns]


def _column(observed: Observed, name: str, levels: list[Any] | None, hidden: bool) -> Variable:
    varies = observed.varies(name)
    values = (observed.mean(name),) if levels is None else tuple(levels)
    return Variable(name, values, levels is not None, hidden=hidden, varies=varies)


def _made(observed: Observed, columns: Columns, factor: Factor) -> Variable:
    coded = observed.known_levels(columns, factor)
    varies = any(observed.varies(name) for name in factor.columns)
    return Variable(factor.label, tuple(coded.levels), True, Made(columns, factor, coded), varies=varies)


# ---------------------------------------------------------------- what is asked


def asked_variables(fit: FittedModel, by: Any, observed: Observed) -> tuple[dict[str, Variable], list[str]]:
    """The variables of the grid with those of `by` set as asked, and the names of these.

    Raises
    ------
    ModelError
        For a variable that does not predict, a covariate without values, a level that does not occur.
    """
    variables = grid_variables(fit, observed)
    names = {"".join(name.split()): name for name in variables}
    wanted = {names.get("".join(name.split()), name): values for name, values in _as_dict(by).items()}
    for name, values in wanted.items():
        if not variables:
            raise ModelError(f"The model has no predictors, and so no groups by {brief(name)}: leave out by=.")
        if name not in variables:
            raise ModelError(unknown("predictor of the model (for by=)", name, variables))
        if values is None and not variables[name].factor:
            raise ModelError(_without_values(variables[name], observed))
        variables[name] = _asked(variables[name], values)
    return _settled(variables, list(wanted)), list(wanted)


def _as_dict(by: Any) -> dict[str, Any]:
    if by is None:
        return {}
    if isinstance(by, Mapping):
        return {str(name): values for name, values in by.items()}
    return dict.fromkeys(map(str, by if isinstance(by, list | tuple | set) else [by]))


def _without_values(known: Variable, observed: Observed) -> str:
    """That a covariate needs values, with all that occur where they are few, as of 0 and 1, else with the mean."""
    try:
        there = np.unique(known.rows(observed)).tolist()
    except NotAvailableError:  # rows are gone, and with them how many values there are
        there = list(known.values)
    some = there if len(there) <= FEW_VALUES else list(known.values)
    example = f"by={{{known.name!r}: [{', '.join(f'{value:.4g}' for value in some)}]}}"
    return f"{known.name!r} is a covariate: say at which values, such as {example}."


def _asked(known: Variable, values: Any) -> Variable:
    name = known.name
    if values is None:
        return known
    chosen = tuple(dict.fromkeys(np.atleast_1d(np.asarray(values, dtype=object)).ravel().tolist()))
    if not chosen:
        raise ModelError(f"by= names no value of {name!r}.")
    for value in chosen:
        if known.factor and value not in known.values:
            raise ModelError(unknown(f"level of {name!r}", value, known.values))
        if not known.factor and not _finite(value):
            raise ModelError(f"{name!r} is a covariate: by= takes numbers for it, not {shown_value(value)}.")
    return replace(known, values=chosen)


def _finite(value: Any) -> bool:
    try:
        return bool(np.isfinite(float(value))) and not isinstance(value, str)
    except (TypeError, ValueError):
        return False


def _settled(variables: dict[str, Variable], wanted: list[str]) -> dict[str, Variable]:
    """Made factors follow the columns that are asked for, unless their own levels are."""
    follow = [
        item for item in variables.values()
        if item.made is not None and item.name not in wanted and item.made.factor.columns & set(wanted)
    ]  # fmt: skip
    seen = {name for item in follow if item.made is not None for name in item.made.factor.columns}
    for name in wanted:
        if variables[name].hidden and name not in seen:
            raise ModelError(f"{name!r} predicts only through factors that by= sets too: ask for one of them.")
    kept = {name: item for name, item in variables.items() if item not in follow}
    return {name: replace(item, hidden=item.hidden and name not in seen) for name, item in kept.items()}
