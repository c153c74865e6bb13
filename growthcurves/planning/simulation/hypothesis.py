"""What a simulated study tests: fixed effects, a variance, or a correlation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotAvailableError, unknown
from growthcurves.numerics.arrays import Array
from growthcurves.planning.design import Design
from growthcurves.planning.question import Question


@dataclass(frozen=True, eq=False)
class Smaller:
    """A smaller model that a likelihood ratio compares with the planned one.

    Attributes
    ----------
    kept : tuple of int
        Random effects that stay.
    blocks : tuple of tuples
        Their blocks, numbered as they stay.
    zero : tuple of str
        Variance parameters that are zero where the smaller model is true.
    """

    kept: tuple[int, ...]
    blocks: tuple[tuple[int, ...], ...]
    zero: tuple[str, ...]


def variance_question(design: Design, test: str) -> tuple[Question, Smaller]:
    """The test of a random effect's variance (with its covariances), or of a correlation.

    Raises
    ------
    ModelError
        For a parameter that the planned analysis does not have.
    NotAvailableError
        For correlations that are not tested.
    """
    part = design.recipe.random
    sds = [f"sd:{name}" for name in part.names]
    pairs = {f"cor:{a},{b}": (a, b) for block in part.blocks for a in block for b in block if a != b}
    words = f"the {'variance' if test.startswith('sd:') else 'correlation'} {test.partition(':')[2]}"
    names = list(part.names)
    if test in sds:
        kept = tuple(i for i, name in enumerate(names) if name != test[3:])
        return _question(design, test, words), _without(part, kept, test, pairs)
    if test in pairs:
        if not design.plain:
            raise NotAvailableError(
                "Correlations are tested where outcomes are normal with independent residuals, without units above "
                "persons."
            )
        return _question(design, test, words), _uncorrelated(part, pairs[test], names)
    shown = [pair for pair, (a, b) in pairs.items() if names.index(a) < names.index(b)]
    raise ModelError(unknown("parameter (for test=)", test, [*sds, *shown]))


def _question(design: Design, test: str, words: str) -> Question:
    return Question((test,), np.zeros((0, len(design.terms))), (None,), False, words)


def _without(part: Any, kept: tuple[int, ...], test: str, pairs: dict[str, Any]) -> Smaller:
    place = {old: new for new, old in enumerate(kept)}
    blocks = (tuple(place[a] for a in block if a in place) for block in part.positions)
    zero = (test, *(pair for pair, names in pairs.items() if test[3:] in names))
    return Smaller(kept, tuple(block for block in blocks if block), zero)


def _uncorrelated(part: Any, pair: tuple[str, str], names: list[str]) -> Smaller:
    inside = next(block for block in part.positions if names.index(pair[0]) in block)
    if len(inside) > 2:
        raise NotAvailableError("A correlation is tested where two random effects vary together, not more of them.")
    others = [tuple(block) for block in part.positions if block != inside]
    blocks = tuple(sorted([*others, *((a,) for a in inside)]))
    first, second = pair
    return Smaller(tuple(range(len(names))), blocks, (f"cor:{first},{second}", f"cor:{second},{first}"))


def true_effects(design: Design, asked: Question, sizes: Array, intercept: float, slope: float) -> Array:
    """Fixed effects with which the rows that are tested have their sizes, (p,).

    What a row leaves open goes to rates before starts, and is as small as it can be.
    """
    names = design.recipe.term_names
    beta = np.zeros(len(names))
    for j, name in enumerate(names):
        if not name.parts and name.parameter in ("intercept", "slope"):
            beta[j] = intercept if name.parameter == "intercept" else slope
    if not len(asked.L):
        return beta
    L = asked.L.copy()
    rates = np.array([name.parameter != "intercept" for name in names])
    if all((np.abs(row[rates]) > 0).any() for row in L):
        L[:, ~rates] = 0.0
    gap = sizes - asked.L @ beta
    return np.asarray(beta + np.linalg.lstsq(L, gap, rcond=None)[0])
