"""Rows in coordinates in which a right model makes them independent and standard normal, persons side by side.

With V_i = Z G Z' + R_i = L_i L_i' of persons alone, L_i^-1 (y_i - X_i b) is standard normal but for the effects of
units above persons, B v with B = L^-1 Z_u T, T T' the covariance of these, v standard normal. Fixed effects and v are
taken off together (Henderson's equations), from data and replicates alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import splu

from growthcurves.contracts.finding import PERSON
from growthcurves.fitted import FittedModel
from growthcurves.model.occasions import panel_occasions
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import psd_root
from growthcurves.results.persons.covariances import persons_of_one_size, residual_covariances
from growthcurves.results.questions.design_rows import own_rows
from growthcurves.results.questions.levels import units_above, units_of_rows


@dataclass(frozen=True, eq=False)
class Alike:
    """Persons with equally many rows, which stand one after the other.

    Attributes
    ----------
    rows : slice
        Their rows.
    persons : slice
        Their places among all persons in this order.
    inverse : (N, n, n) array
        L_i^-1.
    R : (N, n, n) array
        Covariance of residuals.
    residual : (N, n, n) array
        The inverse Cholesky factor of R_i.
    Z : (N, n, q) array
        Columns of the persons' standard random effects.
    """

    rows: slice
    persons: slice
    inverse: Array
    R: Array
    residual: Array
    Z: Array

    def of(self, values: Array) -> Array:
        """Their rows of values (n, r), person by person, (N, n, r)."""
        return values[self.rows].reshape(*self.inverse.shape[:2], values.shape[1])


class Whitening:
    """The rows of a fit, ordered by persons with equally many of them, and what takes them there and back.

    Parameters
    ----------
    fit : FittedModel
        A normal one whose variances are identified.

    Attributes
    ----------
    order : (n,) array of int
        Rows of the panel in this order.
    G : (q, q) array
        Covariance of the persons' standard random effects.
    """

    def __init__(self, fit: FittedModel) -> None:
        rows, G = own_rows(fit), fit.point.total()
        standard = fit.standard_rows(rows.Z)
        place = fit.sums.terms.places[PERSON] if units_above(fit) else slice(None)
        self.G = G[place, place]
        self.groups, order = [], []
        first = count = 0
        for own in persons_of_one_size(fit):
            R, Z = residual_covariances(fit, own), standard[own][:, :, place]
            inverse = np.linalg.inv(np.linalg.cholesky(R + Z @ self.G @ Z.swapaxes(1, 2)))
            here, who = slice(first, first + own.size), slice(count, count + len(own))
            self.groups.append(Alike(here, who, inverse, R, np.linalg.inv(np.linalg.cholesky(R)), Z))
            order.append(own.ravel())
            first, count = here.stop, who.stop
        self.order = np.concatenate(order)
        self.X = rows.X[self.order]
        self.residual = fit.panel.values[self.order] - self.X @ fit.estimates.beta
        self._fit, self._standard = fit, standard[self.order]

    # ------------------------------------------------ there and back

    def white(self, values: Array) -> Array:
        """L^-1 times rows (n, r)."""
        return self._each(values, lambda group, own: group.inverse @ own)

    def pulled(self, white: Array) -> Array:
        """V^-1 times rows, from white ones (n, r)."""
        return self._each(white, lambda group, own: group.inverse.swapaxes(1, 2) @ own)

    def left(self, pulled: Array) -> Array:
        """Residuals about persons' own curves, R V^-1 r, from V^-1 r."""
        return self._each(pulled, lambda group, own: group.R @ own)

    def normalized(self, left: Array) -> Array:
        """The same over the Cholesky factor of R."""
        return self._each(left, lambda group, own: group.residual @ own)

    def own_curves(self, through_z: Array) -> Array:
        """What persons' estimated random effects do to their rows, Z G Z'V^-1 r, (n, r)."""
        parts = [group.Z @ (self.G @ through_z[group.persons]) for group in self.groups]
        return np.concatenate([part.reshape(-1, through_z.shape[2]) for part in parts])

    def variances(self) -> Array:
        """Residual variance of each row, (n,)."""
        return np.concatenate([np.einsum("naa->na", group.R).ravel() for group in self.groups])

    def total_variances(self) -> Array:
        """Variance of each row about the mean, units above persons given, (n,)."""
        return np.concatenate([np.einsum("naa->na", own).ravel() for own in self._covariances()])

    def _covariances(self) -> list[Array]:
        """V_i of each group of persons, units above persons given, (N, n, n)."""
        return [group.R + group.Z @ self.G @ group.Z.swapaxes(1, 2) for group in self.groups]

    def own_covariances(self) -> list[Array]:
        """Covariances of the rows of each person, what units above persons add to them too; by group, (N, n, n)."""
        found = self._covariances()
        for unit, (of_rows, T) in self.units.items():
            Z = self._standard[:, self._fit.sums.terms.places[unit]] @ T
            for group, own in zip(self.groups, found, strict=True):
                there, who = group.of(Z), of_rows[group.rows].reshape(len(own), -1)
                own += (there @ there.swapaxes(1, 2)) * (who[:, :, None] == who[:, None, :])
        return found

    def through_z(self, pulled: Array) -> Array:
        """Z'V^-1 r of each person, (N, q, r)."""
        return np.concatenate([group.Z.swapaxes(1, 2) @ group.of(pulled) for group in self.groups])

    def _each(self, values: Array, change) -> Array:  # type: ignore[no-untyped-def]
        out = np.empty_like(values)
        for group in self.groups:
            out[group.rows] = change(group, group.of(values)).reshape(-1, values.shape[1])
        return out

    # ------------------------------------------------ what is estimated

    @cached_property
    def units(self) -> dict[str, tuple[Array, Array]]:
        """Of each level above persons that varies: the unit of each row in this order, and the factor T (q, k)."""
        found, G = {}, self._fit.point.total()
        for unit, of_rows in units_of_rows(self._fit).items():
            place = self._fit.sums.terms.places[unit]
            here = G[place, place]
            found[unit] = of_rows[self.order], psd_root(here, float(np.trace(here)) or 1.0)
        return found

    @cached_property
    def _above(self) -> sparse.csc_matrix:
        """B (n, m): units of a level one after the other, their effects one after the other."""
        blocks = []
        for unit, (of_rows, T) in self.units.items():
            Z = self._standard[:, self._fit.sums.terms.places[unit]] @ T
            rows, k = len(of_rows), T.shape[1]
            columns = of_rows[:, None] * k + np.arange(k)
            shape = (rows, (int(of_rows.max()) + 1) * k)
            blocks.append(sparse.csr_matrix((Z.ravel(), (np.repeat(np.arange(rows), k), columns.ravel())), shape))
        return (self._inverse @ sparse.hstack(blocks, format="csr")).tocsc()

    @property
    def _inverse(self) -> sparse.csr_matrix:
        """L^-1 of all rows, a block for each person: units may cross persons."""
        rows, columns, values = [], [], []
        for group in self.groups:
            n = group.inverse.shape[1]
            own = np.arange(group.rows.start, group.rows.stop).reshape(-1, n)
            rows.append(np.repeat(own, n, axis=1).ravel())
            columns.append(np.tile(own, (1, n)).ravel())
            values.append(group.inverse.ravel())
        n = len(self.order)
        return sparse.csr_matrix((np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))), (n, n))

    @property
    def varies_above(self) -> bool:
        """Whether units above persons have effects that vary."""
        return any(T.shape[1] for _, T in self.units.values())

    def drawn_above(self, rng: np.random.Generator, count: int) -> Array:
        """Effects of units above persons in white rows, (n, count)."""
        return np.asarray(self._above @ rng.standard_normal((self._above.shape[1], count)))

    @cached_property
    def _smoother(self):  # type: ignore[no-untyped-def]
        B = self._above
        return splu((B.T @ B + sparse.identity(B.shape[1])).tocsc())

    def less_units(self, white: Array) -> Array:
        """White rows less the effects of units given them: the inverse covariance (I + B B')^-1 times them."""
        if not self.varies_above:
            return white
        return white - self._above @ self._smoother.solve(np.asarray(self._above.T @ white))

    @property
    def effects_above(self) -> int:
        """How many effects units above persons have, of all levels."""
        return sum((int(of_rows.max()) + 1) * T.shape[1] for of_rows, T in self.units.values())

    def unit_effects(self, kept: Array) -> dict[str, Array]:
        """Standard effects v of units, (units, k, r) by level, from rows that are less them and fixed effects."""
        if not self.varies_above:
            return {}
        flat = np.asarray(self._above.T @ kept)
        return {unit: flat[here].reshape(-1, k, flat.shape[1]) for unit, here, k in self._places_above()}

    def unit_effects_left(self) -> dict[str, Array]:
        """Covariance of v given the outcomes, of each unit (units, k, k) by level: blocks of (I + B'B)^-1."""
        inverse, found = self._smoother.solve(np.eye(self.effects_above)), {}
        for unit, here, k in self._places_above():
            own = np.arange(here.start, here.stop).reshape(-1, k)
            found[unit] = inverse[own[:, :, None], own[:, None, :]]
        return found

    def _places_above(self) -> Iterator[tuple[str, slice, int]]:
        """Where the effects of each level stand, and how many a unit has."""
        first = 0
        for unit, (of_rows, T) in self.units.items():
            k = T.shape[1]
            last = first + (int(of_rows.max()) + 1) * k
            yield unit, slice(first, last), k
            first = last

    @cached_property
    def _fixed(self) -> tuple[Array, Array]:
        """The fixed effects' white columns A over their information's Cholesky factor, and the same less units.

        They are made orthonormal first: columns in any units and far from zero have an information of any condition.
        """
        A = np.linalg.qr(self.white(self.X))[0]
        kept = self.less_units(A)
        scale = np.linalg.cholesky(A.T @ kept)
        return np.linalg.solve(scale, A.T).T, np.linalg.solve(scale, kept.T).T

    @property
    def orthonormal(self) -> Array:
        """White columns A of the fixed effects, recombined so that their information A'PA is the identity, (n, p)."""
        return self._fixed[0]

    def kept(self, white: Array) -> Array:
        """White rows less what fixed effects and units above persons take, (n, r)."""
        A, less = self._fixed
        return self.less_units(white) - less @ (less.T @ white)

    def about_mean(self, kept: Array) -> Array:
        """Residuals about the mean, V V^-1 r, in units of the outcome, from `kept` rows."""
        whole = kept + self._above @ np.asarray(self._above.T @ kept) if self.varies_above else kept
        return self._each(whole, lambda group, own: np.linalg.solve(group.inverse, own))

    # ------------------------------------------------ scores of the variances

    def scores(self, sample) -> Array:  # type: ignore[no-untyped-def]
        """Quadratic forms r'V^-1 (dV) V^-1 r in the parameters of V that were estimated, (k, r)."""
        z = sample.through_z
        q = z.shape[1]
        found = [np.einsum("nr,nr->r", z[:, a], z[:, b]) for a in range(q) for b in range(a + 1)]
        found.append(np.einsum("nr,nr->r", sample.pulled, sample.left))
        found += [self.quadratic(sample.pulled, dR) for dR in self._directions]
        for effects in sample.unit_effects.values():
            k = effects.shape[1]
            found += [np.einsum("nr,nr->r", effects[:, a], effects[:, b]) for a in range(k) for b in range(a + 1)]
        return np.array(found)

    @cached_property
    def _directions(self) -> list[list[Array]]:
        """Derivatives of R in its working parameters, of each group of persons (N, n, n)."""
        residual = self._fit.point.residual
        if self._fit.independent or not hasattr(residual, "derivatives"):
            return []
        occasions, parts = panel_occasions(residual, self._fit.panel), []
        for group in self.groups:
            own = self.order[group.rows].reshape(len(group.inverse), -1)
            parts.append(residual.derivatives(occasions.take(own)))
        return [list(one) for one in zip(*parts, strict=True)]

    def quadratic(self, pulled: Array, matrices: list[Array]) -> Array:
        """Sum over persons of u'M u, (r,), for matrices (N, n, n) of each group of persons."""
        found = np.zeros(pulled.shape[1])
        for group, M in zip(self.groups, matrices, strict=True):
            own = group.of(pulled)
            found += np.einsum("nar,nar->r", own, M @ own)
        return found
