"""The order of visits that are named by text: by the number that each holds, else as persons' rows tell it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from growthcurves.data.elapsed import DAYS_PER_UNIT

#: Names without a number of what comes before the numbered visits, in their order.
_BEFORE = (r"screening", r"run-?in", r"baseline|bl|randomi[sz]ation|pre-?treatment|pre-?dose")
#: Before any number.
_EARLY = -1e300
_NUMBER = re.compile(r"(?<![\w.])?(-?\d+(?:\.\d+)?)")
_UNIT = re.compile(r"\b(day|week|month|year)s?\b")


class _Name(NamedTuple):
    """A name of a visit, read."""

    number: float
    words: str

    @property
    def unit(self) -> str:
        found = _UNIT.search(self.words)
        return "" if found is None else f"{found[1]}s"

    @property
    def days(self) -> float:
        return self.number * DAYS_PER_UNIT[self.unit] if self.unit else np.nan


def places(labels: Sequence[Any]) -> dict[Any, float]:
    """Where each name stands among the others; NaN for a name that does not tell, or tells what another one tells.

    By the numbers in them, in days where their words differ: "Baseline" before "Day 1" before "Week 2" before
    "Week 10". The baseline counts as zero; what is before it comes first.

    Examples
    --------
    >>> places(["Week 8", "Baseline"]), places(["pre", "post"])
    ({'Week 8': 8.0, 'Baseline': 0.0}, {'pre': nan, 'post': nan})
    """
    names = [_read(label) for label in labels]
    same = len({name.words for name in names if name is not None}) <= 1
    found = [
        _place_before(label) if name is None else name.number if same else name.days
        for label, name in zip(labels, names, strict=True)
    ]
    return {label: np.nan if found.count(place) > 1 else place for label, place in zip(labels, found, strict=True)}


def numbers(labels: Sequence[Any]) -> list[float] | None:
    """The numbers in names of one pattern, zero for the baseline before them; None where there are other names.

    Examples
    --------
    >>> numbers(["Week 8", "Baseline"]), numbers(["Day 8", "Week 2"])
    ([8.0, 0.0], None)
    """
    names = [_read(label) for label in labels]
    same = len({name.words for name in names if name is not None}) == 1
    others = [label for label, name in zip(labels, names, strict=True) if name is None]
    if not same or any(_place_before(label) != 0.0 for label in others):
        return None
    return [0.0 if name is None else name.number for name in names]


def is_baseline(label: Any) -> bool:
    """Whether a visit is called like a baseline, or what comes before it.

    Examples
    --------
    >>> is_baseline("Baseline"), is_baseline("Week 4")
    (True, False)
    """
    return _place_before(label) <= 0.0


def baseline_among(labels: Sequence[Any]) -> Any:
    """The visit that is the baseline: the one called so, else the one numbered 0, else the first.

    Examples
    --------
    >>> baseline_among(["Screening", "Baseline", "Week 2"]), baseline_among([-1, 0, 2]), baseline_among([4, 8])
    ('Baseline', 0, 4)
    """
    called = [label for label in labels if _place_before(label) == 0.0]
    zero = [label for label in labels if (name := _read(label)) is not None and name.number == 0.0]
    return [*called, *zero, *labels][0]


def _read(label: Any) -> _Name | None:
    """The first number of a name and the words about it; None for a name without a number."""
    text = str(label).strip().lower().replace("\N{MINUS SIGN}", "-")
    found = _NUMBER.search(text)
    if found is None:
        return None
    glued = found.start() > 0 and text[found.start() - 1].isalnum()
    number = float(found[1].lstrip("-") if glued else found[1])
    return _Name(number, " ".join(_NUMBER.sub(" ", text).split()))


def _place_before(label: Any) -> float:
    """Zero for the baseline, less for what comes before it, NaN for other names."""
    text = str(label).strip().lower()
    early = {f"({words})( visit)?": rank - len(_BEFORE) + 1 for rank, words in enumerate(_BEFORE)}
    return next((-_EARLY * rank for pattern, rank in early.items() if re.fullmatch(pattern, text)), np.nan)


def order_in_rows(codes: np.ndarray, persons: np.ndarray, count: int) -> list[int] | None:
    """The order of visits in which every person's rows stand; None where rows contradict each other, or do not tell.

    Parameters
    ----------
    codes : (n,) array of int
        Visit of each row, -1 where it is missing.
    persons : (n,) array of int
    count : int
        Visits.
    """
    known = codes >= 0
    order = np.argsort(persons[known], kind="stable")
    visits, owners = codes[known][order], persons[known][order]
    before = np.zeros((count, count), dtype=bool)
    same = owners[1:] == owners[:-1]
    before[visits[:-1][same], visits[1:][same]] = True
    found: list[int] = []
    left = list(range(count))
    while left:
        first = [visit for visit in left if not before[left, visit].any()]
        if len(first) != 1:
            return None
        found.append(first[0])
        left.remove(first[0])
    return found
