"""Numbers as a reader sees them."""

from __future__ import annotations

import re
from collections.abc import Sequence

#: A number up to its decimal point, with what stands before it.
_WHOLE = re.compile(r"[^\d.]*[\d,]*")


def number(value: float, digits: int = 4) -> str:
    """A number for a reader: four significant digits, fixed notation where it is readable."""
    if value != value:
        return "-"
    if value == 0:
        return "0"
    size = abs(value)
    if size >= 1e6 or size < 1e-4:
        return f"{value:.{digits - 1}e}"
    if size >= 10 ** (digits - 1):
        return f"{value:.1f}" if round(size, 1) < 10**digits else f"{value:.0f}"
    places = max(digits - 1 - int(f"{size:.3e}".split("e")[1]), 0)
    return f"{value:.{places}f}"


def p_text(p: float) -> str:
    """A p-value for a reader."""
    if p != p:
        return "-"
    return "<.001" if p < 0.001 else f"{p:.3f}".removeprefix("0") if p < 1 else "1"


def on_the_point(cells: Sequence[str]) -> list[str]:
    """Texts of one width whose decimal points stand below one another; what holds no digit stands to the right.

    Examples
    --------
    >>> on_the_point(["10.467***", "(1.55)", "180", "-"])
    [' 10.467***', ' (1.55)   ', '180       ', '         -']
    """
    before = [_WHOLE.match(cell).end() if any(map(str.isdigit, cell)) else None for cell in cells]  # type: ignore[union-attr]
    left = max((place for place in before if place is not None), default=0)
    right = max((len(cell) - place for cell, place in zip(cells, before, strict=True) if place is not None), default=0)
    width = max([left + right, *map(len, cells)])
    set_ = [
        cell if place is None else " " * (left - place) + cell + " " * (right - len(cell) + place)
        for cell, place in zip(cells, before, strict=True)
    ]
    return [text.rjust(width) for text in set_]
