"""Whether two fits are of the same rows, and which row of one is which of the other.

Rows are the same where persons and outcomes are; time may be coded differently, and says which of a person's rows is
which where the tables are in another order. Rows that are gone are told by the mark that was made of them.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.rows_mark import RowsMark
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.left import computed_side
from growthcurves.model.outcomes import compared_values, likelihood_of

SHOWN = 5
#: What makes fits comparable.
ONE_TABLE = (
    "Criteria compare only fits of the same rows: fit both to a table without the rows in which a predictor of either "
    "is missing."
)


def require_same_rows(first: FittedModel, second: FittedModel) -> None:
    """Refuse fits of other rows.

    Raises
    ------
    ModelError
        When the outcome, the rows or the persons differ; the persons who differ are named where rows are there.
    NotAvailableError
        Where it is not known.
    """
    if first.panel.has_rows and second.panel.has_rows:
        common_order(first, second)
        return
    _require_one_outcome(first, second)
    if first.panel is not second.panel:
        _refuse_other_persons(first, second)
        _require_same_marks(first, second)


def common_order(first: FittedModel, second: FittedModel) -> tuple[np.ndarray, np.ndarray]:
    """Orders of the rows of both in which they are the same rows.

    Raises
    ------
    ModelError
        When the outcome, the rows or the persons differ; the persons who differ are named.
    """
    _require_one_outcome(first, second)
    if first.panel is second.panel:
        return (np.arange(len(first.panel)),) * 2
    _refuse_other_persons(first, second)
    rows = _rows(first, second)
    if not (_equal(*rows) and np.array_equal(rows[0].time, rows[1].time)):
        rows = tuple(_Rows(*(part[row.order()] for part in row)) for row in rows)  # type: ignore[assignment]
    if not _equal(*rows):
        raise ModelError(_difference(rows, first, second))
    return rows[0].place, rows[1].place


def _require_one_outcome(first: FittedModel, second: FittedModel) -> None:
    if likelihood_of(first.model) != likelihood_of(second.model):
        raise ModelError(_other_outcome(first, second))


def _require_same_marks(first: FittedModel, second: FittedModel) -> None:
    """The same rows by what is remembered of them."""
    counts = [(fit.sums.rows, fit.sums.persons) for fit in (first, second)]
    if counts[0] != counts[1]:
        told = " and ".join(f"{rows:,} of {persons:,} persons" for rows, persons in counts)
        raise ModelError(f"The fits are of different rows ({told}). {ONE_TABLE}")
    one, other = _mark(first), _mark(second)
    if one.text != other.text:
        raise NotAvailableError(
            f"Whether the fits are of the same rows is not known: {first.model.id} is text in one of them and numbers "
            f"in the other."
        )
    if one.outcomes != other.outcomes:
        rows, persons = counts[0]
        raise ModelError(
            f"The fits are of different rows: each has {rows:,} of {persons:,} persons, but not the same outcomes of "
            f"the same persons. {ONE_TABLE}"
        )
    if _one_time(first, second) and one.ordered != other.ordered:
        raise ModelError(_at_other_times(first))


def _mark(fit: FittedModel) -> RowsMark:
    """The mark of a fit's rows.

    Raises
    ------
    NotAvailableError
        Where none was made.
    """
    panel: Any = fit.panel
    if panel.has_rows:
        return RowsMark.of(panel, compared_values(fit.model, panel))
    if panel.facts is None:
        raise NotAvailableError(
            "Whether the fits are of the same rows is not known: the file of one of them, of an earlier version, does "
            "not tell; save the fit anew where it was fitted."
        )
    if panel.facts.mark is None:
        raise NotAvailableError(f"Whether the fits are of the same rows is not known: {panel.gone.short}.")
    mark: RowsMark = panel.facts.mark
    return mark


def _one_time(first: FittedModel, second: FittedModel) -> bool:
    """Whether both read their times from columns of one name."""
    return first.model.time == second.model.time and first.model.time is not None


def _refuse_other_persons(first: FittedModel, second: FittedModel) -> None:
    """Fits of which one has as persons what the other has as units above them."""
    for one, other in ((first, second), (second, first)):
        if one.model.id in other.model.above:
            effects = ", ".join(map(repr, other.model.random.names))
            raise ModelError(
                f"The units of {one.model.id!r} are the persons of one fit and hold those of the other "
                f"({other.model.id!r}): leave random effects out with test_variance({effects}), or fit the "
                f"smaller model with id={other.model.id!r}, random=() and levels= as they are."
            )


def _other_outcome(first: FittedModel, second: FittedModel) -> str:
    """Why fits of two outcomes are not compared, and the rule where both are functions of one column."""
    names = (likelihood_of(first.model), likelihood_of(second.model))
    said = f"Fits of different outcomes ({names[0]!r} and {names[1]!r}) cannot be compared"
    columns = [computed_side(fit.model.outcome).columns[0] if fit.model.computed else fit.model.outcome
               for fit in (first, second)]  # fmt: skip
    if columns[0] != columns[1]:
        return f"{said}."
    return (
        f"{said}: likelihood and AIC are of each outcome's own scale. By ML, -2 log likelihood of f({columns[0]}) less "
        f"2 * sum(log(abs(f'({columns[0]})))) is that of {columns[0]} (the Jacobian rule)."
    )


def require_one_measure(first: FittedModel, second: FittedModel) -> None:
    """Refuse fits of which one has densities and the other probabilities of the same outcomes.

    Raises
    ------
    ModelError
        For them.
    """
    families = [fit.model.family for fit in (first, second)]
    smooth = [family is None or getattr(family, "continuous", False) for family in families]
    if smooth[0] != smooth[1]:
        names = ["normal" if family is None else family.name for family in families]
        kinds = ["a density of the outcome" if one else "a probability of it" for one in smooth]
        raise ModelError(
            f"Fits of {names[0]} and {names[1]} outcomes cannot be compared: the likelihood of the one is {kinds[0]} "
            f"and that of the other {kinds[1]}, so that their difference depends on the outcome's unit."
        )


class _Rows(NamedTuple):
    """Person (numbered alike in both fits), time, outcome and place of each row."""

    person: np.ndarray
    time: np.ndarray
    outcome: np.ndarray
    place: np.ndarray

    def order(self) -> np.ndarray:
        return np.lexsort((self.outcome, self.time, self.person))

    def by_person(self) -> dict[int, list[float]]:
        groups: dict[int, list[float]] = {}
        for person, outcome in sorted(zip(self.person.tolist(), self.outcome.tolist(), strict=True)):
            groups.setdefault(person, []).append(outcome)
        return groups


def _rows(first: FittedModel, second: FittedModel) -> tuple[_Rows, _Rows]:
    numbers = _numbers(first, second)
    alike = _one_time(first, second)
    count, out = first.panel.persons.count, []
    for fit, number in ((first, numbers[:count]), (second, numbers[count:])):
        size = len(fit.panel)
        time = fit.panel.times if alike else np.zeros(size)
        out.append(_Rows(number[fit.panel.persons.codes], time, compared_values(fit.model, fit.panel), np.arange(size)))
    return out[0], out[1]


def _numbers(first: FittedModel, second: FittedModel) -> np.ndarray:
    """A number for each person of the first fit, then of the second, the same for the same person."""
    left, right = (np.asarray(fit.panel.persons.labels) for fit in (first, second))
    both = [left, right] if left.dtype.kind == right.dtype.kind else [_labels(first), _labels(second)]
    return np.asarray(pd.factorize(np.concatenate(both))[0])


def _labels(fit: FittedModel) -> np.ndarray:
    return np.array([show_id(label) for label in fit.panel.persons.labels], dtype=object)


def _equal(left: _Rows, right: _Rows) -> bool:
    return np.array_equal(left.person, right.person) and np.array_equal(left.outcome, right.outcome)


def _difference(rows: tuple[_Rows, _Rows], first: FittedModel, second: FittedModel) -> str:
    left, right = (part.by_person() for part in rows)
    labels = np.concatenate([_labels(first), _labels(second)])
    names = dict(zip(_numbers(first, second).tolist(), labels, strict=True))
    differ = [names[person] for person in sorted(left.keys() | right.keys()) if left.get(person) != right.get(person)]
    shown = ", ".join(differ[:SHOWN]) + (f" and {len(differ) - SHOWN:,} more" if len(differ) > SHOWN else "")
    counts, many = [len(part.place) for part in rows], "person differs" if len(differ) == 1 else "persons differ"
    if not differ:
        return _at_other_times(first)
    if {person: len(values) for person, values in left.items()} == {p: len(values) for p, values in right.items()}:
        return (
            f"The outcome {first.model.outcome!r} has other values in the two fits ({len(differ):,} {many}: "
            f"{first.model.id} {shown}): a likelihood is that of its own outcome, and one that was rescaled or "
            f"transformed cannot be compared."
        )
    return (
        f"The fits are of different rows ({counts[0]:,} and {counts[1]:,}): {len(differ):,} {many} "
        f"({first.model.id} {shown}). {ONE_TABLE}"
    )


def _at_other_times(fit: FittedModel) -> str:
    return (
        f"The fits have the same outcomes of every person at other values of {fit.model.time!r}, so that it is "
        f"not known which row is which: take the time of both from one table."
    )
