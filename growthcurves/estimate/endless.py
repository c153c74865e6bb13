"""Outcomes that the model can tell with certainty, whose effects grow without end: refused, with what decides them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from growthcurves.data.frame import raw_array
from growthcurves.data.source import show_level
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import NotEstimableError, listed
from growthcurves.estimate.refusals import perfect_words
from growthcurves.model.outcome_family import FamilyOutcome
from growthcurves.model.recipe import BoundRows

#: Columns with more values than this are looked at as numbers alone.
MOST_LEVELS = 30
#: A share of a direction's largest entry below which a term plays no part in it.
NO_PART = 1e-6
WHAT_TO_DO = "leave it out, join levels, or tell the observed shares"


def refuse_endless(bound: BoundRows, outcome: FamilyOutcome, found: Any) -> None:
    """Refuse estimates that grow without end.

    Raises
    ------
    NotEstimableError
        With the group, the predictor or the terms that decide the outcome.
    """
    if found.fits_perfectly:
        raise NotEstimableError(perfect_words(bound))
    direction = found.endless_direction()
    if direction is not None:
        decided = next(_decided(bound, outcome), None) or _by_terms(bound, found, direction)
        raise NotEstimableError(
            f"{decided}: its effect grows without end and has no estimate (separation); {WHAT_TO_DO}."
        )
    if found.persons_differ_endlessly:
        raise NotEstimableError(_never_change(bound, outcome))


def _decided(bound: BoundRows, outcome: FamilyOutcome) -> Iterator[str]:
    """The levels of a predictor that all have one answer, then numbers that part the answers, as sentences begin."""
    words, codes = vocabulary(bound.panel), bound.panel.persons.codes
    lowest, highest = _ends(outcome)
    everybody = np.ones(len(lowest), dtype=bool)
    if lowest.all() or highest.all():
        yield f"All rows have {bound.model.outcome} {_told(bound, outcome, everybody)}"
    for name in _groups(bound):
        values = raw_array(bound.panel.frame, name)
        levels = np.unique(values[~_missing(values)]) if values.dtype.kind != "O" else _texts(values)
        for level in levels if len(levels) <= MOST_LEVELS else ():
            inside = values == level
            for end in (lowest, highest):
                if end[inside].all() and not end.all():
                    who = words.told("{count:,} {who}", count=len(np.unique(codes[inside])), who=words.who.several)
                    value = _told(bound, outcome, inside)
                    rows = f"All {int(inside.sum()):,} rows with {name} {show_level(level)} ({who})"
                    yield f"{rows} have {bound.model.outcome} {value}"
    for name in _numbers(bound) if (lowest | highest).all() else ():
        values = raw_array(bound.panel.frame, name)
        for one, other, which in ((lowest, highest, "lowest"), (highest, lowest, "highest")):
            if values[one].max() <= values[other].min():
                yield (
                    f"All rows with the {which} {bound.model.outcome} have {name} up to {values[one].max():.4g}, "
                    f"and all others from {values[other].min():.4g} on"
                )


def _groups(bound: BoundRows) -> list[str]:
    """The columns whose levels are predictors."""
    columns = (*bound.recipe.predictors.values(), bound.recipe.covariates)
    found = [factor.columns for one in columns for factor in one.categorical]
    return list(dict.fromkeys(name for names in found if len(names) == 1 for name in sorted(names)))


def _numbers(bound: BoundRows) -> list[str]:
    """The columns of numbers that are predictors, and time."""
    columns = (*bound.recipe.predictors.values(), bound.recipe.covariates)
    names = [*(name for one in columns for name in one.used), *([bound.model.time] if bound.model.time else [])]
    return [name for name in dict.fromkeys(names) if raw_array(bound.panel.frame, name).dtype.kind in "iuf"]


def _ends(outcome: FamilyOutcome) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose outcome is the lowest that there is, and those whose is the highest."""
    values = outcome.values
    if outcome.trials is not None:
        return values == 0, values == outcome.trials
    top = values.max() if outcome.family.single else np.inf
    return values == 0, values == top


def _told(bound: BoundRows, outcome: FamilyOutcome, rows: np.ndarray) -> str:
    value, known = outcome.values[rows][0], getattr(outcome.family, "categories", None)
    if outcome.trials is not None:
        return "0 of its trials" if value == 0 else "of all its trials"
    return show_level(known[int(value)]) if known else f"{value:g}"


def _by_terms(bound: BoundRows, found: Any, direction: np.ndarray) -> str:
    size = np.abs(direction)
    terms = [bound.recipe.terms[j] for j in found.sums.kept]
    inside = [term for term, one in zip(terms, size, strict=True) if one > NO_PART * size.max(initial=0.0)]
    return f"A combination of {listed(inside)} tells the {bound.model.outcome} of some rows for sure"


def _never_change(bound: BoundRows, outcome: FamilyOutcome) -> str:
    codes, values = bound.panel.persons.codes, outcome.values
    highest, lowest = (np.full(bound.panel.persons.count, end) for end in (-np.inf, np.inf))
    np.maximum.at(highest, codes, values)
    np.minimum.at(lowest, codes, values)
    same = int((highest == lowest).sum())
    return vocabulary(bound.panel).told(
        "{same:,} of {count:,} persons have the same {outcome!r} in all their rows: how much persons differ grows "
        "without end and has no estimate. Take one row of each, or leave the random effects out.",
        same=same, count=len(highest), outcome=bound.model.outcome,
    )  # fmt: skip


def _missing(values: np.ndarray) -> np.ndarray:
    return np.isnan(values) if values.dtype.kind == "f" else np.zeros(len(values), dtype=bool)


def _texts(values: np.ndarray) -> list[object]:
    return list(dict.fromkeys(values.tolist()))
