"""Hypotheses about effects by the general form of estimable functions (Goodnight 1978; SAS/STAT, "The Four Types of
Estimable Functions"). The derivation is in docs/inference-contrasts.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.errors import NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.arrays import Array
from growthcurves.results.questions.model_effects import (
    Effect,
    Written,
    model_columns_written,
    model_effects,
    side_by_side,
)

#: Singular values below this share of the largest are rounding.
ROUNDING = 1e-8
#: A hypothesis that differs by less from another is the same.
EQUAL = 1e-6


@dataclass(frozen=True, eq=False)
class EstimableFunctions:
    """The functions of the cells' parameters that a model, and its data, determine.

    Attributes
    ----------
    effects : list of Effect
        In the order of the cells.
    formal : (labels, cells) array
        Rows that span the functions that data without gaps determine, in the same units.
    B : (p, cells) array
        Row j says what the j-th fixed effect is of the cells' parameters; the rows span the functions that these data
        determine. Fixed effects and cells are measured in units of their columns' lengths.
    triangle : (p, p) array
        The Cholesky factor of X'X in the same units.
    lengths : (p,) array
        Of the columns of X.
    units : (cells,) array
        Of the cells.
    """

    effects: list[Effect]
    formal: Array
    B: Array
    triangle: Array
    lengths: Array
    units: Array

    @classmethod
    def of(cls, fit: FittedModel) -> EstimableFunctions:
        """Those of a fit.

        Raises
        ------
        NotEstimableError
            When the cells of effects are not made of the model's columns.
        """
        effects = model_effects(fit)
        columns = model_columns_written(fit)
        both = side_by_side([columns, *(effect.cells for effect in effects)])
        own, formal = np.hsplit(both.codes, [columns.codes.shape[1]])
        made = _made_of(fit, own, formal)
        kept, out = list(fit.sums.kept), list(fit.sums.left_out)
        B = made[kept] + fit.sums.dependence @ made[out] if out else made[kept]
        triangle = fit.sums.triangle(kept)
        lengths = np.linalg.norm(triangle, axis=0)
        units = _units(effects, both, np.linalg.norm(triangle @ B, axis=0))
        return cls(effects, formal / units, lengths[:, None] * B / units, triangle / lengths, lengths, units)

    @cached_property
    def _places(self) -> list[Array]:
        """Which cells are those of each effect."""
        ends = np.cumsum([effect.cells.codes.shape[1] for effect in self.effects])
        return [np.arange(last - effect.cells.codes.shape[1], last)
                for effect, last in zip(self.effects, ends, strict=True)]  # fmt: skip

    def _cells(self, effect: Effect) -> tuple[Array, Array, Array]:
        """The cells of an effect, of the effects that contain it, and all others."""
        own = [one is effect for one in self.effects]
        containing = [one.contains(effect) for one in self.effects]
        others = [not (a or b) for a, b in zip(own, containing, strict=True)]
        none = np.zeros(0, dtype=int)
        chosen = ([places for places, yes in zip(self._places, which, strict=True) if yes]
                  for which in (own, containing, others))  # fmt: skip
        first, second, third = (np.concatenate([none, *places]) for places in chosen)
        return first, second, third

    def count(self, effect: Effect) -> int:
        """How many independent contrasts of the effect data without gaps determine."""
        return len(self._third(self.formal, effect))

    def third(self, effect: Effect) -> Array:
        """The type 3 hypothesis of an effect: rows (r, p) of L with L beta = 0.

        Each has weight one at a cell of its own and zero at those of the others, as the rows of lmerTest: a level
        against the reference level.
        """
        rows, places = self._third(self.B, effect), self._ordered(effect)
        own = (rows @ self.B)[:, places]
        chosen = _independent(own)
        written = own[:, chosen] * self.units[places[chosen]]
        return np.linalg.solve(written, rows) * self.lengths if len(chosen) else rows

    def equal(self, effect: Effect) -> bool:
        """Whether the type 3 hypothesis is the one that data without gaps give: cells averaged with equal weight."""
        given = self._third(self.B, effect) @ self.B
        meant = _span((self._third(self.formal, effect) @ self.formal).T)
        return bool(np.abs(given - given @ meant @ meant.T).max(initial=0.0) < EQUAL)

    def _third(self, rows: Array, effect: Effect) -> Array:
        """Combinations (r, rows) of rows that span functions of the cells: on the effect and those that contain it.

        They are orthogonal to all such functions that leave the effect's own cells alone.
        """
        own, containing, others = self._cells(effect)
        free = _without(rows[:, others])
        left, values, _ = np.linalg.svd(free @ rows[:, own])
        rank = _count(values)
        found = (left[:, :rank] / values[:rank]).T @ free
        alone = left[:, rank:].T @ free
        above = rows[:, np.r_[own, containing]]
        away = np.linalg.lstsq((alone @ above).T, (found @ above).T, rcond=None)[0]
        return found - away.T @ alone

    def second(self, effect: Effect) -> Array:
        """The type 2 hypothesis: the effect adjusted for all that do not contain it, rows (r, p).

        That of an effect which nothing contains is of type 3. The rows of another are cells in turn, each adjusted for
        those before it (the forward Doolittle of Goodnight 1979), as in SAS and lmerTest.
        """
        _, containing, others = self._cells(effect)
        if not len(containing):
            return self.third(effect)
        places = self._ordered(effect)
        basis, _ = np.linalg.qr(self.triangle @ _span(self.B[:, others]))
        cells = self.triangle @ self.B[:, places]
        rest = cells - basis @ (basis.T @ cells)
        rest = rest - basis @ (basis.T @ rest)
        chosen = _independent(_without(self.B[:, others]) @ self.B[:, places])
        left, right = np.linalg.qr(rest[:, chosen])
        return left.T @ self.triangle * self.lengths / (np.diag(right) * self.units[places[chosen]])[:, None]

    def _ordered(self, effect: Effect) -> Array:
        """The cells of an effect in the order in which its hypothesis is written."""
        return self._cells(effect)[0][effect.order]


def _made_of(fit: FittedModel, own: Array, cells: Array) -> Array:
    """How the cells' columns are made of the model's, (columns, cells)."""
    made = np.linalg.lstsq(own, cells, rcond=None)[0]
    if own.shape[1] != len(fit.recipe.terms) or np.abs(own @ made - cells).max(initial=0.0) > ROUNDING:
        raise NotEstimableError(
            "The effects of this model cannot be tested as wholes: its columns do not make the means of the cells of "
            "its factors. Test the terms that are meant, with fit.test()."
        )
    return made


def _units(effects: list[Effect], written: Written, lengths: Array) -> Array:
    """A unit for every cell: the greatest length of the columns that hold the same numbers."""
    numbers = {name for effect in effects for name in effect.numbers}
    codes = written.codes[:, -len(lengths) :]
    held = [frozenset(item for item in written.labels[i] if item[0][0] in numbers) for i in (codes != 0).argmax(axis=0)]
    greatest: dict[frozenset, float] = {}
    for key, length in zip(held, lengths, strict=True):
        greatest[key] = max(greatest.get(key, 0.0), float(length))
    return np.array([greatest[key] or 1.0 for key in held])


def _count(values: Array) -> int:
    return int((values > ROUNDING * max(values.max(initial=0.0), ROUNDING)).sum())


def _independent(A: Array) -> list[int]:
    """Columns of A that do not follow from those before them."""
    left = np.array(A)
    size = ROUNDING * max(np.linalg.norm(A, axis=0).max(initial=0.0), ROUNDING)
    chosen = []
    for i in range(A.shape[1]):
        length = np.linalg.norm(left[:, i])
        if length > size:
            chosen.append(i)
            direction = left[:, i] / length
            left = left - np.outer(direction, direction @ left)
    return chosen


def _without(A: Array) -> Array:
    """Orthonormal combinations (k, rows) of the rows of A that are zero."""
    left, values, _ = np.linalg.svd(A, full_matrices=True) if A.size else (np.eye(len(A)), np.zeros(0), None)
    return left[:, _count(values) :].T


def _span(A: Array) -> Array:
    """An orthonormal basis of the columns of A, (rows, rank)."""
    left, values, _ = np.linalg.svd(A, full_matrices=False) if A.size else (np.zeros((len(A), 0)), np.zeros(0), None)
    return left[:, : _count(values)]
