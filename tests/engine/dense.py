"""A second likelihood, by the textbook and slow: V_i built from what a point says between and within.

It shares nothing with the package's own but the nouns (rows, points, frames), works in the units of the data, and is
injected by `estimate(..., likelihood=Dense)`. `YesNo` is one of outcomes without a residual, by quadrature on a grid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from plain import Products, differentiated, evaluated, told_apart
from scipy.special import expit, logit

from growthcurves.engine.general.frame import PlainFrame
from growthcurves.engine.general.marginal import Person
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.persons.state import PersonState
from growthcurves.model.families.base import OutcomeFamily


@dataclass(frozen=True, eq=False)
class Dense:
    """Normal outcomes: y_i ~ N(X_i beta, V_i), one person after the other."""

    rows: object
    sums: object
    reml: bool
    residual: object

    @cached_property
    def frame(self):
        return PlainFrame.of(self.sums, self.reml)

    @cached_property
    def data(self):
        """X, Z of standard effects, y and occasions of each person, row by row."""
        X = self.rows.columns([self.sums.terms.x[j] for j in self.sums.kept])
        made = self.rows.row_columns(self.sums.terms.z)
        Z = np.array([made[k] for k in self.sums.terms.z]).reshape(len(self.sums.terms.z), len(X)).T
        Z = np.linalg.solve(self.frame.back_z.T, Z.T).T
        owners = [np.flatnonzero(self.rows.codes == i) for i in range(self.rows.persons)]
        return [(X[own], Z[own], self.rows.outcome[own], self.rows.occasions.take(own)) for own in owners]

    def natural(self, local):
        residual = self.residual.moved(local.sigma2, local.others)
        return Point(local.beta, {"person": local.sigma2 * local.D}, residual)

    def V(self, point, Z, occasions):
        """Cov(y_j, y_k) = z_j' G z_k + R_jk."""
        return point.between(Z) + point.within(occasions)

    @cached_property
    def alike(self):
        """Persons seen at the same times: their Z and occasions, and [X y] of all of them, side by side."""
        found = {}
        for X, Z, y, occasions in self.data:
            key = (Z.tobytes(), *(None if one is None else one.tobytes() for one in occasions))
            found.setdefault(key, []).append((X, Z, y, occasions))
        return [
            (same[0][1], same[0][3], np.array([np.column_stack([X, y]) for X, _, y, _ in same]))
            for same in found.values()
        ]

    def products(self, local):
        point, p = self.natural(local), self.frame.p
        log_det, squares = 0.0, np.zeros((p + 1, p + 1))
        for Z, occasions, wide in self.alike:
            V = self.V(point, Z, occasions)
            sign, value = np.linalg.slogdet(V)
            if sign <= 0:
                return None
            log_det += len(wide) * value
            squares += (wide.transpose(0, 2, 1) @ np.linalg.solve(V, wide)).sum(axis=0)
        return Products(log_det, squares)

    def at(self, local, best_beta):
        return evaluated(self.products, local, self.frame, best_beta)

    def starts(self):
        y = self.rows.outcome
        blank = Local.of_factor(
            np.zeros(self.frame.p), np.eye(self.frame.q), float(np.log(y.var() / 2.0)), self.frame.partition
        )
        return [replace(blank, others=np.asarray(self.residual.working, dtype=float))]

    def identified(self):
        return told_apart(self.persons, self.starts()[0], range(self.frame.p, self.starts()[0].size))

    def persons(self, local):
        point = self.natural(local)
        return [Person(X, Z, y - X @ local.beta, self.V(point, Z, times)) for X, Z, y, times in self.data]

    def by_ml(self):
        return replace(self, reml=False)

    def refitted(self, sums):
        return replace(self, sums=sums)

    def values(self):
        return {}


#: Nodes of a plain grid of standard normal effects, and their weights.
GRID = np.linspace(-6.0, 6.0, 41)
WEIGHT = np.exp(-(GRID**2) / 2.0)


class Logit(OutcomeFamily):
    """Yes/no outcomes: what a family says of a linear predictor."""

    name = "binomial"
    words = "logit P({outcome} = 1)"
    single = True

    def mean(self, eta):
        return expit(eta)

    def mean_slope(self, eta):
        return expit(eta) * expit(-eta)

    def predictor(self, mean):
        return logit(mean)

    def marginal(self, eta, variance):
        """E expit(eta + sqrt(variance) z) by the same grid."""
        at = np.asarray(eta)[..., None] + np.sqrt(np.asarray(variance))[..., None] * GRID
        return expit(at) @ WEIGHT / WEIGHT.sum()


@dataclass(frozen=True, eq=False)
class YesNo(Dense):
    """P(y = 1) = expit(X beta + Z u), u ~ N(0, G): the integral over u by a plain grid; no residual, no scale."""

    @cached_property
    def nodes(self):
        q = self.frame.q
        z = np.stack(np.meshgrid(*[GRID] * q, indexing="ij"), axis=-1).reshape(-1, q)
        w = np.prod(np.stack(np.meshgrid(*[WEIGHT] * q, indexing="ij"), axis=-1).reshape(-1, q), axis=1)
        return z, w / w.sum()

    def natural(self, local):
        return Point(local.beta, {"person": local.D}, None, Logit())

    @cached_property
    def stacked(self):
        """X, Z and y of all persons below each other, and the row at which each person begins."""
        X, Z, y, _ = zip(*self.data, strict=True)
        starts = np.cumsum([0, *map(len, y[:-1])])
        return np.concatenate(X), np.concatenate(Z), np.concatenate(y), starts

    def joint(self, local):
        """log of weight times likelihood at every node, one row per person."""
        z, w = self.nodes
        u = z @ local.F.T
        X, Z, y, starts = self.stacked
        eta = (X @ local.beta)[:, None] + Z @ u.T
        return np.log(w) + np.add.reduceat(y[:, None] * eta - np.logaddexp(0.0, eta), starts, axis=0), u

    def deviance(self, local):
        terms, _ = self.joint(local)
        top = terms.max(axis=1)
        return -2.0 * float((top + np.log(np.exp(terms - top[:, None]).sum(axis=1))).sum())

    def at(self, local, best_beta):
        return differentiated(self.deviance, local, np.full(local.size, 0.01))

    def starts(self):
        return [replace(super().starts()[0], log_scale=0.0, others=np.zeros(0), scaled=False)]

    def identified(self):
        return True

    def state(self, local):
        terms, u = self.joint(local)
        share = np.exp(terms - terms.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
        mean = share @ u
        spread = np.einsum("ng,ga,gb->abn", share, u, u) - np.einsum("na,nb->abn", mean, mean)
        return PersonState(mean.T, spread, np.zeros((u.shape[1], self.frame.p, len(mean))))

    persons = None
