"""R's pieces inside expressions, and how Python's grammar writes each: signs, options with dots, 1:3, stats::poly."""

from __future__ import annotations

import re
from typing import NamedTuple

from growthcurves.errors import FormulaError

#: The most whole numbers that stand for a sequence.
MOST_IN_A_ROW = 1_000

#: A package before a function says nothing here: there is one table of functions.
PACKAGE = re.compile(r"[^\W\d][\w.]*:::?(?=[^\W\d][\w.]*\()")
_OPTION = re.compile(r"[^\W\d]\w*(?:\.\w+)+(?=\s*=(?!=))")
_SEQUENCE = re.compile(r"(?<![\w.])(\d{1,9})\s*:\s*(\d{1,9})(?![\w.])")
_SIGN = re.compile(r"%in%|%%|%/%|!=|&&?|\|\|?|!")
#: Signs of Python that bind as R's do: `!x > 0 & z` is `not x > 0 and z`.
_AS_PYTHON = {"%in%": "@", "%%": "%", "%/%": "//", "&": " and ", "&&": " and ", "|": " or ", "||": " or ", "!": " not "}


class Piece(NamedTuple):
    """Where a piece ends, and what Python reads in its place."""

    end: int
    python: str


def piece_of_r(formula: str, place: int) -> Piece | None:
    """The piece of R that begins at a place of an expression; None where what stands there is Python's too.

    Examples
    --------
    >>> piece_of_r("cut(x, include.lowest=TRUE)", 7), piece_of_r("I(!x)", 2), piece_of_r("c(1:3)", 2)
    (Piece(end=21, python='include_lowest'), Piece(end=3, python=' not '), Piece(end=5, python='[1, 2, 3]'))
    """
    if found := PACKAGE.match(formula, place):
        return Piece(found.end(), "")
    if found := _OPTION.match(formula, place):
        return Piece(found.end(), found[0].replace(".", "_"))
    if found := _SIGN.match(formula, place):
        return Piece(found.end(), _AS_PYTHON.get(found[0], found[0]))
    if found := _SEQUENCE.match(formula, place):
        return Piece(found.end(), _in_a_row(int(found[1]), int(found[2])))
    return None


def _in_a_row(first: int, last: int) -> str:
    """R's `1:3`, and `3:1` downwards."""
    if abs(last - first) >= MOST_IN_A_ROW:
        raise FormulaError(f"The formula has the sequence {first}:{last}; at most {MOST_IN_A_ROW:,} numbers are read.")
    step = 1 if first <= last else -1
    return str(list(range(first, last + step, step)))
