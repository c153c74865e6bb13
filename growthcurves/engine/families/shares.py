"""CR2 of outcomes that are not normal: persons' scores, put right by each person's share of the information.

A person draws the fixed effects, so that the score at the estimates varies as J_i - J_i J^-1 J_i in the place of J_i,
the information on the fixed effects that the person brings; A_i = (I - J_i J^-1)^{-1/2} takes it back. See
docs/engine.md, 8.8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from growthcurves.engine.families.integral import Integral
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.persons.sandwich import Sandwich, Spread
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

if TYPE_CHECKING:
    from growthcurves.engine.families.likelihood import FamilyLikelihood

#: A share of the information this near to all of it is all of it, up to the rounding of differences.
ALL = 1e-6
#: Steps of the differences, as a share of a standard error.
STEP = 1e-3
#: Why a share beyond one gives no number.
TOO_MUCH = (
    "There is no CR2 of this fit: by the curvature of its likelihood one person tells more of the fixed effects than "
    "all persons together: take gc.Robust('CR1')."
)
UNKNOWN = "There is no CR2 of this fit, whose information is not known: take gc.Robust('CR1')."


@dataclass(frozen=True, eq=False)
class Persons:
    """R records of persons.

    Attributes
    ----------
    counts : (R,) array
    scores : (R, P) array
        In local coordinates, of which the fixed effects are the first p.
    information : (R, p, p) array
        On the fixed effects.
    """

    counts: Array
    scores: Array
    information: Array


@dataclass(frozen=True, eq=False)
class Shares:
    """All persons, in fixed effects whose information of all persons is the identity.

    Attributes
    ----------
    counts : (R,) array
    share : (R, p, p) array
        What each person brings to the identity, M_i.
    whitening : (R, p, p) array
        (I - M_i)^{-1/2}.
    scores : (R, P) array
        In local coordinates, put right in the fixed effects.
    root : (p, p) array
        C with J^-1 = C C'.
    """

    counts: Array
    share: Array
    whitening: Array
    scores: Array
    root: Array

    @classmethod
    def of(cls, persons: Persons) -> Shares:
        """`persons` are all of them."""
        values, vectors = np.linalg.eigh(np.tensordot(persons.counts, persons.information, 1))
        if not (values > 0.0).all():
            raise NotEstimableError(UNKNOWN)
        root, p = vectors / np.sqrt(values), len(values)
        share = root.T @ persons.information @ root
        whitening = _whitening(share)
        own = np.einsum("rab,rb->ra", whitening, persons.scores[:, :p] @ root)
        scores = np.concatenate([own @ (vectors * np.sqrt(values)).T, persons.scores[:, p:]], axis=1)
        return cls(persons.counts, share, whitening, scores, root)

    def sandwich(self, cov: Array, original: Array, L: Array) -> Sandwich:
        """CR2 of the fixed effects, and the moments of contrasts L (k, p) under the model with its variances.

        `cov` (P, P) is the inverse of the information in local coordinates, `original` (p, p) leads to the coding.
        """
        p = len(original)
        outer = original @ cov[:p]
        meat = (self.scores.T * self.counts) @ self.scores
        g = self.whitening @ (L @ original @ self.root).T
        h, whole = self.share @ g, np.eye(p)
        sums = Spread.zero(len(L), p).plus(g.swapaxes(1, 2) @ h, h, whole, self.counts)
        return Sandwich(outer @ meat @ outer.T, sums.mean(whole), sums.variance(whole))


def _whitening(share: Array) -> Array:
    """(I - M_i)^{-1/2}, the generalised inverse where a person alone tells of something."""
    values, vectors = np.linalg.eigh(share)
    left = 1.0 - values
    if (left < -ALL).any():
        raise NotEstimableError(TOO_MUCH)
    power = np.where(left > ALL, 1.0 / np.sqrt(np.where(left > ALL, left, 1.0)), 0.0)
    return np.asarray((vectors * power[:, None]) @ vectors.swapaxes(1, 2))


def shares_of(likelihood: FamilyLikelihood, local: Local, errors: Array) -> Shares:
    """Of all persons at a point, by differences of their exact scores along the fixed effects.

    `errors` (p,) are standard errors of these, in local coordinates, of which the steps are shares.
    """
    steps = np.eye(len(errors), local.size) * STEP * errors[:, None]

    def made(one: Integral) -> Persons:
        up, down = ([likelihood.scores_near(local.moved(sign * step), one)[: len(steps)] for step in steps]
                    for sign in (1.0, -1.0))  # fmt: skip
        curved = (np.stack(down) - np.stack(up)).transpose(2, 0, 1) / (2.0 * STEP * errors[:, None])
        return Persons(one.records.counts, likelihood.scores(local, one).T, (curved + curved.swapaxes(1, 2)) / 2.0)

    found = likelihood.of_answers(local, made)
    if found is None or not all(np.isfinite(part.information).all() for part in found):
        raise NotEstimableError(UNKNOWN)
    return Shares.of(_together(found))


def _together(parts: Iterable[Persons]) -> Persons:
    counts, scores, information = zip(*((one.counts, one.scores, one.information) for one in parts), strict=True)
    return Persons(*(np.concatenate(part) for part in (counts, scores, information)))
