"""Categories as columns: which levels there are, and how they are coded (C(), contr.treatment, contr.sum, ...)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import FormulaError, ModelError, brief, listed, unknown

#: Codings by the names that formulas know, and the class of formulaic that makes each; treatment is made here.
CODINGS = {
    "contr.treatment": "TreatmentContrasts", "contr.SAS": "SASContrasts", "contr.sum": "SumContrasts",
    "contr.helmert": "HelmertContrasts", "contr.diff": "DiffContrasts", "contr.poly": "PolyContrasts",
    "Treatment": "TreatmentContrasts", "Sum": "SumContrasts", "Helmert": "HelmertContrasts",
    "Diff": "DiffContrasts", "Poly": "PolyContrasts",
}  # fmt: skip


@dataclass(frozen=True)
class Coding:
    """How levels are coded: the name of a class of formulaic, and its options."""

    kind: str = "TreatmentContrasts"
    options: tuple[tuple[str, Any], ...] = ()


TREATMENT = Coding()
#: The levels of what is true or false.
TRUTHS = (False, True)


@dataclass(frozen=True, eq=False)
class Coded:
    """Categories with their coding.

    Attributes
    ----------
    codes : (n,) array of int
        Positions among the levels.
    levels : tuple
    coding : Coding
    spans : bool
        Whether all levels together make the constant.
    said : bool
        Whether the formula itself says the order of the levels.
    """

    codes: np.ndarray
    levels: tuple[Any, ...]
    coding: Coding = TREATMENT
    spans: bool = True
    said: bool = False

    def columns(self, reduced: bool) -> Iterator[tuple[str, Any, np.ndarray]]:
        """For each column what its name says behind the factor's, its level, and its values (n,).

        Parameters
        ----------
        reduced : bool
            Beside the constant: one column fewer than levels.
        """
        if self.coding.kind == "TreatmentContrasts":
            left_out = self._base() if reduced else -1
            for i, level in enumerate(self.levels):
                if i != left_out:
                    yield f"[{level}]", level, (self.codes == i).astype(np.float64)
        elif len(self.levels) > reduced:
            yield from self._from_matrix(reduced)

    def _base(self) -> int:
        options = dict(self.coding.options)
        if "place" in options:
            return _place_of(options["place"], self.levels)
        return self.levels.index(same_level(options["base"], self.levels)) if "base" in options else 0

    def _from_matrix(self, reduced: bool) -> Iterator[tuple[str, Any, np.ndarray]]:
        from formulaic.transforms import contrasts

        levels = list(self.levels)
        options = dict(self.coding.options)
        if "base" in options:
            options["base"] = same_level(options["base"], self.levels)
        coding = getattr(contrasts, self.coding.kind)(**options)
        matrix = coding.get_coding_matrix(levels, reduced_rank=reduced).to_numpy(dtype=np.float64)
        names = coding.get_coding_column_names(levels, reduced_rank=reduced)
        form = coding.get_factor_format(levels, reduced_rank=reduced).replace("[T.", "[")
        for name, column in zip(names, matrix.T, strict=True):
            yield form.format(name="", field=name), name, column[self.codes]


def _place_of(place: float, levels: Sequence[Any]) -> int:
    """R's `contr.treatment(3, base=2)`: the second level, whatever it is called.

    Raises
    ------
    FormulaError
        When there is none, or another level is called by that number.
    """
    found = int(place) - 1
    if not 0 <= found < len(levels) or found + 1 != place:
        raise FormulaError(f"In a formula contr.treatment() has as base {place:g}; there are {len(levels)} levels.")
    called = [i for i, level in enumerate(levels) if str(level) in (f"{place:g}", f"{place:.1f}")]
    if called and called[0] != found:
        raise FormulaError(
            f"In a formula base={place:g} of contr.treatment() may be the level {levels[called[0]]!r} or the one in "
            f"that place, {levels[found]!r}: write relevel(x, ref={levels[called[0]]!r}) instead."
        )
    return found


def same_level(wanted: Any, levels: Sequence[Any], column: str | None = None) -> Any:
    """The level (of a column) that was meant; 1, 1.0 and "1.0" find the text "1", and the other way round.

    Raises
    ------
    ModelError
        When there is none.
    """
    same = [level for level in levels if level == wanted]
    same = same or [level for level in levels if _spelled(level) == _spelled(wanted)]
    if not same:
        raise ModelError(unknown(f"level of {column!r}" if column else "level", wanted, levels))
    return same[0]


def _spelled(level: Any) -> str:
    """A level as text, whole numbers without decimals."""
    return re.sub(r"^(-?\d+)\.0$", r"\1", str(level))


def categories_of(values: Any, levels: Sequence[Any] | None, what: str) -> tuple[np.ndarray, tuple[Any, ...]]:
    """Positions among levels, and the levels: those given, else those that occur, in ascending order.

    Raises
    ------
    FormulaError
        When a value is none of the levels given: it is named.
    """
    found = values if isinstance(values, pd.Categorical) else pd.Categorical(values)
    own = found.categories.tolist()
    if levels is None:
        return np.asarray(found.codes), tuple(own)
    place = [_place(level, levels) for level in own]
    codes = np.append(np.array(place, dtype=int), -1)[found.codes]
    missing = np.flatnonzero((codes < 0) & (np.asarray(found.codes) >= 0))
    if missing.size:
        level = own[found.codes[missing[0]]]
        raise FormulaError(
            f"{brief(what)[1:-1]} holds the level {brief(level)}, which is none of its levels "
            f"{listed([brief(one) for one in levels], 150)}: name it in levels=, or leave its rows out."
        )
    return codes, tuple(levels)


def _place(level: Any, levels: Sequence[Any]) -> int:
    return next((i for i, other in enumerate(levels) if other == level), -1)
