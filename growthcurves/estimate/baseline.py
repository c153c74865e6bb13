"""Whether a predictor is the outcome's own first value, as it is or in another scale."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.checks import holds_numbers
from growthcurves.data.frame import raw_array
from growthcurves.data.vocabulary import vocabulary
from growthcurves.model.recipe import BoundRows

#: A predictor is the baseline where it goes with it in more than this share of persons.
MOST_PERSONS = 0.9
#: Persons that are looked at, evenly spaced: enough to tell most from few.
LOOKED_AT = 400
#: With fewer persons only a straight line counts, and with fewer values nothing: others may go together by chance.
FEWEST_PERSONS, FEWEST_VALUES = 12, 3
STRAIGHT = 1.0 - 1e-9
#: Persons may differ from a rule in one tenth: then the correlation of ranks is still far above this.
LEAST_CORRELATION = 0.5


def baseline_note(bound: BoundRows, baseline: np.ndarray) -> Iterator[Note]:
    """A note for the first predictor that is the outcome's first value (N,), or goes with it one to one.

    In a model without time the first value is that of the first row.
    Centred, scaled, as a logarithm or by any other strictly monotone function it is still the baseline.
    """
    for name, values in _predictors(bound):
        same = np.mean(values == baseline) > MOST_PERSONS and values.min() < values.max()
        if same or goes_with(values, baseline):
            how = "equals" if same else "goes one to one with"
            yield Note(
                NoteKind.BASELINE_PREDICTS,
                vocabulary(bound.panel).told(
                    "The predictor {name!r} {how} the first {outcome!r} of most persons: the baseline is both "
                    "predictor and outcome, which biases the effects on change; leave the first occasion out of the "
                    "outcome, or the predictor out of the model.",
                    name=name, how=how, outcome=bound.model.outcome,
                ),  # fmt: skip
            )
            return


def _predictors(bound: BoundRows) -> Iterator[tuple[str, np.ndarray]]:
    """The columns that formulas use, then those that they make, one value per person (that of the first row)."""
    first = bound.panel.persons.first_rows
    for name in bound.recipe.used:
        if name != bound.model.time and holds_numbers(raw_array(bound.panel.frame, name)):
            yield name, bound.panel.numbers(name)[first]
    for parameter, columns in bound.recipe.predictors.items():
        for label, values in zip(columns.names, bound.predictor(parameter), strict=True):
            if values is not None:
                yield label, values
    for label, values in zip(bound.recipe.covariates.names, bound.covariates, strict=True):
        yield label, values[first]


def goes_with(values: np.ndarray, others: np.ndarray) -> bool:
    """Whether one column is a strictly ascending or descending function of another for most persons.

    Examples
    --------
    >>> scores = np.array([12.0, 30.0, 18.0, 25.0, 41.0, 18.0, 33.0, 15.0, 22.0, 27.0, 36.0, 11.0])
    >>> goes_with(np.log(scores) - 3.0, scores), goes_with(50.0 - scores, scores), goes_with(scores % 5, scores)
    (True, True, False)
    """
    step = -(-len(values) // LOOKED_AT)
    left, right = (np.unique(column[::step], return_inverse=True)[1] for column in (values, others))
    if min(left.max(), right.max()) + 1 < FEWEST_VALUES or abs(_correlation(left, right)) < LEAST_CORRELATION:
        return False
    if len(left) < FEWEST_PERSONS:
        return abs(_correlation(values, others)) > STRAIGHT
    descends = _correlation(left, right) < 0
    return _longest_chain(-left if descends else left, right) > MOST_PERSONS * len(left)


def _correlation(left: np.ndarray, right: np.ndarray) -> float:
    return float(np.corrcoef(left, right)[0, 1])


def _longest_chain(left: np.ndarray, right: np.ndarray) -> int:
    """The most persons among whom both columns ascend together, equal where either is equal."""
    pairs, persons = np.unique(np.column_stack([left, right]), axis=0, return_counts=True)
    best = persons.copy()
    for k in range(1, len(pairs)):
        before = (pairs[:k] < pairs[k]).all(axis=1)
        best[k] += best[:k][before].max(initial=0)
    return int(best.max())
