"""What estimates become if persons who drop out change otherwise after it: a pattern mixture, in closed form.

The rows that a person would have had are completed: at each wave that was due and not seen the outcome has its
expectation given what was seen, and after dropout delta * (t - t_last) more. Generalised least squares of the completed
rows, with the covariance of the fit, is the fixed effects at delta = 0, and moves by delta * A otherwise
(docs/explanation/missing-data.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.parameters import Occasions
from growthcurves.data.attendance import Attendance, attendance
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.recipe import model_columns
from growthcurves.numerics.chunks import chunks
from growthcurves.results.questions.design_rows import DesignRows, new_rows, own_rows


@dataclass(frozen=True, eq=False)
class Shift:
    """How the fixed effects move with delta.

    Attributes
    ----------
    per_delta : (p,) array
        A, what one delta adds to the fixed effects.
    spread : (p, p) array
        Covariance of A: who drops out when is estimated too.
    cross : (p, p) array
        Covariance of the fixed effects and A.
    robust : (p, p) array
        Covariance of the fixed effects by the same persons' scores, to which `cross` belongs.
    dropouts, unseen : int
        Persons who are moved, and their waves.
    """

    per_delta: np.ndarray
    spread: np.ndarray
    cross: np.ndarray
    robust: np.ndarray
    dropouts: int
    unseen: int

    def of(self, L: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """For rows L (k, p): what one delta adds, its standard error, and its correlation with the estimate."""
        spread, robust, cross = (np.einsum("kp,pr,kr->k", L, V, L) for V in (self.spread, self.robust, self.cross))
        error = np.sqrt(np.maximum(spread, 0.0))
        size = error * np.sqrt(np.maximum(robust, 0.0))
        return L @ self.per_delta, error, np.divide(cross, size, out=np.zeros(len(L)), where=size > 0)


def shift_of(fit: FittedModel, moved: np.ndarray | None = None) -> Shift:
    """How the fixed effects of a fit move where persons change otherwise after dropout.

    Parameters
    ----------
    fit : FittedModel
    moved : (N,) array of bool, optional
        The persons of the fit whose change is another after dropout; by default all who drop out.
    """
    refuse_other_models(fit)
    unseen = _Unseen.of(fit, attendance(fit.panel), moved)
    rows, delta, codes = unseen.completed(fit)
    n = len(fit.panel)
    y = fit.panel.values - rows.X[:n] @ fit.estimates.beta
    count, p = fit.panel.persons.count, len(fit.terms)
    whole, partly = np.zeros((count, p, p)), np.zeros((count, p, p))
    moves, scores = np.zeros((count, p)), np.zeros((count, p))
    for persons, places, seen in _alike(codes, n, count):
        X, V = rows.X[places], _covariances(fit, rows, places)
        solved = np.linalg.solve(V, np.concatenate([X, delta[places][:, :, None]], axis=2))
        whole[persons] = X.transpose(0, 2, 1) @ solved[:, :, :p]
        moves[persons] = np.einsum("mnp,mn->mp", X, solved[:, :, p])
        known = np.concatenate([X[:, :seen], y[places[:, :seen]][:, :, None]], axis=2)
        own = np.linalg.solve(V[:, :seen, :seen], known)
        partly[persons] = X[:, :seen].transpose(0, 2, 1) @ own[:, :, :p]
        scores[persons] = np.einsum("mnp,mn->mp", X[:, :seen], own[:, :, p])
    equations = _Equations(whole, moves, partly, scores)
    counts = np.ones(count) if fit.weighing is None else fit.weighing.mass
    V = equations.covariance(fit, counts)
    return Shift(
        equations.solved(counts)[:p], V[:p, :p], V[p:, :p], V[p:, p:], unseen.dropouts, int((delta > 0).sum())
    )


@dataclass(frozen=True, eq=False)
class _Equations:
    """What each person adds to the equations of A, H A = a, and of a change of the fixed effects, B b = s.

    Attributes
    ----------
    whole, partly : (N, p, p) array
        H of the completed rows and B of those that were seen.
    moves, scores : (N, p) array
        a and s.
    """

    whole: np.ndarray
    moves: np.ndarray
    partly: np.ndarray
    scores: np.ndarray

    def solved(self, counts: np.ndarray) -> np.ndarray:
        """A, then b, of persons who count (N,), (2 p,)."""
        pairs = ((self.whole, self.moves), (self.partly, self.scores))
        return np.concatenate(
            [np.linalg.solve(np.tensordot(counts, left, 1), counts @ right) for left, right in pairs]
        )

    def covariance(self, fit: FittedModel, counts: np.ndarray) -> np.ndarray:
        """Of A and b together by persons, or by how these were sampled, given the variances, (2 p, 2 p)."""
        here, p = self.solved(counts), self.moves.shape[1]
        if fit.weighing is not None and fit.weighing.factors is not None:
            away = np.array([self.solved(one) - here for one in fit.weighing.replicates])  # type: ignore[union-attr]
            return np.asarray(away.T @ (away * fit.weighing.factors[:, None]))
        sides = ((self.whole, self.moves - self.whole @ here[:p]), (self.partly, self.scores - self.partly @ here[p:]))
        influence = np.hstack(
            [np.linalg.solve(np.tensordot(counts, left, 1), (own * counts[:, None]).T).T for left, own in sides]
        )
        if fit.weighing is None:
            return np.asarray(len(counts) / max(len(counts) - 1, 1) * influence.T @ influence)
        sample: Any = fit.estimates.sample  # type: ignore[attr-defined]
        return np.asarray(sample.spread(sample.totals(influence)))


def refuse_other_models(fit: FittedModel) -> None:
    """Refuse what has no expectation of unseen outcomes in closed form.

    Raises
    ------
    NotAvailableError, NotEstimableError
    """
    if fit.family is not None:
        raise NotAvailableError("A sensitivity to dropout is of outcomes that are normal, or normal as logarithms.")
    if fit.model.above:
        raise NotAvailableError(
            f"A sensitivity to dropout takes persons as independent; this model has units above them "
            f"({', '.join(fit.model.above)})."
        )
    if fit.panel.time is None or not fit.recipe.shape.changes:
        raise NotEstimableError("The model has no time, and so no change after dropout: give one with time=.")
    if fit.weighing is not None and fit.weighing.rows is not None:
        raise NotAvailableError(
            "A sensitivity to dropout takes no weights of rows: visits that were not made have none. Give weights of "
            "persons alone."
        )
    if not fit.identified:
        raise NotEstimableError(
            "The variances of this model are not told apart, so that what was not seen has no expectation: fit one "
            "whose certificate says identified."
        )
    if fit.model.offset is not None:
        raise NotAvailableError("A sensitivity to dropout has no offset: leave it out of the model.")


@dataclass(frozen=True, eq=False)
class _Unseen:
    """The waves that were due and not seen, of persons of the fit.

    Attributes
    ----------
    person, wave : ndarray of int, shape (u,)
        Places of the person in the fit, and of the wave.
    time : ndarray, shape (u,)
        When it would have been.
    delta : ndarray, shape (u,)
        Time since the person's last visit, where the person dropped out and is moved; else zero.
    """

    there: Attendance
    person: np.ndarray
    wave: np.ndarray
    time: np.ndarray
    delta: np.ndarray

    @classmethod
    def of(cls, fit: FittedModel, there: Attendance, moved: np.ndarray | None) -> _Unseen:
        assert there.times is not None
        persons = fit.panel.persons
        place = pd.Index(there.persons.labels).get_indexer(pd.Index(persons.labels))
        person, wave = np.nonzero(there.due[place] & ~there.seen[place])
        last = there.last_seen[place]
        final = np.full(there.persons.count, -np.inf)
        np.maximum.at(final, there.rows.used, there.rows.panel.times)  # also where a predictor is missing
        time = there.times[place][person, wave]
        gone = (wave > last[person]) & (np.ones(persons.count, bool) if moved is None else moved)[person]
        delta = np.where(gone, np.maximum(time - final[place][person], 0.0), 0.0)
        return cls(there, person, wave, time, delta)

    @property
    def dropouts(self) -> int:
        return len(np.unique(self.person[self.delta > 0]))

    def completed(self, fit: FittedModel) -> tuple[DesignRows, np.ndarray, np.ndarray]:
        """The rows of the fit and those that were not seen after them, what delta adds to each, and whose they are."""
        own, codes = own_rows(fit), fit.panel.persons.codes
        if not len(self.person):
            return own, np.zeros(len(own.X)), codes
        more = new_rows(fit, self._frame(fit))
        rows = DesignRows(
            np.concatenate([own.X, more.X]), np.concatenate([own.Z, more.Z]), own.index.append(more.index),
            np.concatenate([own.determined, more.determined]), _after(own.occasions, more.occasions),
        )  # fmt: skip
        return rows, np.concatenate([np.zeros(len(own.X)), self.delta]), np.concatenate([codes, self.person])

    def _frame(self, fit: FittedModel) -> pd.DataFrame:
        """The rows that were not seen: each person's columns, at the wave and its time."""
        panel, people = fit.panel, PersonLevel(fit.panel)
        last = np.zeros(panel.persons.count, dtype=np.intp)
        last[panel.persons.codes] = np.arange(len(panel))
        rows = last[self.person]
        frame = panel.frame.iloc[rows].reset_index(drop=True)
        frame[panel.time] = self.time + self._origin(fit)[rows]
        residual = getattr(fit.estimates.point.residual, "columns", ())
        needed = dict.fromkeys([*model_columns(fit.model), *fit.recipe.used, *residual, panel.wave])
        for name in needed:
            if name not in (None, panel.time, *fit.recipe.curves) and name in frame and people.varies(name):
                frame[name] = self._of_wave(fit, name)
        return frame

    def _origin(self, fit: FittedModel) -> np.ndarray:
        """What the time column of each row has more than the panel's time, where an origin was taken off numbers."""
        panel = fit.panel
        if not panel.derived or panel.clock.dates:
            return np.zeros(len(panel))
        raw = panel.data[panel.time] if panel.keep is None else panel.data[panel.time][panel.keep]
        return raw.to_numpy(float) - panel.times

    def _of_wave(self, fit: FittedModel, name: str) -> Any:
        """A column that varies within persons as their waves do.

        Raises
        ------
        NotEstimableError
            When it varies otherwise, so that its value at a visit that was not made is not known.
        """
        observed = fit.panel.observed()
        rows = pd.DataFrame({"wave": self.there.grid.codes, "value": observed.frame[name].to_numpy()})
        if (rows.groupby("wave")["value"].nunique(dropna=False) > 1).any():
            raise NotEstimableError(
                f"{name!r} changes within persons, and is not known at visits that were not made: a sensitivity to "
                f"dropout needs a model without it."
            )
        first = rows.drop_duplicates("wave").reset_index().set_index("wave")["index"]
        return observed.frame[name].iloc[first.loc[self.wave].to_numpy()].to_numpy()


def _after(one: Occasions, other: Occasions) -> Occasions:
    """Occasions one after the other."""
    pairs = zip(one[1:], other[1:], strict=True)
    others = [None if a is None or b is None else np.concatenate([a, b]) for a, b in pairs]
    return Occasions(np.concatenate([one.time, other.time]), *others)


def _alike(codes: np.ndarray, n: int, count: int) -> Iterator[tuple[np.ndarray, np.ndarray, int]]:
    """Persons with as many rows seen, and as many in all: who, their rows (m, rows) with those seen first, how many of
    these are seen.
    """
    order = np.argsort(codes, kind="stable")  # rows that were seen stand before those that were not
    sizes, seen = np.bincount(codes, minlength=count), np.bincount(codes[:n], minlength=count)
    starts = np.cumsum(sizes) - sizes
    kinds = pd.DataFrame({"size": sizes, "seen": seen})
    for (size, known), members in kinds.groupby(["size", "seen"]).indices.items():
        for part in chunks(len(members)):
            persons = np.asarray(members)[part]
            yield persons, order[starts[persons][:, None] + np.arange(size)], int(known)


def _covariances(fit: FittedModel, rows: DesignRows, places: np.ndarray) -> np.ndarray:
    """V of each of some persons with as many rows, (m, n, n)."""
    point, (m, n) = fit.estimates.point, places.shape
    V = np.zeros((m, n, n))
    if rows.Z.shape[1]:
        Z = fit.standard_rows(rows.Z[places.reshape(-1)]).reshape(m, n, -1)
        V = Z @ point.total() @ Z.transpose(0, 2, 1)
    if fit.independent:
        return V + fit.residual_variance * np.eye(n)
    R = point.within(rows.occasions.take(places))
    assert R is not None
    return V + R
