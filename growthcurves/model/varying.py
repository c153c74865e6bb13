"""The random part meets the data: what varies between persons beside growth parameters and covariates, as columns.

`("intercept", "phase")` of a column of categories is one random effect per level, coded as R codes the terms inside one
pair of parentheses: without its first level beside the intercept, with all levels alone (Bates et al. 2015, Table 2).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from growthcurves.data.levels import factorized
from growthcurves.data.source import show_id
from growthcurves.errors import FormulaError, ModelError, unknown
from growthcurves.model.columns import Columns, evaluate
from growthcurves.model.formula.parse import read_terms
from growthcurves.model.formula.tree import Column, Formula, Term
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart, crosses
from growthcurves.model.sheets import Sheets, refuse_undefined, stand_in

#: Random effects that every shape may have, whether or not they are its parameters.
LINES = ("intercept", "slope")


@dataclass(frozen=True, eq=False)
class Varying:
    """The random part as the data have it.

    Attributes
    ----------
    part : RandomPart
        One name for every random effect.
    columns : tuple of Columns
        Columns that are neither growth parameters nor covariates, one record for each block that has any.
    values : tuple of (n,) arrays
        All of them, in their order.
    moved : tuple of tuples of float
        How each of them, per unit of the person-level columns in it, moves the growth parameters; empty where it holds
        more than such columns and the growth basis.
    """

    part: RandomPart
    columns: tuple[Columns, ...]
    values: tuple[np.ndarray, ...]
    moved: tuple[tuple[float, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return names_of(self.columns)


def names_of(columns: Sequence[Columns]) -> tuple[str, ...]:
    """Names of the columns of several records."""
    return tuple(name for record in columns for name in record.names)


def varying(model: GrowthModel, known: Collection[str], sheets: Sheets) -> Varying:
    """The random part with its terms as columns.

    Parameters
    ----------
    model : GrowthModel
    known : collection of str
        Growth parameters and covariates, which have their columns already.
    sheets : Sheets

    Raises
    ------
    ModelError
        For a name that is neither known nor a term of the table's columns; for a column that comes twice.
    """
    if model.random.by is not None:
        _refuse_moving(model.random.by, sheets)
    part, columns, values = _part(model, model.random, known, sheets, lambda: sheets.people.persons.codes)
    above = {}
    for unit, random in model.above.items():
        above[unit], more, others = _part(model, random, known, sheets, partial(_unit_of_rows, model, unit, sheets))
        columns, values = [*columns, *more], [*values, *others]
    moved = (_moved(model, term, sheets) for record in columns for term in record.terms)
    return Varying(part.stacked(above), tuple(columns), tuple(values), tuple(moved))


def _part(
    model: GrowthModel, random: RandomPart, known: Collection[str], sheets: Sheets, whose: Callable[[], np.ndarray]
) -> tuple[RandomPart, list[Columns], list[np.ndarray]]:
    """The random effects of persons, or of units above them, with the columns that are neither known.

    `whose` gives the person or the unit of each row.
    """
    blocks: list[tuple[str, ...]] = []
    columns: list[Columns] = []
    values: list[np.ndarray] = []
    for block in random.blocks:
        block = tuple(_plain(name, known) for name in block)
        terms = {name: _term(name, known, sheets) for name in block if name not in known}
        if not terms:
            blocks.append(block)
            continue
        record, found = _evaluated(model, block, terms, sheets)
        made = {name: [column for column, of in zip(record.names, record.terms, strict=True) if of == term]
                for name, term in terms.items()}  # fmt: skip
        names = tuple(column for name in block for column in made.get(name, [name]))
        blocks += _together(names, record.names, found, whose())
        columns.append(record)
        values += found
    part = RandomPart(tuple(blocks))
    _refuse_twice(part)
    return part, columns, values


def _unit_of_rows(model: GrowthModel, unit: str, sheets: Sheets) -> np.ndarray:
    """Whose each row is at a level above persons, (n,); names that units above use again are of different units."""
    panel, above = sheets.people.panel, list(model.above)
    holding = [unit] if crosses(model.above) else above[above.index(unit) :]
    columns = [factorized(panel, name)[0] for name in holding]
    return np.unique(np.column_stack(columns), axis=0, return_inverse=True)[1].reshape(-1)


def _refuse_moving(by: str, sheets: Sheets) -> None:
    """Groups with covariances of their own are groups of persons."""
    people = sheets.people
    if by not in people.panel.data.columns:
        raise ModelError(unknown("column of groups (ByGroup)", by, map(str, people.panel.data.columns)))
    person = people.varies_for(by)
    if person is not None:
        who = show_id(people.persons.labels[person])
        raise ModelError(
            f"ByGroup gives groups of persons covariances of their own, but {by!r} changes within person {who}: take a "
            f"column that is one value for each person."
        )


def _moved(model: GrowthModel, term: Term, sheets: Sheets) -> tuple[float, ...]:
    """How a term's random effect moves the growth parameters, per unit of its columns of level 2."""
    growth, people = sheets.growth, sheets.people
    time = None if model.time is None else str(model.time)
    curves = [factor for factor in term.factors if isinstance(factor, Column) and factor.name in (*growth.names, time)]
    others = {name for factor in term.factors if factor not in curves for name in factor.columns}
    if len(curves) > 1 or time in others or any(people.varies(name) for name in others):
        return ()
    if curves and curves[0].name == time:
        line = growth.of_time(people.panel.times)
        return () if line is None else tuple(line.tolist())
    return tuple(growth.shape.effects(curves[0].name if curves else "intercept").tolist())


def _together(
    names: tuple[str, ...], own: tuple[str, ...], values: Sequence[np.ndarray], codes: np.ndarray
) -> list[tuple[str, ...]]:
    """A block as those of its columns that persons, or units above them, have together.

    No person is of two sexes, so that nothing tells the covariance of the random effects of both: it is no part of the
    model, whose outcomes are the same whatever it is. A school of girls and boys has both.
    """
    if set(names) != set(own):
        return [names]
    there = np.array([np.bincount(codes, np.abs(one)) > 0 for one in values], dtype=float)
    groups, left = [], list(range(len(own)))
    meet = there @ there.T > 0
    while left:
        group, grown = {left[0]}, {left[0]}
        while grown:
            grown = {j for i in grown for j in left if meet[i, j]} - group
            group |= grown
        groups.append(tuple(name for name in names if own.index(name) in group))
        left = [j for j in left if j not in group]
    return groups


def _evaluated(
    model: GrowthModel, block: tuple[str, ...], terms: dict[str, Term], sheets: Sheets
) -> tuple[Columns, list[np.ndarray]]:
    """The columns of a block's own terms, coded in the company of all that stands in the block."""
    own = set(terms.values())
    company = [term for name in block for term in ([terms[name]] if name in terms else _company(model, name))]
    formula = Formula(tuple(dict.fromkeys(company)), "intercept" in block)
    record, values = evaluate(formula, sheets.rows, own)
    refuse_undefined(record, values, sheets.people, sheets.people.persons.codes)
    filled = [np.ones(len(sheets.people.panel)) if one is None else one for one in values]
    return replace(record, own=sheets.own), filled


def _plain(name: str, known: Collection[str]) -> str:
    """A known name without the backticks that a formula needs."""
    term = None if name in known else term_called(name)
    return term.label if term is not None and term.label in known else name


def _company(model: GrowthModel, name: str) -> Iterator[Term]:
    """What a growth parameter or covariate is when other terms of its block are coded: a number of its own."""
    covariates = {str(term): term for term in model.covariate_tree.terms}
    if name in covariates:
        yield covariates[name]
    elif name != "intercept" and model.time is not None:
        parameters = model.parameters
        power = max(parameters.index(name), 1) if name in parameters else 1
        yield Term(stand_in(model.time, power))


def _term(name: str, known: Collection[str], sheets: Sheets) -> Term:
    term = term_called(name)
    columns, curves = sheets.people.panel.data.columns, sheets.growth.names
    if term is None or not all(column in columns or column in curves for column in term.columns):
        raise ModelError(unknown("growth parameter or covariate", name, known))
    for column in term.columns:
        if column in columns and column in curves:
            raise ModelError(f"Column {column!r} is called like a growth parameter: rename the column.")
    return term


def refuse_unknown_random(model: GrowthModel, columns: Collection[str]) -> None:
    """Refuse a random effect that is neither known nor made of columns of the table.

    Raises
    ------
    ModelError
    """
    for name in _all_names(model) if model.parameters else ():
        term = term_called(name) if name not in _known(model) else None
        if term is not None and not term.columns <= {*columns, *model.parameters, *LINES}:
            known = [*_known(model)]
            raise ModelError(unknown("growth parameter or covariate", name, known))


def _known(model: GrowthModel) -> dict[str, None]:
    """Growth parameters and covariates by name, before the data are seen."""
    covariates = [term.label for term in model.covariate_tree.terms]
    return dict.fromkeys([*model.parameters, *LINES, *covariates])


def term_called(name: str) -> Term | None:
    """The one term that a name of the random part is when it is read as a formula; None where it is none."""
    try:
        terms = read_terms(name).terms
    except FormulaError:
        return None
    return terms[0] if len(terms) == 1 and terms[0].factors and terms[0].scale is None else None


def varying_columns(model: GrowthModel) -> list[str]:
    """Columns of the table that its random part uses and its fixed part may not."""
    terms = (term_called(name) for name in _all_names(model) if name not in _known(model))
    used = Formula(tuple(term for term in terms if term is not None), False).columns
    return [column for column in used if column not in (model.time, *model.parameters, *LINES)]


def _all_names(model: GrowthModel) -> list[str]:
    """What varies between persons, and between units above them."""
    return [name for part in (model.random, *model.above.values()) for name in part.names]


def _refuse_twice(part: RandomPart) -> None:
    twice = [name for name in part.names if part.names.count(name) > 1]
    if twice:
        raise FormulaError(
            f"The random {twice[0]} comes twice: let each column vary in one place only, or leave the intercept out of "
            f"one with (0 + x | id)."
        )
