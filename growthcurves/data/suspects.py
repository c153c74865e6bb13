"""Values that may stand for missing: codes used in the field, and what repeats far outside the rest.

A column is looked at from its ends. Codes (-9, -99, 999, ...) are peeled off as long as they are the extreme value;
what remains says how far outside they lie. One value far out may be a measurement: a code counts where it could hardly
be one, and more persons than one must have it where it could. Planned values (doses, Likert points) are no codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.backticks import quoted_inside
from growthcurves.data.checks import holds_numbers
from growthcurves.data.levels import factorized
from growthcurves.data.patterns import number_text
from growthcurves.data.source import from_file, in_batches, source_of

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

_ENDS = (6, 7, 8, 9)
_REPEATED = [float(f"{digit}" * length) for digit in (6, 7, 8, 9) for length in range(2, 7)]
_NINES = [float("9" * length) - less for length in range(2, 5) for less in (1, 2, 3, 4)]
#: Codes that data sets use for missing, refused, unknown, not asked.
CODES = frozenset([*map(float, _ENDS[1:]), *_REPEATED, *_NINES])
_TEXT_CODES = frozenset([*(f"{sign}{number_text(code)}" for code in CODES for sign in ("", "-")), ".", "?", "-", "--"])
_LETTERS = frozenset(f".{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")
_FEWEST = 5
_ENOUGH = 20
_SAMPLE = 1000


@dataclass(frozen=True)
class Suspect:
    """A value that may mean missing.

    Attributes
    ----------
    column : str
    value : float or str
    cells, persons : int
        How often it stands in the rows that are used, and for how many persons.
    rest : str
        What the other values are.
    """

    column: str
    value: Any
    cells: int
    persons: int
    rest: str

    @property
    def text(self) -> str:
        """The value as it is written."""
        return self.value if isinstance(self.value, str) else number_text(self.value)

    def sentence(self, frame: pd.DataFrame) -> str:
        """What to look at, and how the value becomes missing in a table that came as this one did."""
        times = "cell" if self.cells == 1 else "cells"
        return (
            f"Column {self.column!r} holds {self._code} in {self.cells:,} {times}; {self.rest}: if it means missing, "
            f"{self._way(frame)}."
        )

    @property
    def _code(self) -> str:
        """The value as Python writes it."""
        return repr(self.value) if isinstance(self.value, str) else self.text

    def _way(self, frame: pd.DataFrame) -> str:
        if in_batches(source_of(frame)):
            condition = f"{quoted_inside(self.column)} != {self._code}"
            return f"leave its rows out with where={condition!r}"
        if from_file(frame):
            return f"make it so with read_table(..., missing=[{self._code}])"
        return f"make it so with data.replace({self._code}, float('nan'))"


def find_suspects(panel: Panel, columns: Iterable[str]) -> tuple[Suspect, ...]:
    """The values of these columns that may mean missing, over the rows of the panel."""
    return tuple(suspect for name in columns for suspect in _of_column(panel, name))


def suspect_table(suspects: Iterable[Suspect], frame: pd.DataFrame) -> pd.DataFrame:
    """Suspects as a table: column, value, cells, persons, and the sentence that says what to do."""
    rows = [(one.column, one.value, one.cells, one.persons, one.sentence(frame)) for one in suspects]
    return pd.DataFrame(rows, columns=["column", "value", "cells", "persons", "note"])


def _of_column(panel: Panel, name: str) -> Iterator[Suspect]:
    values = panel.values if name == panel.outcome else panel.column(name)
    if name != panel.time and not holds_numbers(values):
        yield from _of_texts(panel, name)
        return
    plain = isinstance(values, np.ndarray) and values.dtype.kind in "iuf"
    numbers = values if plain else np.asarray(pd.to_numeric(pd.Series(values), errors="coerce"), dtype=np.float64)
    if not numbers.size or _plainly_clean(numbers):
        return
    numbers = numbers.astype(np.float64, copy=False)
    finite = np.isfinite(numbers)
    column = _Column(numbers[finite], panel.persons.codes[finite])
    found = column.planned_apart() if name == panel.time else column.suspects()
    for value in found:
        cells, persons = column.count(value)
        yield Suspect(name, value, cells, persons, column.rest(found))


def _plainly_clean(numbers: np.ndarray) -> bool:
    """Whether the ends alone show that nothing is to be found: two looks at large columns, in the place of many."""
    low, high = numbers.min().item(), numbers.max().item()
    if not (np.isfinite(low) and np.isfinite(high)):
        return False
    return -low not in CODES and high not in CODES and not _may_have_far_ends(numbers, low, high)


@dataclass(frozen=True, eq=False)
class _Column:
    """Numbers (n,) and the person of each (n,)."""

    values: np.ndarray
    persons: np.ndarray

    def count(self, value: float) -> tuple[int, int]:
        """Cells and persons with a value."""
        there = self.values == value
        return int(np.count_nonzero(there)), int(np.unique(self.persons[there]).size)

    def rest(self, found: list[float]) -> str:
        """Where the other values lie."""
        others = self.values[~np.isin(self.values, found)]
        low, high = (number_text(float(f"{end:.6g}")) for end in (others.min(), others.max()))
        return f"all others lie between {low} and {high}"

    def suspects(self) -> list[float]:
        """Codes outside the rest, and values that repeat far outside it."""
        rest, codes = self._peeled()
        if rest.size < _FEWEST or rest.min() == rest.max():
            return []
        found = []
        for code in reversed(codes):  # from the inside: 97, which may be a value, is what 98 lies beside
            if self._is_code(code, rest):
                found.append(code)
            else:
                rest = np.append(rest, code)
        inner = self.values if not found else self.values[~np.isin(self.values, found)]
        return [*found, *self._repeated(inner)]

    def planned_apart(self) -> list[float]:
        """Codes of three digits and more, and -99, among planned times: weeks end anywhere, and -7 is a visit."""
        rest, codes = self._peeled()
        if rest.size < _FEWEST or rest.min() == rest.max():
            return []
        spread = rest.max() - rest.min()
        far = [code for code in codes if (code >= 100 or code <= -99) and _gap(code, rest) >= spread]
        return [code for code in far if self.count(code)[1] > 1]

    def _peeled(self) -> tuple[np.ndarray, list[float]]:
        rest, codes = self.values, []
        while rest.size and (end := _code_at_an_end(rest)) is not None:
            rest = rest[rest != end]
            codes.append(end)
        return rest, codes

    def _is_code(self, code: float, rest: np.ndarray) -> bool:
        low, spread, gap = rest.min(), rest.max() - rest.min(), _gap(code, rest)
        outside = code < 0 <= low
        if outside and rest.size >= _ENOUGH and gap >= 0.5 * spread:
            return True
        if abs(code) >= 66 and gap >= 5 * spread and np.unique(self.persons[self.values != code]).size >= _ENOUGH:
            return True
        persons = self.count(code)[1]
        if persons < 2:
            return False
        if outside or (gap >= 0.25 * spread and _has_decimals(rest)):
            return True
        if abs(code) < 10:
            return persons > 2 and rest.size >= _ENOUGH and gap >= max(spread if low >= 1 else 2 * spread, 4)
        return gap >= spread or (persons > 2 and gap >= max(0.25 * spread, 5))

    def _repeated(self, values: np.ndarray) -> list[float]:
        """An end that repeats for three persons, twice as far away as the others (ten values or more) are wide."""
        low, high = float(values.min()), float(values.max())
        if not _may_have_far_ends(values, low, high):
            return []
        found = []
        for end in (low, high):
            inner = values[values != end]
            if inner.size < 2 * _FEWEST or inner.min() == inner.max():
                continue
            far = _gap(end, inner) > 2 * (inner.max() - inner.min())
            if far and np.unique(inner).size >= 10 and self.count(end)[1] >= 3:
                found.append(end)
        return found


def _code_at_an_end(values: np.ndarray) -> float | None:
    low, high = float(values.min()), float(values.max())
    if low < 0 and -low in CODES:
        return low
    return high if high > 0 and high in CODES else None


def _gap(value: float, rest: np.ndarray) -> float:
    """How far a value lies outside the rest; 0 inside."""
    return float(max(rest.min() - value, value - rest.max(), 0.0))


def _has_decimals(values: np.ndarray) -> bool:
    sample = values[:: max(values.size // _SAMPLE, 1)]
    return bool(np.mean(sample != np.round(sample)) > 0.5)


def _may_have_far_ends(values: np.ndarray, low: float, high: float) -> bool:
    """Whether a sample leaves it open that an end lies far away: all rows have no wider gap and no less width."""
    sample = values[:: max(values.size // _SAMPLE, 1)]
    inner = sample[(sample > low) & (sample < high)]
    if inner.size < 2:  # of two values, an arm's 0 and 1, neither lies far away
        return not bool(((values == low) | (values == high)).all())
    first, last = float(inner.min()), float(inner.max())
    return max(high - last, first - low) > 2 * (last - first)


def _of_texts(panel: Panel, name: str) -> Iterator[Suspect]:
    """Texts that stand among numbers, and codes that stand among texts."""
    dtype = panel.column(name).dtype
    if not (isinstance(dtype, pd.CategoricalDtype | pd.StringDtype) or pd.api.types.is_object_dtype(dtype)):
        return
    codes, levels = factorized(panel, name)
    cells = np.bincount(codes[codes >= 0], minlength=len(levels))
    order = np.argsort(-cells, kind="stable")[: np.count_nonzero(cells)]
    texts = [str(level).strip() for level in np.asarray(levels, dtype=object)[order]]
    if len(texts) < 3:
        return
    numbers = pd.to_numeric(pd.Series(texts), errors="coerce").to_numpy()
    is_code = np.array([text in _TEXT_CODES or text in _LETTERS for text in texts])
    odd, rest = _odd_texts(texts, numbers, is_code, cells[order])
    for place in (order[k] for k in odd):
        persons = int(np.unique(panel.persons.codes[codes == place]).size)
        yield Suspect(name, str(levels[place]), int(cells[place]), persons, rest)


def _odd_texts(texts: list[str], numbers: np.ndarray, is_code: np.ndarray, counts: np.ndarray) -> tuple[list[int], str]:
    words = np.isnan(numbers)
    cells_of_numbers = counts[~words].sum() / counts.sum()
    if cells_of_numbers >= 0.8 and (~words).sum() >= 3 and 0 < words.sum() <= 3:
        odd = [int(k) for k in np.flatnonzero(words) if not any(letter.isdigit() for letter in texts[k])]
        low, high = (number_text(float(end)) for end in (np.nanmin(numbers), np.nanmax(numbers)))
        return odd, f"all others are numbers, {low} to {high}"
    others = words & ~is_code
    if others.sum() >= 2 and not (~words & ~is_code).any():
        return [int(k) for k in np.flatnonzero(is_code)], "all others are words"
    return [], ""
