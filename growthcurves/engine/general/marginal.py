"""What persons' own X_i, Z_i, residuals e_i and covariance matrices V_i say of a normal likelihood, one by one.

The textbook's formulas (Laird and Ware 1982; Kenward and Roger 1997), summed over persons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from growthcurves.engine.general.slopes import OfPairs, Slopes
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.persons.sandwich import Reduced
from growthcurves.engine.persons.state import PersonState
from growthcurves.numerics.arrays import Array

#: Step for derivatives of V_i, which is of the second order in the coordinates of a chart.
STEP = 1e-3


class Person(NamedTuple):
    """One person's rows: X (n, p), Z (n, q) of standard effects, residual y - X beta (n,), V (n, n)."""

    X: Array
    Z: Array
    residual: Array
    V: Array


def slopes(persons: Callable[[Local], Sequence[Person]], at: Local, coordinates: Iterable[int]) -> Slopes:
    """The sums along some local coordinates, V_i differentiated by central differences."""
    here, places = persons(at), list(coordinates)
    moved = []
    for place in places:
        step = np.zeros(at.size)
        step[place] = STEP
        moved.append((persons(at.moved(step)), persons(at.moved(-step))))
    m, p = len(places), here[0].X.shape[1]
    inner, between, traces = np.zeros((m, p, p)), np.zeros((m, m, p, p)), np.zeros((m, m))
    for i, person in enumerate(here):
        dV = [(up[i].V - down[i].V) / (2.0 * STEP) for up, down in moved]
        half = np.linalg.solve(person.V, person.X)
        W = [np.linalg.solve(person.V, one) for one in dV]
        for j in range(m):
            inner[j] += half.T @ dV[j] @ half
            for k in range(m):
                between[j, k] += half.T @ dV[j] @ W[k] @ half
                traces[j, k] += float((W[j] * W[k].T).sum())
    return OfPairs(inner, traces, between)


@dataclass(frozen=True, eq=False)
class OneByOne:
    """What follows from the V_i of a likelihood that gives its persons one by one.

    Attributes
    ----------
    persons : callable
        From a local point to each person's rows.
    """

    persons: Callable[[Local], Sequence[Person]]

    def fixed_covariance(self, at: Local) -> Array:
        """(sum X' V^-1 X)^-1."""
        persons = self.persons(at)
        p = persons[0].X.shape[1]
        total = sum((one.X.T @ np.linalg.solve(one.V, one.X) for one in persons), np.zeros((p, p)))
        return np.linalg.solve(total, np.eye(p))

    def slopes(self, at: Local) -> Slopes:
        """Sums along the variance coordinates."""
        return slopes(self.persons, at, range(len(at.beta), at.size))

    def state(self, at: Local) -> PersonState:
        """Empirical Bayes of every person, in standard random effects."""
        return state_of(self.persons(at), at.sigma2 * at.D)

    def reduced(self, at: Local) -> Iterator[Reduced]:
        """The persons, for robust standard errors."""
        for one in self.persons(at):
            yield Reduced(one.X[None], one.V[None], one.residual[None])

    def drawn(self, at: Local, codes: Array, count: int, rng: np.random.Generator) -> Array:
        """Deviations of outcomes from their means, drawn, (n, count)."""
        out = np.zeros((len(codes), count))
        for i, person in enumerate(self.persons(at)):
            own = np.flatnonzero(codes == i)
            out[own] = np.linalg.cholesky(person.V) @ rng.standard_normal((len(own), count))
        return out


def state_of(persons: Sequence[Person], G: Array) -> PersonState:
    """Empirical Bayes of each person in standard random effects: G Z' V^-1 e, G - G Z' V^-1 Z G, -G Z' V^-1 X."""
    q, p, n = len(G), persons[0].X.shape[1], len(persons)
    state = PersonState(np.zeros((q, n)), np.zeros((q, q, n)), np.zeros((q, p, n)))
    for i, one in enumerate(persons):
        weight = G @ one.Z.T @ np.linalg.solve(one.V, np.eye(len(one.V)))
        state.effects[:, i] = weight @ one.residual
        state.spread[:, :, i] = G - weight @ one.Z @ G
        state.slope[:, :, i] = -weight @ one.X
    return state
