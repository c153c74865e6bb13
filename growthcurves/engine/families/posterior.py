"""Persons given their outcomes: posteriors of random effects at the nodes of a quadrature, and means over them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.engine.families.integral import Integral, Parameters
from growthcurves.engine.families.records import Records
from growthcurves.engine.families.rule import Rule
from growthcurves.engine.general.stacks import mixed_keys
from growthcurves.engine.persons.given import Expected, Seen, Wanted
from growthcurves.engine.persons.state import PersonState
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

#: Points for each random effect by which a posterior is averaged, where the likelihood has fewer: one, Laplace's, is no
#: average at all.
PERSONS_NEED = {0: 1, 1: 31, 2: 15, 3: 9}
FEWEST = 3
#: Numbers (rows times nodes) that are worked on at once.
AT_ONCE = 1 << 19


#: Functions of linear predictors (K, n) at some rows, whose places are the second argument: one array (K, n) each.
FunctionOfEta = Callable[[Array, Array], Sequence[Array]]


class Piece(NamedTuple):
    """Some records at the estimates: the persons that they are, and the record of each."""

    persons: Array
    records: Array
    integral: Integral


@dataclass(frozen=True, eq=False)
class Posteriors:
    """The posteriors of persons.

    Attributes
    ----------
    groups : sequence of Records
    at : Parameters
        The estimates; `beta` in the columns of the records.
    rule : Rule
    """

    groups: Sequence[Records]
    at: Parameters
    rule: Rule

    def __iter__(self) -> Iterator[Piece]:
        for group in self.groups:
            order = np.argsort(group.codes, kind="stable")
            for part in group.pieces(len(self.rule.nodes)):
                ends = np.searchsorted(group.codes[order], [part.start, part.stop])
                own = order[ends[0] : ends[1]]
                yield Piece(group.persons[own], group.codes[own] - part.start, self._integral(group.take(part)))

    def _integral(self, records: Records) -> Integral:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            found = Integral.of(records, self.at, self.rule, np.zeros((len(self.at.F), records.count)))
        if found is None:
            raise NotEstimableError("What was seen of a person has no probability by the model: check these rows.")
        return found

    def state(self, persons: int) -> PersonState:
        """Posterior means, covariances and derivatives in beta of so many persons' standard random effects.

        Persons without a record have the distribution of all persons.
        """
        F, p = self.at.F, len(self.at.beta)
        q = len(F)
        spread = np.repeat((F @ F.T)[:, :, None], persons, axis=2)
        state = PersonState(np.zeros((q, persons)), spread, np.zeros((q, p, persons)))
        for piece in self:
            made = piece.integral.persons()
            for whole, part in zip((state.effects, state.spread, state.slope), made, strict=True):
                whole[..., piece.persons] = part[..., piece.records]
        return state

    def modes(self, persons: int) -> Array:
        """Modes of so many persons' standard random effects (q, persons); zero of persons without a record."""
        found = np.zeros((len(self.at.F), persons))
        for piece in self:
            found[:, piece.persons] = (self.at.F @ piece.integral.mode.v)[:, piece.records]
        return found

    def expected(self, wanted: Wanted, persons: int) -> Expected:
        """Posterior means of the mean outcome at rows of these persons."""
        first, back = self._different(wanted, persons)
        return Expected(*(one[back] for one in self._expected_at(wanted.take(first), persons)))

    def means(self, wanted: Wanted, persons: int) -> Array:
        """The same means (n,), with nothing that belongs to their errors."""
        first, back = self._different(wanted, persons)
        family = self.at.family if wanted.told_by is None else wanted.told_by(self.at.family)
        found = self.averages(lambda eta, rows: [family.mean(eta)], wanted.take(first), persons)
        return found[0, back] if len(found) else np.full(len(back), np.nan)

    def _different(self, wanted: Wanted, persons: int) -> tuple[Array, Array]:
        """Rows of which one is there for all like it, and whose copy every row is: persons of one record are alike."""
        record, before = np.full(persons, -1), 0
        for group in self.groups:
            record[group.persons] = before + group.codes
            before += group.count
        own = np.where(wanted.codes < 0, -1, record[wanted.codes])
        keys = mixed_keys([wanted.X, wanted.Z, wanted.offset[:, None], own[:, None]])
        _, first, back = np.unique(keys, return_index=True, return_inverse=True)
        return first, back

    def _expected_at(self, wanted: Wanted, persons: int) -> Expected:
        rows = len(wanted.codes)
        found = Expected(np.full(rows, np.nan), np.full(rows, np.nan), np.full((rows, wanted.X.shape[1]), np.nan))
        for some, integral, record in self._rows(wanted, persons):
            for whole, part in zip(found, _expected(integral, wanted.take(some), record), strict=True):
                whole[some] = part
        return found

    def averages(self, of: FunctionOfEta, wanted: Wanted, persons: int) -> Array:
        """Posterior means (m, n) of functions of the linear predictor at rows of these persons."""
        parts = [(some, _averages(of, integral, wanted.take(some), some, record))
                 for some, integral, record in self._rows(wanted, persons)]  # fmt: skip
        found = np.full((len(parts[0][1]) if parts else 0, len(wanted.codes)), np.nan)
        for some, part in parts:
            found[:, some] = part
        return found

    def _rows(self, wanted: Wanted, persons: int) -> Iterator[tuple[Array, Integral, Array]]:
        """Some of the rows that are wanted at a time, with an integral and its records of the rows."""
        order = np.argsort(wanted.codes, kind="stable")
        codes = wanted.codes[order]
        for piece in self:
            record = np.full(persons, -1)
            record[piece.persons] = piece.records
            own = order[np.isin(codes, piece.persons)] if len(piece.persons) < persons else order[codes >= 0]
            step = max(AT_ONCE // len(self.rule.nodes), 1)
            for first in range(0, len(own), step):
                some = own[first : first + step]
                yield some, piece.integral, record[wanted.codes[some]]


def _linear(integral: Integral, wanted: Wanted, record: Array) -> Array:
    """Linear predictors of the rows at the nodes of their records, (K, n)."""
    u = np.tensordot(integral.at.F, integral.nodes, 1)[:, :, record]
    return wanted.X @ integral.at.beta + wanted.offset + np.einsum("nq,qkn->kn", wanted.Z, u)


def _averages(of: FunctionOfEta, integral: Integral, wanted: Wanted, rows: Array, record: Array) -> Array:
    share = integral.share[:, record]
    with np.errstate(over="ignore", under="ignore"):
        return np.stack([(share * value).sum(axis=0) for value in of(_linear(integral, wanted, record), rows)])


def _expected(integral: Integral, wanted: Wanted, record: Array) -> Expected:
    """Means over the posteriors of the records of the rows."""
    at, share = integral.at, integral.share[:, record]
    eta = _linear(integral, wanted, record)
    with np.errstate(over="ignore"):
        family = at.family if wanted.told_by is None else wanted.told_by(at.family)
        value, slope = family.mean(eta), family.mean_slope(eta)
    mean = (share * value).sum(axis=0)
    away = share * (value - mean)
    by_beta = np.einsum("nrp,knr->pkr", integral.records.X, integral.first, optimize=True)[:, :, record]
    moved = (share * slope).sum(axis=0)[:, None] * wanted.X + np.einsum("kn,pkn->np", away, by_beta)
    return Expected(mean, (away * (value - mean)).sum(axis=0), moved)


def records_of(seen: Seen) -> list[Records]:
    """Rows that were seen as records, each person one; persons without rows too."""
    order = np.argsort(seen.codes, kind="stable")
    sizes = np.bincount(seen.codes, minlength=seen.persons)
    starts = np.cumsum(sizes) - sizes
    offset = np.zeros(len(order)) if seen.offset is None else seen.offset
    groups = []
    for n in np.unique(sizes):
        persons = np.flatnonzero(sizes == n)
        index = order[starts[persons][:, None] + np.arange(n)] if n else np.zeros((len(persons), 0), dtype=int)
        trials = None if seen.trials is None else seen.trials[index].T
        groups.append(
            Records(
                np.ascontiguousarray(seen.X[index].swapaxes(0, 1)),
                np.ascontiguousarray(np.moveaxis(seen.Z[index], (0, 1, 2), (2, 1, 0))),
                np.ascontiguousarray(offset[index].T),
                Answers(np.ascontiguousarray(seen.outcome[index].T, dtype=float), trials),
                np.ones(len(persons)),
                persons,
                np.arange(len(persons)),
            )
        )
    return groups
