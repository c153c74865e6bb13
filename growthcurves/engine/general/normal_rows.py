"""The likelihood of normal outcomes with any residual structure, person by person from the rows.

Persons with as many occasions are solved together. It is what a structure of a user's own is fitted by.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.general.differences import Evaluated
from growthcurves.engine.general.marginal import Person, told_apart
from growthcurves.engine.general.products import Products, evaluated
from growthcurves.engine.likelihood.problem import Problem, standard_problem
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class NormalRows:
    """V_i = Z_i G Z_i' + R_i at the occasions of each person.

    Attributes
    ----------
    rows : Rows
    sums : Sums
        Of the same rows: they say which columns are kept, and in which standard coordinates.
    reml : bool
    residual : Residual
    """

    rows: Rows
    sums: Sums
    reml: bool
    residual: Any

    @cached_property
    def frame(self) -> Problem:
        return standard_problem(self.sums.moments, self.sums.coordinates, self.reml)

    @cached_property
    def _persons(self) -> list[tuple[Array, Array, Array, Occasions]]:
        """X, Z and y of each person in standard coordinates, and the occasions."""
        frame, terms = self.frame, self.sums.terms
        X = self.rows.columns([terms.x[j] for j in self.sums.kept])
        X = np.linalg.solve(frame.back_x.T, X.T).T
        made = self.rows.row_columns(terms.z)
        Z = np.column_stack([made[k] for k in terms.z]) if terms.z else np.zeros((len(X), 0))
        Z = np.linalg.solve(frame.back_z.T, Z.T).T
        y = (self.rows.outcome - X @ frame.offset) / frame.scale
        order = np.argsort(self.rows.codes, kind="stable")
        cuts = np.cumsum(np.bincount(self.rows.codes, minlength=self.rows.persons))[:-1]
        return [(X[own], Z[own], y[own], self.rows.occasions.take(own)) for own in np.split(order, cuts)]

    @cached_property
    def _groups(self) -> list[list[int]]:
        """Persons with as many occasions."""
        sizes = [len(one[2]) for one in self._persons]
        return [[i for i, size in enumerate(sizes) if size == n] for n in sorted(set(sizes))]

    def natural(self, local: Local) -> Point:
        sigma2 = self.frame.scale**2 * local.sigma2
        residual = self.residual.moved(sigma2, local.others)
        return Point(self.frame.beta(local.beta), {"person": sigma2 * local.D}, residual)

    def _covariances(self, local: Local, persons: Sequence[int]) -> Array:
        """V_i of persons with as many occasions, (N, n, n), in standard units."""
        G, residual = local.sigma2 * local.D, self.residual.moved(local.sigma2, local.others)
        Z = np.stack([self._persons[i][1] for i in persons])
        R = np.stack([residual.matrix(self._persons[i][3]) for i in persons])
        return Z @ G @ Z.swapaxes(1, 2) + R

    def products(self, local: Local) -> Products | None:
        p = self.frame.p
        log_det, squares = 0.0, np.zeros((p + 1, p + 1))
        for group in self._groups:
            wide = np.stack([np.column_stack([self._persons[i][0], self._persons[i][2]]) for i in group])
            try:
                factor = np.linalg.cholesky(self._covariances(local, group))
            except np.linalg.LinAlgError:
                return None
            half = np.linalg.solve(factor, wide)
            log_det += 2.0 * float(np.log(np.einsum("nii->ni", factor)).sum())
            squares += np.einsum("nia,nib->ab", half, half)
        return Products(log_det, squares)

    def at(self, local: Local, best_beta: bool) -> Evaluated | None:
        return evaluated(self.products, local, self.frame, best_beta)

    def starts(self) -> list[Local]:
        """Independent thirds, and most of the variance between persons."""
        p, q = self.frame.p, self.frame.q
        begin = np.asarray(self.residual.working, dtype=float)
        blank = Local.of_factor(np.zeros(p), np.zeros((q, q)), -0.7, self.frame.partition)
        sizes = (0.7, 2.0) if q else (0.0,)
        starts = [Local.of_factor(np.zeros(p), size * np.eye(q), -0.7, self.frame.partition) for size in sizes]
        return [replace(start, others=begin, scaled=blank.scaled) for start in starts]

    def identified(self) -> bool:
        start = self.starts()[0]
        inside = replace(start, others=start.others + 0.3)
        return told_apart(self.persons, inside, range(self.frame.p, inside.size))

    def persons(self, local: Local) -> list[Person]:
        """Each person's rows at a local point."""
        found: list[Any] = [None] * self.rows.persons
        for group in self._groups:
            for i, V in zip(group, self._covariances(local, group), strict=True):
                X, Z, y, _ = self._persons[i]
                found[i] = Person(X, Z, y - X @ local.beta, V)
        return found

    def by_ml(self) -> NormalRows:
        return replace(self, reml=False)

    def refitted(self, sums: Sums) -> NormalRows:
        return replace(self, sums=sums)

    def values(self) -> dict[str, Any]:
        """Nothing beside the rows, which are saved with the fit."""
        return {}
