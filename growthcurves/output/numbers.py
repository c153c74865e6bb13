"""Numbers as a printed table shows them: the same decimals down a column, and never a zero that is none."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

#: A number up to its decimal point, with what stands before it.
_WHOLE = re.compile(r"[^\d.]*[\d,]*")
#: A hyphen that stands for a minus.
_HYPHEN = re.compile(r"(?<![\w.])-(?=\d|\.\d)")
#: Beyond these a number is printed in powers of ten.
_LARGE = 1e9
_SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def decimals(error: float, most: int = 6) -> int:
    """Decimals at which a standard error shows two digits, or three where it begins with 1.

    Examples
    --------
    >>> decimals(1.5458), decimals(6.82), decimals(250.0), decimals(0.002)
    (2, 1, 0, 4)
    """
    if not math.isfinite(error) or error <= 0:
        return 3
    power = math.floor(math.log10(error))
    digits = 2 if error < 2 * 10.0**power else 1
    return min(max(digits - power, 0), most)


def places_of(values: Sequence[float], most: int = 4) -> int:
    """Decimals of a column of numbers that have no standard errors: as few as say them all, or three digits of each.

    Examples
    --------
    >>> places_of([0.0, 2.5, 4.0]), places_of([171.33333, 12.5]), places_of([8.0, 14.0])
    (1, 1, 0)
    """
    finite = [abs(value) for value in values if math.isfinite(value)]
    for places in range(most + 1):
        if all(abs(value - round(value, places)) <= 1e-9 * max(value, 1e-3) for value in finite):
            return places
    least = min((value for value in finite if value), default=1.0)
    return min(max(2 - math.floor(math.log10(least)), 1), most)


def fixed_text(value: float, places: int) -> str:
    """A number with so many decimals; in powers of ten where they would show nothing of it, or too much.

    Examples
    --------
    >>> fixed_text(-1.05, 2), fixed_text(0.0, 2), fixed_text(7.28e-38, 2), fixed_text(float("nan"), 2)
    ('-1.05', '0.00', '7.28 × 10⁻³⁸', '')
    """
    if math.isnan(value):
        return ""
    if math.isinf(value):
        return "∞" if value > 0 else "-∞"
    text = f"{value:.{places}f}"
    if value and (abs(value) >= _LARGE or not any(sign in text for sign in "123456789")):
        digits, power = f"{value:.2e}".split("e")
        return f"{digits} × 10{str(int(power)).translate(_SUPERSCRIPTS)}"
    return text


def places_with(error: float, *values: float) -> int:
    """Decimals of an estimate that stands with its interval, wherever they are printed.

    As its standard error has them; three digits of the largest where it has none.

    Examples
    --------
    >>> places_with(1.55, 10.467), places_with(float("nan"), 0.3207, 0.0, 0.948), places_with(float("nan"))
    (2, 3, 3)
    """
    if math.isfinite(error) and error > 0:
        return decimals(error)
    size = max((abs(value) for value in values if math.isfinite(value)), default=0.0)
    return min(max(2 - math.floor(math.log10(size)), 0), 6) if size > 0 else 3


def with_minus(text: str) -> str:
    """A text of words and numbers with real minus signs before the numbers.

    Examples
    --------
    >>> with_minus("at ses -3.55, of follow-up 2"), with_minus("2020-01-05")
    ('at ses −3.55, of follow-up 2', '2020-01-05')
    """
    return _HYPHEN.sub("−", text)


def percent_text(share: float, places: int = 1, sign: bool = False) -> str:
    """A share as a percentage, halves rounded away from zero as people do; a plus sign where it is asked for.

    Examples
    --------
    >>> percent_text(0.125, 0), percent_text(0.025, 0), percent_text(0.0875), percent_text(-0.245, 0, sign=True)
    ('13', '3', '8.8', '-25')
    """
    if not math.isfinite(share):
        return "–"
    exact = Decimal(repr(round(100.0 * float(share), 10)))  # 100 * 0.145 is 14.499999999999998
    text = f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    none = not any(digit in text for digit in "123456789")
    return text.lstrip("-") if none else f"+{text}" if sign and share > 0 else text


def on_the_point(cells: Sequence[str]) -> list[str]:
    """Texts of one width whose decimal points stand below one another; what holds no digit stands to the right.

    Examples
    --------
    >>> on_the_point(["10.467***", "(1.55)", "180", "-"])
    [' 10.467***', ' (1.55)   ', '180       ', '         -']
    """
    before = [_whole(cell) for cell in cells]
    left = max((place for place in before if place is not None), default=0)
    right = max((len(cell) - place for cell, place in zip(cells, before, strict=True) if place is not None), default=0)
    width = max([left + right, *map(len, cells)])
    set_ = [
        cell if place is None else " " * (left - place) + cell + " " * (right - len(cell) + place)
        for cell, place in zip(cells, before, strict=True)
    ]
    return [text.rjust(width) for text in set_]


def _whole(cell: str) -> int | None:
    """Where the decimal point of a text stands or would stand; None where it holds no digit."""
    found = _WHOLE.match(cell) if any(map(str.isdigit, cell)) else None
    return None if found is None else found.end()
