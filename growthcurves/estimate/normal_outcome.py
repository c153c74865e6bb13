"""Outcomes that are no measurement: yes or no, or events that were counted, and yet are fitted as normal."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from growthcurves.contracts.note import IN_CODE, Note, NoteKind

#: Whole numbers look like counts of events where so many are zero and they are so small on average.
ZEROS, MEAN = 0.25, 2.0
#: Rows that are looked at before all of them are.
FIRST = 1000


def normal_outcome_note(outcome: str, values: np.ndarray) -> Iterable[Note]:
    """A hint where the outcome of a model without a family has one written in its values.

    Examples
    --------
    >>> [note] = normal_outcome_note("well", np.array([0.0, 1.0, 1.0]))
    >>> note.in_words[:34], note.in_code
    ("The outcome 'well' is only 0 and 1", "family='binomial'.")
    >>> list(normal_outcome_note("score", np.array([0.0, 3.5, 10.0])))
    []
    """
    if not _whole(values[:FIRST]) or not _whole(values):
        return
    highest, zeros = float(values.max()), float(np.mean(values == 0.0))
    if highest == 1.0:
        yield Note(
            NoteKind.NORMAL_OUTCOME,
            f"The outcome {outcome!r} is only 0 and 1, and is fitted as normal: a model of yes or no fits its chance."
            f"{IN_CODE}family='binomial'.",
        )
    elif zeros >= ZEROS and float(values.mean()) < MEAN:
        yield Note(
            NoteKind.NORMAL_OUTCOME,
            f"The outcome {outcome!r} is a whole number from 0 to {highest:g}, 0 in {100 * zeros:.0f} % of the rows, "
            f"and is fitted as normal: if it counts events, a model of counts fits their rate, and if it grades, one "
            f"of ordered categories.{IN_CODE}family='poisson', 'negative-binomial' or 'ordinal'.",
        )


def _whole(values: np.ndarray) -> bool:
    """Whether all are whole numbers from zero up."""
    return bool(((values >= 0.0) & (values == np.floor(values))).all())
