"""How often each count is expected by a model: probabilities of single counts, averaged over how persons differ."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.fitted import FittedModel
from growthcurves.remembered import remembered
from growthcurves.results.persons.forecasts import family_rows

#: Beyond so many standard deviations lies nothing; a step is at most so much of them, and of the width of a count.
_ENDS, _WIDEST, _OF_A_COUNT = 8.5, 0.25, 0.5
#: Numbers that are worked on at once.
_AT_ONCE = 1 << 21


@remembered
def expected_frequencies(fit: FittedModel, most: int) -> np.ndarray:
    """The expected number of rows (or what they stand for) with each of the counts 0, 1, ..., most, (most + 1,).

    The probability of a count at a row is averaged over its normal linear predictor by the trapezoidal rule, whose
    steps are small beside the width of the count's likelihood.
    """
    rows = family_rows(fit)
    eta = rows.X @ fit.estimates.beta + rows.offset
    sd = np.sqrt(np.maximum(fit.point.variances(rows.Z), 0.0)) if rows.Z.shape[1] else np.zeros(len(eta))
    distinct, codes = np.unique(np.column_stack([eta, sd]), axis=0, return_inverse=True)
    counts = np.bincount(codes.reshape(-1), weights=fit.row_weights)
    nodes, weights = _rule(float(sd.max(initial=0.0)), most)
    k = np.arange(most + 1, dtype=float)
    step = max(_AT_ONCE // (len(nodes) * len(k)), 1)
    found = np.zeros(len(k))
    for first in range(0, len(distinct), step):
        part, times = distinct[first : first + step], counts[first : first + step]
        found += np.einsum("n,m,nmk->k", times, weights, _probabilities(fit.family, part, nodes, k), optimize=True)
    return found


def _rule(sd: float, most: int) -> tuple[np.ndarray, np.ndarray]:
    if sd == 0:
        return np.zeros(1), np.ones(1)
    step = min(_WIDEST, _OF_A_COUNT / (sd * np.sqrt(most + 1.0)))
    nodes = step * np.arange(-int(_ENDS / step), int(_ENDS / step) + 1)
    weights = np.exp(-0.5 * nodes**2)
    return nodes, weights / weights.sum()


def _probabilities(family: Any, rows: np.ndarray, nodes: np.ndarray, k: np.ndarray) -> np.ndarray:
    """Of each count (k,) at each node of each row, (n, m, k)."""
    eta = rows[:, :1] + rows[:, 1:] * nodes
    answers = Answers(k)
    with np.errstate(over="ignore", under="ignore"):
        return np.exp(family.density(answers, eta[..., None]) + family.constant(answers))
