"""The effects of a model and its columns, both written in the functions that growth parameters and factors stand for.

An effect's columns are the overparameterised ones of the textbook: an indicator of every cell of its factors, times its
functions of numbers. How they are made of the model's own columns follows from terms and codings, never from rows
(docs/inference-contrasts.md).
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import reduce

import numpy as np

from growthcurves.data.backticks import quoted
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns
from growthcurves.model.formula.tree import Factor, Term
from growthcurves.model.spaces import CodedFormula, Space, coded, function_named
from growthcurves.numerics.arrays import Array
from growthcurves.results.questions.reference_grid import all_columns

#: A product of functions: how often each of them, by name and position, stands in it.
Label = frozenset[tuple[tuple[Hashable, int], int]]


@dataclass(frozen=True, eq=False)
class Written:
    """Columns as combinations of products of functions: codes (labels, columns)."""

    labels: tuple[Label, ...]
    codes: Array

    def times(self, other: Written) -> Written:
        """All products of the columns of both, those of `other` fastest."""
        labels = tuple(_product(*pair) for pair in itertools.product(self.labels, other.labels))
        return Written(labels, np.kron(self.codes, other.codes))


def _product(one: Label, other: Label) -> Label:
    return frozenset((Counter(dict(one)) + Counter(dict(other))).items())


ONE: Label = frozenset()
_CONSTANT = Written((ONE,), np.ones((1, 1)))


@dataclass(frozen=True, eq=False)
class Effect:
    """A term of the model.

    Attributes
    ----------
    name : str
    numbers : tuple of names
        Its functions of numbers, the growth parameter's function of time among them.
    factors : frozenset of names
        What is made into levels, and functions of numbers that add up to one, as indicators of levels do.
    cells : Written
        A column for every cell of its factors and every function of numbers.
    order : array of int
        The cells in which hypotheses are written: those without a reference level before those with one and with more,
        the levels of the first factor fastest.
    functions_of_time : tuple of str
        The growth parameter, and the factors of a formula that are functions of time.
    add_up : tuple of str
        The factors of a formula that are functions of numbers and add up to one.
    """

    name: str
    numbers: tuple[Hashable, ...]
    factors: frozenset[Hashable]
    cells: Written
    order: Array
    functions_of_time: tuple[str, ...]
    add_up: tuple[str, ...]

    @property
    def tested(self) -> bool:
        """Whether it says anything but that there is a mean."""
        return bool(self.numbers or self.factors)

    @property
    def product(self) -> bool:
        """Whether it is a product of several numbers and factors."""
        return len(self.numbers) + len(self.factors) > 1

    def contains(self, other: Effect) -> bool:
        """Whether the other is a part of this one: the same numbers, and fewer factors (SAS's rule)."""
        return self.numbers == other.numbers and self.factors > other.factors


@dataclass(frozen=True, eq=False)
class Owner:
    """What a formula's columns are multiplied with: the function of a growth parameter; nothing for covariates.

    Attributes
    ----------
    name : str
        As names of effects begin; empty for covariates and for the level of a factor that time is.
    space : Space or None
        None for the constant.
    place : int
        Which of the functions of the space.
    """

    name: str
    space: Space | None
    place: int = 0

    def written(self) -> Written:
        return _CONSTANT if self.space is None else _in_functions(self.space, np.eye(self.space.size)[:, [self.place]])


def model_effects(fit: FittedModel) -> list[Effect]:
    """The terms of all growth parameters and of the covariates, in the order of the columns.

    Where each occasion has a growth parameter of its own, time is a factor: a term that all of them have is an effect
    of its own and one by occasion, a term that only some have is one at these occasions.
    """
    found: dict[tuple[str, Term], list[Owner]] = {}
    formulas: dict[tuple[str, Term], CodedFormula] = {}
    for owner, columns in _owned(fit):
        formula = coded(columns)
        for term in dict.fromkeys(columns.terms):
            found.setdefault((owner.name, term), []).append(owner)
            formulas[owner.name, term] = formula
    effects = []
    for (name, term), owners in found.items():
        space = owners[0].space
        if space is None or not space.levels:
            effects.append(_effect(fit, term, formulas[name, term], owners[:1]))
            continue
        if len(owners) == space.size:
            effects.append(_effect(fit, term, formulas[name, term], [Owner("", None)]))
        effects.append(_effect(fit, term, formulas[name, term], owners))
    return effects


def model_columns_written(fit: FittedModel) -> Written:
    """The columns of X, those left out too, in the functions of growth parameters and factors."""
    return side_by_side([one for owner, columns in _owned(fit) for one in _written_columns(owner, columns)])


def _written_columns(owner: Owner, columns: Columns) -> Iterator[Written]:
    formula = coded(columns)
    for term, product in formula.products:
        pieces = [_in_functions(space, space.reduced if less else space.whole)
                  for space, less in ((formula.spaces[factor], less) for factor, less in product)]  # fmt: skip
        made = reduce(Written.times, reversed(pieces), owner.written())
        yield Written(made.labels, made.codes * (1.0 if term.scale is None else term.scale.value))


def side_by_side(parts: list[Written]) -> Written:
    """Columns beside each other, over the labels of all."""
    labels = {label: i for i, label in enumerate(dict.fromkeys(label for one in parts for label in one.labels))}
    codes = np.zeros((len(labels), sum(one.codes.shape[1] for one in parts)))
    first = 0
    for one in parts:
        rows, width = [labels[label] for label in one.labels], one.codes.shape[1]
        np.add.at(codes[:, first : first + width], rows, one.codes)
        first += width
    return Written(tuple(labels), codes)


def _in_functions(space: Space, codes: Array) -> Written:
    """Columns in the functions of a space; where these make the constant, it stands in the place of the first."""
    if not space.constant:
        return Written(tuple(_label(space, i) for i in range(space.size)), codes)
    labels = (ONE, *(_label(space, i) for i in range(1, space.size)))
    return Written(labels, np.vstack([codes[:1], codes[1:] - codes[:1]]))


def _label(space: Space, place: int) -> Label:
    return frozenset({((space.name, place), 1)})


# ------------------------------------------------------------------ the effects


def _owned(fit: FittedModel) -> Iterator[tuple[Owner, Columns]]:
    """The formulas of the model, each with what it is multiplied with."""
    yield from zip([*_growth_owners(fit), Owner("", None)], all_columns(fit), strict=True)


def _growth_owners(fit: FittedModel) -> list[Owner]:
    shape, names = fit.recipe.shape, fit.model.parameters
    if shape.occasions:
        time = str(fit.model.growth_shape.wave_column or fit.model.time)
        each = np.eye(len(names))
        space = Space(("occasion", time), True, True, each, each[:, 1:])
        return [Owner(time, space, k) for k in range(len(names))]
    texts = shape.level_one(quoted(str(fit.model.time)))
    functions = [function_named(text) if texts.count(text) == 1 else name
                 for name, text in zip(names, texts, strict=True)]  # fmt: skip
    one = np.eye(1)
    return [Owner(name, Space(function, False, False, one, one) if text else None)
            for name, text, function in zip(names, texts, functions, strict=True)]  # fmt: skip


def _effect(fit: FittedModel, term: Term, formula: CodedFormula, owners: list[Owner]) -> Effect:
    owner = owners[0]
    spaces = [formula.spaces[factor] for factor in term.factors]
    cells = side_by_side([_cells(one.written(), spaces) for one in owners])
    everywhere = [*spaces, owner.space] if owner.space else spaces
    return Effect(
        name=":".join(filter(None, (owner.name, term.label))),
        numbers=tuple(sorted((space.name for space in everywhere if not space.constant), key=str)),
        factors=frozenset(space.name for space in everywhere if space.constant),
        cells=cells,
        order=_order(owners, spaces),
        functions_of_time=(
            *([owner.name] if owner.space and not owner.space.levels else []),
            *(factor.label for factor in term.factors if _of_time(fit, factor, formula)),
        ),
        add_up=tuple(factor.label for factor, space in zip(term.factors, spaces, strict=True) if _adds_up(space)),
    )


def _adds_up(space: Space) -> bool:
    return space.constant and not space.levels


def _cells(owner: Written, spaces: list[Space]) -> Written:
    return reduce(Written.times, (_in_functions(space, np.eye(space.size)) for space in reversed(spaces)), owner)


def _order(owners: list[Owner], spaces: list[Space]) -> Array:
    """The cells of an effect by how many of their levels are reference levels, then by place."""
    time = owners[0].space
    sizes = [len(owners), *(space.size for space in reversed(spaces))]
    whole = [time is not None and len(owners) == time.size > 1, *(space.constant for space in reversed(spaces))]
    places = [range(len(owners)), *([space.place(i) for i in range(space.size)] for space in reversed(spaces))]
    cells = [[own[i] for own, i in zip(places, cell, strict=True)] for cell in np.ndindex(*sizes)]
    references = [sum(yes and not place for yes, place in zip(whole, cell, strict=True)) for cell in cells]
    return np.array(sorted(range(len(cells)), key=lambda i: (references[i], cells[i])))


def _of_time(fit: FittedModel, factor: Factor, formula: CodedFormula) -> bool:
    return fit.model.time in factor.columns and not formula.spaces[factor].constant
